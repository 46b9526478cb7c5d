import { expect, test } from "vitest";
import { distanceTo, fold, wordsOf } from "./matching";

const far = (text: string, query: string) => distanceTo(fold(text), wordsOf(query));

test("accents, case and the order of words do not matter", () => {
  expect(far("Résumé of Autumn", "autumn RESUME")).not.toBeNull();
  expect(far("週次ふりかえり", "ふり")).not.toBeNull();
  expect(far("ملاحظات الفريق", "الفريق")).not.toBeNull();
});

test("the beginning is nearer than a word's beginning, that nearer than a part, that nearer than a slip", () => {
  const found = ["Note", "New note", "Footnote", "Nite"].map((text) => far(text, "note"));
  expect(found).toEqual([...found].sort((a, b) => (a ?? 9) - (b ?? 9)));
  expect(new Set(found).size).toBe(4);
});

test("one letter more, less, other or swapped is forgiven in longer words only", () => {
  for (const slip of ["serch", "seearch", "sesrch", "saerch"]) {
    expect(far("Search", slip), slip).not.toBeNull();
  }
  expect(far("Search", "src")).toBeNull();
  expect(far("Search", "sxxrch")).toBeNull();
});

test("initials find, every word must, and nothing typed finds all", () => {
  expect(far("Move to trash", "mtt")).not.toBeNull();
  expect(far("Move to trash", "move board")).toBeNull();
  expect(far("Anything", "")).toBe(0);
});
