import { expect, test } from "vitest";
import { markedTitle } from "./markedTitle";

const shown = (title: string, query: string) =>
  markedTitle(title, query)
    .map(({ text, hit }) => (hit ? `<${text}>` : text))
    .join("");

test("the words that were looked for are marked where words begin, whatever their accents and case", () => {
  expect(shown("Hand-offs by hand", "hand")).toBe("<Hand>-offs by <hand>");
  expect(shown("Übergabe der Wache", "uber wache")).toBe("<Über>gabe der <Wache>");
  expect(shown("Beforehand", "hand")).toBe("Beforehand");
  expect(shown("Release 2.0", "2")).toBe("Release <2>.0");
});

test("in writing without spaces they are marked anywhere, and a title is whole without hits", () => {
  expect(shown("来週の会議", "会議")).toBe("来週の<会議>");
  expect(shown("😀 plan", "pl")).toBe("😀 <pl>an");
  expect(shown("Plan", "")).toBe("Plan");
  expect(shown("", "plan")).toBe("");
});
