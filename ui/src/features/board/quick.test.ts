import fc from "fast-check";
import { expect, test } from "vitest";
import type { CardSummary, Member } from "../../ipc";
import { fitting, PLAIN, readArrangement, written } from "./arrangement";
import type { Arrangement } from "./arrangement";
import { dayOfIso } from "../../state/days";
import { isMarked, literally, quickCard } from "./quick";

function member(id: string, name: string, me = false): Member {
  return { id, name, me } as Member;
}

const members = [
  member("m-1", "Ana Sousa", true),
  member("m-2", "Bea Okafor"),
  member("m-3", "Ben Li"),
];
const now = dayOfIso("2026-11-22") ?? 0;
const calendar = { today: now, weekStart: 1, language: "en" };
const read = (text: string) => quickCard(text, members, calendar);

test("marks are understood and leave the title", () => {
  expect(read("Book the hall @bea #events !high tomorrow")).toEqual({
    title: "Book the hall",
    assignees: ["m-2"],
    labels: ["events"],
    priority: "high",
    due: "2026-11-23",
  });
  expect(read("@me Call home 24 dec").assignees).toEqual(["m-1"]);
  expect(read("Pack !u next fri").due).toBe("2026-11-27");
});

test("a name may be written out", () => {
  expect(read("Book @Bea Okafor the hall")).toMatchObject({
    title: "Book the hall",
    assignees: ["m-2"],
  });
  expect(read("Thank @bea and Okafor").title).toBe("Thank and Okafor");
});

test("what is not understood stays in the title", () => {
  expect(read("Ask @be about #12 and !now").title).toBe("Ask @be about #12 and !now");
  expect(isMarked(read("Ask @zoe"))).toBe(false);
  expect(read("The Friday meeting").due).toBeNull();
});

test("a line of marks alone is a title", () => {
  expect(read("tomorrow")).toEqual(literally("tomorrow"));
  expect(read("#bug !high")).toEqual(literally("#bug !high"));
});

test("no line ever loses its title", () => {
  fc.assert(
    fc.property(
      fc.string().filter((text) => text.trim() !== ""),
      (text) => {
        expect(read(text).title).not.toBe("");
      },
    ),
  );
});

const anyLook: fc.Arbitrary<Arrangement> = fc.record({
  text: fc.string().map((text) => text.trim()),
  mine: fc.boolean(),
  assignees: fc.array(fc.string({ minLength: 1 })),
  labels: fc.array(fc.string({ minLength: 1 })),
  due: fc.constantFrom(
    "overdue" as const,
    "today" as const,
    "week" as const,
    "none" as const,
    null,
  ),
  priorities: fc.constantFrom([], ["urgent" as const], ["urgent" as const, "low" as const]),
  group: fc.constantFrom("column" as const, "assignee" as const, "label" as const),
  sort: fc.constantFrom("place" as const, "due" as const, "title" as const),
  layout: fc.constantFrom("board" as const, "list" as const),
});

test("an address gives the same look back", () => {
  fc.assert(
    fc.property(anyLook, (look) => {
      expect(readArrangement(written(look))).toEqual(look);
    }),
  );
  expect(written(PLAIN)).toBe("");
  expect(readArrangement("nonsense~due:never~sort:")).toEqual(PLAIN);
});

function card(change: Partial<CardSummary>): CardSummary {
  return {
    title: "Café für alle",
    assignees: [],
    labels: [],
    due: null,
    priority: null,
    ...change,
  } as CardSummary;
}

test("a filter takes the cards that fit all of it", () => {
  const shown = (look: Partial<Arrangement>, change: Partial<CardSummary> = {}) =>
    fitting({ ...PLAIN, ...look }, "m-1", now)(card(change));
  expect(shown({ text: "alle CAFE" })).toBe(true);
  expect(shown({ text: "tea" })).toBe(false);
  expect(shown({ mine: true })).toBe(false);
  expect(shown({ mine: true }, { assignees: ["m-1"] })).toBe(true);
  expect(shown({ labels: ["a", "b"] }, { labels: ["b"] })).toBe(true);
  expect(shown({ due: "overdue" }, { due: "2026-11-22" })).toBe(false);
  expect(shown({ due: "overdue" }, { due: "2026-11-21" })).toBe(true);
  expect(shown({ due: "none" })).toBe(true);
  expect(shown({ priorities: ["high"], mine: true }, { priority: "high" })).toBe(false);
});
