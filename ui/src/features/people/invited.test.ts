// Invites in words.

import { describe, expect, test } from "vitest";
import { whenMade } from "./invited";

const at = (day: number, hour: number): number => new Date(2026, 10, day, hour).getTime();

describe("when invites were made", () => {
  test("the day tells one of several days", () => {
    const words = whenMade([
      { id: "b", madeAt: at(3, 9) },
      { id: "a", madeAt: at(2, 9) },
    ]);
    expect([words.get("a")?.apart, words.get("b")?.apart]).toEqual(["Mon, Nov 2", "Tue, Nov 3"]);
  });

  test("of several of one day no two are called alike", () => {
    const words = whenMade([
      { id: "d", madeAt: at(3, 14) },
      { id: "c", madeAt: at(3, 9) },
      { id: "b", madeAt: at(3, 9) },
      { id: "a", madeAt: at(2, 9) },
    ]);
    expect(words.get("a")?.apart).toBe("Mon, Nov 2");
    expect(words.get("b")?.apart).toMatch(/^Tue, Nov 3.*9 AM, no\. 1$/);
    expect(words.get("c")?.apart).toMatch(/^Tue, Nov 3.*9 AM, no\. 2$/);
    expect(words.get("d")?.apart).toMatch(/^Tue, Nov 3.*2 PM$/);
    expect(words.get("b")?.when).toBe(words.get("c")?.when);
  });
});
