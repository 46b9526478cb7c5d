import { ChangeSet } from "@codemirror/state";
import fc from "fast-check";
import { expect, test } from "vitest";
import { changesOf, splicesOf, textOf } from "./splices";

test("splices and changes say the same", () => {
  const piece = fc.record({
    skip: fc.nat(6),
    drop: fc.nat(4),
    insert: fc.constantFrom("", "x", "yz\n", "\r\n", "😀"),
  });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      let at = 0;
      const edits: { from: number; to: number; insert: string }[] = [];
      for (const { skip, drop, insert } of pieces) {
        edits.push({ from: at + skip, to: at + skip + drop, insert });
        at += skip + drop;
      }
      const text = textOf("0123456789\r\n".repeat(8).slice(0, at + 3));
      const changes = ChangeSet.of(edits, text.length, "\n");
      const splices = splicesOf(changes);
      const back = changesOf(splices, text.length);
      expect(back.apply(text).toString()).toBe(changes.apply(text).toString());
      expect(splicesOf(back)).toEqual(splices);
    }),
    { numRuns: 1000 },
  );
});

test("carriage returns count as characters", () => {
  const text = textOf("a\r\nb\rc");
  expect(text.length).toBe(6);
  expect(text.lines).toBe(2);
  expect(
    changesOf([{ at: 3, delete: 1, insert: "\r\n" }], 6)
      .apply(text)
      .toString(),
  ).toBe("a\r\n\r\n\rc");
});

test("splices that do not fit are refused", () => {
  for (const splices of [
    [{ at: 4, delete: 2, insert: "" }],
    [{ at: -1, delete: 0, insert: "x" }],
    [{ at: 0.5, delete: 0, insert: "x" }],
    [{ at: 1, delete: -1, insert: "x" }],
    [
      { at: 2, delete: 2, insert: "" },
      { at: 3, delete: 1, insert: "" },
    ],
  ]) {
    expect(() => changesOf(splices, 5)).toThrow(RangeError);
  }
});
