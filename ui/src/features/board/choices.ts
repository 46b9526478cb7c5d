// What can be chosen for a field of some cards, and which of it they have already.

import { t } from "../../i18n";
import type { CardSummary, Member, Priority } from "../../ipc";
import { fold } from "../../state/matching";
import { PRIORITIES } from "./arrangement";
import type { Field } from "./desk.svelte";

export type Choice = {
  id: string;
  name: string;
  held: "all" | "some" | "none";
  priority?: Priority;
  /** A label that no card has yet. */
  fresh?: boolean;
};

function heldBy(
  cards: readonly CardSummary[],
  has: (card: CardSummary) => boolean,
): Choice["held"] {
  const count = cards.filter(has).length;
  return count === 0 ? "none" : count === cards.length ? "all" : "some";
}

/** Those who do a card, the one who answers for it first. */
export function ownerFirst(owner: string | null, assignees: readonly string[]): string[] {
  return owner === null ? [...assignees] : [owner, ...assignees.filter((one) => one !== owner)];
}

export function choicesFor(
  field: Field,
  cards: readonly CardSummary[],
  query: string,
  members: readonly Member[],
  labels: readonly string[],
): Choice[] {
  const wanted = fold(query.trim());
  const fits = (name: string) => fold(name).includes(wanted);
  if (field === "assignee") {
    return members
      .filter((member) => fits(member.name))
      .map(({ id, name }) => ({
        id,
        name,
        held: heldBy(cards, (card) => card.assignees.includes(id)),
      }));
  }
  if (field === "priority") {
    return [...PRIORITIES, null]
      .map((priority): Choice => ({
        id: priority ?? "none",
        name: t(`priority.${priority ?? "none"}`),
        held: heldBy(cards, (card) => card.priority === priority),
        ...(priority === null ? {} : { priority }),
      }))
      .filter((choice) => fits(choice.name));
  }
  const known = labels.filter(fits).map((label): Choice => ({
    id: label,
    name: label,
    held: heldBy(cards, (card) => card.labels.includes(label)),
  }));
  const typed = query.trim();
  if (typed !== "" && !labels.includes(typed)) {
    known.push({ id: `new ${typed}`, name: typed, held: "none", fresh: true });
  }
  return known;
}
