// The workspace that a newcomer may start with: a few documents that teach by being used, and leave in one step.

import { t } from "../../i18n";
import { freshId } from "../../ipc";
import type { DocumentId, TreeItem } from "../../ipc";
import { defineCommand } from "../../state/commands";
import type { Command } from "../../state/commands";
import { moveAllToTrash } from "../../state/documents";
import type { Engine } from "../../state/engine";
import { isStrings } from "../../state/preferences.svelte";
import { go, goQuietly, HOME, hrefOf, route } from "../../state/route";

export type Beginning = "tour" | "nothing";

const KEY = "starter";
let making = $state(false);

/** Whether the first documents are being made; until they are, the first page stays. */
export function isBeginning(): boolean {
  return making;
}

/** Its words are those of the first page, which came with them. */
export async function begin(
  engine: Engine,
  names: { memberName: string; workspaceName: string; zone: string },
  beginning: Beginning,
): Promise<void> {
  making = beginning === "tour";
  try {
    await engine.ipc.request({ type: "create_workspace", ...names });
    if (beginning === "tour") await makeStarter(engine);
  } finally {
    making = false;
  }
}

async function makeNote(engine: Engine, title: string, text: string): Promise<DocumentId> {
  const request = { type: "create_note", title, text, parent: null, after: null } as const;
  return (await engine.ipc.request(request)).id;
}

async function makeBoard(engine: Engine): Promise<DocumentId> {
  const columns = [t("board.column1"), t("board.column2"), t("board.column3")];
  const cards = [
    [t("starter.card1"), t("starter.card2")],
    [t("starter.card3")],
    [t("starter.card4")],
  ];
  const { id } = await engine.ipc.request({
    type: "create_board",
    title: t("starter.board"),
    columns,
    parent: null,
    after: null,
  });
  const { board } = await engine.ipc.request({ type: "read_board", document: id });
  const edits = board.columns.map((column, at) => ({
    type: "add_cards" as const,
    column: column.id,
    after: null,
    cards: (cards[at] ?? []).map((title) => ({ id: freshId(), title })),
  }));
  await engine.ipc.request({ type: "edit_board", document: id, edit: { type: "many", edits } });
  return id;
}

async function makeStarter(engine: Engine): Promise<void> {
  const titles = { board: t("starter.board"), apart: t("starter.apart") };
  try {
    const welcome = await makeNote(engine, t("starter.welcome"), t("starter.welcomeText", titles));
    const board = await makeBoard(engine);
    const apart = await makeNote(engine, titles.apart, t("starter.apartText"));
    engine.preferences.set(KEY, [welcome, board, apart]);
    goQuietly(hrefOf("note", welcome));
  } catch (error) {
    // The workspace is there; without the tour it is an empty one.
    engine.changes.fail(error);
  }
}

/** Those of the starter documents that are still in the tree. */
export function starterHere(engine: Engine): TreeItem[] {
  const tree = engine.live.of({ type: "tree" }).current?.tree;
  const ids = engine.preferences.get(KEY, [], isStrings);
  return ids.flatMap((id) => tree?.get(id) ?? []);
}

/** One step, with one undo, which also brings the banner back. */
export async function removeStarter(engine: Engine): Promise<void> {
  const documents = starterHere(engine);
  const at = route();
  const inside = "document" in at && documents.some(({ id }) => id === at.document);
  if (inside) go(HOME);
  await moveAllToTrash(engine, documents, t("starter.removed"));
}

export const starterCommands: Command[] = [
  defineCommand({
    id: "starter.remove",
    edits: true,
    label: "starter.removeAll",
    words: "tour welcome clean empty delete example",
    when: ({ engine }) => starterHere(engine).length > 0,
    run: ({ engine }) => void removeStarter(engine),
  }),
];
