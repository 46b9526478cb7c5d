// Names of keys: as they are pressed, as they are written in tables, as they are shown to people.

import { t } from "../i18n";
import type { Key } from "../i18n";

export type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey"> & {
  code?: string;
};

/** Keys that a part of the window handles itself, for the list of keys. */
export type KeyTable = {
  title: Key;
  rows: readonly { label: Key; keys: readonly string[] }[];
};

const MODIFIERS = new Set(["Control", "Shift", "Alt", "Meta", "AltGraph", "CapsLock", "Dead"]);

/** A layout without Latin letters still has the key at its place. */
function letterOf({ key, code = "" }: Pressed): string {
  if (/^\p{ASCII}$/u.test(key)) return key.toUpperCase();
  const place = /^(?:Key|Digit)(.)$/.exec(code)?.[1];
  return place ?? key.toUpperCase();
}

/**
 * The name of a pressed key, in the notation of a command's `keys`: "Ctrl+Shift+F", "Alt+ArrowLeft", "?". Null
 * while only modifiers are held. Signs need no "Shift": where it is needed to type them differs between keyboards.
 */
export function keyName(event: Pressed): string | null {
  if (MODIFIERS.has(event.key)) return null;
  const held = event.ctrlKey || event.metaKey;
  const letter = event.key.length === 1 || event.key === "Unidentified";
  const name = event.key === " " ? "Space" : letter ? letterOf(event) : event.key;
  const sign = name.length === 1 && !/[\p{L}\d]/u.test(name);
  const parts = [held && "Ctrl", event.altKey && "Alt", event.shiftKey && !sign && "Shift", name];
  return parts.filter(Boolean).join("+");
}

/** Whether the key types something, so that it must be left to text. */
export function typesText(key: string): boolean {
  return key.split(" ").every((stroke) => /^(Shift\+)?(.|Space)$/u.test(stroke));
}

const SHOWN: Record<string, string> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
};

/** Any of several, in tables of keys. */
const ANY: Record<string, Key> = { Arrows: "keys.arrows", Letters: "keys.letters" };

/** A key as it is shown to people: "Ctrl Shift F", "G then H". */
export function shownKey(name: string): string {
  const strokes = name.split(" ").map((stroke) =>
    stroke
      .split(/\+(?=.)/)
      .map((part) => (ANY[part] ? t(ANY[part]) : (SHOWN[part] ?? part)))
      .join(" "),
  );
  return strokes.join(` ${t("keys.then")} `);
}

const SPOKEN: Record<string, string> = { Ctrl: "Control" };

/** A key in the notation of `aria-keyshortcuts`. */
export function spokenKey(name: string): string {
  return name
    .split(" ")
    .map((stroke) =>
      stroke
        .split(/\+(?=.)/)
        .map((part) => SPOKEN[part] ?? part)
        .join("+"),
    )
    .join(" ");
}

/** Whether what has the focus takes letters as text. */
export function isText(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches("input:not([type=checkbox], [type=radio]), textarea, select"))
  );
}
