// What a key means on a focused card. Letters are commands, as the list of keys shows them.

import type { KeyTable } from "../../state/keys";
import type { Direction } from "./lanes";

export type KeyAction =
  { do: "focus" | "move"; direction: Direction } | { do: "peek" | "trash" | "leave" };

type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

const ARROWS: Record<string, Direction> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

const OTHERS: Record<string, KeyAction> = {
  " ": { do: "peek" },
  Delete: { do: "trash" },
  Escape: { do: "leave" },
};

/** Arrows go where they point: in a text that runs from right to left, left is forward. */
export function actionOf(event: Pressed, mirrored = false): KeyAction | null {
  const held = event.ctrlKey || event.metaKey || event.altKey;
  let direction = ARROWS[event.key];
  if (mirrored && direction === "left") direction = "right";
  else if (mirrored && direction === "right") direction = "left";
  if (direction !== undefined) return { do: held ? "move" : "focus", direction };
  return held || event.shiftKey ? null : (OTHERS[event.key] ?? null);
}

export const boardKeys: KeyTable = {
  title: "board.keys",
  rows: [
    {
      label: "board.keys.focus",
      keys: ["J", "K", "Arrows"],
    },
    {
      label: "board.keys.move",
      keys: ["Alt+Arrows"],
    },
    { label: "board.keys.open", keys: ["Enter"] },
    { label: "board.keys.peek", keys: ["Space"] },
    { label: "board.keys.trash", keys: ["Delete"] },
  ],
};
