import fc from "fast-check";
import { expect, test } from "vitest";
import { changesBetween, sizeOf } from "./difference";
import { splicesOf, textOf } from "./splices";

const text = fc
  .array(fc.constantFrom("a", "b", "c", " ", "\n", "\n", "\r", "é", "😀", "👍🏽", "日"), {
    maxLength: 60,
  })
  .map((parts) => parts.join(""));

test("the difference turns one text into the other and never cuts a pair", () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const changes = changesBetween(textOf(before), textOf(after));
      expect(changes.apply(textOf(before)).toString()).toBe(after);
      for (const splice of splicesOf(changes)) {
        expect(splice.insert).not.toMatch(/^[\udc00-\udfff]|[\ud800-\udbff]$/);
        for (const edge of [splice.at, splice.at + splice.delete]) {
          expect(before.slice(edge - 1, edge + 1)).not.toMatch(/^[\ud800-\udbff][\udc00-\udfff]$/);
        }
      }
    }),
    { numRuns: 2000 },
  );
});

test("edits far apart stay apart", () => {
  const before = "one\ntwo\nthree\nfour";
  const changes = changesBetween(textOf(before), textOf("One\ntwo\nthree\nfour!"));
  expect(splicesOf(changes)).toEqual([
    { at: 0, delete: 1, insert: "O" },
    { at: 18, delete: 0, insert: "!" },
  ]);
});

test("two edits in a long text cost little", () => {
  const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index} with some words`);
  const before = textOf(lines.join("\n"));
  lines[10] = "changed";
  lines.splice(15_000, 3);
  const after = textOf(lines.join("\n"));
  const changes = changesBetween(before, after);
  expect(changes.apply(before).eq(after)).toBe(true);
  expect(sizeOf(changes)).toBeLessThan(200);
});

test("a text that has nothing in common is replaced", () => {
  const before = textOf("a".repeat(30_000));
  const after = textOf("b\n".repeat(30_000));
  expect(changesBetween(before, after).apply(before).eq(after)).toBe(true);
});
