import fc from "fast-check";
import { expect, test } from "vitest";
import { stateOf } from "../testing/state";
import { inPlace } from "./place";

/** The text after lines were pasted at the mark; null where they come in as they are. */
function pastedAt(marked: string, text: string): string | null {
  const state = stateOf(marked);
  return inPlace(state, text)?.apply(state.doc).toString() ?? null;
}

test("lines of words become items like the one they come into", () => {
  expect(pastedAt("- a |", "x\ny\n")).toBe("- a x\n- y");
  expect(pastedAt("- [x] |b", "x\n y")).toBe("- [x] x\n- [ ] yb");
  expect(pastedAt("1. |\n2. b", "x\ny")).toBe("1. x\n2. y\n3. b");
  expect(pastedAt("> - |", "x\ny")).toBe("> - x\n> - y");
});

test("a list takes the place of an empty item, and comes below one with words, at its depth", () => {
  expect(pastedAt("- |", "- x\n- y")).toBe("- x\n- y");
  expect(pastedAt("- a\n  - |", "* x\n  * y\n")).toBe("- a\n  * x\n    * y");
  expect(pastedAt("- a|\n- b", "- x\n- y")).toBe("- a\n- x\n- y\n- b");
  expect(pastedAt("- [ ] |", "  - [x] x\n  - y")).toBe("- [x] x\n- y");
  expect(pastedAt("- a| b", "- x")).toBeNull();
});

test("in a quotation every line is one of it", () => {
  expect(pastedAt("> |", "x\n\ny")).toBe("> x\n>\n> y");
  expect(pastedAt("> > a|", " x\n- y")).toBe("> > a x\n> > - y");
});

test("elsewhere, and what is a block of its own, comes in as it is", () => {
  expect(pastedAt("|", "x\ny")).toBeNull();
  expect(pastedAt("- |", "# x\ny")).toBeNull();
  expect(pastedAt("- |", "x\n\ny")).toBeNull();
  expect(pastedAt("-| a", "x\ny")).toBeNull();
  expect(pastedAt("```\n- |\n```", "x\ny")).toBeNull();
});

test("whatever is pasted, none of its words is lost", () => {
  const place = fc.constantFrom(
    "- a|",
    "- |",
    "1. a|\n2. b",
    "> |",
    "> - [ ] |",
    "- a\n  - |b",
    "|",
  );
  const line = fc.stringMatching(/^[ \-*>#`|a-c0-9.)\t]{0,12}$/);
  fc.assert(
    fc.property(place, fc.array(line, { minLength: 1, maxLength: 5 }), (marked, lines) => {
      const after = pastedAt(marked, lines.join("\n"));
      if (after === null) return;
      const words = (text: string): string => text.replace(/[^a-c]/g, "");
      const [before = "", rest = ""] = marked.split("|");
      expect(words(after)).toBe(words(before) + words(lines.join("")) + words(rest));
    }),
  );
});
