import { history, undo } from "@codemirror/commands";
import { ensureSyntaxTree } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import type { ChangeSet, StateCommand } from "@codemirror/state";
import fc from "fast-check";
import { expect, test } from "vitest";
import { noteMarkdown } from "./markdown";
import { LINE_BREAK } from "./splices";
import {
  addColumn,
  addRow,
  alignColumn,
  columnCount,
  deleteColumn,
  deleteRow,
  deleteTable,
  moveColumn,
  moveRow,
} from "./tableEdits";
import type { TableEdit } from "./tableEdits";
import { cellsIn, placeAt, wordsOf } from "./tableKeys";
import { alignsOf } from "./tableShape";
import type { Cell } from "./tableShape";
import { TestEngine } from "./testing/engine";
import { after, parsed, stateOf } from "./testing/state";
import { TestWindow } from "./testing/window";

const TABLE = "¦ a ¦ b ¦\n¦ - ¦ -: ¦\n¦ c ¦ d ¦\n¦ e ¦ f ¦";

const did =
  (edit: TableEdit): StateCommand =>
  ({ state, dispatch }) => {
    const spec = edit(state);
    if (spec !== null) dispatch(state.update(spec));
    return spec !== null;
  };
const at = (cell: string): string => TABLE.replace(`${cell} ¦`, `${cell}| ¦`);

test("a row comes above or below, below the header under its dashes", () => {
  expect(after(did(addRow(false)), at("d"))).toBe(
    "| a | b |\n| - | -: |\n|  | | |\n| c | d |\n| e | f |",
  );
  expect(after(did(addRow(true)), at("d"))).toBe(
    "| a | b |\n| - | -: |\n| c | d |\n|  | | |\n| e | f |",
  );
  expect(after(did(addRow(true)), at("a"))).toBe(
    "| a | b |\n| - | -: |\n| | |  |\n| c | d |\n| e | f |",
  );
  expect(after(did(addRow(false)), at("a"))).toBeNull();
});

test("a row moves among the rows, never over the header, and the caret with it", () => {
  expect(after(did(moveRow(1)), at("d"))).toBe("| a | b |\n| - | -: |\n| e | f |\n| c | d| |");
  expect(after(did(moveRow(-1)), at("f"))).toBe("| a | b |\n| - | -: |\n| e | f| |\n| c | d |");
  for (const [step, cell] of [
    [-1, "d"],
    [1, "f"],
    [1, "a"],
  ] as const) {
    expect(after(did(moveRow(step)), at(cell))).toBeNull();
  }
});

test("a row goes and the caret stays in its column; the header goes with the table alone", () => {
  expect(after(did(deleteRow), at("d"))).toBe("| a | b |\n| - | -: |\n| e | |f |");
  expect(after(did(deleteRow), at("f"))).toBe("| a | b |\n| - | -: |\n| c | |d |");
  expect(after(did(deleteRow), at("a"))).toBeNull();
  expect(after(did(deleteTable), `before\n\n${at("d")}\n\nbehind`)).toBe("before\n\n|\n\nbehind");
});

test("a column comes, moves with its alignment, and goes; the only one goes with the table alone", () => {
  expect(after(did(addColumn(true)), at("c"))).toBe(
    "| a |  | b |\n| - | --- | -: |\n| c | | | d |\n| e |  | f |",
  );
  expect(after(did(addColumn(false)), at("c"))).toBe(
    "|  | a | b |\n| --- | - | -: |\n| | | c | d |\n|  | e | f |",
  );
  expect(after(did(moveColumn(-1)), at("d"))).toBe("| b | a |\n| -: | - |\n| d| | c |\n| f | e |");
  expect(after(did(moveColumn(1)), at("d"))).toBeNull();
  expect(after(did(deleteColumn), at("c"))).toBe("| b |\n| -: |\n| |d |\n| f |");
  expect(after(did(deleteColumn), "¦ a| ¦\n¦ - ¦")).toBeNull();
});

test("a column is aligned by the colons that its dashes lack or have too many", () => {
  const dashes = (edit: TableEdit, cell: string): string | undefined =>
    after(did(edit), at(cell))?.split("\n")[1];
  expect(dashes(alignColumn("center"), "a")).toBe("| :-: | -: |");
  expect(dashes(alignColumn("end"), "c")).toBe("| -: | -: |");
  expect(dashes(alignColumn("start"), "d")).toBe("| - | - |");
  expect(after(did(alignColumn("end")), at("d"))).toBeNull();
});

