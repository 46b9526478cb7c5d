// Where a list, a quote or a table ends: an empty line stands between it and what follows, which Markdown would else take for a part of it.

import type { ChangeSpec, EditorState, Line, StateCommand } from "@codemirror/state";
import { enclosing } from "./enclosing";

const QUOTES = /^(?:[ \t]*>)*/;
const NUMBERED = /^(?:[ \t]*>)*[ \t]*\d{1,9}[.)](?:[ \t]|$)/;
const QUOTE_LINE = /^((?:[ \t]*>[ \t]?)*?)[ \t]*>[ \t]*$/;
/** What takes in the line below it, if that line does not begin something itself. */
const TAKES_MORE = /^(ListItem|Blockquote|Table)$/;
const BEGINS_BLOCK = /^[-+*>#|`~=\d\s]/;

function isBlank(text: string): boolean {
  return /^[ \t>]*$/.test(text);
}

/**
 * Makes of a line an empty one, behind the quote marks that it keeps, with another one between it and what stands above, and
 * one between it and what follows.
 */
export function ownLine(
  state: EditorState,
  line: Line,
  from: number,
  quotes = "",
): { changes: ChangeSpec; caret: number } {
  const above = line.number > 1 && !isBlank(state.doc.line(line.number - 1).text);
  const below = line.number < state.doc.lines && !isBlank(state.doc.line(line.number + 1).text);
  const gap = quotes.trimEnd();
  const before = above ? `${gap}\n` : "";
  const insert = `${before}${quotes}${below ? `\n${gap}` : ""}`;
  return { changes: { from, to: line.to, insert }, caret: from + before.length + quotes.length };
}

/** Lines that become plain text are told apart from the list or quote above, and from a numbered list below. */
export function apart(state: EditorState, first: Line, last: Line): ChangeSpec[] {
  const gap = QUOTES.exec(first.text)?.[0].trimEnd() ?? "";
  const changes: ChangeSpec[] = [];
  const above = first.number > 1 ? state.doc.line(first.number - 1) : null;
  if (above && !isBlank(above.text) && enclosing(state, above.to, TAKES_MORE) !== null) {
    changes.push({ from: first.from, insert: `${gap}\n` });
  }
  const below = last.number < state.doc.lines ? state.doc.line(last.number + 1) : null;
  if (below && NUMBERED.test(below.text)) changes.push({ from: below.from, insert: `${gap}\n` });
  return changes;
}

/** Enter on the empty last line of a quote or callout leaves it, from the inner one into the outer. */
export const leaveQuote: StateCommand = ({ state, dispatch }) => {
  const { head } = state.selection.main;
  const line = state.doc.lineAt(head);
  const outer = QUOTE_LINE.exec(line.text)?.[1];
  if (outer === undefined || head < line.to) return false;
  const quote = enclosing(state, line.to, /^Blockquote$/);
  if (quote === null || quote.to > line.to) return false;
  const { doc } = state;
  const above = line.number > 1 ? doc.line(line.number - 1) : null;
  // An empty line of the quote above is the one that stands between.
  const isGap =
    above !== null && above.from > quote.from && QUOTE_LINE.exec(above.text)?.[1] === outer;
  const { changes, caret } = isGap
    ? {
        changes: { from: above.from, to: line.to, insert: `${outer.trimEnd()}\n${outer}` },
        caret: above.from + outer.trimEnd().length + 1 + outer.length,
      }
    : ownLine(state, line, line.from, outer);
  dispatch(
    state.update({
      changes,
      selection: { anchor: caret },
      scrollIntoView: true,
      userEvent: "input",
    }),
  );
  return true;
};

/** Words typed on an empty line right below a list, a quote or a table are a paragraph of their own. */
export function ownParagraph(typed: string): StateCommand {
  return ({ state, dispatch }) => {
    const { main, ranges } = state.selection;
    const line = state.doc.lineAt(main.head);
    if (!main.empty || ranges.length > 1 || state.readOnly) return false;
    if (line.length > 0 || line.number === 1 || BEGINS_BLOCK.test(typed)) return false;
    const above = state.doc.line(line.number - 1);
    if (isBlank(above.text) || enclosing(state, above.to, TAKES_MORE) === null) return false;
    const insert = `\n${typed}`;
    dispatch(
      state.update({
        changes: { from: line.from, insert },
        selection: { anchor: line.from + insert.length },
        scrollIntoView: true,
        userEvent: "input.type",
      }),
    );
    return true;
  };
}
