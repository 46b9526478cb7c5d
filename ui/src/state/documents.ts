// What can be done to any document, whatever its kind.

import { t } from "../i18n";
import type { Kind, NoteEdit } from "../ipc/generated";
import type { DocumentId } from "../ipc/ids";
import { TREE } from "./changes";
import type { EditRequest, Scope } from "./changes";
import type { Engine } from "./engine";
import { markFresh } from "./fresh";
import { go, hrefOf } from "./route";

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
  try {
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
    go(hrefOf(kind, id));
  } catch (error) {
    engine.changes.fail(error);
  }
}

export function rename(
  engine: Engine,
  document: Named,
  title: string,
  scope: Scope = TREE,
): Promise<boolean> {
  const words = t("did.renamed", { from: document.title, to: title });
  return engine.changes.run(editOf(document, { type: "rename", title }), { scope, words });
}

export function moveToTrash(engine: Engine, document: Named): Promise<boolean> {
  const words = t("did.trashed", { title: document.title });
  const request = editOf(document, { type: "trash" });
  return engine.changes.run(request, { scope: TREE, words, toast: true });
}

export function restore(engine: Engine, document: Named): Promise<boolean> {
  const words = t("did.restored", { title: document.title });
  const request = editOf(document, { type: "restore" });
  return engine.changes.run(request, { scope: TREE, words, toast: true });
}
