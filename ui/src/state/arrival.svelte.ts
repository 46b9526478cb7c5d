// Who goes to a document by a key goes there to write: its page takes the focus as soon as it stands.

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

/** Whether somebody goes into `document`; true once only. */
export function takeArrival(document: DocumentId): boolean {
  if (expected !== document) return false;
  expected = null;
  return true;
}
