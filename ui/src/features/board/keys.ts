// What a key means on a focused card.

import type { Direction } from "./lanes";

export type KeyAction =
  { do: "focus" | "move"; direction: Direction } | { do: "open" | "add" | "archive" | "trash" };

type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

const ARROWS: Record<string, Direction> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

const LETTERS: Record<string, KeyAction> = {
  j: { do: "focus", direction: "down" },
  k: { do: "focus", direction: "up" },
  ",": { do: "move", direction: "left" },
  ".": { do: "move", direction: "right" },
  Enter: { do: "open" },
  " ": { do: "open" },
  c: { do: "add" },
  e: { do: "archive" },
  Delete: { do: "trash" },
};

export function actionOf(event: Pressed): KeyAction | null {
  const direction = ARROWS[event.key];
  const held = event.ctrlKey || event.metaKey || event.altKey;
  if (direction !== undefined) return { do: held ? "move" : "focus", direction };
  return held || event.shiftKey ? null : (LETTERS[event.key] ?? null);
}
