// Rows and columns of a table: added, moved, deleted and aligned, each by a change as small as it can be.

import { isolateHistory } from "@codemirror/commands";
import { ChangeSet, EditorSelection } from "@codemirror/state";
import type { EditorState, TransactionSpec } from "@codemirror/state";
import type { SyntaxNode } from "@lezer/common";
import { beforeRow, cellsIn, placeAt, wordsOf } from "./tableKeys";
import type { Place } from "./tableKeys";
import { alignsOf, cellsOf } from "./tableShape";
import type { Align, Cell } from "./tableShape";

/** One change of the table that the caret is in; null where there is none, or where it is not possible. */
export type TableEdit = (state: EditorState) => TransactionSpec | null;
type Splice = { from: number; to?: number; insert?: string };

const EMPTY = "  |";
const EMPTY_DASHES = " --- |";

/** Where the caret stands, in a text that is written and in a column of the table. */
function placeOf(state: EditorState): Place | null {
  const place = state.readOnly ? null : placeAt(state, state.selection.main.head);
  return place !== null && place.cell < columnCount(state, place) ? place : null;
}

export function columnCount(state: EditorState, { rows: [header] }: Place): number {
  return header === undefined ? 0 : cellsIn(state, header).length;
}

function spec(changes: ChangeSet, selection: EditorSelection, userEvent: string): TransactionSpec {
  const annotations = isolateHistory.of("full");
  return { changes, selection, annotations, userEvent, scrollIntoView: true };
}

/** The pipes that a row lacks at its ends: with them every cell stands between two. */
function outerPipes(text: string): Splice[] {
  const cells = cellsOf(text);
  const start = text.length - text.trimStart().length;
  const end = text.trimEnd().length;
  return [
    ...(text[start] === "|" ? [] : [{ from: start, insert: "| " }]),
    ...((cells.at(-1)?.to ?? 0) < text.length ? [] : [{ from: end, insert: " |" }]),
  ];
}

function shifted(splices: readonly Splice[], by: number): Splice[] {
  return splices.map(({ from, to = from, insert = "" }) => {
    return { from: from + by, to: to + by, insert };
  });
}

/** A change of every row, the dashes too, each told by its text between outer pipes. */
function inEachRow(
  state: EditorState,
  { table }: Place,
  edit: (row: string, isDashes: boolean) => Splice[],
): ChangeSet {
  const rows = [...table.getChildren("TableHeader"), ...table.getChildren("TableDelimiter")];
  rows.push(...table.getChildren("TableRow"));
  const closed = state.changes(
    rows.flatMap(({ from, to }) => shifted(outerPipes(state.sliceDoc(from, to)), from)),
  );
  const doc = closed.apply(state.doc);
  const splices = rows.flatMap(({ name, from, to }) => {
    const start = closed.mapPos(from, -1);
    const text = doc.sliceString(start, closed.mapPos(to, 1));
    return shifted(edit(text, name === "TableDelimiter"), start);
  });
  return closed.compose(ChangeSet.of(splices, doc.length));
}

/** Where the words of a cell begin in their row, or would begin. */
function wordsBegin(row: string, { from, to }: Cell): number {
  const first = row.slice(from, to).search(/\S/);
  return first === -1 ? Math.min(from + 1, to) : from + first;
}

/** The selection in the `to`-th cell of its row as a change leaves it: so far from its words as told, ends included. */
function inCell(
  state: EditorState,
  { rows, row }: Place,
  changes: ChangeSet,
  to: number,
  [anchor, head]: readonly [number, number] = [0, 0],
): EditorSelection {
  const own = rows[row] ?? state.selection.main;
  const start = changes.mapPos(own.from, -1);
  const text = changes.apply(state.doc).sliceString(start, changes.mapPos(own.to, 1));
  const cells = cellsOf(text);
  const cell = cells[to] ?? cells.at(-1) ?? { from: 0, to: 0 };
  const begin = wordsBegin(text, cell);
  const place = (after: number): number =>
    start + Math.max(cell.from, Math.min(cell.to, begin + after));
  return EditorSelection.single(place(anchor), place(head));
}

/** The selection stays where it is in its cell, which is the `to`-th of its row then. */
function withCell(
  state: EditorState,
  place: Place,
  changes: ChangeSet,
  to: number,
): EditorSelection {
  const own = place.rows[place.row];
  const cell = own && cellsIn(state, own)[place.cell];
  if (own === undefined || cell === undefined) return state.selection.map(changes, 1);
  const begin = wordsOf(state, cell).from;
  const { anchor, head } = state.selection.main;
  return inCell(state, place, changes, to, [anchor - begin, head - begin]);
}

/** The caret at the words of a cell, or at those of the last one before it. */
function atCell(state: EditorState, row: SyntaxNode | undefined, column: number): number {
  const cells = row === undefined ? [] : cellsIn(state, row);
  const cell = cells[column] ?? cells.at(-1);
  return cell === undefined ? (row?.to ?? 0) : wordsOf(state, cell).from;
}

export function addRow(below: boolean): TableEdit {
  return (state) => {
    const place = placeOf(state);
    const own = place?.rows[place.row];
    if (place === null || own === undefined || (place.row === 0 && !below)) return null;
    const after = place.row === 0 ? (place.table.getChild("TableDelimiter") ?? own) : own;
    const line = state.doc.lineAt(below ? after.to : own.from);
    const before = beforeRow(state, place);
    const row = `${before}|${EMPTY.repeat(columnCount(state, place))}`;
    const at = below ? line.to : line.from;
    const start = at + (below ? 1 : 0) + before.length;
    const caret = start + 2 + EMPTY.length * place.cell;
    return spec(
      state.changes({ from: at, insert: below ? `\n${row}` : `${row}\n` }),
      EditorSelection.single(caret),
      "input.table",
    );
  };
}

