import { expect, test } from "vitest";
import { isoOf, today } from "../../state/days";
import { dueInFull, dueWords, nearness, urgencyOf } from "./due";

test("whether something is late is told by the reader's own day", () => {
  const now = today(new Date(2026, 10, 22, 23, 59));
  expect(isoOf(now)).toBe("2026-11-22");
  expect(
    ["2026-11-21", "2026-11-22", "2026-11-25", "2026-11-26"].map((due) => urgencyOf(due, now)),
  ).toEqual(["overdue", "today", "soon", "later"]);
  expect(dueWords("2026-11-23", now)).toBe("tomorrow");
  expect(dueWords("2026-11-25", now)).toBe("Wednesday");
  expect(dueWords("someday", now)).toBe("someday");
  expect(dueInFull("2026-11-24", now)).toBe("Tue, Nov 24");
  const near = ["2026-11-21", "2026-11-22", "2026-11-23", "2026-11-25", "2026-11-26"];
  expect(near.map((due) => nearness(due, now))).toEqual(["", "today", "tomorrow", "in 3 days", ""]);
});
