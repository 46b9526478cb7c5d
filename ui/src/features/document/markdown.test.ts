import { expect, test } from "vitest";
import type { CardSummary, ColumnView } from "../../ipc";
import { boardAsMarkdown, fileNameOf, noteAsMarkdown, withFileNames } from "./markdown";

const column = (id: string, title: string): ColumnView => ({
  id,
  title: { value: title, others: [] },
  limit: { value: null, others: [] },
  position: id,
  life: "alive",
});

const card = (title: string, more: Partial<CardSummary> = {}): CardSummary => ({
  id: title,
  place: { value: { column: "a", position: "a" }, others: [] },
  title,
  assignees: [],
  owner: null,
  labels: [],
  due: null,
  priority: null,
  archived: false,
  life: "alive",
  checklistDone: 0,
  checklistTotal: 0,
  hasDescription: false,
  files: 0,
  conflicts: 0,
  ...more,
});

test("a note as Markdown begins with its title", () => {
  expect(noteAsMarkdown({ title: "Routes", text: "South.\n\n" })).toBe("# Routes\n\nSouth.\n");
});

test("a board as Markdown has its columns and the cards that are seen in them", () => {
  const board = {
    title: { value: "Autumn", others: [] },
    columns: [column("a", "To do"), column("b", "Done")],
    cards: [
      card("Pack", { due: "2026-11-27", labels: ["long way"] }),
      card("Gone", { life: "trashed" }),
      card("Old", { archived: true }),
    ],
  };
  expect(boardAsMarkdown(board)).toBe(
    "# Autumn\n\n## To do\n\n- Pack (2026-11-27) #long-way\n\n## Done\n\n",
  );
});

test("every title gives a file name that every system takes", () => {
  expect(fileNameOf("Plan: a/b?")).toBe("Plan a b.md");
  expect(fileNameOf("会議メモ")).toBe("会議メモ.md");
  expect(fileNameOf("..")).toBe("Untitled.md");
  expect(fileNameOf("x".repeat(300))).toHaveLength(83);
});

test("files go by their names, those that are not known by what stood there", () => {
  const file = {
    id: "f1",
    name: "Plan (1).pdf",
    mime: "",
    size: 1,
    here: 1,
    state: "here",
  } as const;
  const text = '![Quay](skein:file/f1 "800x600") [plan](skein:file/f1) [x](skein:file/f2)';
  expect(withFileNames(text, [file])).toBe(
    "![Quay](Plan%20%281%29.pdf) [plan](Plan%20%281%29.pdf) [x](skein:file/f2)",
  );
});
