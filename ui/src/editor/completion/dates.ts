// Days as people type them after `@`: "today", "tue", "next tue", "in 3 days", "2026-12-24".

const DAY_MS = 86_400_000;
const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

function plusDays(day: Date, days: number): Date {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + days);
}

/** The day as `2026-12-24`, in the reader's own zone. */
export function isoOf(day: Date): string {
  const shifted = new Date(Date.UTC(day.getFullYear(), day.getMonth(), day.getDate()));
  return shifted.toISOString().slice(0, 10);
}

function onWeekday(name: string, next: boolean, today: Date): Date | null {
  const weekday = WEEKDAYS.findIndex((known) => name.length >= 3 && known.startsWith(name));
  if (weekday < 0) return null;
  const now = (today.getDay() + 6) % 7;
  const wanted = (weekday + 6) % 7;
  if (next) return plusDays(today, 7 - now + wanted);
  return plusDays(today, ((wanted - now + 6) % 7) + 1);
}

/** The day that is meant; null when it is not understood. "tue" is the coming one, "next tue" the one of next week. */
export function dayTyped(words: string, now: Date): Date | null {
  const plain = words.trim().toLowerCase().replace(/\s+/g, " ");
  if (plain.length >= 3 && "today".startsWith(plain)) return plusDays(now, 0);
  if (plain.length >= 3 && "tomorrow".startsWith(plain)) return plusDays(now, 1);
  if (plain.length >= 4 && "yesterday".startsWith(plain)) return plusDays(now, -1);
  if (plain === "next week") return onWeekday("monday", true, now);
  const later = /^in (\d{1,3}) (d|days?|w|weeks?)$/.exec(plain);
  if (later !== null) return plusDays(now, Number(later[1]) * (later[2]?.startsWith("w") ? 7 : 1));
  if (/^\d{4}-\d{2}-\d{2}$/.test(plain)) {
    const day = new Date(`${plain}T00:00:00`);
    return Number.isNaN(day.getTime()) || isoOf(day) !== plain ? null : day;
  }
  const weekday = /^(next )?([a-z]{3,9})$/.exec(plain);
  return weekday === null ? null : onWeekday(weekday[2] ?? "", weekday[1] !== undefined, now);
}

/** Whole days from one day to another, whatever clocks do in between. */
export function daysBetween(from: Date, to: Date): number {
  return Math.round((Date.parse(isoOf(to)) - Date.parse(isoOf(from))) / DAY_MS);
}
