// Where a lifted thing would land: pure arithmetic on boxes, so that the same point always gives the same place.

export type ItemBox = { id: string; top: number; height: number };
export type ListBox = { id: string; left: number; right: number };

/** The boxes as they lie when the lifted item has left and the rest has closed up. */
export function withoutLifted(items: readonly ItemBox[], lifted: string): ItemBox[] {
  const at = items.findIndex((item) => item.id === lifted);
  const gone = items[at];
  if (gone === undefined) return [...items];
  const next = items[at + 1];
  const shift = next === undefined ? 0 : next.top - gone.top;
  return items
    .filter((item) => item !== gone)
    .map((item, index) => (index < at ? item : { ...item, top: item.top - shift }));
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
