// The list view: cards under the heads of what they are grouped by.

import type { CardSummary, Member } from "../../ipc";
import { PRIORITIES } from "./arrangement";
import type { Group } from "./arrangement";
import type { Lane } from "./lanes";

export type Section = {
  key: string;
  title: string;
  cards: Array<{ card: CardSummary; column: string }>;
};
type Words = { nobody: string; noLabel: string; priority: (key: string) => string };

/** Sections in the order in which people expect them; a card with two labels stands under both. */
export function sectionsOf(
  lanes: readonly Lane[],
  group: Group,
  members: readonly Member[],
  words: Words,
): Section[] {
  if (group === "column") {
    return lanes.map(({ column, cards }) => ({
      key: column.id,
      title: column.title.value,
      cards: cards.map((card) => ({ card, column: column.title.value })),
    }));
  }
  const sections = new Map<string, Section>();
  const section = (key: string, title: string) => {
    const known = sections.get(key) ?? { key, title, cards: [] };
    sections.set(key, known);
    return known;
  };
  if (group === "assignee") for (const { id, name } of members) section(id, name);
  if (group === "priority") for (const key of PRIORITIES) section(key, words.priority(key));
  const rest: Section = { key: "", title: "", cards: [] };
  const labels = lanes.flatMap(({ cards }) => cards.flatMap((card) => card.labels));
  if (group === "label") for (const label of [...new Set(labels)].sort()) section(label, label);
  rest.title =
    group === "assignee"
      ? words.nobody
      : group === "label"
        ? words.noLabel
        : words.priority("none");

  for (const { column, cards } of lanes) {
    for (const card of cards) {
      const keys =
        group === "assignee"
          ? card.assignees
          : group === "label"
            ? card.labels
            : card.priority === null
              ? []
              : [card.priority];
      const entry = { card, column: column.title.value };
      if (keys.length === 0) rest.cards.push(entry);
      for (const key of keys) section(key, key).cards.push(entry);
    }
  }
  return [...sections.values(), rest].filter((known) => known.cards.length > 0);
}
