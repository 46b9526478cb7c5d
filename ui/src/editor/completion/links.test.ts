import { expect, test } from "vitest";
import type { KnownDocument, Surroundings } from "../surroundings";
import { rankedDocuments, targetOf, titled } from "./links";

function around(documents: KnownDocument[], recent: string[] = []): Surroundings {
  return {
    documents: () => documents,
    pathOf: () => "",
    recent: () => recent,
    people: () => [],
    tags: () => new Map(),
    read: () => Promise.resolve(""),
    createNote: () => undefined,
    tell: () => undefined,
  };
}

const note = (id: string, title: string, updatedAt = 0): KnownDocument => {
  return { id, kind: "note", title, updatedAt };
};

const titles = (given: Surroundings, query: string): string[] =>
  rankedDocuments(given, query).map(({ title }) => title);

test("the same title first, then its beginning, a word's, initials; among equals what was opened last", () => {
  const given = around(
    [note("1", "Old plan"), note("2", "Plan"), note("3", "Planet"), note("4", "Plans", 9)],
    ["3"],
  );
  expect(titles(given, "plan")).toEqual(["Plan", "Planet", "Plans", "Old plan"]);
  expect(titles(around([note("1", "Launch board"), note("2", "Album")]), "lb")).toContain(
    "Launch board",
  );
});

test("a title that a link cannot hold, or that two have, is linked by its id", () => {
  const given = around([
    note("1", "C# [notes]"),
    note("2", "Twin"),
    note("3", "twin"),
    note("4", "One"),
  ]);
  const targets = [...given.documents()].map((document) => targetOf(given, document));
  expect(targets).toEqual(["1|C#  notes", "2|Twin", "3|twin", "One"]);
  expect(titled(given, "one")?.id).toBe("4");
});
