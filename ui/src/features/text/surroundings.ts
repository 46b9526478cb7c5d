// What the editor may offer while one types: documents, people, and notes that are still to be made.

import type { KnownDocument, Surroundings } from "../../editor";
import { t } from "../../i18n";
import type { DocumentId, TreeItem } from "../../ipc";
import { TREE } from "../../state/changes";
import type { Engine } from "../../state/engine";
import type { TreeState } from "../../state/live";
import { recents } from "../../state/recents";

/** `document` is the one that the text belongs to: it is not offered, and new notes lie below it. */
export function surroundingsOf(
  engine: Engine,
  document: DocumentId,
  tree: () => TreeState | null,
): Surroundings {
  const people = engine.live.of({ type: "people" });

  function* documents(): Iterable<KnownDocument> {
    for (const item of tree()?.tree.all() ?? []) {
      if (item.id !== document) yield item satisfies TreeItem;
    }
  }

  async function createNote(title: string): Promise<void> {
    try {
      const { id } = await engine.ipc.request({
        type: "create_note",
        title,
        text: null,
        parent: document,
        after: null,
      });
      engine.changes.made([{ type: "edit_note", document: id, edit: { type: "trash" } }], {
        scope: TREE,
        words: t("did.madeNote", { title }),
        toast: true,
      });
    } catch (error) {
      engine.changes.fail(error);
    }
  }

  return {
    documents,
    pathOf: (id) =>
      (tree()?.tree.pathTo(id) ?? []).map((item) => item.title || t("untitled")).join(" / "),
    recent: () => recents(engine),
    people: () => (people.current ?? []).map(({ name }) => name),
    async read(id) {
      const { note } = await engine.ipc.request({ type: "read_note", document: id });
      return note.text;
    },
    createNote: (title) => void createNote(title),
    tell: (words) => engine.toasts.show(words),
  };
}
