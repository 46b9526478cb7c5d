import type { EditorState } from "@codemirror/state";
import { expect, test } from "vitest";
import { decorate } from "./decorate";
import { nextCell, rowBelow, rubOut } from "./tableKeys";
import { alignsOf, cellsOf, columnsOf, wanted } from "./tableShape";
import { after, stateOf } from "./testing/state";

const TABLE = "¦ a ¦ b ¦\n¦ - ¦ -: ¦\n¦ c ¦ d ¦";

function cells(row: string): string[] {
  return cellsOf(row).map(({ from, to }) => row.slice(from, to).trim());
}

test("a row is split at its pipes, and a pipe behind a backslash is a word's", () => {
  expect(cells("| a | b |")).toEqual(["a", "b"]);
  expect(cells("a | b")).toEqual(["a", "b"]);
  expect(cells("| a \\| b | c |")).toEqual(["a \\| b", "c"]);
  expect(cells("||x|")).toEqual(["", "x"]);
  expect(cells("| a | b")).toEqual(["a", "b"]);
});

test("dashes with colons align their column", () => {
  expect(alignsOf("|:--|--:|:-:|---|")).toEqual(["start", "end", "center", "start"]);
});

test("a column is as wide as its widest words, markers left out, within bounds", () => {
  expect(wanted("**word**")).toBe(wanted("word"));
  expect(wanted("日本語")).toBeGreaterThan(wanted("abc"));
  const [narrow = 0, wide = 0] = columnsOf(["| a | a rather long cell |", "| b | c |"]);
  expect(wide).toBeGreaterThan(narrow);
  expect(columnsOf([`| ${"x".repeat(5000)} |`])[0]).toBeLessThanOrEqual(360);
});

test("Tab goes from cell to cell over the dashes and adds a row after the last", () => {
  expect(after(nextCell(true), "¦ a| ¦ b ¦\n¦ - ¦ -: ¦\n¦ c ¦ d ¦")).toBe(
    "| a | |b| |\n| - | -: |\n| c | d |",
  );
  expect(after(nextCell(true), "¦ a ¦ b| ¦\n¦ - ¦ -: ¦\n¦ c ¦ d ¦")).toContain("| |c| | d |");
  expect(after(nextCell(false), "¦ a ¦ b ¦\n¦ - ¦ -: ¦\n¦ |c ¦ d ¦")).toContain("| a | |b| |");
  expect(after(nextCell(true), TABLE.replace("d ¦", "d| ¦"))).toBe(
    "| a | b |\n| - | -: |\n| c | d |\n| | |  |",
  );
});

test("Enter adds a row below, under the header's dashes too, and leaves an empty last row", () => {
  expect(after(rowBelow, TABLE.replace("a ¦", "a| ¦"))).toBe(
    "| a | b |\n| - | -: |\n| | |  |\n| c | d |",
  );
  expect(after(rowBelow, `${TABLE}\n¦ | ¦  ¦`)).toBe("| a | b |\n| - | -: |\n| c | d |\n\n|");
  expect(after(rowBelow, "plain|")).toBeNull();
});

test("a row of a table in a quote or an item stays in it", () => {
  const quoted = "> ¦ a ¦ b ¦\n> ¦ - ¦ - ¦\n> ¦ c ¦ d| ¦";
  expect(after(rowBelow, quoted)).toContain("\n> | | |  |");
});

test("rubbing out stops at a cell's edge and takes an empty row", () => {
  const state = TABLE.replace("d ¦", "|d ¦");
  expect(after(rubOut, state)).toBe("| a | b |\n| - | -: |\n| c | |d |");
  expect(after(rubOut, TABLE.replace("d ¦", "d| ¦"))).toBeNull();
  expect(after(rubOut, `${TABLE}\n¦| ¦  ¦`)).toBe("| a | b |\n| - | -: |\n| c | d ||");
});

test("cells stand in columns as wide in every row, whatever the caret does", () => {
  const styles = (state: EditorState, focused: boolean): string[] => {
    const found: string[] = [];
    const whole = { from: 0, to: state.doc.length };
    const shown = focused ? state.selection.ranges : [];
    decorate(state, [whole], shown).wholes.between(0, state.doc.length, (_from, _to, { spec }) => {
      if (spec.class === "sk-cell") found.push((spec.attributes as { style: string }).style);
    });
    return found;
  };
  const state = stateOf(TABLE.replace("c ¦", "c| ¦"));
  const all = styles(state, true);
  expect(all).toHaveLength(4);
  expect(all.slice(0, 2)).toEqual(all.slice(2));
  expect(all[1]).toContain("end");
  expect(styles(state, false)).toEqual(all);
});
