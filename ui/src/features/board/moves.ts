// Where cards go when they are moved by key, let go over a column, or put away.

import { t } from "../../i18n";
import type { CardId, ColumnId } from "../../ipc";
import type { Desk } from "./desk.svelte";
import { spotOf, stepOf } from "./lanes";
import type { Direction, Move } from "./lanes";

/** By one place or one column; many go together into the next column. */
export async function moveBy(desk: Desk, direction: Direction): Promise<void> {
  if (!desk.writable) return;
  if (!desk.placed && (direction === "up" || direction === "down")) {
    desk.engine.toasts.show(t("board.noPlaces"));
    return;
  }
  const card = desk.current;
  await desk.actions.inTurn(async () => {
    const spot = spotOf(desk.lanes, card);
    const step = spot === null ? null : stepOf(desk.lanes, spot, direction);
    if (card === null || step === null) return;
    const to = desk.placed ? step : endOf(desk, step.column);
    await desk.actions.moveCards(desk.allLanes, desk.selected.with(card), to);
  });
  await desk.focusCard(card);
}

/** Behind all cards of a column, those that are not shown among them. */
function endOf(desk: Desk, column: ColumnId): Move {
  const lane = desk.allLanes.find((known) => known.column.id === column);
  return { column, after: lane?.cards.at(-1)?.id ?? null };
}

/** Where cards go that are let go behind the first `index` shown ones; a sorted column has no places of its own. */
export async function drop(
  desk: Desk,
  cards: CardId[],
  column: ColumnId,
  index: number,
): Promise<void> {
  const lifted = new Set(cards);
  const rest = desk.lanes
    .find((lane) => lane.column.id === column)
    ?.cards.filter((card) => !lifted.has(card.id));
  const to = desk.placed ? { column, after: rest?.[index - 1]?.id ?? null } : endOf(desk, column);
  desk.chosen = cards[0] ?? desk.chosen;
  await desk.actions.inTurn(() => desk.actions.moveCards(desk.allLanes, cards, to));
}

/** Archives or deletes what is affected and goes on to a neighbour. */
export function putAway(
  desk: Desk,
  how: "archive" | "trash",
  card: CardId | null = desk.current,
): void {
  if (card === null || !desk.writable) return;
  const cards = desk.selected.with(card);
  const next = desk.beside(card, cards);
  desk.selected.clear();
  void desk.actions.putAway(cards, how, desk.card(card)?.title ?? "").then((done) => {
    if (done && desk.opened === null) void desk.focusCard(next);
  });
}
