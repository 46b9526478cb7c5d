// A board as it is shown: which card lies in which column, and who its neighbours are.

import type { CardId, CardSummary, ColumnId, ColumnView } from "../../ipc";
import type { BoardState } from "../../state/live";

export type Lane = { column: ColumnView; cards: CardSummary[] };
export type Spot = { lane: number; index: number };
export type Move = { column: ColumnId; after: CardId | null };

function byPlace(a: CardSummary, b: CardSummary): number {
  const first = a.place.value.position;
  const second = b.place.value.position;
  if (first !== second) return first < second ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

/** Cards in use, by column; one whose column is not here stands in the first, never nowhere. */
export function lanesOf(board: Pick<BoardState, "columns" | "cards">): Lane[] {
  const lanes = board.columns
    .filter((column) => column.life !== "trashed")
    .map((column): Lane => ({ column, cards: [] }));
  const byColumn = new Map(lanes.map((lane) => [lane.column.id, lane]));
  for (const card of board.cards.values()) {
    if (card.archived || card.life === "trashed") continue;
    const lane = byColumn.get(card.place.value.column) ?? lanes[0];
    lane?.cards.push(card);
  }
  for (const lane of lanes) lane.cards.sort(byPlace);
  return lanes;
}

export function spotOf(lanes: readonly Lane[], card: CardId | null): Spot | null {
  for (const [lane, { cards }] of lanes.entries()) {
    const index = cards.findIndex((known) => known.id === card);
    if (index >= 0) return { lane, index };
  }
  return null;
}

export type Direction = "left" | "right" | "up" | "down";

/** The card that an arrow key goes to. Columns without cards are stepped over. */
export function neighbour(lanes: readonly Lane[], from: Spot, direction: Direction): CardId | null {
  if (direction === "up" || direction === "down") {
    const index = from.index + (direction === "up" ? -1 : 1);
    return lanes[from.lane]?.cards[index]?.id ?? null;
  }
  const step = direction === "left" ? -1 : 1;
  for (let at = from.lane + step; at >= 0 && at < lanes.length; at += step) {
    const cards = lanes[at]?.cards ?? [];
    const card = cards[Math.min(from.index, cards.length - 1)];
    if (card !== undefined) return card.id;
  }
  return null;
}

/** The nearest to the one at `at` that does not go: the next, else the one before. */
export function besides(
  cards: readonly CardId[],
  at: number,
  going: readonly CardId[],
): CardId | null {
  const stays = (card: CardId) => !going.includes(card);
  return cards.slice(at + 1).find(stays) ?? cards.slice(0, Math.max(at, 0)).findLast(stays) ?? null;
}

/** Where a card goes when it is moved one step; null at the edge. */
export function stepOf(lanes: readonly Lane[], from: Spot, direction: Direction): Move | null {
  const here = lanes[from.lane];
  if (here === undefined) return null;
  if (direction === "up" || direction === "down") {
    const others = here.cards.filter((_, index) => index !== from.index);
    const index = from.index + (direction === "up" ? -1 : 1);
    if (index < 0 || index > others.length) return null;
    return { column: here.column.id, after: others[index - 1]?.id ?? null };
  }
  const there = lanes[from.lane + (direction === "left" ? -1 : 1)];
  if (there === undefined) return null;
  const index = Math.min(from.index, there.cards.length);
  return { column: there.column.id, after: there.cards[index - 1]?.id ?? null };
}

/** The lines of a paste as titles: list marks and empty lines fall away. */
export function titlesIn(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.replace(/^\s*(?:[-*+]\s+(?:\[[ xX]\]\s+)?|\d+[.)]\s+)/, "").trim())
    .filter((line) => line !== "");
}
