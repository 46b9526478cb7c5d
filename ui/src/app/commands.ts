// One definition for each thing a person can do: it feeds the palette, the buttons and the keys.

import { t } from "../i18n";
import type { Key } from "../i18n";
import type { Engine } from "../state/engine";
import type { Ui } from "./ui.svelte";

export type Context = { engine: Engine; ui: Ui };

export type Command = {
  id: string;
  label: Key;
  /** Other words by which it is found. */
  words?: string;
  /** As "Ctrl+Shift+F"; the first one is shown. */
  keys?: string[];
  /** Leaves the key to text fields and the editor. */
  outsideText?: boolean;
  /** Not offered while this is false. */
  when?: (context: Context) => boolean;
  run: (context: Context) => void;
};

type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

export function defineCommand(command: Command): Command {
  return command;
}

/** The name of a pressed key, in the notation of `keys`. */
export function keyName(event: Pressed): string {
  const parts: string[] = [];
  if (event.ctrlKey || event.metaKey) parts.push("Ctrl");
  if (event.altKey) parts.push("Alt");
  if (event.shiftKey) parts.push("Shift");
  parts.push(event.key.length === 1 ? event.key.toUpperCase() : event.key);
  return parts.join("+");
}

const ARROWS: Record<string, string> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
};

/** A key as it is shown to people. */
export function shownKey(name: string): string {
  const parts = name.split("+");
  return parts.map((part) => ARROWS[part] ?? part).join(" ");
}

export function isText(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("input:not([type=checkbox]), textarea, select"))
  );
}

export function commandFor(
  commands: readonly Command[],
  event: Pressed,
  inText: boolean,
): Command | undefined {
  const name = keyName(event);
  return commands.find(
    (command) => command.keys?.includes(name) === true && !(inText && command.outsideText === true),
  );
}

/** Keys that two commands claim. */
export function clashes(commands: readonly Command[]): string[] {
  const owners = new Map<string, string>();
  const found: string[] = [];
  for (const command of commands) {
    for (const key of command.keys ?? []) {
      const other = owners.get(key);
      if (other !== undefined) found.push(`${key}: ${other} and ${command.id}`);
      owners.set(key, command.id);
    }
  }
  return found;
}

function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();
}

/** Commands whose label or other words contain every word that was typed; labels first. */
export function matching(commands: readonly Command[], query: string): Command[] {
  const wanted = fold(query).split(/\s+/).filter(Boolean);
  const ranked = commands.flatMap((command) => {
    const label = fold(t(command.label));
    const all = `${label} ${fold(command.words ?? "")}`;
    if (!wanted.every((word) => all.includes(word))) return [];
    const rank = wanted.every((word) => label.includes(word)) ? 0 : 1;
    return [{ command, rank }];
  });
  return ranked.sort((a, b) => a.rank - b.rank).map(({ command }) => command);
}
