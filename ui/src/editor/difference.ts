// The difference of two texts as a change: by lines first, then by code points, never inside a pair.

import { ChangeSet } from "@codemirror/state";
import type { Text } from "@codemirror/state";
import { LINE_BREAK, changesOf } from "./splices";
import type { Splice } from "./splices";

/** How many deletions and insertions a search may take before a whole replacement is better. */
const MOST_STEPS = 600;
/** Longer stretches are compared by lines only. */
const LONGEST_BY_CODE_POINT = 20_000;

/** A change that turns `before` into `after`, small though not always smallest. */
export function changesBetween(before: Text, after: Text): ChangeSet {
  if (before.eq(after)) return ChangeSet.empty(before.length);
  return changesOf(
    compareLines(before.toString(), after.toString()),
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

function compareLines(before: string, after: string): Splice[] {
  return compare(linesOf(before), linesOf(after)).flatMap((hunk) => {
    const refined =
      hunk.delete.length + hunk.insert.length <= LONGEST_BY_CODE_POINT
        ? compare(Array.from(hunk.delete), Array.from(hunk.insert))
        : [{ at: 0, delete: hunk.delete, insert: hunk.insert }];
    return refined.map((part) => ({
      at: hunk.at + part.at,
      delete: part.delete.length,
      insert: part.insert,
    }));
  });
}

function linesOf(text: string): string[] {
  const lines = text.split(LINE_BREAK);
  const last = lines.length - 1;
  return lines.map((line, index) => (index < last ? line + LINE_BREAK : line));
}

/** Replaced stretch: where it starts in the first text (UTF-16 units), what goes and what comes. */
type Hunk = { at: number; delete: string; insert: string };

function compare(before: readonly string[], after: readonly string[]): Hunk[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (
    tail < shorter - head &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  ) {
    tail++;
  }
  const offset = lengthOf(before.slice(0, head));
  const middleBefore = before.slice(head, before.length - tail);
  const middleAfter = after.slice(head, after.length - tail);
  if (middleBefore.length === 0 && middleAfter.length === 0) return [];
  const kept = commonTokens(middleBefore, middleAfter) ?? [];
  return hunksBetween(middleBefore, middleAfter, kept, offset);
}

function lengthOf(tokens: readonly string[]): number {
  return tokens.reduce((sum, token) => sum + token.length, 0);
}

/** Cuts what lies between the kept tokens into hunks. */
function hunksBetween(
  before: readonly string[],
  after: readonly string[],
  kept: readonly (readonly [number, number])[],
  offset: number,
): Hunk[] {
  const hunks: Hunk[] = [];
  let [x, y, at] = [0, 0, offset];
  for (const [keptX, keptY] of [...kept, [before.length, after.length] as const]) {
    const gone = before.slice(x, keptX).join("");
    const come = after.slice(y, keptY).join("");
    if (gone !== "" || come !== "") hunks.push({ at, delete: gone, insert: come });
    at += gone.length + (before[keptX]?.length ?? 0);
    [x, y] = [keptX + 1, keptY + 1];
  }
  return hunks;
}

/** Pairs of equal tokens by Myers' greedy search; null when the texts are too different to be worth it. */
function commonTokens(
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
      const left = furthest[centre + diagonal - 1] ?? 0;
      const right = furthest[centre + diagonal + 1] ?? 0;
      const down = diagonal === -steps || (diagonal !== steps && left < right);
      let x = down ? right : left + 1;
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

function walkBack(
  trace: readonly Int32Array[],
  centre: number,
  endX: number,
  endY: number,
): [number, number][] {
  const kept: [number, number][] = [];
  let [x, y] = [endX, endY];
  for (let steps = trace.length - 1; steps >= 0; steps--) {
    const furthest = trace[steps];
    const diagonal = x - y;
    const left = furthest?.[centre + diagonal - 1] ?? 0;
    const right = furthest?.[centre + diagonal + 1] ?? 0;
    const down = diagonal === -steps || (diagonal !== steps && left < right);
    const fromX = steps === 0 ? 0 : down ? right : left;
    const fromY = steps === 0 ? 0 : fromX - (down ? diagonal + 1 : diagonal - 1);
    while (x > fromX && y > fromY && x > 0 && y > 0 && (steps === 0 || x - 1 >= fromX + (down ? 0 : 1))) {
      if (steps > 0 && down && y - 1 < fromY + 1) break;
      x--;
      y--;
      kept.push([x, y]);
    }
    [x, y] = [fromX, fromY];
  }
  return kept.reverse();
}
