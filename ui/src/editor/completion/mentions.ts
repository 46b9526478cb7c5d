// Offers after `@`: people, days by their names, and documents.

import { locale, t } from "../../i18n";
import { formatted, isoOf, today, weekStart } from "../../state/days";
import type { Day } from "../../state/days";
import { distanceTo, fold, wordsOf } from "../../state/matching";
import { typedDay } from "../../state/typedDates";
import type { Calendar } from "../../state/typedDates";
import { writing } from "./found";
import type { Completer, Offer } from "./found";
import { rankedDocuments, targetOf } from "./links";

const MENTION =
  /(?:^|[\s(])@([\p{L}\p{N}][\p{L}\p{N}\p{M}'.-]*(?: [\p{L}\p{N}\p{M}'.-]{0,20}){0,3})?$/u;
const MOST_DOCUMENTS = 5;

function people(names: readonly string[], query: string): Offer[] {
  const words = wordsOf(query);
  return names
    .map((name) => ({ name, distance: distanceTo(fold(name), words) }))
    .filter((one): one is { name: string; distance: number } => one.distance !== null)
    .sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name))
    .map(({ name }) => ({ label: name, icon: "person", apply: writing(`@${name} `, 1) }));
}

/** "Tuesday, 1 December", and in words how far away where that is near. */
function dayOffer(day: Day, now: Day): Offer {
  const iso = isoOf(day);
  const days = day - now;
  const near = new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(days, "day");
  const spoken = formatted(day, { weekday: "long", day: "numeric", month: "long" });
  const label = Math.abs(days) <= 1 ? near.charAt(0).toLocaleUpperCase() + near.slice(1) : spoken;
  return { label, detail: iso, icon: "date", apply: writing(`${iso} `, 1) };
}

function days(query: string, calendar: Calendar): Offer[] {
  const now = calendar.today;
  if (query === "") return [dayOffer(now, now), dayOffer(now + 1, now)];
  const day = typedDay(query, calendar);
  return day === null ? [] : [dayOffer(day, now)];
}

export const completeMentions: Completer = ({ before, position, around }) => {
  const match = MENTION.exec(before);
  if (match === null) return null;
  const query = match[1] ?? "";
  const documents = query.length < 2 ? [] : rankedDocuments(around, query).slice(0, MOST_DOCUMENTS);
  const options = [
    ...days(query, { today: today(), weekStart: weekStart(), language: locale() }),
    ...people(around.people(), query),
    ...documents.map((known): Offer => {
      const apply = writing(`[[${targetOf(around, known)}]] `, 1);
      return { label: known.title, detail: t("complete.link"), icon: known.kind, apply };
    }),
  ];
  if (query === "") options.push(...options.splice(0, 2));
  return { from: position - query.length, options };
};
