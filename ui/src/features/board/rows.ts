// The list view row by row: heads, and below each its cards. A card under two heads has a row below each of them.

import { t } from "../../i18n";
import type { Key } from "../../i18n";
import type { CardSummary, ColumnId, Member } from "../../ipc";
import type { Group } from "./arrangement";
import { isInDoubt } from "./doubts";
import type { Lane } from "./lanes";
import { sectionsOf } from "./sections";

export type Row =
  /** `lane` is the column that a card can be added to. */
  | { is: "head"; key: string; title: string; count: number; lane: ColumnId | null }
  | { is: "card"; key: string; card: CardSummary; column: string }
  /** What is open about the card above it. */
  | { is: "doubt"; key: string; card: CardSummary };

export function rowsOf(
  lanes: readonly Lane[],
  group: Group,
  members: readonly Member[],
  nameOfColumn: (id: ColumnId) => string,
): Row[] {
  const sections = sectionsOf(lanes, group, members, {
    nobody: t("card.nobody"),
    noLabel: t("group.noLabel"),
    priority: (key) => t(`priority.${key}` as Key),
  });
  return sections.flatMap(({ key: head, title, cards }): Row[] => [
    {
      is: "head",
      key: `head ${head}`,
      title,
      count: cards.length,
      lane: lanes.find((known) => known.column.id === head)?.column.id ?? null,
    },
    ...cards.flatMap(({ card, column }): Row[] => {
      const key = `${head} ${card.id}`;
      const row: Row = { is: "card", key, card, column };
      return isInDoubt(card, nameOfColumn)
        ? [row, { is: "doubt", key: `doubt ${key}`, card }]
        : [row];
    }),
  ]);
}
