// Where cards go when they are moved by key, let go over a column, or put away.

import type { CardId, ColumnId } from "../../ipc";
import type { Desk } from "./desk.svelte";
import { neighbour, spotOf, stepOf } from "./lanes";
import type { Direction } from "./lanes";

/** By one place or one column; many go together into the next column. */
export async function moveBy(desk: Desk, direction: Direction): Promise<void> {
  if (!desk.writable) return;
  const card = desk.current;
  await desk.actions.inTurn(async () => {
    const spot = spotOf(desk.lanes, card);
    const to = spot === null ? null : stepOf(desk.lanes, spot, direction);
    if (card !== null && to !== null) {
      await desk.actions.moveCards(desk.allLanes, desk.selected.with(card), to);
    }
  });
  await desk.focusCard(card);
}

/** Where cards go that are let go behind the first `index` shown ones; a sorted column has no places of its own. */
export async function drop(
  desk: Desk,
  cards: CardId[],
  column: ColumnId,
  index: number,
): Promise<void> {
  const lifted = new Set(cards);
  const placed = desk.look.sort === "place";
  const shown = placed ? desk.lanes : desk.allLanes;
  const rest = shown
    .find((lane) => lane.column.id === column)
    ?.cards.filter((card) => !lifted.has(card.id));
  const after = placed ? rest?.[index - 1] : rest?.at(-1);
  desk.chosen = cards[0] ?? desk.chosen;
  await desk.actions.inTurn(() =>
    desk.actions.moveCards(desk.allLanes, cards, { column, after: after?.id ?? null }),
  );
}

/** Archives or deletes what is affected and goes on to a neighbour. */
export function putAway(
  desk: Desk,
  how: "archive" | "trash",
  card: CardId | null = desk.current,
): void {
  const cards = desk.selected.with(card);
  const spot = spotOf(desk.lanes, card);
  if (spot === null || !desk.writable) return;
  const next = neighbour(desk.lanes, spot, "down") ?? neighbour(desk.lanes, spot, "up");
  desk.selected.clear();
  void desk.actions.putAway(cards, how, desk.card(card)?.title ?? "").then((done) => {
    if (done && desk.opened === null) void desk.focusCard(next);
  });
}
