// What can be done to any document, whatever its kind.

import { t } from "../i18n";
import type { Kind, NoteEdit } from "../ipc/generated";
import type { DocumentId } from "../ipc/ids";
import { expectArrival, goInto } from "./arrival.svelte";
import { TREE } from "./changes";
import type { EditRequest, Scope } from "./changes";
import type { Engine } from "./engine";
import { markFresh } from "./fresh";
import { go, hrefOf } from "./route";
import type { Tree } from "./tree";

export type Named = { id: DocumentId; kind: Kind; title: string };

type HeaderEdit = NoteEdit & { type: "rename" | "trash" | "restore" };

function editOf(document: Named, edit: HeaderEdit): EditRequest {
  return document.kind === "note"
    ? { type: "edit_note", document: document.id, edit }
    : { type: "edit_board", document: document.id, edit };
}

export async function createDocument(
  engine: Engine,
  kind: Kind,
  options: { parent?: DocumentId | null; title?: string } = {},
): Promise<void> {
  const parent = options.parent ?? null;
  const title = options.title ?? t(kind === "note" ? "note.untitled" : "board.untitled");
  const words = t(kind === "note" ? "did.madeNote" : "did.madeBoard", { title });
  const make = async () => {
    const { id } =
      kind === "note"
        ? await engine.ipc.request({ type: "create_note", title, text: null, parent, after: null })
        : await engine.ipc.request({
            type: "create_board",
            title,
            columns: [t("board.column1"), t("board.column2"), t("board.column3")],
            parent,
            after: null,
          });
    if (options.title === undefined) markFresh(id);
    else expectArrival(id);
    go(hrefOf(kind, id));
    return [editOf({ id, kind, title }, { type: "trash" })];
  };
  await engine.changes.make(make, { scope: TREE, words });
}

export function rename(
  engine: Engine,
  document: Named,
  title: string,
  scope: Scope = TREE,
): Promise<boolean> {
  const words = t("did.renamed", { from: shownTitle(document), to: title });
  return engine.changes.run(editOf(document, { type: "rename", title }), { scope, words });
}

/** The documents as they lie now, where somebody looks at them. */
function treeNow(engine: Engine): Tree | undefined {
  return engine.live.of({ type: "tree" }).current?.tree;
}

/** Puts documents away in one step. What lies in them stays, and it is said where. */
export function moveAllToTrash(
  engine: Engine,
  documents: readonly Named[],
  words: string,
): Promise<boolean> {
  const tree = treeNow(engine);
  const going = new Set(documents.map(({ id }) => id));
  const left = documents
    .flatMap(({ id }) => tree?.childrenOf(id) ?? [])
    .filter(({ id }) => !going.has(id)).length;
  const hint = left === 0 ? "" : t("did.trashedLeaves", { count: left });
  const requests = documents.map((document) => editOf(document, { type: "trash" }));
  return engine.changes.runAll(requests, { scope: TREE, words, hint, toast: true });
}

export function moveToTrash(engine: Engine, document: Named): Promise<boolean> {
  return moveAllToTrash(engine, [document], t("did.trashed", { title: shownTitle(document) }));
}

/** Brings documents back in one step, and says where they lie again. */
export function restoreAll(
  engine: Engine,
  documents: ReadonlyArray<Named & { parent?: DocumentId | null }>,
): Promise<boolean> {
  const requests = documents.map((document) => editOf(document, { type: "restore" }));
  return engine.changes.runAll(requests, {
    scope: TREE,
    words: restoredWords(engine, documents),
    toast: true,
  });
}

function restoredWords(
  engine: Engine,
  documents: ReadonlyArray<Named & { parent?: DocumentId | null }>,
): string {
  const [only, ...others] = documents;
  if (only === undefined || others.length > 0) {
    return t("did.restoredMany", { count: documents.length });
  }
  const title = shownTitle(only);
  const into = treeNow(engine)?.get(only.parent ?? "");
  return into === undefined
    ? t("did.restored", { title })
    : t("did.restoredInto", { title, into: shownTitle(into) });
}

/** Settles that a document stays which one person trashed while another still worked on it. */
export function keep(engine: Engine, document: Named): Promise<boolean> {
  const words = t("did.kept", { title: shownTitle(document) });
  const request = editOf(document, { type: "restore" });
  return engine.changes.run(request, { scope: TREE, words, toast: true });
}

/** Moves a document to another place in the tree. */
export function placeDocument(
  engine: Engine,
  document: Named,
  to: { parent: DocumentId | null; after: DocumentId | null },
  toast = false,
): Promise<boolean> {
  const into = treeNow(engine)?.get(to.parent ?? "");
  const title = shownTitle(document);
  const words =
    into === undefined
      ? t("did.movedTop", { title })
      : t("did.movedInto", { title, into: shownTitle(into) });
  const request: EditRequest = { type: "place_document", document: document.id, ...to };
  return engine.changes.run(request, { scope: TREE, words, toast });
}

/** A new note with the text of another, beside it. */
export async function duplicateNote(engine: Engine, document: Named): Promise<void> {
  const title = t("document.copyTitle", { title: shownTitle(document) });
  const words = t("did.duplicated", { title: shownTitle(document) });
  const make = async () => {
    const { note } = await engine.ipc.request({ type: "read_note", document: document.id });
    const { id } = await engine.ipc.request({
      type: "create_note",
      title,
      text: note.text,
      parent: note.parent,
      after: document.id,
    });
    goInto("note", id);
    const copy: Named = { id, kind: "note", title };
    return [editOf(copy, { type: "trash" })];
  };
  await engine.changes.make(make, { scope: TREE, words, toast: true });
}

/** A title that can be spoken of, also when nothing was typed yet. */
export function shownTitle({ title }: Pick<Named, "title">): string {
  return title.trim() === "" ? t("untitled") : title;
}
