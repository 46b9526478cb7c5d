import fc from "fast-check";
import { expect, test } from "vitest";
import { edgeSpeed, listAt, slotAt, stacked } from "./geometry";
import type { ItemBox } from "./geometry";

/** Items of the given heights, 6 px apart. */
function column(sizes: number[]): ItemBox[] {
  return stacked(
    sizes.map((size, index) => ({ id: String(index), size })),
    6,
  );
}

const heights = fc.array(fc.integer({ min: 20, max: 200 }), { minLength: 1, maxLength: 12 });

test("a lifted item that has not moved is at its own place", () => {
  fc.assert(
    fc.property(heights, fc.nat(), (sizes, pick) => {
      const at = pick % sizes.length;
      const lifted = column(sizes)[at];
      if (lifted === undefined) return;
      const rest = column(sizes.filter((_, index) => index !== at));
      expect(slotAt(rest, lifted.top)).toBe(at);
    }),
  );
});

test("going down never goes up a slot", () => {
  fc.assert(
    fc.property(heights, fc.integer(), fc.nat(500), (sizes, top, further) => {
      const items = column(sizes);
      expect(slotAt(items, top + further)).toBeGreaterThanOrEqual(slotAt(items, top));
    }),
  );
});

test("past half of a neighbour the slot changes, before it does not", () => {
  const items = column([60, 40]);
  expect(slotAt(items, 0)).toBe(0);
  expect(slotAt(items, 30)).toBe(0);
  expect(slotAt(items, 31)).toBe(1);
  expect(slotAt(items, 1_000)).toBe(2);
});

test("the list under the pointer is taken, outside of all the nearest", () => {
  const lists = [
    { id: "a", left: 0, right: 100 },
    { id: "b", left: 120, right: 220 },
  ];
  expect([-50, 50, 108, 112, 150, 900].map((x) => listAt(lists, x))).toEqual([
    "a",
    "a",
    "a",
    "b",
    "b",
    "b",
  ]);
  expect(listAt([], 0)).toBeNull();
});

test("scrolling starts near an edge and never runs away", () => {
  expect(edgeSpeed(300, 0, 600)).toBe(0);
  expect(edgeSpeed(10, 0, 600)).toBeLessThan(0);
  expect(edgeSpeed(590, 0, 600)).toBeGreaterThan(0);
  expect(edgeSpeed(9_000, 0, 600)).toBe(18);
});
