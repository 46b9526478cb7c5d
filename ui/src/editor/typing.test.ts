import { history, undo } from "@codemirror/commands";
import { EditorState } from "@codemirror/state";
import type { StateCommand } from "@codemirror/state";
import { expect, test } from "vitest";
import { noteMarkdown } from "./markdown";
import { LINE_BREAK } from "./splices";
import { after, stateOf } from "./testing/state";
import { completeMark } from "./typedMarks";
import { eraseMark, makeRule, makeTask, openFence, surround } from "./typing";

/** The text after a conversion, and after one undo. */
function converted(command: StateCommand, marked: string): [string | null, string] {
  const from = stateOf(marked);
  let state = EditorState.create({
    doc: from.doc,
    selection: from.selection,
    extensions: [EditorState.lineSeparator.of(LINE_BREAK), noteMarkdown, history()],
  });
  const dispatch = (transaction: { state: EditorState }): void => void (state = transaction.state);
  const applied = command({ state, dispatch });
  const shown = state.sliceDoc();
  undo({ state, dispatch });
  return [applied ? shown : null, state.sliceDoc()];
}

test("a box typed at the start of a line becomes a task, and undo leaves the letters", () => {
  expect(converted(makeTask, "[]|")).toEqual(["- [ ] ", "[] "]);
  expect(converted(makeTask, "- []|")).toEqual(["- [ ] ", "- [] "]);
  expect(converted(makeTask, "> []|")).toEqual(["> - [ ] ", "> [] "]);
  expect(after(makeTask, "[]|word")).toBe("- [ ] |word");
});

test("the key that completes a mark is a step of its own, and undo leaves letters that mean nothing", () => {
  expect(converted(completeMark(" "), "#|")).toEqual(["# ", "\\# "]);
  expect(converted(completeMark(" "), "words\n\n##|title")).toEqual([
    "words\n\n## title",
    "words\n\n\\## title",
  ]);
  expect(converted(completeMark(" "), "-|")).toEqual(["- ", "\\- "]);
  expect(converted(completeMark(" "), "1.|")).toEqual(["1. ", "1\\. "]);
  expect(converted(completeMark(" "), ">|")).toEqual(["> ", "\\> "]);
  expect(converted(completeMark(" "), "> #|")).toEqual(["> # ", "> \\# "]);
  expect(converted(completeMark("*"), "a **b*|")).toEqual(["a **b**", "a \\*\\*b**"]);
  expect(converted(completeMark("*"), "*b|")).toEqual(["*b*", "\\*b*"]);
  expect(converted(completeMark("`"), "`c|")).toEqual(["`c`", "\\`c`"]);
  expect(converted(completeMark("~"), "~~d~|")).toEqual(["~~d~~", "\\~\\~d~~"]);
  expect(after(completeMark(" "), "#|word")).toBe("# |word");
});

test("a key that completes no mark is none of this", () => {
  expect(after(completeMark(" "), "see #|")).toBeNull();
  expect(after(completeMark(" "), "words\n2.|")).toBeNull();
  expect(after(completeMark(" "), "```\n#|\n```")).toBeNull();
  expect(after(completeMark("*"), "**b|")).toBeNull();
  expect(after(completeMark("*"), "2 *|")).toBeNull();
  expect(after(completeMark("*"), "`a *b|`")).toBeNull();
  expect(after(completeMark("x"), "#|")).toBeNull();
});

test("a box in the middle of a line, in code or already a task stays", () => {
  expect(after(makeTask, "see []|")).toBeNull();
  expect(after(makeTask, "- [ ]|")).toBeNull();
  expect(after(makeTask, "```\n[]|\n```")).toBeNull();
});

test("three dashes below a paragraph become a rule, not a heading, and undo leaves them", () => {
  expect(converted(makeRule, "words\n---|")).toEqual(["words\n\n---\n", "words\n---\n"]);
  expect(after(makeRule, "words\n\n---|")).toBeNull();
  expect(after(makeRule, "- a\n---|")).toBeNull();
  expect(after(makeRule, "words\n--|")).toBeNull();
});

test("Enter after a fence's language goes into the empty line that waits there", () => {
  expect(after(openFence, "```js|\n\n```")).toBe("```js\n|\n```");
  expect(after(openFence, "> ```js|\n> \n> ```")).toBe("> ```js\n> |\n> ```");
  expect(after(openFence, "```js|\ncode\n```")).toBeNull();
});

test("a fence is closed below with the caret inside, and undo leaves the open one", () => {
  expect(converted(openFence, "```js|")).toEqual(["```js\n\n```", "```js\n"]);
  expect(after(openFence, "```|\n")).toBe("```\n|\n```\n");
  expect(after(openFence, "> ```|")).toBe("> ```\n> |\n> ```");
  expect(after(openFence, "```|\n\n```js\ncode\n```")).toBe("```\n|\n```\n\n```js\ncode\n```");
});

test("a fence that has its end, or is one, stays", () => {
  expect(after(openFence, "```|\ncode\n```")).toBeNull();
  expect(after(openFence, "```\ncode\n```|")).toBeNull();
  expect(after(openFence, "see ```|")).toBeNull();
});

test("a mark typed over a selection goes around it, over white space it does not", () => {
  expect(after(surround("*"), "a |b| c")).toBe("a *|b|* c");
  expect(after(surround("*"), "a *|b|* c")).toBe("a **|b|** c");
  expect(after(surround("["), "[|b|]")).toBe("[[|b|]]");
  expect(after(surround("("), "|b|")).toBe("(|b|)");
  expect(after(surround("("), "b|")).toBeNull();
  expect(after(surround("*"), "|a\nb|")).toBeNull();
  expect(after(surround("x"), "|a|")).toBeNull();
});

test("Backspace takes an empty pair and the mark of a heading or quote", () => {
  expect(after(eraseMark, "a **|** b")).toBe("a | b");
  expect(after(eraseMark, "a *|* b")).toBe("a | b");
  expect(after(eraseMark, "## |Title")).toBe("|Title");
  expect(after(eraseMark, "> |said")).toBe("|said");
  expect(after(eraseMark, "> > |said")).toBe("> |said");
  expect(after(eraseMark, "a|b")).toBeNull();
  expect(after(eraseMark, "# a|b")).toBeNull();
});
