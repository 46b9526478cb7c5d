// What can be done with the table that the caret is in: one list for the menu at it, the palette and the keys.

import { Direction } from "@codemirror/view";
import type { EditorView } from "@codemirror/view";
import { announce } from "../a11y/announce";
import { t } from "../i18n";
import type { Key } from "../i18n";
import {
  addColumn,
  addRow,
  alignColumn,
  alignOf,
  columnCount,
  deleteColumn,
  deleteRow,
  deleteTable,
  moveColumn,
  moveRow,
} from "./tableEdits";
import type { TableEdit } from "./tableEdits";
import { placeAt } from "./tableKeys";
import type { Align } from "./tableShape";

export type TableActId =
  | "rowAbove"
  | "rowBelow"
  | "rowUp"
  | "rowDown"
  | "rowDelete"
  | "columnBefore"
  | "columnAfter"
  | "columnLeft"
  | "columnRight"
  | "columnDelete"
  | "alignLeft"
  | "alignCentre"
  | "alignRight"
  | "tableDelete";

export type TableAct = {
  readonly id: TableActId;
  readonly label: Key;
  /** Other words by which it is found. */
  readonly words: string;
  /** In the notation of a command's keys. */
  readonly key?: string;
  /** The change, or two of them where left is after right in a row written from right to left. */
  readonly edit: TableEdit | { readonly ltr: TableEdit; readonly rtl: TableEdit };
  /** What a screen reader says of it. */
  readonly said: Key;
};

const [back, on] = [moveColumn(-1), moveColumn(1)];
const [start, centre, end] = [alignColumn("start"), alignColumn("center"), alignColumn("end")];

export const tableActs: readonly TableAct[] = [
  {
    id: "rowAbove",
    label: "table.rowAbove",
    words: "insert new line",
    key: "Ctrl+Shift+Enter",
    edit: addRow(false),
    said: "table.rowAdded",
  },
  {
    id: "rowBelow",
    label: "table.rowBelow",
    words: "insert new line",
    key: "Ctrl+Enter",
    edit: addRow(true),
    said: "table.rowAdded",
  },
  {
    id: "rowUp",
    label: "table.rowUp",
    words: "line swap",
    key: "Alt+Shift+ArrowUp",
    edit: moveRow(-1),
    said: "table.rowMoved",
  },
  {
    id: "rowDown",
    label: "table.rowDown",
    words: "line swap",
    key: "Alt+Shift+ArrowDown",
    edit: moveRow(1),
    said: "table.rowMoved",
  },
  {
    id: "rowDelete",
    label: "table.rowDelete",
    words: "remove line",
    key: "Ctrl+Shift+Backspace",
    edit: deleteRow,
    said: "table.rowDeleted",
  },
  {
    id: "columnBefore",
    label: "table.columnBefore",
    words: "insert new",
    edit: addColumn(false),
    said: "table.columnAdded",
  },
  {
    id: "columnAfter",
    label: "table.columnAfter",
    words: "insert new",
    key: "Alt+Shift+Enter",
    edit: addColumn(true),
    said: "table.columnAdded",
  },
  {
    id: "columnLeft",
    label: "table.columnLeft",
    words: "swap",
    key: "Alt+Shift+ArrowLeft",
    edit: { ltr: back, rtl: on },
    said: "table.columnMoved",
  },
  {
    id: "columnRight",
    label: "table.columnRight",
    words: "swap",
    key: "Alt+Shift+ArrowRight",
    edit: { ltr: on, rtl: back },
    said: "table.columnMoved",
  },
  {
    id: "columnDelete",
    label: "table.columnDelete",
    words: "remove",
    key: "Alt+Shift+Backspace",
    edit: deleteColumn,
    said: "table.columnDeleted",
  },
  {
    id: "alignLeft",
    label: "table.alignLeft",
    words: "justify text",
    edit: { ltr: start, rtl: end },
    said: "table.alignedLeft",
  },
  {
    id: "alignCentre",
    label: "table.alignCentre",
    words: "justify center middle",
    edit: centre,
    said: "table.alignedCentre",
  },
  {
    id: "alignRight",
    label: "table.alignRight",
    words: "justify numbers",
    edit: { ltr: end, rtl: start },
    said: "table.alignedRight",
  },
  {
    id: "tableDelete",
    label: "table.delete",
    words: "remove whole",
    edit: deleteTable,
    said: "table.deleted",
  },
];

const byId = new Map(tableActs.map((act) => [act.id, act]));

function isRtl(view: EditorView): boolean {
  return view.textDirectionAt(view.state.selection.main.head) === Direction.RTL;
}

function editOf(view: EditorView, { edit }: TableAct): TableEdit {
  return typeof edit === "function" ? edit : isRtl(view) ? edit.rtl : edit.ltr;
}

export function isPossible(view: EditorView, act: TableAct): boolean {
  return editOf(view, act)(view.state) !== null;
}

/** How the column of the caret is aligned, as the act that does so. */
export function alignedAs(view: EditorView): TableActId | null {
  const place = placeAt(view.state, view.state.selection.main.head);
  if (place === null) return null;
  const acts: Record<Align, TableActId> = isRtl(view)
    ? { start: "alignRight", center: "alignCentre", end: "alignLeft" }
    : { start: "alignLeft", center: "alignCentre", end: "alignRight" };
  return acts[alignOf(view.state, place)];
}

/** Changes the table and says so; false outside of one. At an edge it is said that there is nothing to change. */
export function editTable(view: EditorView, id: TableActId): boolean {
  const act = byId.get(id);
  if (act === undefined || placeAt(view.state, view.state.selection.main.head) === null) {
    return false;
  }
  const spec = editOf(view, act)(view.state);
  if (spec === null) announce(t("table.cannot"));
  else {
    view.dispatch(spec);
    announce(t(act.said, whereIs(view)));
  }
  return true;
}

/** The row and the column of the caret, counted without the header. */
function whereIs({ state }: EditorView): Record<string, number> {
  const place = placeAt(state, state.selection.main.head);
  if (place === null) return {};
  const { row, rows, cell } = place;
  return { row, rows: rows.length - 1, column: cell + 1, columns: columnCount(state, place) };
}
