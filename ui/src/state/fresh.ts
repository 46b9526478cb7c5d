// The document that was made a moment ago, so that its view opens with the title ready to be typed.

import type { DocumentId } from "../ipc/ids";

let fresh: DocumentId | null = null;

export function markFresh(document: DocumentId): void {
  fresh = document;
}

/** Whether the title of `document` waits to be typed. */
export function isFresh(document: DocumentId): boolean {
  return fresh === document;
}

/** Whether `document` was just made; true once only. */
export function takeFresh(document: DocumentId): boolean {
  if (fresh !== document) return false;
  fresh = null;
  return true;
}
