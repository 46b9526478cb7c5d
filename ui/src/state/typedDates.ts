// What people type for a day: "tomorrow", "next tue", "in 3 days", "24 dec", "2026-12-24".

import { dayOf, dayOfIso, partsOf, plusMonths, startOfWeek, validDay, weekdayOf } from "./days";
import type { Day } from "./days";

export type Calendar = {
  today: Day;
  /** 1 for Monday to 7 for Sunday. */
  weekStart: number;
  /** Whose names of months and days are understood besides the English ones. */
  language: string;
};

type Names = Array<[name: string, number: number]>;

function fold(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/\./g, "").trim();
}

const tables = new Map<string, { months: Names; weekdays: Names }>();

/** Names of months and weekdays in English and in the reader's language, full and short. */
function tablesFor(language: string): { months: Names; weekdays: Names } {
  const known = tables.get(language);
  if (known !== undefined) return known;
  const months: Names = [];
  const weekdays: Names = [];
  for (const spoken of new Set(["en", language])) {
    for (const style of ["long", "short"] as const) {
      const month = new Intl.DateTimeFormat(spoken, { month: style, timeZone: "UTC" });
      const weekday = new Intl.DateTimeFormat(spoken, { weekday: style, timeZone: "UTC" });
      for (let at = 1; at <= 12; at += 1) {
        months.push([fold(month.format(new Date(Date.UTC(2024, at - 1, 1)))), at]);
      }
      // 1 January 2024 was a Monday.
      for (let at = 1; at <= 7; at += 1) {
        weekdays.push([fold(weekday.format(new Date(Date.UTC(2024, 0, at)))), at]);
      }
    }
  }
  const made = { months, weekdays };
  tables.set(language, made);
  return made;
}

/** A whole name, or at least three letters that begin only one. */
function named(names: Names, typed: string): number | null {
  const word = fold(typed);
  const exact = names.find(([name]) => name === word);
  if (exact !== undefined) return exact[1];
  if (word.length < 3) return null;
  const meant = new Set(names.filter(([name]) => name.startsWith(word)).map(([, at]) => at));
  return meant.size === 1 ? ([...meant][0] ?? null) : null;
}

const COUNTS: Record<string, number> = { a: 1, an: 1, one: 1, two: 2, three: 3 };

function afterWhile(words: string[], from: Day): Day | null {
  const [count = "", unit = ""] = words;
  const many = COUNTS[count] ?? (/^\d{1,3}$/.test(count) ? Number(count) : NaN);
  if (words.length !== 2 || Number.isNaN(many)) return null;
  if (/^d(ays?)?$/.test(unit)) return from + many;
  if (/^w(eeks?)?$/.test(unit)) return from + many * 7;
  if (/^months?$/.test(unit)) return plusMonths(from, many);
  if (/^y(ears?)?$/.test(unit)) return plusMonths(from, many * 12);
  return null;
}

/** "tue": the coming one, never today. "next tue": the one in the week after this. */
function onWeekday(weekday: number, next: boolean, { today, weekStart }: Calendar): Day {
  if (next) {
    const week = startOfWeek(today, weekStart) + 7;
    return week + ((weekday - weekStart + 7) % 7);
  }
  return today + ((weekday - weekdayOf(today) + 6) % 7) + 1;
}

/** Without a year the next such day is meant, today being one. */
function inYear(month: number, day: number, year: number | null, today: Day): Day | null {
  if (year !== null) return validDay(year < 100 ? 2000 + year : year, month, day);
  const first = partsOf(today).year;
  // Eight years hold a 29 February, whatever century ends in them.
  for (let at = first; at <= first + 8; at += 1) {
    const found = validDay(at, month, day);
    if (found !== null && found >= today) return found;
  }
  return null;
}

function monthFirst(language: string): boolean {
  const parts = new Intl.DateTimeFormat(language, { month: "numeric", day: "numeric" });
  const order = parts.formatToParts(new Date(0)).map((part) => part.type);
  return order.indexOf("month") < order.indexOf("day");
}

