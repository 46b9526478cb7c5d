import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import dialogs from "./en.dialogs.json";
import first from "./en.json";
import { orList, t } from "./index";

const english = { ...first, ...dialogs };

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(ts|svelte)$/.test(entry.name))
    .filter((entry) => !entry.name.includes(".test."))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
}

const code = sources(join(import.meta.dirname, "..")).join("\n");

/** Keys that are put together from a fixed beginning and a value. */
const beginnings = [...code.matchAll(/\bt\(`([a-z]+\.)\$\{/gi)].map((match) => match[1] ?? "");

test("every word in the list is used somewhere", () => {
  const unused = Object.keys(english).filter(
    (key) =>
      !code.includes(`"${key}"`) && !beginnings.some((beginning) => key.startsWith(beginning)),
  );
  expect(unused).toEqual([]);
});

test("every key in the code has its words", () => {
  const used = [...code.matchAll(/\bt\(\s*"([\w.]+)"/g)].map((match) => match[1] ?? "");
  expect(used.filter((key) => !(key in english))).toEqual([]);
});

test("keys are sorted, so that two people do not add one twice", () => {
  for (const words of [first, dialogs]) {
    const keys = Object.keys(words);
    expect(keys).toEqual([...keys].sort());
  }
  expect(Object.keys(dialogs).filter((key) => key in first)).toEqual([]);
});

test("gaps are filled and the count chooses the plural", () => {
  expect(t("note.backlinks", { count: 1 })).toBe("1 link here");
  expect(t("note.backlinks", { count: 3 })).toBe("3 links here");
  expect(t("disagree.choose", { value: "{count}" })).toBe("Choose {count}");
  expect(orList(["Doing", "Done"])).toBe("Doing or Done");
});
