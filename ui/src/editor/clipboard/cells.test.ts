import type { StateCommand } from "@codemirror/state";
import { expect, test } from "vitest";
import { after } from "../testing/state";
import { inCell, intoCells } from "./cells";

/** Cells that are pasted, as they come from a spreadsheet or a page. */
const BLOCK = "| 1 | 2 |\n| --- | --- |\n| 3 | 4 |";

const pasted =
  (text: string): StateCommand =>
  ({ state, dispatch }) => {
    const spec = intoCells(state, text);
    if (spec !== null) dispatch(state.update(spec));
    return spec !== null;
  };

test("cells go into cells from the caret's on", () => {
  expect(
    after(
      pasted(BLOCK),
      "¦ a ¦ b ¦ c ¦\n¦ - ¦ -: ¦ - ¦\n¦ d| ¦ e ¦ f ¦\n¦ g ¦  ¦ i ¦\n¦ j ¦ k ¦ l ¦",
    ),
  ).toBe("| a | b | c |\n| - | -: | - |\n| 1 | 2 | f |\n| 3 | 4| | i |\n| j | k | l |");
});

test("the table grows by the rows and columns that are missing", () => {
  expect(after(pasted(BLOCK), "¦ a ¦ b ¦\n¦ - ¦ - ¦\n¦ c ¦ d ¦\n¦ e ¦ f| ¦")).toBe(
    "| a | b |  |\n| - | - | --- |\n| c | d |  |\n| e | 1 | 2 |\n|  | 3 | 4| |",
  );
  expect(after(pasted(BLOCK), "¦ a ¦ b| ¦\n¦ - ¦ - ¦")).toBe(
    "| a | 1 | 2 |\n| - | - | --- |\n|  | 3 | 4| |",
  );
});

test("rows without outer pipes, too short or of cells that touch are filled as well", () => {
  expect(after(pasted(BLOCK), "a ¦ b\n--- ¦ ---\nc| ¦ d\ne")).toBe(
    "a | b\n--- | ---\n1 | 2\n3 | 4| |",
  );
  expect(after(pasted(BLOCK), "¦ a ¦ b ¦\n¦ - ¦ - ¦\n¦|¦¦")).toBe(
    "| a | b |\n| - | - |\n| 1 | 2 |\n| 3 | 4| |",
  );
});

test("a table in a quotation stays in it, and a row of a spreadsheet is one", () => {
  expect(after(pasted(BLOCK), "> ¦ a ¦ b ¦\n> ¦ - ¦ - ¦\n> ¦ c| ¦ d ¦")).toBe(
    "> | a | b |\n> | - | - |\n> | 1 | 2 |\n> | 3 | 4| |",
  );
  expect(after(pasted("1\t2"), "¦ a ¦ b ¦\n¦ - ¦ - ¦\n¦ c| ¦ d ¦")).toBe(
    "| a | b |\n| - | - |\n| 1 | 2| |",
  );
});

test("what is no block of cells is words of one cell, without the signs of a table", () => {
  expect(after(pasted("one\ntwo"), "¦ a| ¦ b ¦\n¦ - ¦ - ¦")).toBeNull();
  expect(after(pasted(BLOCK), "no table|")).toBeNull();
  expect(inCell("one\n\ntwo|three")).toBe("one two\\|three");
  expect(inCell(`Prices:\n\n${BLOCK}`)).toBe("Prices: 1 2 3 4");
});
