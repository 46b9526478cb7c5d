// The key that completes a mark is a step of its own: Ctrl+Z right after shows the letters that were typed, and they mean nothing.

import { isolateHistory } from "@codemirror/commands";
import type { EditorState, StateCommand } from "@codemirror/state";
import { enclosing } from "./enclosing";

/** What stands before the space that makes a heading, an item or a quote; last the mark itself. */
const BLOCK = /^(?:[ \t]*>)*[ \t]*(#{1,6}|[-+*]|\d{1,9}[.)]|>)$/;
const BLOCKS = /^(ATXHeading[1-6]|ListItem|Blockquote)$/;
const INLINES = /^(StrongEmphasis|Emphasis|InlineCode|Strikethrough)$/;
const INLINE_MARKS = "*_`~";

/** Which signs make up the mark that is completed by typing this at the caret; none if that completes none. */
function completedBy(state: EditorState, typed: string): number[] {
  const { head } = state.selection.main;
  const after = state.update(state.replaceSelection(typed)).state;
  if (typed === " ") {
    const line = state.doc.lineAt(head);
    const mark = BLOCK.exec(line.text.slice(0, head - line.from))?.[1];
    if (mark === undefined) return [];
    const from = head - mark.length;
    const begins = enclosing(after, from + 1, BLOCKS)?.from === from;
    // Of a number the sign behind it, of the others the first.
    return begins ? [/^\d/.test(mark) ? head - 1 : from] : [];
  }
  const node = enclosing(after, head + 1, INLINES);
  if (node?.to !== head + 1 || after.sliceDoc(node.from - 1, node.from) === typed) return [];
  const signs: number[] = [];
  for (let at = node.from; after.sliceDoc(at, at + 1) === typed; at++) signs.push(at);
  return signs;
}

/** Types a sign that completes a mark: first with its signs as letters, then as what they mean. */
export function completeMark(typed: string): StateCommand {
  return ({ state, dispatch }) => {
    const { main, ranges } = state.selection;
    if (!main.empty || ranges.length > 1 || state.readOnly) return false;
    if (typed !== " " && !INLINE_MARKS.includes(typed)) return false;
    const signs = completedBy(state, typed);
    if (signs.length === 0) return false;
    const caret = main.head + typed.length;
    const letters = state.update({
      changes: [
        ...signs.map((from) => ({ from, insert: "\\" })),
        { from: main.head, insert: typed },
      ],
      selection: { anchor: caret + signs.length },
      scrollIntoView: true,
      userEvent: "input.type",
    });
    dispatch(letters);
    dispatch(
      letters.state.update({
        changes: signs.map((from, index) => ({ from: from + index, to: from + index + 1 })),
        selection: { anchor: caret },
        annotations: isolateHistory.of("full"),
        scrollIntoView: true,
        userEvent: "input.convert",
      }),
    );
    return true;
  };
}
