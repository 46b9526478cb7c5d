// Editing a table where it is: Tab goes from cell to cell, Enter adds a row, and a pipe that is typed stays a pipe.

import { syntaxTree } from "@codemirror/language";
import { EditorSelection, Prec, RangeSetBuilder } from "@codemirror/state";
import type { EditorState, Extension, StateCommand } from "@codemirror/state";
import { Decoration, EditorView, keymap } from "@codemirror/view";
import type { Command } from "@codemirror/view";
import type { SyntaxNode } from "@lezer/common";
import { ownLine } from "./leaving";
import { cellsOf, tableAround } from "./tableShape";
import type { Cell } from "./tableShape";

/** Where the caret stands: its table, the rows without the dashes, its row and the cell in it. */
export type Place = { table: SyntaxNode; rows: SyntaxNode[]; row: number; cell: number };

export function cellsIn(state: EditorState, row: SyntaxNode): Cell[] {
  return cellsOf(state.sliceDoc(row.from, row.to)).map(({ from, to }) => ({
    from: row.from + from,
    to: row.from + to,
  }));
}

/** The table that reaches into the line of a position. */
export function tableAt(state: EditorState, position: number): SyntaxNode | null {
  const line = state.doc.lineAt(position);
  const tree = syntaxTree(state);
  return (
    tableAround(tree.resolveInner(position, -1)) ??
    tableAround(tree.resolveInner(position, 1)) ??
    tableAround(tree.resolveInner(line.to, -1))
  );
}

export function placeAt(state: EditorState, position: number): Place | null {
  const table = tableAt(state, position);
  if (table === null) return null;
  const line = state.doc.lineAt(position);
  const rows = [...table.getChildren("TableHeader"), ...table.getChildren("TableRow")];
  const row = rows.findIndex(({ from, to }) => from <= line.to && to >= line.from);
  const own = rows[row];
  if (own === undefined) return null;
  const cells = cellsIn(state, own);
  const after = cells.findIndex(({ to }) => position <= to);
  return { table, rows, row, cell: after === -1 ? Math.max(0, cells.length - 1) : after };
}

/** The words of a cell, or where they would begin. */
export function wordsOf(state: EditorState, { from, to }: Cell): Cell {
  const text = state.sliceDoc(from, to);
  if (text.trim() === "") return { from: Math.min(from + 1, to), to: Math.min(from + 1, to) };
  return {
    from: from + text.length - text.trimStart().length,
    to: from + text.trimEnd().length,
  };
}

/** What stands before a further row: the signs of the quotation, the room of the item that the table is in. */
export function beforeRow(state: EditorState, { table }: Place): string {
  const line = state.doc.lineAt(table.from);
  return state.sliceDoc(line.from, table.from).replace(/[^>\s]/g, " ");
}

function emptyRow(state: EditorState, place: Place): string {
  const [header] = place.rows;
  const count = header === undefined ? 1 : cellsIn(state, header).length;
  return `${beforeRow(state, place)}|${"  |".repeat(count)}`;
}

function addRow(state: EditorState, place: Place): ReturnType<EditorState["update"]> {
  const own = place.rows[place.row];
  const above =
    place.row === 0 ? (place.table.getChild("TableDelimiter") ?? own) : (own ?? place.table);
  const at = state.doc.lineAt(above?.to ?? place.table.to).to;
  const insert = `\n${emptyRow(state, place)}`;
  const caret = at + insert.indexOf("|") + 2;
  return state.update({
    changes: { from: at, insert },
    selection: { anchor: caret },
    scrollIntoView: true,
    userEvent: "input",
  });
}

export function nextCell(forward: boolean): StateCommand {
  return ({ state, dispatch }) => {
    const place = placeAt(state, state.selection.main.head);
    if (place === null) return false;
    const all = place.rows.flatMap((row) => cellsIn(state, row));
    const before = place.rows.slice(0, place.row).flatMap((row) => cellsIn(state, row)).length;
    const to = all[before + place.cell + (forward ? 1 : -1)];
    if (to !== undefined) {
      const words = wordsOf(state, to);
      const selection = EditorSelection.range(words.from, words.to);
      dispatch(state.update({ selection, scrollIntoView: true, userEvent: "select" }));
    } else if (forward && !state.readOnly) {
      dispatch(addRow(state, { ...place, row: place.rows.length - 1 }));
    }
    return true;
  };
}

function isBlank(state: EditorState, row: SyntaxNode | undefined): row is SyntaxNode {
  return row !== undefined && /^[\s|]*$/.test(state.sliceDoc(row.from, row.to));
}

