// What can be done on a board: each one an edit with its words, undone in one step.

import { announce } from "../../a11y/announce";
import { t } from "../../i18n";
import { freshId } from "../../ipc";
import type {
  BoardEdit,
  CardId,
  CardPlace,
  ChecklistItemView,
  ColumnId,
  DocumentId,
  Priority,
} from "../../ipc";
import type { Engine } from "../../state/engine";
import type { Lane, Move } from "./lanes";
import type { QuickCard } from "./quick";

/** What becomes of the cards of a deleted column. */
export type Fate = { to: "column"; column: ColumnId } | { to: "archive" | "trash" };

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

  /** Moves cards to one place, in their order, as one step; says where the first lies now. */
  async moveCards(lanes: readonly Lane[], cards: CardId[], to: Move): Promise<boolean> {
    const [first] = cards;
    const lane = lanes.find((known) => known.column.id === to.column);
    if (first === undefined || lane === undefined) return false;
    const column = lane.column.title.value;
    const moving = new Set(cards);
    // Behind a card that moves itself means behind the nearest one that stays.
    const at = lane.cards.findIndex((card) => card.id === to.after);
    const stays = lane.cards.slice(0, at + 1).filter((card) => !moving.has(card.id));
    let after = stays.at(-1)?.id ?? null;
    const edits = cards.map((card): BoardEdit => {
      const edit: BoardEdit = { type: "move_card", card, column: to.column, after };
      after = card;
      return edit;
    });
    const title = titleOf(lanes, first);
    const words =
      cards.length === 1
        ? t("did.movedCard", { title, column })
        : t("did.movedCards", { count: cards.length, column });
    const done = await this.runAll(edits, words);
    if (done) {
      const of = lane.cards.filter((card) => !moving.has(card.id)).length + cards.length;
      const spoken = { title, column, at: stays.length + 1, of };
      announce(
        cards.length === 1
          ? t("board.spoken", spoken)
          : t("board.spokenMany", { ...spoken, count: cards.length }),
      );
    }
    return done;
  }

  /** Cards at the end of a column, with what was said about them, as one step. */
  async addCards(lane: Lane, wanted: readonly QuickCard[]): Promise<boolean> {
    const cards = wanted.map((card) => ({ ...card, id: freshId() }));
    const column = lane.column.title.value;
    const words =
      cards.length === 1
        ? t("did.addedCard", { title: cards[0]?.title ?? "", column })
        : t("did.addedCards", { count: cards.length, column });
    const edits: BoardEdit[] = [
      {
        type: "add_cards",
        column: lane.column.id,
        after: lane.cards.at(-1)?.id ?? null,
        cards: cards.map(({ id, title }) => ({ id, title })),
      },
    ];
    for (const { id: card, assignees, labels, due, priority } of cards) {
      if (assignees.length > 0) edits.push({ type: "set_assignees", card, assignees });
      if (labels.length > 0) edits.push({ type: "set_labels", card, labels });
      if (due !== null) edits.push({ type: "set_due", card, due });
      if (priority !== null) edits.push({ type: "set_priority", card, priority });
    }
    const done = await this.runAll(edits, words, cards.length > 1);
    if (done) announce(words);
    return done;
  }

  /** Several edits as one step, one of them as itself. */
  runAll(edits: BoardEdit[], words: string, toast = false): Promise<boolean> {
    const [only] = edits;
    if (only === undefined) return Promise.resolve(false);
    return this.run(edits.length === 1 ? only : { type: "many", edits }, words, toast);
  }

  /** The same change to each of several cards, said aloud. */
  async toEach(
    cards: CardId[],
    words: string,
    edit: (card: CardId) => BoardEdit,
  ): Promise<boolean> {
    const done = await this.runAll(cards.map(edit), words);
    if (done) announce(words);
    return done;
  }

  assign(cards: CardId[], member: string, name: string, on: boolean): Promise<boolean> {
    const words = t(on ? "did.assignedTo" : "did.unassigned", { name });
    return this.toEach(cards, words, (card) => ({
      type: "change_assignees",
      card,
      add: on ? [member] : [],
      remove: on ? [] : [member],
    }));
  }

  label(cards: CardId[], label: string, on: boolean): Promise<boolean> {
    const words = t(on ? "did.labelledWith" : "did.unlabelled", { label });
    return this.toEach(cards, words, (card) => ({
      type: "change_labels",
      card,
      add: on ? [label] : [],
      remove: on ? [] : [label],
    }));
  }

  setDue(cards: CardId[], due: string | null): Promise<boolean> {
    return this.toEach(cards, t("did.due"), (card) => ({ type: "set_due", card, due }));
  }

  setPriority(cards: CardId[], priority: Priority | null): Promise<boolean> {
    const words = t("did.priorityTo", { priority: t(`priority.${priority ?? "none"}`) });
    return this.toEach(cards, words, (card) => ({ type: "set_priority", card, priority }));
  }

  /** Archives or deletes cards; can be taken back from the message. */
  putAway(cards: CardId[], how: "archive" | "trash", title: string): Promise<boolean> {
    const archive = how === "archive";
    const many = t(archive ? "did.archivedMany" : "did.trashedMany", { count: cards.length });
    const one = t(archive ? "did.archived" : "did.trashed", { title });
    return this.runAll(
      cards.map((card): BoardEdit =>
        archive ? { type: "archive_card", card, archived: true } : { type: "trash_card", card },
      ),
      cards.length === 1 ? one : many,
      true,
    );
  }

  setTitle(card: CardId, title: string): Promise<boolean> {
    return this.run({ type: "set_card_title", card, title }, t("did.cardRenamed", { title }));
  }

  choosePlace(card: CardId, place: CardPlace): Promise<boolean> {
    return this.run({ type: "choose_place", card, place }, t("did.chosePlace"));
  }

  unarchive(card: CardId, title: string): Promise<boolean> {
    const words = t("did.unarchived", { title });
    return this.run({ type: "archive_card", card, archived: false }, words, true);
  }

  restore(card: CardId, title: string): Promise<boolean> {
    return this.run({ type: "restore_card", card }, t("did.restored", { title }), true);
  }

  addChecklistItems(card: CardId, titles: string[], last: string | null): Promise<boolean> {
    let after = last;
    const edits = titles.map((title): BoardEdit => {
      const edit: BoardEdit = { type: "add_checklist_item", card, id: freshId(), title, after };
      after = edit.id;
      return edit;
    });
    const [title = ""] = titles;
    const words =
      titles.length === 1
        ? t("did.checklistAdded", { title })
        : t("did.checklistAddedMany", { count: titles.length });
    return this.runAll(edits, words, titles.length > 1);
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

  /** Puts a step behind the first `index` others. */
  async moveChecklistItem(
    card: CardId,
    items: readonly ChecklistItemView[],
    id: string,
    index: number,
  ): Promise<void> {
    const item = items.find((known) => known.id === id);
    const others = items.filter((known) => known !== item);
    const at = Math.max(0, Math.min(index, others.length));
    if (item === undefined || items.indexOf(item) === at) return;
    const title = item.title.value;
    const after = others[at - 1]?.id ?? null;
    const edit: BoardEdit = { type: "move_checklist_item", card, item: id, after };
    if (await this.run(edit, t("did.checklistMoved", { title }))) {
      announce(t("card.stepSpoken", { title, at: at + 1, of: items.length }));
    }
  }

  /** Who answers for a card; null: nobody. */
  async setOwner(card: CardId, member: string | null, name: string): Promise<void> {
    const words = member === null ? t("did.ownerRemoved") : t("did.ownerSet", { name });
    if (await this.run({ type: "set_owner", card, member }, words)) announce(words);
  }

  removeChecklistItem(card: CardId, item: string): Promise<boolean> {
    return this.run({ type: "remove_checklist_item", card, item }, t("did.checklistRemoved"));
  }

  addColumn(title: string, after: ColumnId | null): Promise<boolean> {
    const edit: BoardEdit = { type: "add_column", id: freshId(), title, after };
    return this.run(edit, t("did.columnAdded", { title }));
  }

  /** Other columns in place of those of a board without cards. */
  useColumns(lanes: readonly Lane[], titles: readonly string[], name: string): Promise<boolean> {
    let after = lanes.at(-1)?.column.id ?? null;
    const edits = titles.map((title): BoardEdit => {
      const edit: BoardEdit = { type: "add_column", id: freshId(), title, after };
      after = edit.id;
      return edit;
    });
    for (const { column } of lanes)
      edits.push({ type: "delete_column", id: column.id, moveCardsTo: null });
    return this.runAll(edits, t("did.template", { name }));
  }

  /** Settles that a column stays which one person deleted while another put cards into it. */
  keepColumn(id: ColumnId, title: string): Promise<boolean> {
    return this.run({ type: "restore_column", id }, t("did.kept", { title }), true);
  }

  renameColumn(id: ColumnId, title: string): Promise<boolean> {
    return this.run({ type: "rename_column", id, title }, t("did.columnRenamed", { title }));
  }

  setColumnLimit(id: ColumnId, limit: number | null): Promise<boolean> {
    return this.run({ type: "set_column_limit", id, limit }, t("did.columnLimit"));
  }

  /** Puts a column behind the first `index` others. */
  async moveColumn(lanes: readonly Lane[], column: ColumnId, index: number): Promise<void> {
    const lane = lanes.find((known) => known.column.id === column);
    if (lane === undefined) return;
    const others = lanes.filter((known) => known !== lane);
    const at = Math.max(0, Math.min(index, others.length));
    if (lanes.indexOf(lane) === at) return;
    const title = lane.column.title.value;
    const after = others[at - 1]?.column.id ?? null;
    const edit: BoardEdit = { type: "move_column", id: column, after };
    if (await this.run(edit, t("did.columnMoved", { title }))) {
      announce(t("board.columnSpoken", { title, at: at + 1, of: lanes.length }));
    }
  }

  /** Deletes a column; its cards go to another column, or there and out of sight. */
  deleteColumn(lane: Lane, fate: Fate): Promise<boolean> {
    const { id, title } = lane.column;
    const edits = lane.cards.flatMap((card): BoardEdit[] => {
      if (fate.to === "archive") return [{ type: "archive_card", card: card.id, archived: true }];
      if (fate.to === "trash") return [{ type: "trash_card", card: card.id }];
      return [];
    });
    const moveCardsTo = fate.to === "column" ? fate.column : null;
    edits.push({ type: "delete_column", id, moveCardsTo });
    return this.runAll(edits, t("did.columnDeleted", { title: title.value }), true);
  }
}

function titleOf(lanes: readonly Lane[], card: CardId): string {
  for (const lane of lanes) {
    const known = lane.cards.find((other) => other.id === card);
    if (known !== undefined) return known.title;
  }
  return "";
}