function numeric(text: string, { today, language }: Calendar): Day | null {
  const dotted = /^(\d{1,2})\.(\d{1,2})\.?(\d{4}|\d{2})?$/.exec(text);
  const slashed = /^(\d{1,2})\/(\d{1,2})(?:\/(\d{4}|\d{2}))?$/.exec(text);
  const found = dotted ?? slashed;
  if (found === null) return null;
  const [first, second] = [Number(found[1]), Number(found[2])];
  const year = found[3] === undefined ? null : Number(found[3]);
  return dotted === null && monthFirst(language)
    ? inYear(first, second, year, today)
    : inYear(second, first, year, today);
}

function withMonth(words: string[], calendar: Calendar): Day | null {
  if (words.length < 2 || words.length > 3) return null;
  const { months } = tablesFor(calendar.language);
  const year = words.length === 3 ? Number(words[2]) : null;
  if (year !== null && !/^\d{4}$/.test(words[2] ?? "")) return null;
  for (const [number = "", name = ""] of [words, [words[1] ?? "", words[0] ?? ""]]) {
    const day = /^(\d{1,2})(?:st|nd|rd|th|\.)?$/.exec(number);
    const month = named(months, name);
    if (day !== null && month !== null) return inYear(month, Number(day[1]), year, calendar.today);
  }
  return null;
}

const FRIDAY = 5;
const SATURDAY = 6;

/** "the 15th": the coming one. */
function dayOfMonth(plain: string, today: Day): Day | null {
  const number = /^the (\d{1,2})(?:st|nd|rd|th)$/.exec(plain)?.[1];
  if (number === undefined) return null;
  const { year, month } = partsOf(today);
  for (let at = month; at <= month + 2; at += 1) {
    const found = validDay(year + Math.floor((at - 1) / 12), ((at - 1) % 12) + 1, Number(number));
    if (found !== null && found >= today) return found;
  }
  return null;
}

/** "fri 4 dec", where that is a Friday. */
function withWeekday(words: string[], calendar: Calendar): Day | null {
  const weekday = named(tablesFor(calendar.language).weekdays, words[0] ?? "");
  const day = weekday === null ? null : withMonth(words.slice(1), calendar);
  return day !== null && weekdayOf(day) === weekday ? day : null;
}

function begun(word: string, typed: string, least: number): boolean {
  return typed.length >= least && word.startsWith(typed);
}

/** The day that is meant; null when it is not understood. */
export function typedDay(text: string, calendar: Calendar): Day | null {
  const plain = text.trim().toLowerCase().replace(/,/g, " ").replace(/\s+/g, " ");
  const { today } = calendar;
  if (begun("today", plain, 3)) return today;
  if (begun("tomorrow", plain, 3) || plain === "tmr") return today + 1;
  if (begun("yesterday", plain, 4)) return today - 1;
  switch (plain) {
    case "next week":
      return onWeekday(1, false, calendar);
    case "end of week":
    case "eow":
      return onWeekday(FRIDAY, false, { ...calendar, today: today - 1 });
    case "weekend":
    case "this weekend":
      return onWeekday(SATURDAY, false, { ...calendar, today: today - 1 });
    case "next year":
      return dayOf(partsOf(today).year + 1, 1, 1);
    case "next month": {
      const { year, month } = partsOf(today);
      return dayOf(year, month + 1, 1);
    }
    case "eom":
    case "end of month": {
      const { year, month } = partsOf(today);
      return dayOf(year, month + 1, 1) - 1;
    }
  }
  const exact = dayOfIso(plain) ?? numeric(plain, calendar);
  if (exact !== null) return exact;
  const words = plain.split(" ").filter((word) => word !== "on" && word !== "this");
  const ofMonth = dayOfMonth(words.join(" "), today);
  if (ofMonth !== null) return ofMonth;
  if (words[0] === "in") return afterWhile(words.slice(1), today);
  const next = words[0] === "next";
  const rest = next ? words.slice(1) : words;
  const [only = ""] = rest;
  const weekday = rest.length === 1 ? named(tablesFor(calendar.language).weekdays, only) : null;
  if (weekday !== null) return onWeekday(weekday, next, calendar);
  return next ? null : (withMonth(words, calendar) ?? withWeekday(words, calendar));
}
