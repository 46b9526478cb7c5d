// The shape of a Markdown table: the cells of its rows, how columns are aligned, how wide they want to be.

import type { SyntaxNode } from "@lezer/common";

export type Align = "start" | "center" | "end";
/** Where a cell's stretch lies in its row: everything between two pipes. */
export type Cell = { from: number; to: number };

const WIDEST = 360;
const NARROWEST = 56;
const PADDING = 28;
/** As many rows as are measured, so that a table of thousands costs no more than one of these. */
const MEASURED_ROWS = 60;

/** The cells between the pipes of a row; a pipe behind a backslash is text. */
export function cellsOf(row: string): Cell[] {
  const cells: Cell[] = [];
  const start = /^\s*/.exec(row)?.[0].length ?? 0;
  let from = row[start] === "|" ? start + 1 : 0;
  for (let at = from; at < row.length; at++) {
    if (row[at] === "\\") at++;
    else if (row[at] === "|") {
      cells.push({ from, to: at });
      from = at + 1;
    }
  }
  if (row.slice(from).trim() !== "") cells.push({ from, to: row.length });
  return cells;
}

export function alignsOf(delimiter: string): Align[] {
  return cellsOf(delimiter).map(({ from, to }) => {
    const dashes = delimiter.slice(from, to).trim();
    if (!dashes.endsWith(":")) return "start";
    return dashes.startsWith(":") ? "center" : "end";
  });
}

function widthOf(character: string): number {
  if (/[ijl.,:;'|!()[\]]/.test(character)) return 4.5;
  if (/[\u1100-\u115f\u2e80-\uffdc]|\p{Extended_Pictographic}/u.test(character)) return 15.5;
  if (/[mwMW@%]/.test(character)) return 13;
  return /\p{Lu}/u.test(character) ? 10.5 : 8.3;
}

const measured = new Map<string, number>();
const MOST_MEASURED = 4000;

/** About as wide as a text of 15 px is drawn, markers left out: near enough, and no layout is waited for. */
export function wanted(text: string): number {
  let width = measured.get(text);
  if (width === undefined) {
    const seen = text
      .trim()
      .slice(0, 120)
      .replace(/\*\*|__|~~|`/g, "")
      .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
      .replace(/\[\[(?:[^\]|]*\\?\|)?([^\]]*)\]\]/g, "$1");
    width = 0;
    for (const character of seen) width += widthOf(character);
    if (measured.size > MOST_MEASURED) measured.clear();
    measured.set(text, width);
  }
  return width;
}

/** How wide each column wants to be, judged by the header and the first rows. */
export function columnsOf(rows: Iterable<string>): number[] {
  const columns: number[] = [];
  let count = 0;
  for (const row of rows) {
    cellsOf(row).forEach(({ from, to }, index) => {
      const width = Math.min(WIDEST, wanted(row.slice(from, to)) + PADDING);
      columns[index] = Math.max(columns[index] ?? NARROWEST, Math.ceil(width));
    });
    if (++count >= MEASURED_ROWS) break;
  }
  return columns;
}

/** The table around a node, and its rows without the line of dashes. */
export function tableAround(node: SyntaxNode | null): SyntaxNode | null {
  while (node !== null && node.name !== "Table") node = node.parent;
  return node;
}