test("rows too short are filled only as far as they must be, and pipes that lacked at the ends come", () => {
  expect(after(did(moveColumn(1)), "|a ¦ b\n--- ¦ ---\nc\n¦ d")).toBe(
    "| b | |a |\n| --- | --- |\n|  | c |\n|  | d |",
  );
  expect(after(did(deleteColumn), "a| ¦ b\n--- ¦ ---\nc ¦ d")).toBe("| |b |\n| --- |\n| d |");
  expect(after(did(addColumn(true)), "¦ a ¦ b| ¦\n¦-¦-¦\n¦ c ¦")).toBe(
    "| a | b | | |\n|-|-| --- |\n| c |",
  );
});

test("outside of a table, in its dashes and in a text that is only read nothing is done", () => {
  expect(after(did(moveColumn(1)), "plain|\n\n¦ a ¦ b ¦\n¦ - ¦ - ¦")).toBeNull();
  const readOnly = EditorState.create({
    doc: "| a | b |\n| - | - |\n| c | d |",
    selection: { anchor: 3 },
    extensions: [noteMarkdown, EditorState.readOnly.of(true)],
  });
  expect(moveColumn(1)(parsed(readOnly, readOnly.doc.length))).toBeNull();
});

/** A table as people see it: what stands in its cells, and how its columns are aligned. */
type Grid = { cells: string[][]; aligns: string[] };

const BEGINNINGS = [
  ["", ""],
  ["> ", "> "],
  ["- ", "  "],
  ["> 1. ", ">    "],
] as const;
const words = fc.constantFrom("a", "b\\|c", "`d\\|e`", "", "**f**", "مرحبا", "湖", "😀", "x y");

type Written = { text: string; columns: number; rows: number; bare: boolean };

/** A table in a text, with or without outer pipes, in a quotation or an item, some rows too short. */
const written = fc
  .record({ columns: fc.integer({ min: 1, max: 4 }), rows: fc.integer({ min: 1, max: 5 }) })
  .chain(({ columns, rows }) =>
    fc
      .record({
        cells: fc.array(fc.array(words, { minLength: columns, maxLength: columns }), {
          minLength: rows,
          maxLength: rows,
        }),
        dashes: fc.array(fc.constantFrom("---", "-:", ":-:", ":--"), {
          minLength: columns,
          maxLength: columns,
        }),
        short: fc.array(fc.nat(3), { minLength: rows, maxLength: rows }),
        bare: fc.boolean(),
        beginning: fc.constantFrom(...BEGINNINGS),
      })
      .map(({ cells, dashes, short, bare, beginning: [first, further] }): Written => {
        const isBare = bare && columns > 1 && cells.every((row) => row.every((one) => one !== ""));
        const rowOf = (values: readonly string[]): string =>
          isBare ? values.join(" | ") : `| ${values.join(" | ")} |`;
        const lines = cells.map((row, at) =>
          rowOf(
            at === 0 ? row : row.slice(0, Math.max(isBare ? 2 : 1, columns - (short[at] ?? 0))),
          ),
        );
        lines.splice(1, 0, rowOf(dashes));
        const table = lines.map((line, at) => (at === 0 ? first : further) + line).join("\n");
        return { text: `before\n\n${table}\n\nbehind`, columns, rows, bare: isBare };
      }),
  );

function stateWith(text: string): EditorState {
  const state = EditorState.create({
    doc: text,
    extensions: [EditorState.lineSeparator.of(LINE_BREAK), noteMarkdown, history()],
  });
  return parsed(state, state.doc.length);
}

/** The grid of the only table of a text. */
function gridOf(state: EditorState): Grid {
  const grids: Grid[] = [];
  ensureSyntaxTree(state, state.doc.length, 20_000)?.iterate({
    enter({ name, node }) {
      if (name !== "Table") return;
      const rows = [...node.getChildren("TableHeader"), ...node.getChildren("TableRow")];
      const dashes = node.getChild("TableDelimiter");
      const aligns = dashes === null ? [] : alignsOf(state.sliceDoc(dashes.from, dashes.to));
      const cells = rows.map((row) => {
        const own = cellsIn(state, row).map(({ from, to }) => state.sliceDoc(from, to).trim());
        return Array.from(
          { length: Math.max(aligns.length, own.length) },
          (_, at) => own[at] ?? "",
        );
      });
      grids.push({ cells, aligns });
    },
  });
  expect(grids).toHaveLength(1);
  return grids[0] ?? { cells: [], aligns: [] };
}

/** The words of a cell; null where its row ends before it. */
function wordsAt(state: EditorState, row: number, column: number): Cell | null {
  const place = placeAt(state, state.doc.toString().indexOf("|"));
  const own = place?.rows[row];
  const cell = own && cellsIn(state, own)[column];
  return cell === undefined || cell.from === cell.to ? null : wordsOf(state, cell);
}

