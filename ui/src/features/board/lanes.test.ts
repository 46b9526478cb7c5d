import fc from "fast-check";
import { expect, test } from "vitest";
import type { CardSummary } from "../../ipc";
import { actionOf } from "./keys";
import { besides, lanesOf, neighbour, spotOf, stepOf, titlesIn } from "./lanes";
import type { Direction, Lane } from "./lanes";

function card(id: string, column: string, change: Partial<CardSummary> = {}): CardSummary {
  return {
    id,
    place: { value: { column, position: id }, others: [] },
    title: id,
    assignees: [],
    owner: null,
    labels: [],
    due: null,
    priority: null,
    archived: false,
    life: "alive",
    checklistDone: 0,
    checklistTotal: 0,
    hasDescription: false,
    files: 0,
    conflicts: 0,
    ...change,
  };
}

function column(id: string) {
  return {
    id,
    title: { value: id, others: [] },
    limit: { value: null, others: [] },
    position: id,
    life: "alive" as const,
  };
}

function lanes(sizes: number[], extra: CardSummary[] = []): Lane[] {
  const cards = sizes.flatMap((size, at) =>
    Array.from({ length: size }, (_, index) => card(`${at}-${index}`, `c${at}`)),
  );
  return lanesOf({
    columns: sizes.map((_, at) => column(`c${at}`)),
    cards: new Map([...cards, ...extra].map((known) => [known.id, known])),
  });
}

const anySizes = fc.array(fc.nat(5), { minLength: 1, maxLength: 5 });
const anyDirection = fc.constantFrom<Direction>("left", "right", "up", "down");

test("a card whose column is not here stands in the first, never nowhere", () => {
  const all = lanes([0, 1], [card("lost", "elsewhere")]);
  expect(all[0]?.cards.map((known) => known.id)).toEqual(["lost"]);
});

test("archived and trashed cards are out of sight, kept ones are not", () => {
  const all = lanes(
    [0],
    [
      card("a", "c0", { archived: true }),
      card("b", "c0", { life: "trashed" }),
      card("c", "c0", { life: "kept_despite_trash" }),
    ],
  );
  expect(all[0]?.cards.map((known) => known.id)).toEqual(["c"]);
});

test("an arrow leads to another card or nowhere", () => {
  fc.assert(
    fc.property(anySizes, anyDirection, (sizes, direction) => {
      const all = lanes(sizes);
      for (const lane of all) {
        for (const { id } of lane.cards) {
          const spot = spotOf(all, id);
          if (spot === null) throw new Error("the card is there");
          expect(neighbour(all, spot, direction)).not.toBe(id);
        }
      }
    }),
  );
});

test("a step never puts a card behind itself and always lands in a column", () => {
  fc.assert(
    fc.property(anySizes, anyDirection, (sizes, direction) => {
      const all = lanes(sizes);
      for (const lane of all) {
        for (const { id } of lane.cards) {
          const spot = spotOf(all, id);
          const move = spot === null ? null : stepOf(all, spot, direction);
          if (move === null) continue;
          expect(move.after).not.toBe(id);
          expect(all.some((known) => known.column.id === move.column)).toBe(true);
        }
      }
    }),
  );
});

test("one step down puts a card behind its next neighbour", () => {
  const all = lanes([3]);
  expect(stepOf(all, { lane: 0, index: 0 }, "down")).toEqual({ column: "c0", after: "0-1" });
  expect(stepOf(all, { lane: 0, index: 1 }, "up")).toEqual({ column: "c0", after: null });
  expect(stepOf(all, { lane: 0, index: 2 }, "down")).toBeNull();
});

test("what goes leaves the focus to the next that stays, else to the one before", () => {
  expect(besides(["a", "b", "c"], 1, ["b"])).toBe("c");
  expect(besides(["a", "b", "c"], 1, ["b", "c"])).toBe("a");
  expect(besides(["a", "b", "c"], 2, ["c"])).toBe("b");
  expect(besides(["a"], 0, ["a"])).toBeNull();
});

test("pasted lines become titles without their list marks", () => {
  expect(titlesIn("- [ ] One\n\n* Two\r\n3. Three\n  Four\n")).toEqual([
    "One",
    "Two",
    "Three",
    "Four",
  ]);
});

test("keys move the focus alone and the card when held with Ctrl or Alt", () => {
  const press = (key: string, held: Partial<KeyboardEvent> = {}, mirrored = false) =>
    actionOf(
      { key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held },
      mirrored,
    );
  expect(press("ArrowLeft")).toEqual({ do: "focus", direction: "left" });
  expect(press("ArrowLeft", {}, true)).toEqual({ do: "focus", direction: "right" });
  expect(press("ArrowLeft", { ctrlKey: true })).toEqual({ do: "move", direction: "left" });
  expect(press("ArrowDown", { altKey: true })).toEqual({ do: "move", direction: "down" });
  expect(press(" ")).toEqual({ do: "peek" });
  expect(press("c")).toBeNull();
});
