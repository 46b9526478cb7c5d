// What a key means in the tree, as the pattern for trees has it; letters find a document by its title.

import { shownTitle } from "../../state/documents";
import type { Row, Step } from "./rows";

export type Act =
  | "next"
  | "previous"
  | "first"
  | "last"
  | "open"
  | "close"
  | "openAll"
  | "go"
  | "goInto"
  | "rename"
  | "menu"
  | "trash"
  | Step
  | { typed: string };

const PLAIN: Record<string, Act> = {
  ArrowDown: "next",
  ArrowUp: "previous",
  Home: "first",
  End: "last",
  ArrowRight: "open",
  ArrowLeft: "close",
  "*": "openAll",
  Enter: "goInto",
  " ": "go",
  F2: "rename",
  ContextMenu: "menu",
  Delete: "trash",
};

const MOVES: Record<string, Act> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowRight: "in",
  ArrowLeft: "out",
};

type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

const MIRRORED: Record<string, string> = { ArrowLeft: "ArrowRight", ArrowRight: "ArrowLeft" };

/** In a tree that runs from right to left, left is inwards. */
export function actOf(event: Pressed, mirrored = false): Act | null {
  if (event.ctrlKey || event.metaKey) return null;
  const key = (mirrored ? MIRRORED[event.key] : undefined) ?? event.key;
  if (event.altKey) return MOVES[key] ?? null;
  if (event.shiftKey && event.key === "F10") return "menu";
  const plain = PLAIN[key];
  if (plain !== undefined) return event.shiftKey && event.key !== "*" ? null : plain;
  return /^[\p{L}\p{N}]$/u.test(event.key) ? { typed: event.key } : null;
}

const PAUSE_MS = 700;

/** Letters typed in a row make one beginning; one letter again and again goes from one to the next. */
export class Typing {
  #typed = "";
  #last = 0;

  /** The index to go to; the present one when no title begins so. */
  next(letter: string, rows: readonly Row[], at: number, now = Date.now()): number {
    if (now - this.#last > PAUSE_MS) this.#typed = "";
    this.#last = now;
    this.#typed += letter.toLocaleLowerCase();
    const same = [...this.#typed].every((other) => other === this.#typed[0]);
    const wanted = same ? (this.#typed[0] ?? "") : this.#typed;
    const from = same ? at + 1 : at;
    for (let step = 0; step < rows.length; step += 1) {
      const index = (from + step) % rows.length;
      const row = rows[index];
      if (row && shownTitle(row.item).toLocaleLowerCase().startsWith(wanted)) return index;
    }
    return at;
  }
}
