// What the editor may offer while one types: documents, people, and notes that are still to be made.

import type { KnownDocument, Surroundings } from "../../editor";
import { t } from "../../i18n";
import type { DocumentId, TreeItem } from "../../ipc";
import { TREE } from "../../state/changes";
import type { Engine } from "../../state/engine";
import type { TreeState } from "../../state/live";
import { recents } from "../../state/recents";

/** So long the list of tags is not asked for anew. */
const TAGS_MS = 10_000;

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

  function createNote(title: string): void {
    const words = t("did.madeNote", { title });
    const request = {
      type: "create_note",
      title,
      text: null,
      parent: document,
      after: null,
    } as const;
    const make = async () => {
      const { id } = await engine.ipc.request(request);
      return [{ type: "edit_note", document: id, edit: { type: "trash" } } as const];
    };
    void engine.changes.make(make, { scope: TREE, words, toast: true });
  }

  let known: { at: number; tags: ReadonlyMap<string, number> } | null = null;

  /** Without an answer the text's own tags are offered. */
  function tags(): ReadonlyMap<string, number> | Promise<ReadonlyMap<string, number>> {
    if (known !== null && Date.now() - known.at < TAGS_MS) return known.tags;
    const take = (found: ReadonlyMap<string, number>) => {
      known = { at: Date.now(), tags: found };
      return found;
    };
    return engine.ipc.request({ type: "list_tags" }).then(
      (answer) => take(new Map(answer.tags.map(({ tag, count }) => [tag, count]))),
      () => take(new Map()),
    );
  }

  return {
    documents,
    pathOf: (id) =>
      (tree()?.tree.pathTo(id) ?? []).map((item) => item.title || t("untitled")).join(" / "),
    recent: () => recents(engine),
    tags,
    people: () => (people.current ?? []).map(({ name }) => name),
    async read(id) {
      const { note } = await engine.ipc.request({ type: "read_note", document: id });
      return note.text;
    },
    createNote,
    tell: (words) => engine.toasts.show(words),
  };
}