function caretIn(state: EditorState): { row: number; column: number } {
  const place = placeAt(state, state.selection.main.head);
  return { row: place?.row ?? -1, column: place?.cell ?? -1 };
}

type Act = {
  edit: TableEdit;
  grid(grid: Grid, row: number, column: number): Grid;
  caret(row: number, column: number, grid: Grid): { row: number; column: number };
  /** Whether what is in a cell is written anew by it, or goes. */
  rewrites(row: number, column: number, own: { row: number; column: number }): boolean;
};

function swapped<T>(all: readonly T[], a: number, b: number): T[] {
  return all.map((one, at) => (at === a ? (all[b] ?? one) : at === b ? (all[a] ?? one) : one));
}

function eachRow(grid: Grid, change: (row: string[]) => string[], aligns: string[]): Grid {
  return { cells: grid.cells.map(change), aligns };
}

const acts: Record<string, Act> = {
  "row above": {
    edit: addRow(false),
    grid: ({ cells, aligns }, row) => ({
      cells: cells.toSpliced(
        row,
        0,
        aligns.map(() => ""),
      ),
      aligns,
    }),
    caret: (row, column) => ({ row, column }),
    rewrites: () => false,
  },
  "row below": {
    edit: addRow(true),
    grid: ({ cells, aligns }, row) => ({
      cells: cells.toSpliced(
        row + 1,
        0,
        aligns.map(() => ""),
      ),
      aligns,
    }),
    caret: (row, column) => ({ row: row + 1, column }),
    rewrites: () => false,
  },
  "row up": {
    edit: moveRow(-1),
    grid: ({ cells, aligns }, row) => ({ cells: swapped(cells, row, row - 1), aligns }),
    caret: (row, column) => ({ row: row - 1, column }),
    rewrites: (row, _, own) => row === own.row - 1,
  },
  "row down": {
    edit: moveRow(1),
    grid: ({ cells, aligns }, row) => ({ cells: swapped(cells, row, row + 1), aligns }),
    caret: (row, column) => ({ row: row + 1, column }),
    rewrites: (row, _, own) => row === own.row + 1,
  },
  "row away": {
    edit: deleteRow,
    grid: ({ cells, aligns }, row) => ({ cells: cells.toSpliced(row, 1), aligns }),
    caret: (row, column, { cells }) => ({ row: Math.min(row, cells.length - 1), column }),
    rewrites: (row, _, own) => row === own.row,
  },
  "column before": {
    edit: addColumn(false),
    grid: (grid, _, column) =>
      eachRow(
        grid,
        (row) => row.toSpliced(column, 0, ""),
        grid.aligns.toSpliced(column, 0, "start"),
      ),
    caret: (row, column) => ({ row, column }),
    rewrites: () => false,
  },
  "column after": {
    edit: addColumn(true),
    grid: (grid, _, column) =>
      eachRow(
        grid,
        (row) => row.toSpliced(column + 1, 0, ""),
        grid.aligns.toSpliced(column + 1, 0, "start"),
      ),
    caret: (row, column) => ({ row, column: column + 1 }),
    rewrites: () => false,
  },
  "column left": {
    edit: moveColumn(-1),
    grid: (grid, _, column) =>
      eachRow(
        grid,
        (row) => swapped(row, column, column - 1),
        swapped(grid.aligns, column, column - 1),
      ),
    caret: (row, column) => ({ row, column: column - 1 }),
    rewrites: (_, column, own) => column === own.column - 1,
  },
  "column right": {
    edit: moveColumn(1),
    grid: (grid, _, column) =>
      eachRow(
        grid,
        (row) => swapped(row, column, column + 1),
        swapped(grid.aligns, column, column + 1),
      ),
    caret: (row, column) => ({ row, column: column + 1 }),
    rewrites: (_, column, own) => column === own.column + 1,
  },
  "column away": {
    edit: deleteColumn,
    grid: (grid, _, column) =>
      eachRow(grid, (row) => row.toSpliced(column, 1), grid.aligns.toSpliced(column, 1)),
    caret: (row, column, { aligns }) => ({ row, column: Math.min(column, aligns.length - 1) }),
    rewrites: (_, column, own) => column === own.column,
  },
  centred: {
    edit: alignColumn("center"),
    grid: ({ cells, aligns }, _, column) => ({ cells, aligns: aligns.with(column, "center") }),
    caret: (row, column) => ({ row, column }),
    rewrites: () => false,
  },
};

const place = fc.record({ row: fc.nat(9), column: fc.nat(9) });

/** The text with the caret in one of its cells, wherever the words of that cell begin. */
function placed(
  { text, columns, rows }: Written,
  { row, column }: { row: number; column: number },
) {
  const state = stateWith(text);
  const own = { row: row % rows, column: column % columns };
  const words = wordsAt(state, own.row, own.column);
  if (words === null) return null;
  return { own, state: state.update({ selection: { anchor: words.from } }).state };
}

