// Writes src/editor/ot-vectors.json: how CodeMirror maps and composes changes, for the engine to be compared with.
// Run: node -e 'import("vite").then((vite) => vite.runnerImport("./scripts/ot-vectors.ts")).then(({ module }) => module.write())'

import type { ChangeSet, Text } from "@codemirror/state";
import { writeFileSync } from "node:fs";
import { format } from "prettier";
import { changesOf, splicesOf, textOf } from "../src/editor/splices";
import type { Splice } from "../src/editor/splices";

/** `a` and `b` start at `text`, `next` at `text` with `a`. Touching splices are always joined into one. */
export type OtVector = {
  text: string;
  a: Splice[];
  b: Splice[];
  next: Splice[];
  /** `a` after `b`: where both insert at one place, b's insertion stands first or last. */
  aOverB: { otherFirst: Splice[]; otherLast: Splice[] };
  bOverA: { otherFirst: Splice[]; otherLast: Splice[] };
  /** `a`, then `next`, as one. */
  composed: Splice[];
  /** `text` with `a`, then `b` mapped over it, a's insertions first; and with b's first. */
  aFirst: string;
  bFirst: string;
};

const CASES = 170;
const LETTERS = ["a", "b", "c", " ", "\n", "\r\n", "é", "日", "😀", "𝄞"];
const FRESH = ["X", "Y", "Zz", "", "", "\n", "ß", "🚀", "w w"];

type Random = (below: number) => number;

/** The same numbers each time (mulberry32). */
function seeded(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function pick(random: Random, from: readonly string[]): string {
  return from[random(from.length)] ?? "";
}

function randomText(random: Random): string {
  return Array.from({ length: random(9) }, () => pick(random, LETTERS)).join("");
}

/** Splices on the borders of code points, often at the same places as those of the next call. */
function randomChanges(random: Random, text: Text): ChangeSet {
  const borders = [0];
  for (const character of text.toString()) borders.push((borders.at(-1) ?? 0) + character.length);
  const splices: Splice[] = [];
  let index = random(3);
  while (index < borders.length && splices.length < 2 + random(2)) {
    const end = Math.min(borders.length - 1, index + (random(2) === 0 ? 0 : random(4)));
    const at = borders[index] ?? 0;
    const splice = { at, delete: (borders[end] ?? at) - at, insert: pick(random, FRESH) };
    if (splice.delete > 0 || splice.insert !== "") splices.push(splice);
    index = end + 1 + random(4);
  }
  const changes = changesOf(splices, text.length);
  return changesOf(splicesOf(changes), text.length);
}

function vector(random: Random): OtVector {
  const text = randomText(random);
  const start = textOf(text);
  const a = randomChanges(random, start);
  const b = randomChanges(random, start);
  const next = randomChanges(random, a.apply(start));
  return {
    text,
    a: splicesOf(a),
    b: splicesOf(b),
    next: splicesOf(next),
    aOverB: { otherFirst: splicesOf(a.map(b)), otherLast: splicesOf(a.map(b, true)) },
    bOverA: { otherFirst: splicesOf(b.map(a)), otherLast: splicesOf(b.map(a, true)) },
    composed: splicesOf(a.compose(next)),
    aFirst: a.compose(b.map(a)).apply(start).toString(),
    bFirst: b.compose(a.map(b)).apply(start).toString(),
  };
}

export function otVectors(): OtVector[] {
  const random = seeded(20_261_122);
  return Array.from({ length: CASES }, () => vector(random));
}

export async function write(): Promise<void> {
  const json = await format(JSON.stringify(otVectors()), { parser: "json", printWidth: 100 });
  writeFileSync(new URL("../src/editor/ot-vectors.json", import.meta.url), json);
}
