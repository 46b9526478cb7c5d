// Working hours and zones as people set them: guessed from the system, written and read as a clock does.

import { locale } from "../i18n";
import type { Hours } from "../ipc/generated";

export const WEEK = [1, 2, 3, 4, 5, 6, 7] as const;

export function guessedZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

/** All zones that this system knows, with `known` among them. */
export function zones(known: string): string[] {
  const all = Intl.supportedValuesOf("timeZone");
  return [...new Set(["UTC", ...all, known])].sort();
}

/** Weekends are not the same everywhere; days off are what the language's region rests on. */
export function guessedHours(): Hours {
  const region = new Intl.Locale(locale()) as Intl.Locale & {
    getWeekInfo?: () => { weekend: number[] };
    weekInfo?: { weekend: number[] };
  };
  const weekend = (region.getWeekInfo?.() ?? region.weekInfo)?.weekend ?? [6, 7];
  return { start: 9 * 60, end: 17 * 60, days: WEEK.filter((day) => !weekend.includes(day)) };
}

/** 1 is Monday. */
export function dayName(day: number, style: "short" | "long"): string {
  // The first of January 2024 was a Monday.
  const date = new Date(Date.UTC(2024, 0, day));
  return new Intl.DateTimeFormat(locale(), { weekday: style, timeZone: "UTC" }).format(date);
}

/** "09:30", as a field for a time of day has it. */
export function clockOf(minutes: number): string {
  const two = (part: number) => String(part).padStart(2, "0");
  return `${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}`;
}

export function minutesOf(clock: string): number | null {
  const found = /^(\d{1,2}):(\d{2})/.exec(clock);
  return found === null ? null : Number(found[1]) * 60 + Number(found[2]);
}

/** What a clock in `zone` shows now. */
export function timeIn(zone: string, now: number): string {
  const style = { hour: "2-digit", minute: "2-digit", weekday: "short", timeZone: zone } as const;
  return new Intl.DateTimeFormat(locale(), style).format(now);
}