/** The row beside it is written anew, not the row itself: what colleagues write in the row stays in it. */
export function moveRow(step: 1 | -1): TableEdit {
  return (state) => {
    const place = placeOf(state);
    const own = place?.rows[place.row];
    const other = place?.rows[place.row + step];
    const isHeader = place !== null && Math.min(place.row, place.row + step) < 1;
    if (own === undefined || other === undefined || isHeader) return null;
    const text = state.sliceDoc(other.from, other.to);
    const [upper, lower] = step === 1 ? [own, other] : [other, own];
    const gap = state.sliceDoc(upper.to, lower.from);
    const changes = state.changes(
      step === 1
        ? [
            { from: own.from, insert: text + gap },
            { from: own.to, to: other.to },
          ]
        : [
            { from: other.from, to: own.from },
            { from: own.to, insert: gap + text },
          ],
    );
    const by = step * (text.length + gap.length);
    const stay = (position: number): number => Math.max(own.from, Math.min(own.to, position)) + by;
    const { anchor, head } = state.selection.main;
    return spec(changes, EditorSelection.single(stay(anchor), stay(head)), "move.row");
  };
}

/** A table is none without its header, which goes with the table alone. */
export const deleteRow: TableEdit = (state) => {
  const place = placeOf(state);
  const own = place?.rows[place.row];
  if (place === null || own === undefined || place.row === 0) return null;
  const line = state.doc.lineAt(own.from);
  const changes = state.changes({ from: line.from - 1, to: line.to });
  const next = place.rows[place.row + 1] ?? place.rows[place.row - 1];
  const caret = changes.mapPos(atCell(state, next, place.cell), 1);
  return spec(changes, EditorSelection.single(caret), "delete.row");
};

export function addColumn(after: boolean): TableEdit {
  return (state) => {
    const place = placeOf(state);
    if (place === null) return null;
    const at = place.cell + (after ? 1 : 0);
    const changes = inEachRow(state, place, (row, isDashes) => {
      const cells = cellsOf(row);
      const insert = isDashes ? EMPTY_DASHES : EMPTY;
      const last = cells[at - 1];
      // A row that ends before is as short as it was.
      if (at > 0 && last === undefined) return [];
      return [{ from: last === undefined ? row.indexOf("|") + 1 : last.to + 1, insert }];
    });
    return spec(changes, inCell(state, place, changes, at), "input.table");
  };
}

/** In each row the cell beside it is written anew, not the cell itself: what colleagues write in it stays in it. */
export function moveColumn(step: 1 | -1): TableEdit {
  return (state) => {
    const place = placeOf(state);
    if (place === null) return null;
    const to = place.cell + step;
    if (to < 0 || to >= columnCount(state, place)) return null;
    const changes = inEachRow(state, place, (row) => {
      const cells = cellsOf(row);
      const [left, right] = [cells[Math.min(place.cell, to)], cells[Math.max(place.cell, to)]];
      if (left === undefined) return [];
      if (right === undefined) return [{ from: left.from, insert: EMPTY }];
      return step === 1 ? beforeIt(row, left, right) : behindIt(row, left, right);
    });
    return spec(changes, withCell(state, place, changes, to), "move.column");
  };
}

function beforeIt(row: string, own: Cell, other: Cell): Splice[] {
  const text = row.slice(other.from, other.to);
  return [
    { from: own.from, insert: `${text}|` },
    { from: own.to, to: other.to },
  ];
}

function behindIt(row: string, other: Cell, own: Cell): Splice[] {
  const text = row.slice(other.from, other.to);
  return [
    { from: other.from, to: own.from },
    { from: own.to, insert: `|${text}` },
  ];
}

/** The only column goes with the table alone. */
export const deleteColumn: TableEdit = (state) => {
  const place = placeOf(state);
  if (place === null || columnCount(state, place) === 1) return null;
  const changes = inEachRow(state, place, (row) => {
    const cell = cellsOf(row)[place.cell];
    return cell === undefined ? [] : [{ from: cell.from, to: cell.to + 1 }];
  });
  return spec(changes, inCell(state, place, changes, place.cell), "delete.column");
};

export function alignOf(state: EditorState, { table, cell }: Place): Align {
  const dashes = table.getChild("TableDelimiter");
  return alignsOf(dashes === null ? "" : state.sliceDoc(dashes.from, dashes.to))[cell] ?? "start";
}

/** Colons come to the dashes of the column, or go. */
export function alignColumn(align: Align): TableEdit {
  return (state) => {
    const place = placeOf(state);
    const dashes = place?.table.getChild("TableDelimiter");
    const cell = dashes && cellsIn(state, dashes)[place?.cell ?? 0];
    if (!place || !cell || alignOf(state, place) === align) return null;
    const { from, to } = wordsOf(state, cell);
    const text = state.sliceDoc(from, to);
    const colon = (has: boolean, wants: boolean, at: number, end: number): Splice[] => {
      if (has === wants) return [];
      return [wants ? { from: at, insert: ":" } : { from: end - 1, to: end }];
    };
    const changes = state.changes([
      ...colon(text.startsWith(":"), align === "center", from, from + 1),
      ...colon(text.endsWith(":"), align !== "start", to, to),
    ]);
    return spec(changes, state.selection.map(changes, 1), "input.table");
  };
}

export const deleteTable: TableEdit = (state) => {
  const place = placeOf(state);
  if (place === null) return null;
  const { table } = place;
  const last = state.doc.lineAt(table.lastChild?.to ?? table.to);
  const changes = state.changes({ from: table.from, to: last.to });
  return spec(changes, EditorSelection.single(table.from), "delete.table");
};
