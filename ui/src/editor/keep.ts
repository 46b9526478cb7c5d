// What was typed in the last moment before a page went away: kept for the page that takes its place in this tab.

import { TextBridge } from "./bridge";
import type { Kept } from "./bridge";

function keyOf(document: string, card: string | null): string {
  return `skein.typed.${document}.${card ?? ""}`;
}

/** Keeps it, or forgets what was kept before when there is nothing. */
export function keep(document: string, card: string | null, kept: Kept | null): void {
  const key = keyOf(document, card);
  try {
    if (kept === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(kept));
  } catch {
    // A browser without room for it: the text goes on its way as far as the line lets it.
  }
}

/** Takes out what the page before kept, if it did and it is whole. */
export function takeKept(document: string, card: string | null): TextBridge | undefined {
  try {
    const json = sessionStorage.getItem(keyOf(document, card));
    if (json === null) return undefined;
    keep(document, card, null);
    return TextBridge.resumed(JSON.parse(json) as Kept);
  } catch {
    return undefined;
  }
}
