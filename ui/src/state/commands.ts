// One definition for each thing a person can do: it feeds the palette, the buttons, the keys and their list.

import { createSubscriber } from "svelte/reactivity";
import type { Key } from "../i18n";
import type { Engine } from "./engine";
import { typesText } from "./keys";
import { working } from "./writable";

/** The window around the document, as commands see it. */
export interface Ui {
  /** What lies above the document by its name ("palette", "search", "settings"…), if anything. */
  readonly overlay: string | null;
  open(overlay: string): void;
  close(): void;
  toggleSidebar(): void;
}

export type Context = { engine: Engine; ui: Ui };

export type Command = {
  id: string;
  label: Key;
  /** Under which heading the list of keys and the palette show it. */
  group?: Key;
  /** Other words by which it is found. */
  words?: string;
  /** As "Ctrl+Shift+F", or "G H" for one after the other; the first one is shown. */
  keys?: readonly string[];
  /** Leaves the key to text fields and the editor. Keys that type something are always left to them. */
  outsideText?: boolean;
  /** It writes to the workspace: not offered where that is only read. */
  edits?: boolean;
  /** It decides who is in: offered to owners. */
  rules?: boolean;
  /** Not offered while this is false. */
  when?: (context: Context) => boolean;
  run: (context: Context) => void;
};

/** What a person chose instead of the keys of a command, by its id. */
export type Remaps = Readonly<Record<string, readonly string[]>>;

export function defineCommand(command: Command): Command {
  return command;
}

/** What of commands can be done now. */
export function offered(commands: readonly Command[], context: Context): Command[] {
  return working(context.engine, commands).filter((command) => command.when?.(context) !== false);
}

/** The keys of a command as they are for this person. */
export function keysOf(command: Command, remaps: Remaps = {}): readonly string[] {
  return remaps[command.id] ?? command.keys ?? [];
}

/** Whether `key` may run `command` while text has the focus. */
export function actsInText(command: Command, key: string): boolean {
  return command.outsideText !== true && !typesText(key);
}

export function commandFor(
  commands: readonly Command[],
  key: string,
  inText: boolean,
  remaps: Remaps = {},
): Command | undefined {
  return commands.find(
    (command) => keysOf(command, remaps).includes(key) && (!inText || actsInText(command, key)),
  );
}

/** Whether `key` is the beginning of keys that are pressed one after the other. */
export function beginsSequence(
  commands: readonly Command[],
  key: string,
  remaps: Remaps = {},
): boolean {
  return commands.some((command) =>
    keysOf(command, remaps).some((known) => known.startsWith(`${key} `)),
  );
}

export type Clash = { key: string; ids: [string, string] };

/** Keys that two commands claim, or that one hides because another begins with them. */
export function clashes(commands: readonly Command[], remaps: Remaps = {}): Clash[] {
  const claims = commands.flatMap((command) =>
    keysOf(command, remaps).map((key) => ({ key, id: command.id })),
  );
  return claims.flatMap(({ key, id }, at) =>
    claims
      .slice(at + 1)
      .filter((other) => other.key === key || overlaps(key, other.key))
      .map((other): Clash => ({ key, ids: [id, other.id] })),
  );
}

function overlaps(one: string, other: string): boolean {
  return one.startsWith(`${other} `) || other.startsWith(`${one} `);
}

const tables = new Set<readonly Command[]>();
let tell: () => void = () => undefined;
const track = createSubscriber((changed) => {
  tell = changed;
});

/**
 * Offers the commands of what is open, in the palette and by their keys, before those that hold everywhere. Returns
 * the way to take them back: `$effect(() => offerCommands(commands))`.
 */
export function offerCommands(commands: readonly Command[]): () => void {
  tables.add(commands);
  tell();
  return () => {
    tables.delete(commands);
    tell();
  };
}

/** What is offered by what is open, the innermost first; reading it in a component follows it. */
export function offeredCommands(): Command[] {
  track();
  return [...tables].reverse().flat();
}
