import { expect, test } from "vitest";
import type { KnownDocument, Surroundings } from "../surroundings";
import { rankedDocuments, targetOf, titled } from "./links";
import { dayTyped, isoOf } from "./dates";

function around(documents: KnownDocument[], recent: string[] = []): Surroundings {
  return {
    documents: () => documents,
    pathOf: () => "",
    recent: () => recent,
    people: () => [],
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

test("ten thousand titles are ranked within a frame or two", () => {
  const given = around(
    Array.from({ length: 10_000 }, (_, at) => note(String(at), `Note ${at} of the plan`)),
  );
  titles(given, "");
  const before = performance.now();
  for (const query of ["p", "pl", "pla"]) titles(given, query);
  expect((performance.now() - before) / 3).toBeLessThan(150);
});

test("days are understood as people say them, seen from a Sunday", () => {
  const sunday = new Date(2026, 10, 22);
  const day = (words: string): string | null => {
    const found = dayTyped(words, sunday);
    return found === null ? null : isoOf(found);
  };
  expect(day("tomorrow")).toBe("2026-11-23");
  expect(day("tue")).toBe("2026-11-24");
  expect(day("sun")).toBe("2026-11-29");
  expect(day("next tue")).toBe("2026-11-24");
  expect(day("in 2 weeks")).toBe("2026-12-06");
  expect(day("2026-02-30")).toBeNull();
  expect(day("soon")).toBeNull();
});
