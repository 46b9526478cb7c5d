import { expect, test } from "vitest";
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
