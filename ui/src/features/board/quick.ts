// A card in one line: "Book the hall @bea #events !high tomorrow".

import type { CardSummary, Member, Priority } from "../../ipc";
import { isoOf } from "../../state/days";
import { typedDay } from "../../state/typedDates";
import type { Calendar } from "../../state/typedDates";

export type QuickCard = Pick<CardSummary, "title" | "assignees" | "labels" | "due" | "priority">;

const PRIORITIES: Record<string, Priority> = {
  urgent: "urgent",
  high: "high",
  medium: "medium",
  low: "low",
  u: "urgent",
  h: "high",
  m: "medium",
  l: "low",
};

/** A date has at most so many words, as "on 24 dec 2027". */
const LONGEST_DATE = 4;

export function literally(title: string): QuickCard {
  return { title: title.trim(), assignees: [], labels: [], due: null, priority: null };
}

/** The one member whose name, or a word of it, begins so. */
export function memberNamed(typed: string, members: readonly Member[]): Member | null {
  const wanted = typed.toLocaleLowerCase();
  if (wanted === "") return null;
  const me = members.find((member) => member.me);
  if (wanted === "me" && me !== undefined) return me;
  const names = (member: Member) => {
    const name = member.name.toLocaleLowerCase();
    return [...name.split(/\s+/), name.replace(/\s+/g, "")];
  };
  const exact = members.filter((member) => names(member).includes(wanted));
  const begun = members.filter((member) => names(member).some((name) => name.startsWith(wanted)));
  const found = exact.length > 0 ? exact : begun;
  return found.length === 1 ? (found[0] ?? null) : null;
}

/** The words of a member's name that may follow its first. */
function restOfName(typed: string, { name }: Member): string[] {
  const [first, ...rest] = name.toLocaleLowerCase().split(/\s+/);
  return first === typed.toLocaleLowerCase() ? rest : [];
}

function takeDate(words: string[], calendar: Calendar): { words: string[]; due: string | null } {
  for (let count = Math.min(LONGEST_DATE, words.length - 1); count > 0; count -= 1) {
    const day = typedDay(words.slice(-count).join(" "), calendar);
    if (day !== null) return { words: words.slice(0, -count), due: isoOf(day) };
  }
  return { words, due: null };
}

/** Marks are understood anywhere, a date at the end; what is not understood stays in the title. */
export function quickCard(text: string, members: readonly Member[], calendar: Calendar): QuickCard {
  const card = literally("");
  const kept: string[] = [];
  // Words that only go on with a name that was understood, as in "@Bea Okafor".
  let rest: string[] = [];
  for (const word of text.trim().split(/\s+/)) {
    if (rest[0] === word.toLocaleLowerCase()) {
      rest.shift();
      continue;
    }
    rest = [];
    const member = word.startsWith("@") ? memberNamed(word.slice(1), members) : null;
    const priority = word.startsWith("!") ? PRIORITIES[word.slice(1).toLowerCase()] : undefined;
    const label = /^#(?=.*[\p{L}])([\p{L}\p{N}_/-]+)$/u.exec(word)?.[1];
    if (member !== null) {
      if (!card.assignees.includes(member.id)) card.assignees.push(member.id);
      rest = restOfName(word.slice(1), member);
    } else if (priority !== undefined) card.priority = priority;
    else if (label !== undefined) {
      if (!card.labels.includes(label)) card.labels.push(label);
    } else kept.push(word);
  }
  const { words, due } = takeDate(kept, calendar);
  // A card needs a title: without one the line is meant as it stands.
  if (words.length === 0 || words.join("") === "") return literally(text);
  return { ...card, due, title: words.join(" ") };
}

/** Whether something else than a title was understood. */
export function isMarked(card: QuickCard): boolean {
  return (
    card.assignees.length + card.labels.length > 0 || card.due !== null || card.priority !== null
  );
}
