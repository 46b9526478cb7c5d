// Due dates in words, seen from the reader's own day.

import { locale } from "../../i18n";
import { dayOfIso, formatted, partsOf } from "../../state/days";
import type { Day } from "../../state/days";

export type Urgency = "overdue" | "today" | "soon" | "later";

const SOON_DAYS = 3;

function daysAway(days: number): string {
  return new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(days, "day");
}

/** "today", "tomorrow", "Thu", "27 Nov", "3 Jan 2028". */
export function dueWords(due: string, now: Day): string {
  const day = dayOfIso(due);
  if (day === null) return due;
  const days = day - now;
  if (Math.abs(days) <= 1) return daysAway(days);
  if (days > 1 && days < 7) return formatted(day, { weekday: "long" });
  const year = partsOf(day).year === partsOf(now).year ? undefined : "numeric";
  return formatted(day, { day: "numeric", month: "short", year });
}

/** With the weekday, for places that have room: "Fri, 27 Nov". */
export function dueInFull(due: string, now: Day): string {
  const day = dayOfIso(due);
  if (day === null) return due;
  const year = partsOf(day).year === partsOf(now).year ? undefined : "numeric";
  return formatted(day, { weekday: "short", day: "numeric", month: "short", year });
}

export function urgencyOf(due: string, now: Day): Urgency {
  const day = dayOfIso(due);
  if (day === null || day > now + SOON_DAYS) return "later";
  if (day < now) return "overdue";
  return day === now ? "today" : "soon";
}

/** How near it is, while it is near: "today", "tomorrow", "in 3 days". */
export function nearness(due: string, now: Day): string {
  const day = dayOfIso(due);
  if (day === null || day < now || day > now + SOON_DAYS) return "";
  return daysAway(day - now);
}
