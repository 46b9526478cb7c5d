import { EditorState } from "@codemirror/state";
import { expect, test } from "vitest";
import type { Surroundings } from "../surroundings";
import { completeTags } from "./tags";

async function offered(text: string, tags: Surroundings["tags"]): Promise<string[]> {
  const around: Surroundings = {
    documents: () => [],
    pathOf: () => "",
    recent: () => [],
    people: () => [],
    tags,
    read: () => Promise.resolve(""),
    createNote: () => undefined,
    tell: () => undefined,
  };
  const state = EditorState.create({ doc: text });
  const before = state.doc.lineAt(text.length).text;
  const found = await completeTags({ state, position: text.length, before, around });
  return found?.options.map(({ label }) => label) ?? [];
}

test("tags of all documents are offered beside the text's own, the most used first, each once", async () => {
  const tags = new Map([
    ["geese", 9],
    ["gear", 2],
    ["route", 4],
  ]);
  expect(await offered("#Geese and #g", () => tags)).toEqual(["g", "gear", "Geese"]);
  expect(await offered("#g", () => Promise.resolve(tags))).toEqual(["g", "geese", "gear"]);
});

test("the word that is being typed is no proof of a tag", async () => {
  expect(await offered("#gee", () => new Map([["gee", 1]]))).toEqual([]);
  expect(await offered("#gee", () => new Map([["gee", 2]]))).toEqual(["gee"]);
});
