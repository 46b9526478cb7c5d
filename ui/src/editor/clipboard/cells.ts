// A block of cells that is pasted into a table goes into its cells from the caret's on; the table grows as far as it must.

import type { EditorState, TransactionSpec } from "@codemirror/state";
import type { SyntaxNode } from "@lezer/common";
import { beforeRow, cellsIn, placeAt, wordsOf } from "../tableKeys";
import { cellsOf } from "../tableShape";

const ROW = /^\s*\|.*\|\s*$/;
const DASHES = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

function escaped(words: string): string {
  return words.replace(/(?<!\\)\|/g, "\\|");
}

function valuesOf(row: string): string[] {
  return cellsOf(row).map(({ from, to }) => row.slice(from, to).trim());
}

/** The cells of a text that is a table and nothing else, or a row of a spreadsheet; null for anything else. */
function blockOf(text: string): string[][] | null {
  const lines = text.trim().split("\n");
  const [first = "", dashes, ...rest] = lines;
  if (dashes === undefined) {
    return first.includes("\t") ? [first.split("\t").map((cell) => escaped(cell.trim()))] : null;
  }
  if (!DASHES.test(dashes) || ![first, ...rest].every((line) => ROW.test(line))) return null;
  return [first, ...rest].map(valuesOf);
}

function written(values: readonly string[]): string {
  return values.map((value) => ` ${value} |`).join("");
}

/** The change that fills a table's cells; null where what was pasted is no block of cells, or comes into no table. */
export function intoCells(state: EditorState, text: string): TransactionSpec | null {
  const { main, ranges } = state.selection;
  const block = blockOf(text);
  const place = ranges.length > 1 || block === null ? null : placeAt(state, main.from);
  const header = place?.rows[0];
  const dashes = place?.table.getChild("TableDelimiter");
  if (block === null || !place || !header || !dashes) return null;
  const has = cellsIn(state, header).length;
  const columns = Math.max(has, place.cell + Math.max(...block.map((row) => row.length)));
  const grown = columns > has ? columns : 0;
  const changes: { from: number; to?: number; insert: string }[] = [];
  /** What was pasted last ends so many characters before what comes of this place. */
  let end = { at: main.to, before: 0 };

  const fill = (row: SyntaxNode, first: number, values: readonly string[]): void => {
    const cells = cellsIn(state, row);
    for (const [at, cell] of cells.slice(first, first + values.length).entries()) {
      const { from, to } = wordsOf(state, cell);
      // Between two pipes that touch there is no room yet.
      const room = cell.from === cell.to ? " " : "";
      changes.push({ from, to, insert: room + (values[at] ?? "") + room });
      end = { at: to, before: room.length };
    }
    const least = values.length > 0 ? Math.max(grown, first + values.length) : grown;
    if (least <= cells.length) return;
    const at = row.from + state.sliceDoc(row.from, row.to).trimEnd().length;
    const isClosed = (cells.at(-1)?.to ?? row.from) < at;
    const more = Array.from(
      { length: least - cells.length },
      (_, index) => values[cells.length + index - first] ?? "",
    );
    changes.push({ from: at, insert: (isClosed ? "" : " |") + written(more) });
    const rest = more.slice(Math.max(0, first + values.length - cells.length));
    if (rest.length < more.length) end = { at, before: written(rest).length + 2 };
  };

  if (grown > 0) fill(dashes, has, Array<string>(grown - has).fill("---"));
  for (const [index, row] of place.rows.entries()) {
    fill(row, place.cell, block[index - place.row] ?? []);
  }
  const below = block.slice(place.rows.length - place.row);
  if (below.length > 0) {
    const before = beforeRow(state, place);
    const wholes = below.map((values) =>
      Array.from({ length: columns }, (_, index) => values[index - place.cell] ?? ""),
    );
    const { to } = place.rows.length > 1 ? (place.rows.at(-1) ?? dashes) : dashes;
    const at = state.doc.lineAt(to).to;
    const insert = wholes.map((values) => `\n${before}|${written(values)}`).join("");
    changes.push({ from: at, insert });
    const rest = wholes.at(-1)?.slice(place.cell + (below.at(-1)?.length ?? 0)) ?? [];
    end = { at, before: written(rest).length + 2 };
  }
  const made = state.changes(changes.sort((a, b) => a.from - b.from));
  return { changes: made, selection: { anchor: made.mapPos(end.at, 1) - end.before } };
}

/** What was pasted with more than one line, as words of one cell: never the signs of a table in a table. */
export function inCell(text: string): string {
  const lines = text
    .trim()
    .split("\n")
    .flatMap((line) => {
      if (!ROW.test(line)) return [line];
      return DASHES.test(line) ? [] : [valuesOf(line).filter(Boolean).join(" ")];
    });
  return escaped(lines.join("\n").replace(/[\n\t]+/g, " "));
}
