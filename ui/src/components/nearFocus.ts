// Where the focus goes when what has it is taken away: to what stands nearest, so that keys go on from there.

const FOCUSABLE = [
  "a[href]",
  "button:not(:disabled)",
  "input:not(:disabled)",
  "select:not(:disabled)",
  "textarea:not(:disabled)",
  "[tabindex]",
].join(", ");

/** What Tab reaches in it, about. */
export function focusablesIn(element: Element): HTMLElement[] {
  const inside = [...element.querySelectorAll<HTMLElement>(FOCUSABLE)];
  if (element instanceof HTMLElement && element.matches(FOCUSABLE)) inside.unshift(element);
  return inside.filter((one) => one.tabIndex >= 0);
}

function* elementsFrom(
  start: Node | null,
  side: "nextSibling" | "previousSibling",
): Generator<Element> {
  for (let node = start; node !== null; node = node[side]) {
    if (node instanceof Element && node.checkVisibility()) yield node;
  }
}

/** Where something was taken out: its parent, and what stood on both sides. */
type Gap = Pick<MutationRecord, "target" | "previousSibling" | "nextSibling">;

/** The gap that `gone` left in what is still there, and what went with it. */
function gapOf(
  gone: HTMLElement,
  records: readonly MutationRecord[],
): { gap: Gap; taken: Element } | null {
  let taken: Element = gone;
  for (;;) {
    const within = (node: Node): node is Element => node instanceof Element && node.contains(taken);
    const record = records.find(({ removedNodes }) => [...removedNodes].some(within));
    if (record === undefined) return null;
    taken = [...record.removedNodes].find(within) ?? taken;
    if (record.target.isConnected || !(record.target instanceof Element)) {
      return { gap: record, taken };
    }
    // A part went first, and what it stood in after it.
    taken = record.target;
  }
}

/** From the gap on: what came in its place, what follows, what is before; and so around it, up to `container`. */
function nearest(
  container: HTMLElement,
  gone: HTMLElement,
  records: readonly MutationRecord[],
): HTMLElement | null {
  const found = gapOf(gone, records);
  if (found === null) return null;
  // The button of one row is followed by the same of the next.
  const place = Math.max(0, focusablesIn(found.taken).indexOf(gone));
  const added = new Set(records.flatMap(({ addedNodes }) => [...addedNodes]));
  for (let gap: Gap | null = found.gap; gap !== null; gap = around(container, gap)) {
    const { target, previousSibling, nextSibling } = gap;
    const stands = previousSibling?.parentNode === target;
    const before = stands ? [...elementsFrom(previousSibling, "previousSibling")] : [];
    const after = [
      ...elementsFrom(
        stands ? previousSibling.nextSibling : (nextSibling ?? target.firstChild),
        "nextSibling",
      ),
    ];
    const replaced = before.filter((element, at) => at === 0 && added.has(element));
    for (const element of [...replaced, ...after, ...before]) {
      const inside = focusablesIn(element);
      const one = inside[place] ?? inside.at(-1);
      if (one !== undefined) return one;
    }
  }
  return null;
}

function around(container: HTMLElement, { target }: Gap): Gap | null {
  const { parentNode, previousSibling, nextSibling } = target;
  if (target === container || parentNode === null) return null;
  return { target: parentNode, previousSibling, nextSibling };
}

/** An attachment: the focus stays within, although the button that was pressed takes itself or its row away. */
export function keepFocusNear(container: HTMLElement): () => void {
  let had: HTMLElement | null = null;
  const remember = ({ target }: FocusEvent) => {
    had = target instanceof HTMLElement ? target : null;
  };
  // Who goes elsewhere is not called back.
  const forget = ({ relatedTarget }: FocusEvent) => {
    if (relatedTarget instanceof Node && !container.contains(relatedTarget)) had = null;
  };
  const observer = new MutationObserver((records) => {
    if (had === null || container.contains(had) || document.activeElement !== document.body) return;
    const next = nearest(container, had, records);
    had = null;
    (next ?? container).focus({ preventScroll: next === null });
  });
  container.addEventListener("focusin", remember);
  container.addEventListener("focusout", forget);
  observer.observe(container, { childList: true, subtree: true });
  return () => {
    observer.disconnect();
    container.removeEventListener("focusin", remember);
    container.removeEventListener("focusout", forget);
  };
}
