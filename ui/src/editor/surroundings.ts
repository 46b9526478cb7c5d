// What the editor knows of the world around its text: other documents, people, and how to make a note.

import { Facet } from "@codemirror/state";

export type KnownDocument = {
  readonly id: string;
  readonly kind: "note" | "board";
  readonly title: string;
  readonly updatedAt: number;
};

export type Surroundings = {
  /** All documents that may be linked to, but for the one that is written. */
  documents(): Iterable<KnownDocument>;
  /** Where a document lies, in the titles above it. */
  pathOf(id: string): string;
  /** Ids of what was opened last, the newest first. */
  recent(): readonly string[];
  people(): readonly string[];
  /** The tags in use anywhere, in lower case, and in how many documents each; once asked for they are there at once. */
  tags(): ReadonlyMap<string, number> | Promise<ReadonlyMap<string, number>>;
  /** The whole text of a note. */
  read(id: string): Promise<string>;
  /** Makes a note below this one; a failure is told there. */
  createNote(title: string): void;
  /** Says something in passing. */
  tell(words: string): void;
};

const NOWHERE: Surroundings = {
  documents: () => [],
  pathOf: () => "",
  recent: () => [],
  people: () => [],
  tags: () => new Map(),
  read: () => Promise.resolve(""),
  createNote: () => undefined,
  tell: () => undefined,
};

export const surroundings = Facet.define<Surroundings, Surroundings>({
  combine: (given) => given[0] ?? NOWHERE,
});
