// Who goes to a document goes there to write or to use its keys: its page takes the focus as soon as it stands.

import type { Kind } from "../ipc/generated";
import type { DocumentId } from "../ipc/ids";
import { go, hrefOf } from "./route";

let expected = $state.raw<DocumentId | null>(null);

/** The focus is to go into `document`, which is being opened or open already. */
export function expectArrival(document: DocumentId): void {
  expected = document;
}

export function goInto(kind: Kind, document: DocumentId): void {
  expectArrival(document);
  go(hrefOf(kind, document));
}

/** Whether somebody goes into `arrived`; true once only, and not for who types into a field of the page by now. */
export function takeArrival(arrived: DocumentId): boolean {
  if (expected !== arrived) return false;
  expected = null;
  const now = document.activeElement;
  return !now?.matches("input, textarea") || now.closest('[role="dialog"]') !== null;
}
