// Tab and Shift+Tab in fenced code, as code editors have them; Escape and then Tab leaves the text, as everywhere in it.

import { indentLess, indentMore } from "@codemirror/commands";
import { getIndentUnit } from "@codemirror/language";
import { EditorSelection } from "@codemirror/state";
import type { EditorState, StateCommand } from "@codemirror/state";
import { enclosing } from "./enclosing";

/** Whether the selection is in a block of code, below the line that opens it. */
function isInBlock(state: EditorState): boolean {
  const { head } = state.selection.main;
  const node = enclosing(state, head, /^(FencedCode|CodeBlock)$/);
  if (node === null) return false;
  return node.name === "CodeBlock" || state.doc.lineAt(head).from > node.from;
}

/** Moves the selected lines deeper; without a selection, white space comes at the caret up to the next step. */
export const indentCode: StateCommand = (target) => {
  const { state, dispatch } = target;
  const { main, ranges } = state.selection;
  if (state.readOnly || !isInBlock(state)) return false;
  if (!main.empty || ranges.length > 1) return indentMore(target);
  const column = main.head - state.doc.lineAt(main.head).from;
  const unit = getIndentUnit(state);
  const insert = " ".repeat(unit - (column % unit));
  const selection = EditorSelection.cursor(main.head + insert.length);
  const changes = { from: main.head, insert };
  dispatch(state.update({ changes, selection, scrollIntoView: true, userEvent: "input.indent" }));
  return true;
};

export const outdentCode: StateCommand = (target) => {
  const { state } = target;
  return !state.readOnly && isInBlock(state) && indentLess(target);
};
