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

/** The text to put in at a position for a reference to a file. */
export function insertionAt(
  state: EditorState,
  at: number,
  reference: string,
  picture: boolean,
): Insertion {
  const line = state.doc.lineAt(at);
  const before = state.sliceDoc(line.from, at);
  const behind = state.sliceDoc(at, line.to);
  const isApart = behind.trim() === "" && !HOLDS.test(before) && placeAt(state, at) === null;
  if (picture && isApart) return onLines(state, at, before.trim() === "", reference);
  const lead = /\S$/.test(before) ? " " : "";
  const tail = /^\S/.test(behind) ? " " : "";
  const insert = lead + reference + tail;
  return { insert, after: insert.length };
}

/** With an empty line above and below; one goes on in the line after, so that the markers are out of sight. */
function onLines(state: EditorState, at: number, empty: boolean, reference: string): Insertion {
  const { doc } = state;
  const { number } = doc.lineAt(at);
  const above = number > 1 ? doc.line(number - 1).text.trim() : "";
  const next = number < doc.lines ? doc.line(number + 1).text.trim() : null;
  const lead = !empty ? "\n\n" : above === "" ? "" : "\n";
  const tail = next === null ? "\n\n" : next === "" ? "" : "\n";
  const insert = lead + reference + tail;
  return { insert, after: next === null ? insert.length : lead.length + reference.length + 1 };
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