/** A row below; in an empty last row it leaves the table, as an empty item leaves its list. */
export const rowBelow: StateCommand = ({ state, dispatch }) => {
  const { head, empty } = state.selection.main;
  const place = placeAt(state, head);
  if (place === null || state.readOnly) return false;
  const line = state.doc.lineAt(head);
  const own = place.rows[place.row];
  // Before the table, or where its dashes are still being written, a break is a break.
  if (!empty || own === undefined || head < own.from) return false;
  if (place.row > 0 && place.row === place.rows.length - 1 && isBlank(state, own)) {
    const { changes, caret } = ownLine(state, line, line.from);
    dispatch(state.update({ changes, selection: { anchor: caret }, userEvent: "input" }));
  } else {
    dispatch(addRow(state, place));
  }
  return true;
};

/** Rubbing out stops at a cell's edge; an empty row goes. */
export const rubOut: StateCommand = ({ state, dispatch }) => {
  const { head, empty } = state.selection.main;
  const place = empty ? placeAt(state, head) : null;
  const own = place?.rows[place.row];
  if (place === null || own === undefined || state.readOnly) return false;
  const cell = cellsIn(state, own)[place.cell];
  if (cell === undefined || head <= own.from || head > wordsOf(state, cell).from) return false;
  if (place.row > 0 && isBlank(state, own)) {
    const line = state.doc.lineAt(own.from);
    dispatch(
      state.update({
        changes: { from: line.from - 1, to: line.to },
        userEvent: "delete.backward",
      }),
    );
    return true;
  }
  return true;
};

/** Up and down between the header and the first row, over the line of dashes. */
function overDashes(forward: boolean): Command {
  return (view) => {
    const { state } = view;
    const { main } = state.selection;
    const place = main.empty ? placeAt(state, main.head) : null;
    if (place === null || place.row !== (forward ? 0 : 1)) return false;
    const moved = view.moveVertically(main, forward);
    const line = state.doc.lineAt(main.head);
    const target = place.rows[forward ? 1 : 0];
    if (target === undefined || (moved.head >= line.from && moved.head <= line.to)) return false;
    const [mine, other] = [place.rows[place.row], target].map((row) =>
      row === undefined ? undefined : cellsIn(state, row)[place.cell],
    );
    if (mine === undefined || other === undefined) return false;
    const words = wordsOf(state, other);
    const anchor = Math.min(
      words.to,
      words.from + Math.max(0, main.head - wordsOf(state, mine).from),
    );
    view.dispatch({ selection: { anchor }, scrollIntoView: true, userEvent: "select" });
    return true;
  };
}

const dashes = Decoration.mark({});

/** The caret passes the line of dashes at once. */
const passDashes = EditorView.atomicRanges.of((view) => {
  const ranges = new RangeSetBuilder<Decoration>();
  const { from, to } = view.viewport;
  syntaxTree(view.state).iterate({
    from,
    to,
    enter: (node) => {
      if (node.name !== "TableDelimiter" || node.node.parent?.name !== "Table") return;
      const line = view.state.doc.lineAt(node.from);
      ranges.add(line.from, Math.min(view.state.doc.length, line.to + 1), dashes);
    },
  });
  return ranges.finish();
});

/** In a whole row a pipe is a word's, not a border. While a row is still written it is one. */
const keepPipes = EditorView.inputHandler.of((view, from, to, text) => {
  if (text !== "|" || from !== to) return false;
  const { state } = view;
  const place = placeAt(state, from);
  const own = place?.rows[place.row];
  if (place === null || own === undefined || from <= own.from) return false;
  const isWhole = cellsIn(state, own).length >= cellsIn(state, place.rows[0] ?? own).length;
  const isLast = state.sliceDoc(from, own.to).trim() === "";
  if (!isWhole || isLast || state.sliceDoc(from - 1, from) === "\\") return false;
  view.dispatch(
    state.update({
      changes: { from, insert: "\\|" },
      selection: { anchor: from + 2 },
      userEvent: "input.type",
    }),
  );
  return true;
});

export const tableKeys: Extension = [
  Prec.high(
    keymap.of([
      { key: "Tab", run: nextCell(true), shift: nextCell(false) },
      { key: "Enter", run: rowBelow, shift: rowBelow },
      { key: "Backspace", run: rubOut },
      { key: "ArrowDown", run: overDashes(true) },
      { key: "ArrowUp", run: overDashes(false) },
    ]),
  ),
  passDashes,
  keepPipes,
];
