// What a key does on a focused card, in columns and in the list.

import type { Desk } from "./desk.svelte";
import { actionOf } from "./keys";
import { moveBy, putAway } from "./moves";

export function cardKey(desk: Desk, event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  const card = target.dataset["card"];
  if (card === undefined || event.isComposing) return;
  // A card's own direction is that of its title, not of the board.
  const around = getComputedStyle(event.currentTarget as HTMLElement);
  const action = actionOf(event, around.direction === "rtl");
  if (action === null) return;
  if (action.do === "leave") {
    if (desk.selected.size > 0) desk.selected.clear();
    else if (desk.peeking) void desk.close();
    else return;
  }
  event.preventDefault();
  event.stopPropagation();
  if (action.do === "focus") {
    const from = desk.at;
    desk.step(action.direction);
    if (event.shiftKey && desk.at !== null) desk.selected.reach(desk.at, from);
  } else if (action.do === "move") void moveBy(desk, action.direction);
  else if (action.do === "peek") desk.peek(card);
  else if (action.do === "trash") putAway(desk, "trash");
}
