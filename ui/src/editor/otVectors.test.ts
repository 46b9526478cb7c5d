import { expect, test } from "vitest";
import { otVectors } from "../../scripts/ot-vectors";
import stored from "./ot-vectors.json";
import { changesOf, textOf } from "./splices";

test("the stored vectors are what CodeMirror does today", () => {
  expect(stored).toEqual(otVectors());
});

test("both ways around a pair of changes lead to one text", () => {
  for (const { text, a, b, aOverB, bOverA, aFirst, bFirst } of stored) {
    const start = textOf(text);
    const withA = changesOf(a, start.length).apply(start);
    const withB = changesOf(b, start.length).apply(start);
    const apply = (splices: typeof a, to: typeof start): string =>
      changesOf(splices, to.length).apply(to).toString();
    expect(apply(bOverA.otherFirst, withA)).toBe(aFirst);
    expect(apply(aOverB.otherLast, withB)).toBe(aFirst);
    expect(apply(aOverB.otherFirst, withB)).toBe(bFirst);
    expect(apply(bOverA.otherLast, withA)).toBe(bFirst);
  }
});
