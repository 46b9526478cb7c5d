// Where in the app one is: kept in the address after `#`, so that back, forward and links work.

import { createSubscriber } from "svelte/reactivity";
import type { Kind } from "../ipc/generated";
import type { CardId, DocumentId } from "../ipc/ids";

export type Route =
  | { page: "home" }
  | { page: "note"; document: DocumentId; find: string }
  | { page: "board"; document: DocumentId; card: CardId | null }
  | { page: "trash" }
  /** A link from another program, before it is known what it leads to. */
  | { page: "link"; link: string };

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}

export function parseRoute(hash: string): Route {
  const [path = "", asked] = hash.replace(/^#\/?/, "").split("?", 2);
  const [page, document, card] = path.split("/").map(decoded);
  const find = new URLSearchParams(asked).get("find") ?? "";
  if (page === "note" && document) return { page, document, find };
  if (page === "board" && document) return { page, document, card: card || null };
  if (page === "trash") return { page };
  if (page === "link" && document) return { page, link: document };
  return { page: "home" };
}

/** The address of a note in which words were found: it opens at the first of them. */
export function hrefOfFound(document: DocumentId, words: string): string {
  return `${hrefOf("note", document)}?${new URLSearchParams({ find: words }).toString()}`;
}

/** The address of a heading of a note. */
export function hrefOfHeading(document: DocumentId, words: string): string {
  return `${hrefOf("note", document)}?${new URLSearchParams({ heading: words }).toString()}`;
}

/** The address of a document, or of one card on it. */
export function hrefOf(kind: Kind, document: DocumentId, card: CardId | null = null): string {
  const base = `#/${kind}/${encodeURIComponent(document)}`;
  return card === null ? base : `${base}/${encodeURIComponent(card)}`;
}

export const HOME = "#/";
export const TRASH = "#/trash";

/** Goes there; who asks for where one is already is led there once more. */
export function go(href: string): void {
  if (location.hash !== href) location.hash = href;
  else window.dispatchEvent(new HashChangeEvent("hashchange"));
}

/**
 * Changes what the step of the history that one is on says. Answers false where that is refused: WebKit throws after a hundred
 * changes in ten seconds, as many as a key held down makes.
 */
export function restateStep(state: unknown, href: string): boolean {
  try {
    history.replaceState(state, "", href);
    return true;
  } catch (error) {
    if (error instanceof DOMException && error.name === "SecurityError") return false;
    throw error;
  }
}

/** Goes there without leaving a step behind in the history. */
export function goQuietly(href: string): void {
  if (location.hash === href) return;
  if (restateStep(history.state, href)) window.dispatchEvent(new HashChangeEvent("hashchange"));
  // The step loses its number so, which is learned anew; the event comes by itself.
  else location.replace(href);
}

const track = createSubscriber((changed) => {
  window.addEventListener("hashchange", changed);
  return () => window.removeEventListener("hashchange", changed);
});

/** The route now; reading it in a component follows it. */
export function route(): Route {
  track();
  return parseRoute(location.hash);
}

/** The heading that the address asks for, if it does; reading it in a component follows it. */
export function askedHeading(): string {
  track();
  return new URLSearchParams(location.hash.split("?", 2)[1]).get("heading") ?? "";
}
