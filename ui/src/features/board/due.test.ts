import { expect, test } from "vitest";
import { isoOf, today } from "../../state/days";
import { dueWords, urgencyOf } from "./due";

test("whether something is late is told by the reader's own day", () => {
  const now = today(new Date(2026, 10, 22, 23, 59));
  expect(isoOf(now)).toBe("2026-11-22");
  expect(
    ["2026-11-21", "2026-11-22", "2026-11-25", "2026-11-26"].map((due) => urgencyOf(due, now)),
  ).toEqual(["overdue", "today", "soon", "later"]);
  expect(dueWords("2026-11-23", now)).toBe("tomorrow");
  expect(dueWords("2026-11-25", now)).toBe("Wednesday");
  expect(dueWords("someday", now)).toBe("someday");
});
