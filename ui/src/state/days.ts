// Calendar days as plain numbers, so that nobody's clock or zone bends them.

import { locale } from "../i18n";

const DAY_MS = 86_400_000;

/** Days since 1 January 1970. */
export type Day = number;

export function dayOf(year: number, month: number, day: number): Day {
  return Math.round(Date.UTC(year, month - 1, day) / DAY_MS);
}

/** The reader's own day. */
export function today(now: Date = new Date()): Day {
  return dayOf(now.getFullYear(), now.getMonth() + 1, now.getDate());
}

export function partsOf(day: Day): { year: number; month: number; day: number } {
  const date = new Date(day * DAY_MS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

export function isoOf(day: Day): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** Null for what is no date, as 30 February. */
export function dayOfIso(iso: string): Day | null {
  const found = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(iso.trim());
  if (found === null) return null;
  return validDay(Number(found[1]), Number(found[2]), Number(found[3]));
}

export function validDay(year: number, month: number, day: number): Day | null {
  const at = dayOf(year, month, day);
  const parts = partsOf(at);
  return parts.year === year && parts.month === month && parts.day === day ? at : null;
}

/** 1 for Monday to 7 for Sunday. */
export function weekdayOf(day: Day): number {
  return ((((day + 3) % 7) + 7) % 7) + 1;
}

/** The same day of another month, or that month's last. */
export function plusMonths(day: Day, months: number): Day {
  const parts = partsOf(day);
  const first = dayOf(parts.year, parts.month + months, 1);
  const { year, month } = partsOf(first);
  const last = dayOf(year, month + 1, 1) - 1;
  return Math.min(first + parts.day - 1, last);
}

/** On which day a week begins where the reader lives: 1 for Monday to 7 for Sunday. */
export function weekStart(language: string = locale()): number {
  const known = new Intl.Locale(language) as Intl.Locale & {
    weekInfo?: { firstDay: number };
    getWeekInfo?: () => { firstDay: number };
  };
  return (known.getWeekInfo?.() ?? known.weekInfo)?.firstDay ?? 1;
}

export function startOfWeek(day: Day, firstDay: number): Day {
  return day - ((weekdayOf(day) - firstDay + 7) % 7);
}

/** A day as `Intl` formats it; the zone is fixed, since a day has none. */
export function formatted(day: Day, options: Intl.DateTimeFormatOptions): string {
  const format = new Intl.DateTimeFormat(locale(), { ...options, timeZone: "UTC" });
  return format.format(new Date(day * DAY_MS));
}
