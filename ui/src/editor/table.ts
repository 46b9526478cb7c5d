// How a table looks: its lines stay lines of text, their cells stand in columns and are edited where they are.

import type { EditorState } from "@codemirror/state";
import { Decoration, WidgetType } from "@codemirror/view";
import type { SyntaxNode } from "@lezer/common";
import { dim } from "./look";
import type { Draw, Look, Stretch } from "./look";
import { drawTableMenu } from "./tableMenu";
import { alignsOf, cellsOf, columnsOf } from "./tableShape";
import type { Align } from "./tableShape";

const decorations = new Map<string, Decoration>();

/** How wide the page of a note is, and how many times wider than its words a column may stand to use it. */
const PAGE = 720;
const MOST_ROOM = 1.75;
const ROOT = 16;

function styleOf(width: number, share: number, align: Align): string {
  return `inline-size: min(${(width / ROOT).toFixed(2)}rem, ${share}%); text-align: ${align}`;
}

function cellMark(style: string): Decoration {
  let mark = decorations.get(style);
  if (mark === undefined) {
    mark = Decoration.mark({ class: "sk-cell", attributes: { style }, inclusive: true });
    decorations.set(style, mark);
  }
  return mark;
}

/** Stands for a cell between two pipes that touch. */
class NoCell extends WidgetType {
  constructor(readonly style: string) {
    super();
  }

  override eq(other: NoCell): boolean {
    return other.style === this.style;
  }

  override toDOM(): HTMLElement {
    const cell = document.createElement("span");
    cell.className = "sk-cell";
    cell.style.cssText = this.style;
    return cell;
  }

  override ignoreEvent(): boolean {
    return false;
  }
}

function* rowTexts(state: EditorState, table: SyntaxNode): Generator<string> {
  for (let row = table.firstChild; row !== null; row = row.nextSibling) {
    if (isRow(row)) yield state.sliceDoc(row.from, row.to);
  }
}

/** The marks of a quotation around the table are none. */
function isRow({ name }: SyntaxNode): boolean {
  return name === "TableHeader" || name === "TableRow";
}

export const table: Draw = (look, { node }, stretch) => {
  const { state } = look;
  const columns = columnsOf(rowTexts(state, node));
  const sum = columns.reduce((all, width) => all + width, 0);
  const delimiter = node.getChild("TableDelimiter");
  const aligns = delimiter === null ? [] : alignsOf(state.sliceDoc(delimiter.from, delimiter.to));
  const room = Math.min(MOST_ROOM, Math.max(1, PAGE / sum));
  const styles = columns.map((width, index) =>
    styleOf(width * room, Math.floor((width / sum) * 1000) / 10, aligns[index] ?? "start"),
  );
  let row = node.childAfter(Math.max(node.from, stretch.from) - 1) ?? node.firstChild;
  for (; row !== null && row.from <= stretch.to; row = row.nextSibling) {
    const line = state.doc.lineAt(row.from).from;
    if (row.name === "TableDelimiter") drawDelimiter(look, row, line);
    else if (isRow(row)) {
      look.dress(line, "sk-row");
      drawTableMenu(look, row);
      if (row.name === "TableHeader") look.dress(line, "sk-row-head");
      if (row.nextSibling === null) look.dress(line, "sk-row-last");
      drawCells(look, row, styles);
    }
  }
  return true;
};

/** The line of dashes is the line under the header, unless the caret stands in it. */
function drawDelimiter(look: Look, { from, to }: Stretch, line: number): void {
  look.dress(line, "sk-row");
  if (look.inside(from, to + 1)) look.mark(dim, from, to);
  else look.dress(line, "sk-row-dashes");
}

function drawCells(look: Look, row: SyntaxNode, styles: readonly string[]): void {
  const text = look.state.sliceDoc(row.from, row.to);
  let after = 0;
  for (const [index, cell] of cellsOf(text).entries()) {
    const style = styles[index] ?? styles.at(-1) ?? "";
    look.hide(row.from + after, row.from + cell.from);
    after = cell.to;
    const [from, to] = [row.from + cell.from, row.from + cell.to];
    if (from === to) {
      look.widget(new NoCell(style), from, 1);
      continue;
    }
    look.whole(cellMark(style), from, to);
    const words = text.slice(cell.from, cell.to);
    if (words.trim() === "") continue;
    look.hide(from, from + words.length - words.trimStart().length);
    // A space that was just typed is seen, or the caret would seem to stand still.
    const { head } = look.state.selection.main;
    const typed = look.touches({ from, to }) && head <= to ? head : from;
    look.hide(Math.max(typed, from + words.trimEnd().length), to);
  }
  look.hide(row.from + after, row.to);
}
