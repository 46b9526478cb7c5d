import fc from "fast-check";
import { expect, test } from "vitest";
import {
  dayOf,
  dayOfIso,
  isoOf,
  partsOf,
  plusMonths,
  startOfWeek,
  validDay,
  weekdayOf,
} from "./days";
import { typedDay } from "./typedDates";

/** What is typed on a day, in a land whose week begins on `weekStart`. */
function typed(text: string, on: string, weekStart = 1, language = "en-GB"): string | null {
  const now = dayOfIso(on);
  if (now === null) throw new Error(on);
  const day = typedDay(text, { today: now, weekStart, language });
  return day === null ? null : isoOf(day);
}

// 22 November 2026 is a Sunday, the last day of the week in Europe and the first in America.
const SUNDAY = "2026-11-22";

test.each([
  ["today", "2026-11-22"],
  ["Tomorrow", "2026-11-23"],
  ["tomo", "2026-11-23"],
  ["yest", "2026-11-21"],
  ["in 3 days", "2026-11-25"],
  ["in a week", "2026-11-29"],
  ["in 2 months", "2027-01-22"],
  ["fri", "2026-11-27"],
  ["on Friday", "2026-11-27"],
  ["24 dec", "2026-12-24"],
  ["Dec 24", "2026-12-24"],
  ["24th december, 2027", "2027-12-24"],
  ["24.12.", "2026-12-24"],
  ["2026-12-24", "2026-12-24"],
  ["next month", "2026-12-01"],
  ["end of month", "2026-11-30"],
  ["next week", "2026-11-23"],
  ["end of week", "2026-11-27"],
  ["EOW", "2026-11-27"],
  ["this weekend", "2026-11-28"],
  ["next year", "2027-01-01"],
  ["eom", "2026-11-30"],
  ["the 15th", "2026-12-15"],
  ["on the 22nd", "2026-11-22"],
  ["the 31st", "2026-12-31"],
  ["Fri, 4 Dec", "2026-12-04"],
  ["friday dec 4th", "2026-12-04"],
])("“%s” is understood", (text, day) => {
  expect(typed(text, SUNDAY)).toBe(day);
});

test.each([
  "",
  "soon",
  "3",
  "30 feb",
  "may",
  "2026-13-01",
  "31.4.",
  "in days",
  "next",
  "24 foo",
  "thu 4 dec",
  "the 32nd",
  "9th",
])("“%s” is no day", (text) => {
  expect(typed(text, SUNDAY)).toBeNull();
});

test("the end of the week is today on a Friday, the weekend on a Saturday", () => {
  expect(typed("eow", "2026-11-27")).toBe("2026-11-27");
  expect(typed("weekend", "2026-11-28")).toBe("2026-11-28");
  expect(typed("eow", "2026-11-28")).toBe("2026-12-04");
});

test("“next tue” lies in the week after this, wherever the week begins", () => {
  expect(typed("next tue", SUNDAY, 1)).toBe("2026-11-24");
  expect(typed("next tue", SUNDAY, 7)).toBe("2026-12-01");
  expect(typed("next sun", "2026-11-23", 1)).toBe("2026-12-06");
  expect(typed("next sun", "2026-11-23", 7)).toBe("2026-11-29");
});

test("the year turns by itself", () => {
  expect(typed("tomorrow", "2026-12-31")).toBe("2027-01-01");
  expect(typed("1 jan", "2026-12-31")).toBe("2027-01-01");
  expect(typed("31 dec", "2026-12-31")).toBe("2026-12-31");
  expect(typed("next month", "2026-12-31")).toBe("2027-01-01");
  expect(typed("next mon", "2026-12-30")).toBe("2027-01-04");
  expect(typed("29 feb", "2026-03-01")).toBe("2028-02-29");
});

test("figures with a slash follow the land", () => {
  expect(typed("5/4", "2026-01-01", 1, "en-GB")).toBe("2026-04-05");
  expect(typed("5/4", "2026-01-01", 7, "en-US")).toBe("2026-05-04");
});

test("days and months have their names in the reader's language too", () => {
  expect(typed("nächsten", SUNDAY, 1, "de")).toBeNull();
  expect(typed("Freitag", SUNDAY, 1, "de")).toBe("2026-11-27");
  expect(typed("24. Dezember", SUNDAY, 1, "de")).toBe("2026-12-24");
  expect(typed("5 mars", "2026-01-01", 1, "fr")).toBe("2026-03-05");
});

const anyDay = fc.integer({ min: dayOf(1990, 1, 1), max: dayOf(2090, 12, 31) });

test("a weekday is always the coming one, and next week's lies in next week", () => {
  const names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
  fc.assert(
    fc.property(anyDay, fc.nat(6), fc.integer({ min: 1, max: 7 }), (now, at, weekStart) => {
      const calendar = { today: now, weekStart, language: "en" };
      const coming = typedDay(names[at] ?? "", calendar) ?? NaN;
      expect(coming).toBeGreaterThan(now);
      expect(coming).toBeLessThanOrEqual(now + 7);
      expect(weekdayOf(coming)).toBe(at + 1);
      const next = typedDay(`next ${names[at] ?? ""}`, calendar) ?? NaN;
      expect(startOfWeek(next, weekStart)).toBe(startOfWeek(now, weekStart) + 7);
      expect(weekdayOf(next)).toBe(at + 1);
    }),
  );
});

test("a day survives being written and read, and months never spill over", () => {
  fc.assert(
    fc.property(anyDay, fc.integer({ min: -30, max: 30 }), (day, months) => {
      expect(dayOfIso(isoOf(day))).toBe(day);
      const moved = partsOf(plusMonths(day, months));
      const { year, month } = partsOf(day);
      expect(moved.year * 12 + moved.month).toBe(year * 12 + month + months);
    }),
  );
  expect(isoOf(plusMonths(dayOf(2027, 1, 31), 1))).toBe("2027-02-28");
  expect(validDay(2027, 2, 29)).toBeNull();
});
