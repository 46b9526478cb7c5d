// A state of the editor's Markdown for tests; "|" in a text marks the caret or both ends of a selection, "¦" stands for "|".

import { ensureSyntaxTree } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import type { StateCommand } from "@codemirror/state";
import { noteMarkdown } from "../markdown";
import { LINE_BREAK } from "../splices";

const LONGEST_PARSE_MS = 20_000;

export function stateOf(marked: string): EditorState {
  const [before = "", between, after] = marked.split("|");
  const doc = [before, between, after].join("").replaceAll("¦", "|");
  const head = before.length + (after === undefined ? 0 : (between?.length ?? 0));
  const state = EditorState.create({
    doc,
    selection: between === undefined ? { anchor: 0 } : { anchor: before.length, head },
    extensions: [EditorState.lineSeparator.of(LINE_BREAK), noteMarkdown],
  });
  return parsed(state, state.doc.length);
}

/** The state with its text read up to `to`, however slow the machine: a state shows the tree that it was made with. */
export function parsed(state: EditorState, to: number): EditorState {
  if (!ensureSyntaxTree(state, to, LONGEST_PARSE_MS)) throw new Error("the text was not parsed");
  return state.update({}).state;
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
