// Due dates in words.

import { locale } from "../../i18n";

const DAY_MS = 86_400_000;

/** Days from today to an ISO date, in the reader's own day; NaN for anything else. */
export function daysUntil(due: string, now: Date): number {
  const [year, month, day] = due.split("-").map(Number);
  const then = Date.UTC(year ?? NaN, (month ?? NaN) - 1, day ?? NaN);
  const today = Date.UTC(now.getFullYear(), now.getMonth(), now.getDate());
  return Math.round((then - today) / DAY_MS);
}

/** "today", "tomorrow", "27 Nov", "3 Jan 2028". */
export function dueWords(due: string, now: Date): string {
  const days = daysUntil(due, now);
  if (Number.isNaN(days)) return due;
  if (Math.abs(days) <= 1) {
    return new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(days, "day");
  }
  const date = new Date(`${due}T00:00:00`);
  const year = date.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return new Intl.DateTimeFormat(locale(), { day: "numeric", month: "short", year }).format(date);
}
