// Steps of the history: whether one can go back and forth, and how far each step was scrolled and where its caret stood.

import { createSubscriber } from "svelte/reactivity";
import { restateStep } from "./route";

/** Where one was: how far scrolled, and between which positions of the text the selection lay. */
export type Place = { scroll: number; caret: { anchor: number; head: number } | null };

const KEPT = 200;
const places = new Map<number, Place>();
/** Where each address was left last, for who comes to it anew. */
const lastPlaces = new Map<string, Place>();
let current = 0;
let last = 0;
/** The address of the step that one is on, if its number could not be written on it. */
let unnumbered: string | null = null;

const track = createSubscriber((changed) => {
  window.addEventListener("hashchange", changed);
  window.addEventListener("popstate", changed);
  return () => {
    window.removeEventListener("hashchange", changed);
    window.removeEventListener("popstate", changed);
  };
});

function numberOf(state: unknown): number | null {
  const known = (state as { step?: unknown } | null)?.step;
  return typeof known === "number" ? known : null;
}

/** A step that has no number yet is new, and ends what was ahead. */
function numberHere(): number {
  const known = numberOf(history.state);
  if (known !== null) {
    unnumbered = null;
    current = known;
    last = Math.max(last, current);
    return current;
  }
  if (unnumbered !== location.href) {
    current += 1;
    last = current;
    for (const ahead of places.keys()) if (ahead >= current) places.delete(ahead);
  }
  unnumbered = restateStep({ step: current }, location.href) ? null : location.href;
  return current;
}

export function canGoBack(): boolean {
  track();
  return numberHere() > 1;
}

export function canGoForward(): boolean {
  track();
  return numberHere() < last;
}

const NOWHERE: Place = { scroll: 0, caret: null };

/**
 * The place of the step of the history that one is on now, to be asked for when a document opens: where it was left,
 * and the way to keep it, which holds for this step also after one went on.
 */
export function rememberedPlace(): Place & { keep: (part: Partial<Place>) => void } {
  const number = numberHere();
  const address = location.hash;
  const place = places.get(number) ?? lastPlaces.get(address) ?? NOWHERE;
  return {
    ...place,
    keep: (part) => {
      const next = { ...(places.get(number) ?? place), ...part };
      remember(number, next);
      lastPlaces.set(address, next);
    },
  };
}

function remember(number: number, place: Place): void {
  places.delete(number);
  places.set(number, place);
  const oldest = places.size > KEPT ? places.keys().next() : null;
  if (oldest?.done === false) places.delete(oldest.value);
}

/** Keeps how far a scrolling element is scrolled, for pages whose content is there at once: `{@attach keepsScroll}`. */
export function keepsScroll(element: HTMLElement): () => void {
  const place = rememberedPlace();
  element.scrollTop = place.scroll;
  const onscroll = () => place.keep({ scroll: element.scrollTop });
  element.addEventListener("scroll", onscroll, { passive: true });
  return () => element.removeEventListener("scroll", onscroll);
}
