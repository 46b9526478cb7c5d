// What people who worked apart left open about a card: in which column it is, and whether it is there at all.

import type { CardSummary, ColumnId } from "../../ipc";

/** Two columns of one name are no choice. */
export function columnsDiffer(
  { place }: Pick<CardSummary, "place">,
  nameOfColumn: (id: ColumnId) => string,
): boolean {
  const own = nameOfColumn(place.value.column);
  return place.others.some(({ column }) => nameOfColumn(column) !== own);
}

export function isInDoubt(
  card: Pick<CardSummary, "place" | "life">,
  nameOfColumn: (id: ColumnId) => string,
): boolean {
  return card.life === "kept_despite_trash" || columnsDiffer(card, nameOfColumn);
}
