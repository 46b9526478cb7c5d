import { expect, test } from "vitest";
import { clockOf, dayName, guessedHours, minutesOf, zones } from "./hours";

test("minutes of a day and a clock are one thing written twice", () => {
  for (const minutes of [0, 9 * 60, 12 * 60 + 5, 23 * 60 + 59]) {
    expect(minutesOf(clockOf(minutes))).toBe(minutes);
  }
  expect(minutesOf("")).toBeNull();
});

test("days are counted from Monday", () => {
  expect(dayName(1, "long")).toBe("Monday");
  expect(dayName(7, "long")).toBe("Sunday");
});

test("what is guessed can be kept: a day's work within the day, and known zones", () => {
  const { start, end, days } = guessedHours();
  expect(start).toBeLessThan(end);
  expect(days.length).toBeGreaterThan(3);
  expect(zones("Mars/Olympus")).toContain("Mars/Olympus");
});
