// The life of one pointer drag: press, lift after a few pixels, follow, drop, or Escape.

import { edgeSpeed } from "./geometry";

const THRESHOLD_PX = 4;
/** A finger or a pen that stays this long lifts; one that moves before scrolls. */
const HOLD_MS = 260;
const HOLD_SLACK_PX = 10;

export type Point = { x: number; y: number };

export interface LiftHandlers {
  /** How many things go together; the ghost shows the number. */
  count?: number;
  /** The thing leaves its place; its ghost already exists. */
  lifted(): void;
  /** At most once a frame. `ghost` is where the ghost's upper start corner is. */
  moved(pointer: Point, ghost: Point): void;
  /** What to scroll when the pointer comes near an edge. */
  scrollers(pointer: Point): HTMLElement[];
  /** Let go. Returns where the ghost should come to rest; null lets it vanish there. */
  dropped(): Promise<DOMRect | null>;
  /** Escape, or the system took the pointer. Returns where the ghost flies back to. */
  cancelled(): DOMRect | null;
  /** All is over; the thing may be shown again. The ghost stays until then. */
  settled(): void | Promise<void>;
}

function makeGhost(source: HTMLElement, box: DOMRect, count: number): HTMLElement {
  const ghost = source.cloneNode(true) as HTMLElement;
  ghost.removeAttribute("id");
  ghost.removeAttribute("data-item");
  ghost.inert = true;
  ghost.setAttribute("aria-hidden", "true");
  ghost.classList.add("sortable-ghost");
  Object.assign(ghost.style, {
    inlineSize: `${box.width}px`,
    blockSize: `${box.height}px`,
  });
  if (count > 1) {
    const badge = document.createElement("span");
    badge.className = "sortable-count";
    badge.textContent = String(count);
    ghost.append(badge);
    ghost.classList.add("many");
  }
  document.body.append(ghost);
  return ghost;
}

/** Lies over the window while something is dragged: nothing under it reacts, and none of it is styled anew for that. */
function makeShield(scrollers: () => HTMLElement[]): HTMLElement {
  const shield = document.createElement("div");
  shield.className = "sortable-shield";
  // A wheel turns what lies under it all the same.
  shield.addEventListener("wheel", (event) => {
    for (const scroller of scrollers()) scroller.scrollBy(event.deltaX, event.deltaY);
  });
  document.body.append(shield);
  return shield;
}

function settleMs(): number {
  const value = getComputedStyle(document.documentElement).getPropertyValue("--settle");
  return Number.parseFloat(value) || 0;
}

/** Watches a press on `source`; becomes a drag once the pointer has gone far enough. */
export function beginLift(
  root: HTMLElement,
  source: HTMLElement,
  press: PointerEvent,
  handlers: LiftHandlers,
): void {
  const start: Point = { x: press.clientX, y: press.clientY };
  let pointer = start;
  let box = source.getBoundingClientRect();
  let ghost: HTMLElement | null = null;
  let shield: HTMLElement | null = null;
  let frame = 0;
  let hold: ReturnType<typeof setTimeout> | undefined;
  const held = press.pointerType === "touch" || press.pointerType === "pen";

  const corner = (): Point => ({
    x: box.left + pointer.x - start.x,
    y: box.top + pointer.y - start.y,
  });

  const place = () => {
    const { x, y } = corner();
    if (ghost !== null) ghost.style.transform = `translate(${x}px, ${y}px)`;
    handlers.moved(pointer, { x, y });
  };

  const tick = () => {
    for (const scroller of handlers.scrollers(pointer)) {
      const edges = scroller.getBoundingClientRect();
      scroller.scrollTop += edgeSpeed(pointer.y, edges.top, edges.bottom);
      scroller.scrollLeft += edgeSpeed(pointer.x, edges.left, edges.right);
    }
    place();
    frame = requestAnimationFrame(tick);
  };

  const lift = () => {
    box = source.getBoundingClientRect();
    shield = makeShield(() => handlers.scrollers(pointer));
    ghost = makeGhost(source, box, handlers.count ?? 1);
    getSelection()?.removeAllRanges();
    try {
      root.setPointerCapture(press.pointerId);
    } catch {
      // The pointer is gone already; its end will be told.
    }
    handlers.lifted();
    tick();
  };

  const stop = () => {
    cancelAnimationFrame(frame);
    clearTimeout(hold);
    source.removeEventListener("touchmove", onTouch);
    window.removeEventListener("contextmenu", onMenu, true);
    window.removeEventListener("pointermove", onMove);
    window.removeEventListener("pointerup", onUp);
    window.removeEventListener("pointercancel", onCancel);
    window.removeEventListener("keydown", onKey, true);
    window.removeEventListener("blur", onCancel);
    shield?.remove();
  };

  const settle = async (rest: DOMRect | null) => {
    const from = corner();
    const time = settleMs();
    if (ghost !== null && rest !== null && time > 0) {
      await ghost
        .animate(
          [
            { transform: `translate(${from.x}px, ${from.y}px)` },
            { transform: `translate(${rest.left}px, ${rest.top}px)` },
          ],
          { duration: time, easing: "cubic-bezier(.2,0,0,1)", fill: "forwards" },
        )
        .finished.catch(() => undefined);
    }
    await handlers.settled();
    ghost?.remove();
  };

  const onMove = (event: PointerEvent) => {
    if (event.pointerId !== press.pointerId) return;
    pointer = { x: event.clientX, y: event.clientY };
    if (ghost !== null) return;
    const far = Math.hypot(pointer.x - start.x, pointer.y - start.y);
    if (!held && far >= THRESHOLD_PX) lift();
    if (held && far > HOLD_SLACK_PX) stop();
  };

  /** Once something is lifted, the finger drags it and does not scroll the page. */
  const onTouch = (event: TouchEvent) => {
    if (ghost !== null && event.cancelable) event.preventDefault();
  };

  const onMenu = (event: Event) => {
    if (ghost !== null) event.preventDefault();
  };

  const onUp = (event: PointerEvent) => {
    if (event.pointerId !== press.pointerId) return;
    onMove(event);
    if (ghost !== null) {
      place();
      swallowClick();
    }
    stop();
    if (ghost !== null) void handlers.dropped().then(settle);
  };

  const onCancel = () => {
    stop();
    if (ghost !== null) void settle(handlers.cancelled());
  };

  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || ghost === null) return;
    event.preventDefault();
    event.stopPropagation();
    onCancel();
    swallowClick();
  };

  if (held) hold = setTimeout(lift, HOLD_MS);
  // On the thing itself: it may leave the page while it is in the air, and its touches with it.
  source.addEventListener("touchmove", onTouch, { passive: false });
  window.addEventListener("contextmenu", onMenu, true);
  window.addEventListener("pointermove", onMove);
  window.addEventListener("pointerup", onUp);
  window.addEventListener("pointercancel", onCancel);
  window.addEventListener("keydown", onKey, true);
  window.addEventListener("blur", onCancel);
}

/** The click that a browser makes of press and release is not meant when something was dragged. */
function swallowClick(): void {
  const swallow = (event: MouseEvent) => {
    event.preventDefault();
    event.stopPropagation();
  };
  window.addEventListener("click", swallow, { capture: true, once: true });
  const forget = () =>
    setTimeout(() => window.removeEventListener("click", swallow, { capture: true }), 0);
  window.addEventListener("pointerdown", forget, { capture: true, once: true });
  setTimeout(forget, 50);
}
