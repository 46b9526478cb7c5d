import { Text } from "@codemirror/state";
import { expect, test } from "vitest";
import { findHeading, headingsOf, plainWords } from "./outline";
import { stateOf } from "./testing/state";

function seen(text: string): [number, string][] {
  return headingsOf(Text.of(text.split("\n"))).map(({ level, text: words }) => [level, words]);
}

test("headings of both kinds are found, with the place where they begin", () => {
  expect(seen("# One\n\ntext\n\n### Three ###\n\nTwo\n---\n\nFirst\n===")).toEqual([
    [1, "One"],
    [3, "Three"],
    [2, "Two"],
    [1, "First"],
  ]);
  const text = "a\n\n## Here";
  expect(headingsOf(Text.of(text.split("\n")))[0]?.from).toBe(text.indexOf("##"));
});

test("what stands in code or front matter is no heading, and a rule makes none of a list", () => {
  expect(seen("```\n# no\n```\n# yes")).toEqual([[1, "yes"]]);
  expect(seen("~~~~\n~~~\n# no\n~~~~\n# yes")).toEqual([[1, "yes"]]);
  expect(seen("---\ntitle: a\nb: c\n---\n# yes")).toEqual([[1, "yes"]]);
  expect(seen("- item\n---\n\n---")).toEqual([]);
  expect(seen("#no\n#\n    # code")).toEqual([]);
});

test("a heading's words are read without their markers", () => {
  expect(plainWords("**Bold** and `code`, [[Note|alias]], [site](https://x.example)")).toBe(
    "Bold and code, alias, site",
  );
});

test("a heading is found by its words, whatever their case and markers", () => {
  const state = stateOf("# One\n\n## **Handing** over");
  expect(findHeading(state, "handing  OVER")?.from).toBe(7);
  expect(findHeading(state, "nowhere")).toBeNull();
});
