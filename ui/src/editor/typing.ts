// Typing that turns into what it means, each time as a step of its own: Ctrl+Z right after brings back what was typed.

import { isolateHistory } from "@codemirror/commands";
import { ensureSyntaxTree, syntaxTree } from "@codemirror/language";
import { EditorSelection } from "@codemirror/state";
import type { ChangeSpec, EditorState, Extension, Line, StateCommand } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import type { SyntaxNode } from "@lezer/common";
import { enclosing } from "./enclosing";
import { isEmptyPair } from "./formatting";
import { ownParagraph } from "./leaving";
import { completeMark } from "./typedMarks";

const PARSE_MS = 30;
const CODE = /^(FencedCode|CodeBlock|CodeText|InlineCode|HTMLBlock)$/;

/** Whether a position lies in code, where nothing is converted or completed. */
export function isInCode(state: EditorState, position: number): boolean {
  return enclosing(state, position, CODE) !== null;
}

function isComposing(view: EditorView): boolean {
  return view.composing || view.compositionStarted;
}

/** First what was typed, then what it means. */
function convert(
  { state, dispatch }: Parameters<StateCommand>[0],
  typed: string,
  changes: ChangeSpec,
  caret: number,
): void {
  const literal = state.update(state.replaceSelection(typed), {
    userEvent: "input.type",
    scrollIntoView: true,
  });
  dispatch(literal);
  dispatch(
    literal.state.update({
      changes,
      selection: { anchor: caret },
      annotations: isolateHistory.of("full"),
      userEvent: "input.convert",
      scrollIntoView: true,
    }),
  );
}

const BOX = /^((?:[ \t]*>)*[ \t]*)((?:[-+*]|\d{1,9}[.)])[ \t]+)?(\[ ?\])$/;

/** `[] ` at the start of a line or an item becomes a task. */
export const makeTask: StateCommand = (target) => {
  const { state } = target;
  const { main, ranges } = state.selection;
  if (!main.empty || ranges.length > 1 || state.readOnly) return false;
  const line = state.doc.lineAt(main.head);
  const match = BOX.exec(line.text.slice(0, main.head - line.from));
  if (match === null || isInCode(state, main.head)) return false;
  const [, , mark, box = ""] = match;
  if (mark !== undefined && box === "[ ]") return false;
  const insert = mark === undefined ? "- [ ] " : "[ ] ";
  const from = main.head - box.length;
  convert(target, " ", { from, to: main.head + 1, insert }, from + insert.length);
  return true;
};

const RULE = /^[ \t]{0,3}-{3,}[ \t]*$/;

