// A state of the editor's Markdown for tests; "|" in a text marks the caret or both ends of a selection, "¦" stands for "|".

import { ensureSyntaxTree } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import type { StateCommand } from "@codemirror/state";
import { noteMarkdown } from "../markdown";
import { LINE_BREAK } from "../splices";

export function stateOf(marked: string): EditorState {
  const [before = "", between, after] = marked.split("|");
  const doc = [before, between, after].join("").replaceAll("¦", "|");
  const head = before.length + (after === undefined ? 0 : (between?.length ?? 0));
  const state = EditorState.create({
    doc,
    selection: between === undefined ? { anchor: 0 } : { anchor: before.length, head },
    extensions: [EditorState.lineSeparator.of(LINE_BREAK), noteMarkdown],
  });
  ensureSyntaxTree(state, state.doc.length, 5000);
  return state;
}

/** The text after a command, selection marked as in `stateOf`; null if the command did not apply. */
export function after(command: StateCommand, marked: string): string | null {
  let state = stateOf(marked);
  const applied = command({
    state,
    dispatch: (transaction) => {
      state = transaction.state;
    },
  });
  if (!applied) return null;
  const { from, to, empty } = state.selection.main;
  const text = state.sliceDoc();
  if (empty) return `${text.slice(0, from)}|${text.slice(from)}`;
  return `${text.slice(0, from)}|${text.slice(from, to)}|${text.slice(to)}`;
}
