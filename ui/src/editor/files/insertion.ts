// How a reference enters a text: a picture on lines of its own where that can be, all else where the caret is.

import type { EditorState, TransactionSpec } from "@codemirror/state";
import { isolateHistory } from "@codemirror/commands";
import { placeAt } from "../tableKeys";

export type Insertion = {
  readonly insert: string;
  /** Where one goes on, from the beginning of `insert`. */ readonly after: number;
};

/** Lines whose blocks a picture on lines of its own would end. */
const HOLDS = /^\s*(?:[-*+>]|\d+[.)])\s/;

/** Whether a picture that is put in there comes on lines of its own. */
export function standsApart(state: EditorState, at: number): boolean {
  const line = state.doc.lineAt(at);
  const isEnd = state.sliceDoc(at, line.to).trim() === "";
  return isEnd && !HOLDS.test(state.sliceDoc(line.from, at)) && placeAt(state, at) === null;
}

/** The text to put in at a position for a reference; `apart` on lines of its own, whatever was typed behind it since. */
export function insertionAt(
  state: EditorState,
  at: number,
  reference: string,
  apart: boolean,
): Insertion {
  const line = state.doc.lineAt(at);
  const before = state.sliceDoc(line.from, at);
  const behind = state.sliceDoc(at, line.to);
  if (apart) return onLines(state, at, reference);
  const lead = /\S$/.test(before) ? " " : "";
  // One goes on behind a space, so that the markers are out of sight.
  const tail = /^\s/.test(behind) ? "" : " ";
  const insert = lead + reference + tail;
  return { insert, after: lead.length + reference.length + 1 };
}

/** With an empty line above and below; one goes on in the line after, so that the markers are out of sight. */
function onLines(state: EditorState, at: number, reference: string): Insertion {
  const { doc } = state;
  const line = doc.lineAt(at);
  const above = line.number > 1 ? doc.line(line.number - 1).text.trim() : "";
  const isFirst = state.sliceDoc(line.from, at).trim() === "";
  const lead = !isFirst ? "\n\n" : above === "" ? "" : "\n";
  const goesOn = state.sliceDoc(at, line.to).trim() !== "";
  const next = line.number < doc.lines ? doc.line(line.number + 1).text.trim() : null;
  const tail = goesOn || next === null ? "\n\n" : next === "" ? "" : "\n";
  const insert = lead + reference + tail;
  const isNew = goesOn || next === null;
  return { insert, after: isNew ? insert.length : lead.length + reference.length + 1 };
}

/** Puts it in as one step to undo. The caret goes along where it waited at that place. */
export function inserting(
  state: EditorState,
  at: number,
  { insert, after }: Insertion,
): TransactionSpec {
  const { main } = state.selection;
  return {
    changes: { from: at, insert },
    ...(main.empty && main.head === at ? { selection: { anchor: at + after } } : {}),
    annotations: isolateHistory.of("full"),
    userEvent: "input.paste",
  };
}
