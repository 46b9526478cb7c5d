// Home goes to where a line's words begin, behind what makes it an item, a task, a quote or a heading; once more to the line's very start.

import { EditorSelection } from "@codemirror/state";
import type { Command } from "@codemirror/view";
import { marksLength } from "./shapes";
import { isInCode } from "./typing";

function toWords(select: boolean): Command {
  return (view) => {
    const { state } = view;
    const { main, ranges } = state.selection;
    const line = state.doc.lineAt(main.head);
    const words = line.from + marksLength(line);
    if (ranges.length > 1 || words === line.from || main.head <= words) return false;
    // In a later row of a long line Home means that row.
    if (view.moveToLineBoundary(main, false).head > words || isInCode(state, words)) return false;
    const selection = select
      ? EditorSelection.range(main.anchor, words)
      : EditorSelection.cursor(words);
    view.dispatch({ selection, scrollIntoView: true, userEvent: "select" });
    return true;
  };
}

export const toStartOfWords = toWords(false);
export const selectToStartOfWords = toWords(true);
