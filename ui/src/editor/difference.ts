// The difference of two texts as a change: small, and never inside a surrogate pair.

import { ChangeSet } from "@codemirror/state";
import type { Text } from "@codemirror/state";
import { LINE_BREAK, changesOf } from "./splices";

/** How many deletions and insertions a search may take before a plain replacement is better. */
const MOST_STEPS = 600;
/** Longer stretches are compared by lines. */
const LONGEST_BY_CODE_POINT = 20_000;

/** A change that turns `before` into `after`, small though not always smallest. */
export function changesBetween(before: Text, after: Text): ChangeSet {
  if (before.eq(after)) return ChangeSet.empty(before.length);
  if (before.length === 0) return ChangeSet.of({ from: 0, insert: after }, 0);
  const whole = narrow(linesOf(before.toString()), linesOf(after.toString()), 0);
  const hunks =
    byCodePoint(whole) ?? (search(whole) ?? [whole]).flatMap((hunk) => byCodePoint(hunk) ?? [hunk]);
  return changesOf(
    hunks.map((hunk) => ({
      at: hunk.at,
      delete: lengthOf(hunk.before),
      insert: hunk.after.join(""),
    })),
    before.length,
  );
}

/** How much a change deletes and inserts. */
export function sizeOf(changes: ChangeSet): number {
  let size = 0;
  changes.iterChanges((from, to, _fromB, _toB, inserted) => {
    size += to - from + inserted.length;
  });
  return size;
}

/** A stretch that differs: where it starts in the first text (UTF-16 units), and both sides in tokens. */
type Hunk = { at: number; before: readonly string[]; after: readonly string[] };

function linesOf(text: string): string[] {
  const lines = text.split(LINE_BREAK);
  const last = lines.length - 1;
  return lines.map((line, index) => (index < last ? line + LINE_BREAK : line));
}

function lengthOf(tokens: readonly string[]): number {
  return tokens.reduce((sum, token) => sum + token.length, 0);
}

/** Leaves out what both sides begin and end with. */
function narrow(before: readonly string[], after: readonly string[], at: number): Hunk {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  return {
    at: at + lengthOf(before.slice(0, head)),
    before: before.slice(head, before.length - tail),
    after: after.slice(head, after.length - tail),
  };
}

function byCodePoint({ at, before, after }: Hunk): Hunk[] | null {
  if (lengthOf(before) + lengthOf(after) > LONGEST_BY_CODE_POINT) return null;
  return search(narrow(Array.from(before.join("")), Array.from(after.join("")), at));
}

/** Splits a hunk at the tokens that both sides share; null when they are too different for that. */
function search(hunk: Hunk): Hunk[] | null {
  const shared = sharedTokens(hunk.before, hunk.after);
  if (shared === null) return null;
  const hunks: Hunk[] = [];
  let [x, y, at] = [0, 0, hunk.at];
  for (const [sharedX, sharedY] of [...shared, [hunk.before.length, hunk.after.length] as const]) {
    const before = hunk.before.slice(x, sharedX);
    const after = hunk.after.slice(y, sharedY);
    if (before.length > 0 || after.length > 0) hunks.push({ at, before, after });
    at += lengthOf(before) + (hunk.before[sharedX]?.length ?? 0);
    [x, y] = [sharedX + 1, sharedY + 1];
  }
  return hunks;
}

/** Pairs of positions with equal tokens, by Myers' greedy search. */
function sharedTokens(
  before: readonly string[],
  after: readonly string[],
): [number, number][] | null {
  const limit = Math.min(MOST_STEPS, before.length + after.length);
  const centre = limit + 1;
  let furthest = new Int32Array(2 * limit + 3);
  const trace: Int32Array[] = [];
  for (let steps = 0; steps <= limit; steps++) {
    trace.push(furthest);
    const next = furthest.slice();
    for (let diagonal = -steps; diagonal <= steps; diagonal += 2) {
      let x = start(furthest, centre, diagonal, steps).x;
      let y = x - diagonal;
      while (x < before.length && y < after.length && before[x] === after[y]) {
        x++;
        y++;
      }
      next[centre + diagonal] = x;
      if (x >= before.length && y >= after.length) {
        return walkBack(trace, centre, before.length, after.length);
      }
    }
    furthest = next;
  }
  return null;
}

/** Where a step onto a diagonal begins, and whether it came by an insertion. */
function start(
  furthest: Int32Array,
  centre: number,
  diagonal: number,
  steps: number,
): { x: number; inserted: boolean } {
  const byDeletion = (furthest[centre + diagonal - 1] ?? 0) + 1;
  const byInsertion = furthest[centre + diagonal + 1] ?? 0;
  const inserted = diagonal === -steps || (diagonal !== steps && byDeletion <= byInsertion);
  return { x: inserted ? byInsertion : byDeletion, inserted };
}

/** Follows the search back from the end and collects the pairs on its way. */
function walkBack(
  trace: readonly Int32Array[],
  centre: number,
  endX: number,
  endY: number,
): [number, number][] {
  const shared: [number, number][] = [];
  let [x, y] = [endX, endY];
  for (let steps = trace.length - 1; steps >= 0; steps--) {
    const diagonal = x - y;
    const step = start(trace[steps] ?? new Int32Array(), centre, diagonal, steps);
    const fromX = steps === 0 ? 0 : step.inserted ? step.x : step.x - 1;
    const fromY = steps === 0 ? 0 : step.x - diagonal - (step.inserted ? 1 : 0);
    while (x > fromX && y > fromY) shared.push([--x, --y]);
    [x, y] = [fromX, fromY];
  }
  return shared.reverse();
}
