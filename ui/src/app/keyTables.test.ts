import { expect, test } from "vitest";
import { boardKeys } from "../features/board";
import { defineCommand, offerCommands } from "../state/commands";
import { keyTables } from "./keyTables";

test("the list of keys has every table, each key once, and follows a person's own keys", () => {
  const tables = keyTables({ search: ["Ctrl+J"] });
  expect(new Set(tables.map(({ title }) => title)).size).toBe(tables.length);
  for (const { title, rows } of tables) {
    const labels = rows.map(({ label }) => label);
    expect(new Set(labels).size, title).toBe(labels.length);
    for (const { keys } of rows) expect(keys.length).toBeGreaterThan(0);
  }
  const all = tables.flatMap(({ rows }) => rows);
  expect(all.find(({ label }) => label === "search")?.keys).toEqual(["Ctrl+J"]);
});

test("what is open adds to the table of its own title", () => {
  const run = (): void => undefined;
  const next = defineCommand({
    id: "board.next",
    label: "board.do.next",
    group: boardKeys.title,
    keys: ["J"],
    run,
  });
  const takeBack = offerCommands([next]);
  const titles = keyTables({}).map(({ title }) => title);
  takeBack();
  expect(titles.filter((title) => title === boardKeys.title)).toHaveLength(1);
});
