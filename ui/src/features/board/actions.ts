// What can be done on a board: each one an edit with its words, undone in one step.

import { announce } from "../../a11y/announce";
import { t } from "../../i18n";
import { freshId } from "../../ipc";
import type { BoardEdit, CardId, CardPlace, ColumnId, DocumentId, Priority } from "../../ipc";
import type { Engine } from "../../state/engine";
import type { Lane, Move } from "./lanes";

export class BoardActions {
  #engine: Engine;
  readonly document: DocumentId;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(engine: Engine, document: DocumentId) {
    this.#engine = engine;
    this.document = document;
  }

  run(edit: BoardEdit, words: string, toast = false): Promise<boolean> {
    return this.#engine.changes.run(
      { type: "edit_board", document: this.document, edit },
      { scope: this.document, words, toast },
    );
  }

  /** Keys come faster than answers: what depends on where cards lie sees the board as the one before left it. */
  inTurn(act: () => Promise<unknown>): Promise<void> {
    const turn = this.#turn
      .then(act)
      .then(() => this.#engine.changes.settled())
      .catch((error: unknown) => this.#engine.changes.fail(error));
    this.#turn = turn;
    return turn;
  }

  rename(title: string): Promise<boolean> {
    return this.run({ type: "rename", title }, t("did.boardRenamed", { to: title }));
  }

  /** Moves a card and says where it lies now. */
  async moveCard(lanes: readonly Lane[], card: CardId, to: Move): Promise<boolean> {
    const title = titleOf(lanes, card);
    const lane = lanes.find((known) => known.column.id === to.column);
    const column = lane?.column.title.value ?? "";
    const words = t("did.movedCard", { title, column });
    const done = await this.run({ type: "move_card", card, ...to }, words);
    if (done && lane !== undefined) {
      const others = lane.cards.filter((known) => known.id !== card);
      const at = others.findIndex((known) => known.id === to.after) + 2;
      announce(t("board.spoken", { title, column, at, of: others.length + 1 }));
    }
    return done;
  }

  async addCards(lane: Lane, titles: string[]): Promise<boolean> {
    const cards = titles.map((title) => ({ id: freshId(), title }));
    const column = lane.column.title.value;
    const words =
      titles.length === 1
        ? t("did.addedCard", { title: titles[0] ?? "", column })
        : t("did.addedCards", { count: titles.length, column });
    const after = lane.cards.at(-1)?.id ?? null;
    const edit: BoardEdit = { type: "add_cards", column: lane.column.id, after, cards };
    const done = await this.run(edit, words, titles.length > 1);
    if (done) announce(words);
    return done;
  }

  setTitle(card: CardId, title: string): Promise<boolean> {
    return this.run({ type: "set_card_title", card, title }, t("did.cardRenamed", { title }));
  }

  setAssignees(card: CardId, assignees: string[]): Promise<boolean> {
    return this.run({ type: "set_assignees", card, assignees }, t("did.assigned"));
  }

  setLabels(card: CardId, labels: string[]): Promise<boolean> {
    return this.run({ type: "set_labels", card, labels }, t("did.labelled"));
  }

  setDue(card: CardId, due: string | null): Promise<boolean> {
    return this.run({ type: "set_due", card, due }, t("did.due"));
  }

  setPriority(card: CardId, priority: Priority | null): Promise<boolean> {
    return this.run({ type: "set_priority", card, priority }, t("did.priority"));
  }

  choosePlace(card: CardId, place: CardPlace): Promise<boolean> {
    return this.run({ type: "choose_place", card, place }, t("did.chosePlace"));
  }

  archive(card: CardId, title: string, archived: boolean): Promise<boolean> {
    const words = t(archived ? "did.archived" : "did.unarchived", { title });
    return this.run({ type: "archive_card", card, archived }, words, true);
  }

  trash(card: CardId, title: string): Promise<boolean> {
    return this.run({ type: "trash_card", card }, t("did.trashed", { title }), true);
  }

  restore(card: CardId, title: string): Promise<boolean> {
    return this.run({ type: "restore_card", card }, t("did.restored", { title }), true);
  }

  addChecklistItem(card: CardId, title: string, after: string | null): Promise<boolean> {
    const edit: BoardEdit = { type: "add_checklist_item", card, id: freshId(), title, after };
    return this.run(edit, t("did.checklistAdded", { title }));
  }

  setChecklistItem(
    card: CardId,
    item: string,
    change: { title?: string; done?: boolean },
  ): Promise<boolean> {
    const { title = null, done = null } = change;
    const edit: BoardEdit = { type: "set_checklist_item", card, item, title, done };
    return this.run(edit, t("did.checklistChanged"));
  }

  removeChecklistItem(card: CardId, item: string): Promise<boolean> {
    return this.run({ type: "remove_checklist_item", card, item }, t("did.checklistRemoved"));
  }

  addColumn(title: string, after: ColumnId | null): Promise<boolean> {
    const edit: BoardEdit = { type: "add_column", id: freshId(), title, after };
    return this.run(edit, t("did.columnAdded", { title }));
  }

  renameColumn(id: ColumnId, title: string): Promise<boolean> {
    return this.run({ type: "rename_column", id, title }, t("did.columnRenamed", { title }));
  }

  setColumnLimit(id: ColumnId, limit: number | null): Promise<boolean> {
    return this.run({ type: "set_column_limit", id, limit }, t("did.columnLimit"));
  }

  async moveColumn(lanes: readonly Lane[], at: number, step: -1 | 1): Promise<void> {
    const lane = lanes[at];
    if (lane === undefined || lanes[at + step] === undefined) return;
    const others = lanes.filter((known) => known !== lane);
    const after = others[at + step - 1]?.column.id ?? null;
    const title = lane.column.title.value;
    const edit: BoardEdit = { type: "move_column", id: lane.column.id, after };
    if (await this.run(edit, t("did.columnMoved", { title }))) {
      announce(t("board.columnSpoken", { title, at: at + step + 1, of: lanes.length }));
    }
  }

  deleteColumn(id: ColumnId, title: string, moveCardsTo: ColumnId | null): Promise<boolean> {
    const edit: BoardEdit = { type: "delete_column", id, moveCardsTo };
    return this.run(edit, t("did.columnDeleted", { title }), true);
  }
}

function titleOf(lanes: readonly Lane[], card: CardId): string {
  for (const lane of lanes) {
    const known = lane.cards.find((other) => other.id === card);
    if (known !== undefined) return known.title;
  }
  return "";
}