/** Enter after `---` under a paragraph makes a rule, where Markdown alone would see a heading. */
export const makeRule: StateCommand = (target) => {
  const { state } = target;
  const { main, ranges } = state.selection;
  const line = state.doc.lineAt(main.head);
  if (!main.empty || ranges.length > 1 || main.head < line.to || state.readOnly) return false;
  if (line.number === 1 || !RULE.test(line.text) || isInCode(state, main.head)) return false;
  const before = state.doc.line(line.number - 1).text.trim();
  if (before === "" || /^[-*_>#|]/.test(before)) return false;
  convert(target, "\n", { from: line.from, insert: "\n" }, main.head + 2);
  return true;
};

const FENCE = /^((?:[ \t]*>)*[ \t]*)((?:[-+*]|\d{1,9}[.)])[ \t]+)?(`{3,}|~{3,})[^`]*$/;

/** Enter after the line that opens a fence closes it below, with the caret inside. */
export const openFence: StateCommand = (target) => {
  const { state } = target;
  const { main, ranges } = state.selection;
  const line = state.doc.lineAt(main.head);
  if (!main.empty || ranges.length > 1 || main.head < line.to || state.readOnly) return false;
  const match = FENCE.exec(line.text);
  if (match === null) return false;
  const [, indent = "", mark = "", fence = ""] = match;
  const from = line.from + indent.length + mark.length;
  if (!opensWithoutEnd(state, from)) return intoFence(target, line, from);
  const prefix = indent + " ".repeat(mark.length);
  const caret = main.head + 1 + prefix.length;
  const insert = `\n${prefix}${fence}`;
  convert(target, `\n${prefix}`, { from: caret, insert }, caret);
  return true;
};

/** From the line that names a fence's language into the empty one that waits below it. */
function intoFence(
  { state, dispatch }: Parameters<StateCommand>[0],
  line: Line,
  from: number,
): boolean {
  const below = line.number < state.doc.lines ? state.doc.line(line.number + 1) : null;
  if (below === null || /[^\s>]/.test(below.text) || fenceFrom(state, from) === null) return false;
  dispatch(
    state.update({ selection: { anchor: below.to }, scrollIntoView: true, userEvent: "select" }),
  );
  return true;
}

function fenceFrom(state: EditorState, from: number): SyntaxNode | null {
  const tree = ensureSyntaxTree(state, state.doc.length, PARSE_MS) ?? syntaxTree(state);
  let node: SyntaxNode | null = tree.resolveInner(from, 1);
  while (node !== null && node.name !== "FencedCode") node = node.parent;
  return node?.from === from ? node : null;
}

/** Whether a fence begins at a position and either never ends, or ends where another one would. */
function opensWithoutEnd(state: EditorState, from: number): boolean {
  const node = fenceFrom(state, from);
  if (node === null) return false;
  if (node.getChildren("CodeMark").length < 2) return true;
  const inside = state.sliceDoc(state.doc.lineAt(from).to, node.to);
  return /\n[ \t]*(?:```|~~~)[^\s`~]/.test(inside);
}

const PAIRS: Readonly<Record<string, string>> = {
  "*": "*",
  _: "_",
  "~": "~",
  "`": "`",
  "(": ")",
  "[": "]",
  '"': '"',
};

/** A marker or bracket typed over a selection goes around it; prose is never interrupted by a pair. */
export function surround(typed: string): StateCommand {
  return ({ state, dispatch }) => {
    const close = PAIRS[typed];
    const { ranges } = state.selection;
    if (close === undefined || state.readOnly || ranges.some((range) => range.empty)) return false;
    if (ranges.some(({ from, to }) => /^\s|\n|\s$/.test(state.sliceDoc(from, to)))) return false;
    if (/[*_~]/.test(typed) && ranges.some(({ to }) => isInCode(state, to))) return false;
    const update = state.changeByRange((range) => ({
      changes: [
        { from: range.from, insert: typed },
        { from: range.to, insert: close },
      ],
      range: EditorSelection.range(range.anchor + 1, range.head + 1),
    }));
    dispatch(state.update(update, { userEvent: "input.type", scrollIntoView: true }));
    return true;
  };
}

const EMPTY_PAIRS = ["**", "~~", "*", "`"];

/** Backspace takes an empty pair of marks away whole, and the mark of a heading or quote at the start of its text. */
export const eraseMark: StateCommand = ({ state, dispatch }) => {
  const { main, ranges } = state.selection;
  if (!main.empty || ranges.length > 1 || state.readOnly) return false;
  const line = state.doc.lineAt(main.head);
  const before = line.text.slice(0, main.head - line.from);
  const erase = (from: number, to: number): true => {
    dispatch(state.update({ changes: { from, to }, userEvent: "delete.backward" }));
    return true;
  };
  const pair = EMPTY_PAIRS.find((mark) => isEmptyPair(state, main.head, mark));
  if (pair !== undefined) return erase(main.head - pair.length, main.head + pair.length);
  if (isInCode(state, main.head)) return false;
  const mark = /^(?:[ \t]*>[ \t]?)*?(#{1,6}[ \t]+|[ \t]*>[ \t]?)$/.exec(before)?.[1];
  return mark === undefined ? false : erase(main.head - mark.length, main.head);
};

export const typing: Extension = EditorView.inputHandler.of((view, from, to, text) => {
  if (isComposing(view) || text.length !== 1) return false;
  const { main } = view.state.selection;
  if (from !== main.from || to !== main.to) return false;
  if (text === " ") return makeTask(view) || completeMark(text)(view);
  return surround(text)(view) || ownParagraph(text)(view) || completeMark(text)(view);
});
