// Where a lifted thing would land: pure arithmetic on boxes, so that the same point always gives the same place.

export type ItemBox = { id: string; top: number; height: number };
export type ListBox = { id: string; left: number; right: number };

/** The boxes of things that lie one after the other, `gap` apart, the first at `start`. */
export function stacked(
  things: readonly { id: string; size: number }[],
  gap: number,
  start = 0,
): ItemBox[] {
  let top = start;
  return things.map(({ id, size }) => {
    const box = { id, top, height: size };
    top += size + gap;
    return box;
  });
}

/**
 * How many of the items stay above something whose upper edge is at `top`: those whose middle lies
 * above it. It depends on `top` only, so the slot never flickers between two places.
 */
export function slotAt(items: readonly ItemBox[], top: number): number {
  let slot = 0;
  for (const item of items) {
    if (item.top + item.height / 2 >= top) break;
    slot += 1;
  }
  return slot;
}

/** The list under `x`, or the nearest one. */
export function listAt(lists: readonly ListBox[], x: number): string | null {
  let best: string | null = null;
  let distance = Infinity;
  for (const list of lists) {
    const away = x < list.left ? list.left - x : x > list.right ? x - list.right : 0;
    if (away < distance) {
      best = list.id;
      distance = away;
    }
  }
  return best;
}

const EDGE = 56;
const FASTEST = 18;

/** How far to scroll in one frame for a pointer at `point` in a box from `start` to `end`. */
export function edgeSpeed(point: number, start: number, end: number): number {
  const edge = Math.min(EDGE, (end - start) / 4);
  if (point < start + edge) return -FASTEST * Math.min(1, (start + edge - point) / edge);
  if (point > end - edge) return FASTEST * Math.min(1, (point - end + edge) / edge);
  return 0;
}
