import { EditorState } from "@codemirror/state";
import fc from "fast-check";
import { expect, test } from "vitest";
import { countWords, figuresOf, watchFigures } from "./figures";

function open(doc: string): EditorState {
  return EditorState.create({ doc, extensions: watchFigures(() => undefined) });
}

test("words are counted as people count them, in scripts with and without spaces", () => {
  expect(countWords("Don't count **markers** or - dashes")).toBe(5);
  expect(countWords("state-of-the-art 3.14")).toBe(3);
  expect(countWords("日本語です")).toBe(5);
  expect(countWords("Привет, мир; שלום")).toBe(3);
  expect(
    countWords('![the coast](skein:file/wddtqhrk "300x200") and [more](https://a.org/b)'),
  ).toBe(4);
  expect(countWords("")).toBe(0);
});

test("what is counted in passing is what a count of everything finds, whatever is edited", () => {
  const word = fc.constantFrom("a", "bc", " ", "\n", "日", "-", "’", "x y\nz");
  fc.assert(
    fc.property(fc.array(word), fc.array(fc.tuple(fc.nat(), fc.nat(9), word)), (start, edits) => {
      let state = open(start.join(""));
      for (const [at, size, insert] of edits) {
        const from = at % (state.doc.length + 1);
        const to = Math.min(state.doc.length, from + size);
        const early = Math.min(from, 2);
        const changes = [
          { from: 0, to: early, insert: "q" },
          { from, to, insert },
        ];
        state = state.update({ changes }).state;
      }
      expect(figuresOf(state).words).toBe(figuresOf(open(state.doc.toString())).words);
    }),
  );
});

test("a selection is counted on its own, and reading takes a minute at least", () => {
  const state = open("one two three").update({ selection: { anchor: 0, head: 7 } }).state;
  expect(figuresOf(state)).toEqual({ words: 3, minutes: 1, selected: 2 });
});