function sized(grid: Grid): Grid {
  const cells = grid.cells.map((row) =>
    row.filter((value, at) => at < grid.aligns.length || value !== ""),
  );
  return { ...grid, cells };
}

test.each(Object.entries(acts))(
  "%s: the table is as meant, the text around it untouched, the caret in its cell, and undo takes one step",
  (_, act) => {
    fc.assert(
      fc.property(written, place, (made, wanted) => {
        const begun = placed(made, wanted);
        const spec = begun && act.edit(begun.state);
        if (begun === null || spec === null) return;
        const { own, state } = begun;
        const next = parsed(state.update(spec).state, 0);
        const grid = gridOf(next);
        expect(sized(grid)).toEqual(sized(act.grid(gridOf(state), own.row, own.column)));
        expect(next.sliceDoc()).toMatch(/^before\n\n[^]*\n\nbehind$/);
        const caret = act.caret(own.row, own.column, grid);
        const isThere = wordsAt(next, caret.row, caret.column) !== null;
        if (isThere) expect(caretIn(next)).toEqual(caret);
        let back = next;
        undo({ state: next, dispatch: (transaction) => (back = transaction.state) });
        expect(back.sliceDoc()).toBe(state.sliceDoc());
      }),
      { numRuns: 150 },
    );
  },
);

test.each(Object.entries(acts))(
  "%s: what a colleague types in another cell meanwhile is in that cell afterwards",
  (_, act) => {
    fc.assert(
      fc.property(written, place, place, fc.boolean(), (made, wanted, elsewhere, atEnd) => {
        const begun = placed(made, wanted);
        const spec = begun && act.edit(begun.state);
        if (begun === null || spec === null) return;
        const { own, state } = begun;
        const [row, column] = [elsewhere.row % made.rows, elsewhere.column % made.columns];
        const words = wordsAt(state, row, column);
        // Without pipes at its ends a row begins and ends with its words: there either may come first.
        const isEdge = made.bare && (column === 0 || column === made.columns - 1);
        if (words === null || isEdge || act.rewrites(row, column, own)) return;
        const theirs = state.changes({ from: atEnd ? words.to : words.from, insert: "Zoë" });
        const mine = spec.changes as ChangeSet;
        const both = theirs.compose(mine.map(theirs)).apply(state.doc);
        expect(mine.compose(theirs.map(mine, true)).apply(state.doc).eq(both)).toBe(true);
        const typed = stateWith(theirs.apply(state.doc).toString());
        const grid = sized(act.grid(gridOf(typed), own.row, own.column));
        expect(sized(gridOf(stateWith(both.toString())))).toEqual(grid);
      }),
      { numRuns: 150 },
    );
  },
);

test("a column moved there and back leaves a table with its pipes as it was", () => {
  fc.assert(
    fc.property(written, place, (made, wanted) => {
      const begun = placed(made, wanted);
      const there = begun && moveColumn(1)(begun.state);
      if (begun === null || there === null) return;
      const between = parsed(begun.state.update(there).state, 0);
      const back = moveColumn(-1)(between);
      const end = back && between.update(back).state;
      expect(sized(gridOf(parsed(end ?? between, 0)))).toEqual(sized(gridOf(begun.state)));
      const lines = begun.state.sliceDoc().split("\n").slice(2, -2);
      const whole = lines.every((line) => line.split(/(?<!\\)\|/).length === made.columns + 2);
      if (whole) expect(end?.sliceDoc()).toBe(begun.state.sliceDoc());
    }),
    { numRuns: 150 },
  );
});

test("two windows on one text agree when one moves a column while the other writes into it", () => {
  const text = "| a | b |\n| - | - |\n| c | d |";
  const engine = new TestEngine(text);
  const [ana, bo] = [new TestWindow("ana", engine), new TestWindow("bo", engine)];
  const spec = moveColumn(1)(stateOf(text.replaceAll("|", "¦").replace("c", "c|")));
  ana.edit({ changes: spec?.changes ?? [] });
  bo.edit({ changes: { from: text.indexOf("c") + 1, insert: "ranes" } });
  for (let round = 0; round < 3; round++) for (const one of [bo, ana]) one.deliverAll();
  expect(ana.text).toBe("| b | a |\n| - | - |\n| d | cranes |");
  expect(bo.text).toBe(ana.text);
});

test("columns are counted by the header", () => {
  const state = stateOf(at("c"));
  const place = placeAt(state, state.selection.main.head);
  expect(place && columnCount(state, place)).toBe(2);
});
