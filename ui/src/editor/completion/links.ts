// Offers after `[[`: every document, a note that is not there yet, the headings of one, and the words of a link.

import { pickedCompletion } from "@codemirror/autocomplete";
import type { Completion } from "@codemirror/autocomplete";
import { Text } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import { t } from "../../i18n";
import { distanceTo, fold, wordsOf } from "../../state/matching";
import { headingsOf } from "../outline";
import { surroundings } from "../surroundings";
import type { KnownDocument, Surroundings } from "../surroundings";
import { MOST } from "./found";
import type { Completer, Found, Offer, Place } from "./found";

const LINK = /\[\[([^[\]|\n]{0,200})$/;
const NAMED = /\[\[([^[\]|\n]{1,200})\|([^[\]|\n]{0,200})$/;
/** Signs that a link cannot hold in its target. */
const SPECIAL = /[[\]|#^]/;

const foldedTitles = new WeakMap<KnownDocument, string>();

function foldedTitle(document: KnownDocument): string {
  let folded = foldedTitles.get(document);
  if (folded === undefined) foldedTitles.set(document, (folded = fold(document.title)));
  return folded;
}

/** Documents by how near their titles are, then by how lately they were opened or changed. */
export function rankedDocuments(around: Surroundings, query: string): KnownDocument[] {
  const words = wordsOf(query);
  const folded = fold(query).trim();
  const recent = new Map(around.recent().map((id, at) => [id, at]));
  const near: { document: KnownDocument; distance: number; lately: number }[] = [];
  for (const document of around.documents()) {
    const title = foldedTitle(document);
    const distance = title === folded ? -1 : distanceTo(title, words);
    const lately = recent.get(document.id) ?? Infinity;
    if (distance !== null && title.trim() !== "") near.push({ document, distance, lately });
  }
  near.sort(
    (a, b) =>
      a.distance - b.distance ||
      (a.lately === b.lately ? 0 : a.lately - b.lately) ||
      b.document.updatedAt - a.document.updatedAt,
  );
  return near.map(({ document }) => document);
}

/** How a document is written in a link: by title, or by its id where the title would not lead there. */
export function targetOf(around: Surroundings, { id, title }: KnownDocument): string {
  const plain = title.trim();
  if (SPECIAL.test(plain)) return `${id}|${plain.replace(/[[\]|]/g, " ").trim() || id}`;
  const wanted = fold(plain);
  for (const other of around.documents()) {
    if (other.id !== id && foldedTitle(other).trim() === wanted) return `${id}|${plain}`;
  }
  return plain;
}

/** Writes the rest of a link and closes it; brackets that stand behind already are taken. */
function closing(inside: (view: EditorView) => string, then?: () => void): Completion["apply"] {
  return (view, offer, from, to) => {
    const insert = `${inside(view)}]]`;
    const end = view.state.sliceDoc(to, to + 2) === "]]" ? to + 2 : to;
    view.dispatch({
      changes: { from, to: end, insert },
      selection: { anchor: from + insert.length },
      annotations: pickedCompletion.of(offer),
      userEvent: "input.complete",
      scrollIntoView: true,
    });
    then?.();
  };
}

export type DocumentOffer = Offer & { document: KnownDocument };

export function documentOffer(around: Surroundings, document: KnownDocument): DocumentOffer {
  return {
    label: document.title,
    detail: around.pathOf(document.id),
    icon: document.kind,
    document,
    apply: closing(() => targetOf(around, document)),
  };
}

function documents({ around }: Place, query: string, from: number): Found {
  const ranked = rankedDocuments(around, query);
  const options: Offer[] = ranked.slice(0, MOST).map((known) => documentOffer(around, known));
  const title = query.trim();
  const first = ranked[0];
  const exists = first !== undefined && foldedTitle(first).trim() === fold(title);
  if (title !== "" && !exists && !SPECIAL.test(title)) {
    options.push({
      label: t("complete.create", { title }),
      detail: t("complete.createHint"),
      icon: "new",
      apply: closing(
        () => title,
        () => around.createNote(title),
      ),
    });
  }
  return { from, options };
}

export function titled(around: Surroundings, title: string): KnownDocument | null {
  const wanted = fold(title).trim();
  for (const document of around.documents()) {
    if (document.id === title.trim() || foldedTitle(document).trim() === wanted) return document;
  }
  return null;
}

const READ_MOST = 8;
const read = new Map<string, string[]>();

/** The headings of a note as it was when it last changed. */
function headingsIn(around: Surroundings, note: KnownDocument): string[] | Promise<string[]> {
  const key = `${note.id} ${note.updatedAt}`;
  const known = read.get(key);
  if (known !== undefined) return known;
  return around.read(note.id).then((text) => {
    const headings = headingsOf(Text.of(text.split("\n"))).map((heading) => heading.text);
    read.set(key, headings);
    const [oldest] = read.keys();
    if (read.size > READ_MOST && oldest !== undefined) read.delete(oldest);
    return headings;
  });
}

function headingOffers(headings: readonly string[], query: string, from: number): Found {
  const words = wordsOf(query);
  const options = headings
    .filter((heading) => !SPECIAL.test(heading) && distanceTo(fold(heading), words) !== null)
    .slice(0, MOST)
    .map((heading): Offer => {
      return { label: heading, icon: "heading", apply: closing(() => heading) };
    });
  return { from, options };
}

export const completeLinks: Completer = (place) => {
  const named = NAMED.exec(place.before);
  if (named !== null) {
    const words = (named[2] ?? "").trim();
    if (words === "") return null;
    const label = t("complete.showAs", { words });
    const offer: Offer = { label, icon: "link", apply: closing(() => words) };
    return { from: place.position - (named[2] ?? "").length, options: [offer] };
  }
  const query = LINK.exec(place.before)?.[1];
  if (query === undefined) return null;
  const hash = query.lastIndexOf("#");
  const note = hash > 0 ? titled(place.around, query.slice(0, hash)) : null;
  if (note?.kind === "note") {
    const typed = query.slice(hash + 1);
    const headings = headingsIn(place.around, note);
    const from = place.position - typed.length;
    return Array.isArray(headings)
      ? headingOffers(headings, typed, from)
      : headings.then((all) => headingOffers(all, typed, from));
  }
  return documents(place, query, place.position - query.length);
};

/** `|` and `#` after the beginning of a title take the title that is chosen, and go on behind it. */
export function goesOnBehind(
  view: EditorView,
  typed: string,
  offer: Completion | null,
): { from: number; insert: string } | null {
  if (offer === null || !("document" in offer)) return null;
  const { head } = view.state.selection.main;
  const line = view.state.doc.lineAt(head);
  const query = LINK.exec(line.text.slice(0, head - line.from))?.[1];
  if (query === undefined || query.trim() === "") return null;
  const { document } = offer as DocumentOffer;
  const around = view.state.facet(surroundings);
  if (typed === "#") {
    const begins = fold(`${query}#`);
    for (const other of around.documents()) if (foldedTitle(other).includes(begins)) return null;
  }
  const [target = ""] = targetOf(around, document).split("|");
  return { from: head - query.length, insert: target + typed };
}
