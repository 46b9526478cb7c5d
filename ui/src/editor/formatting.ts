// Bold, italic, code and strikethrough by key: put on, and taken off whole.

import { ensureSyntaxTree, syntaxTree } from "@codemirror/language";
import { EditorSelection } from "@codemirror/state";
import type { ChangeSpec, EditorState, SelectionRange, StateCommand } from "@codemirror/state";
import type { SyntaxNode } from "@lezer/common";

type Style = { node: string; mark: string; marker: string };

const STYLES = {
  bold: { node: "StrongEmphasis", mark: "EmphasisMark", marker: "**" },
  italic: { node: "Emphasis", mark: "EmphasisMark", marker: "*" },
  code: { node: "InlineCode", mark: "CodeMark", marker: "`" },
  strike: { node: "Strikethrough", mark: "StrikethroughMark", marker: "~~" },
} as const satisfies Record<string, Style>;

const PARSE_MS = 30;
/** What may stand before the text of a line: quote marks, a list mark, a task box, a heading mark. */
const LINE_START =
  /^(?:[ \t]*>)*[ \t]*(?:(?:[-+*]|\d{1,9}[.)])[ \t]+)?(?:\[[ xX]\][ \t]+)?(?:#{1,6}[ \t]+)?/;

export function toggleStyle(name: keyof typeof STYLES): StateCommand {
  const style = STYLES[name];
  return ({ state, dispatch }) => {
    if (state.readOnly) return false;
    const update = state.changeByRange((range) => toggleRange(state, range, style));
    dispatch(state.update(update, { scrollIntoView: true, userEvent: "input.format" }));
    return true;
  };
}

type Toggled = { changes: ChangeSpec[]; range: SelectionRange };

function toggleRange(state: EditorState, selected: SelectionRange, style: Style): Toggled {
  const range = selected.empty ? (state.wordAt(selected.head) ?? selected) : selected;
  const styled = nodesAround(state, range, style);
  const end = selected.empty ? endBehind(state, selected.head, styled) : null;
  if (end !== null) return { changes: [], range: EditorSelection.cursor(end) };
  if (styled.length > 0) return unstyle(state, selected, styled, style);
  if (range.empty) {
    const { marker } = style;
    const [from, to] = [range.head - marker.length, range.head + marker.length];
    if (isEmptyPair(state, range.head, marker)) {
      return { changes: [{ from, to }], range: EditorSelection.cursor(from) };
    }
    const caret = EditorSelection.cursor(to);
    return { changes: [{ from: range.head, insert: marker + marker }], range: caret };
  }
  const changes = pieces(state, range).flatMap(({ from, to }) => [
    { from, insert: style.marker },
    { from: to, insert: style.marker },
  ]);
  const set = state.changes(changes);
  const mapped = selected.empty
    ? EditorSelection.cursor(set.mapPos(selected.head, 1))
    : EditorSelection.range(
        set.mapPos(selected.anchor, selected.anchor < selected.head ? 1 : -1),
        set.mapPos(selected.head, selected.anchor < selected.head ? -1 : 1),
      );
  return { changes, range: mapped };
}

/** Whether a position stands between two marks that nothing was typed between. */
export function isEmptyPair(state: EditorState, head: number, marker: string): boolean {
  const before = state.sliceDoc(Math.max(0, head - marker.length - 1), head);
  const after = state.sliceDoc(head, head + marker.length);
  return before.endsWith(marker) && after === marker && before.at(-marker.length - 1) !== marker[0];
}

/** Behind the marks that end the style, for a caret right before them: what is typed next has it no more. */
function endBehind(state: EditorState, head: number, styled: readonly SyntaxNode[]): number | null {
  if (styled.length === 0) return null;
  const end = Math.max(...styled.map(({ to }) => to));
  const marks = state.sliceDoc(head, end);
  return /^[*_~`]+$/.test(marks) ? end : null;
}

/** Elements of the style around the range or just inside it; styles that a merge doubled count all. */
function nodesAround(state: EditorState, { from, to }: SelectionRange, style: Style): SyntaxNode[] {
  const tree = ensureSyntaxTree(state, to, PARSE_MS) ?? syntaxTree(state);
  const found: SyntaxNode[] = [];
  tree.iterate({
    from,
    to,
    enter(node) {
      if (node.name !== style.node) return;
      const marks = node.node.getChildren(style.mark);
      const insideFrom = marks[0]?.to ?? node.from;
      const insideTo = marks.at(-1)?.from ?? node.to;
      const around = node.from <= from && to <= node.to;
      const within = insideFrom >= from && insideTo <= to && isAllOf(state, from, to, node);
      if (
        around ||
        within ||
        found.some((outer) => outer.from <= node.from && node.to <= outer.to)
      ) {
        found.push(node.node);
      }
    },
  });
  return found;
}

/** Whether a selection holds nothing but the element. */
function isAllOf(
  state: EditorState,
  from: number,
  to: number,
  node: { from: number; to: number },
): boolean {
  const outside =
    state.sliceDoc(from, Math.max(from, node.from)) + state.sliceDoc(Math.min(to, node.to), to);
  return outside.trim() === "";
}

function unstyle(
  state: EditorState,
  selected: SelectionRange,
  styled: readonly SyntaxNode[],
  style: Style,
): Toggled {
  const changes = styled.flatMap((node) =>
    node.getChildren(style.mark).map(({ from, to }) => ({ from, to })),
  );
  return { changes, range: selected.map(state.changes(changes)) };
}

/** The selection line by line, without white space at its ends and without what begins a block. */
function pieces(state: EditorState, range: SelectionRange): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  const last = state.doc.lineAt(range.to).number;
  for (let number = state.doc.lineAt(range.from).number; number <= last; number++) {
    const line = state.doc.line(number);
    const start = line.from + (LINE_START.exec(line.text)?.[0].length ?? 0);
    const from = Math.max(range.from, start);
    const to = Math.min(range.to, line.to);
    const text = from < to ? state.sliceDoc(from, to) : "";
    if (text.trim() === "") continue;
    found.push({
      from: from + text.length - text.trimStart().length,
      to: to - (text.length - text.trimEnd().length),
    });
  }
  return found;
}

/** Whether all that is selected has the style. */
export function isStyled(state: EditorState, name: keyof typeof STYLES): boolean {
  return nodesAround(state, state.selection.main, STYLES[name]).length > 0;
}
