// What ranking 10,000 titles for a link costs as it is typed, beside the first time, when each title is folded.

import { bench, describe } from "vitest";
import type { KnownDocument, Surroundings } from "../surroundings";
import { rankedDocuments } from "./links";

const documents = (): KnownDocument[] =>
  Array.from({ length: 10_000 }, (_, at) => ({
    id: String(at),
    kind: "note",
    title: `Note ${at} of the plan`,
    updatedAt: 0,
  }));

const around = (known: KnownDocument[]): Surroundings => ({
  documents: () => known,
  pathOf: () => "",
  recent: () => [],
  people: () => [],
  tags: () => new Map(),
  read: () => Promise.resolve(""),
  createNote: () => undefined,
  tell: () => undefined,
});

describe("10,000 documents ranked for a link", () => {
  const known = around(documents());
  bench("as it is typed", () => {
    rankedDocuments(known, "pla");
  });
  bench("the first time", () => {
    rankedDocuments(around(documents()), "pla");
  });
});
