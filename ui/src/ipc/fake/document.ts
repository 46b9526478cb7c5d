// One document of the pretended engine: its fields, its edits and how each is taken back.

import type {
  BoardEdit,
  BoardView,
  CardSummary,
  CardView,
  ColumnView,
  Kind,
  Life,
  NoteEdit,
  NoteView,
  Register,
  TreeItem,
} from "../generated";
import type { FakeCard, SeedDocument } from "./seed";

export function one<T>(value: T, others: T[] = []): Register<T> {
  return { value, others };
}

let ids = 0;
export function freshId(prefix: string): string {
  ids += 1;
  return `${prefix}-${ids}`;
}

/** A position between two: fixed width, so that it sorts as text. */
export function between(before: string | undefined, after: string | undefined): string {
  const low = before === undefined ? 0 : Number(before);
  const high = after === undefined ? low + 2 : Number(after);
  return ((low + high) / 2).toFixed(14).padStart(24, "0");
}

function placed<T extends { position: string }>(items: T[]): T[] {
  return items.sort((a, b) => (a.position < b.position ? -1 : 1));
}

function positionAfter(
  siblings: Array<{ id: string; position: string }>,
  after: string | null,
): string {
  const index = after === null ? -1 : siblings.findIndex((item) => item.id === after);
  return between(siblings[index]?.position, siblings[index + 1]?.position);
}

export class FakeDocument {
  readonly id: string;
  readonly kind: Kind;
  title: Register<string>;
  parent: string | null;
  position: string;
  life: Life = "alive";
  updatedAt: number;
  text: string;
  columns: ColumnView[] = [];
  cards = new Map<string, FakeCard>();

  constructor(source: SeedDocument, position: string, at: number) {
    this.id = source.id;
    this.kind = source.kind;
    this.title = one(source.title, source.otherTitles ?? []);
    this.parent = source.parent ?? null;
    this.position = position;
    this.updatedAt = at;
    this.text = source.text ?? "";
    for (const column of source.columns ?? []) {
      const id = freshId("col");
      this.columns.push({
        id,
        title: one(column.title),
        position: between(this.columns.at(-1)?.position, undefined),
        limit: one(column.limit ?? null),
        life: "alive",
      });
      for (const card of column.cards) this.#seedCard(id, card);
    }
    for (const column of source.columns ?? [])
      for (const card of column.cards) this.#seedConflict(card.title, card.otherColumn);
  }

  #seedCard(column: string, source: NonNullable<SeedDocument["columns"]>[number]["cards"][number]) {
    const last = this.cardsIn(column).at(-1);
    const id = freshId("card");
    this.cards.set(id, {
      ...this.#blankCard(id, source.title, column, between(last?.place.value.position, undefined)),
      assignees: source.assignees ?? [],
      labels: source.labels ?? [],
      due: one(source.due ?? null),
      priority: one(source.priority ?? null),
      description: source.description ?? "",
      checklist: (source.checklist ?? []).map(([title, done], index) => ({
        id: freshId("item"),
        title: one(title),
        done: one(done),
        position: between(undefined, undefined) + index,
        life: "alive" as const,
      })),
    });
  }

  #seedConflict(title: string, otherColumn: string | undefined) {
    const other = this.columns.find((column) => column.title.value === otherColumn);
    const card = [...this.cards.values()].find((known) => known.title.value === title);
    if (other !== undefined && card !== undefined) {
      card.place.others = [{ column: other.id, position: between(undefined, undefined) }];
    }
  }

  #blankCard(id: string, title: string, column: string, position: string): FakeCard {
    return {
      id,
      title: one(title),
      place: one({ column, position }),
      assignees: [],
      owner: one<string | null>(null),
      labels: [],
      due: one<string | null>(null),
      priority: one<FakeCard["priority"]["value"]>(null),
      archived: one(false),
      life: "alive",
      description: "",
      checklist: [],
    };
  }

  cardsIn(column: string): FakeCard[] {
    return [...this.cards.values()]
      .filter((card) => card.place.value.column === column)
      .sort((a, b) => (a.place.value.position < b.place.value.position ? -1 : 1));
  }

  treeItem(): TreeItem {
    return {
      id: this.id,
      kind: this.kind,
      title: this.title.value,
      parent: this.parent,
      position: this.position,
      life: this.life,
      updatedAt: this.updatedAt,
      conflicts: this.title.others.length,
    };
  }

  noteView(): NoteView {
    const { id, title, parent, position, life } = this;
    return { id, title, parent, position, otherPlaces: [], life, textLength: this.text.length };
  }

  boardView(): BoardView {
    return {
      id: this.id,
      title: this.title,
      parent: this.parent,
      position: this.position,
      otherPlaces: [],
      life: this.life,
      columns: placed(this.columns.filter((column) => column.life !== "trashed")),
      cards: [...this.cards.values()].map((card) => this.summary(card)),
    };
  }

  summary(card: FakeCard): CardSummary {
    const { id, place, assignees, labels, life, checklist } = structuredClone(card);
    return {
      id,
      place,
      title: card.title.value,
      assignees,
      owner: card.owner.value,
      labels,
      due: card.due.value,
      priority: card.priority.value,
      archived: card.archived.value,
      life,
      checklistDone: checklist.filter((item) => item.done.value).length,
      checklistTotal: checklist.length,
      hasDescription: card.description !== "",
      files: new Set(card.description.match(/(?<=\]\(skein:file\/)[a-z0-9-]+/g)).size,
      conflicts: this.#conflictsOf(card),
    };
  }

  #conflictsOf(card: FakeCard): number {
    const fields = [card.place, card.title, card.owner, card.due, card.priority, card.archived];
    return fields.filter((field) => field.others.length > 0).length;
  }

  cardView(card: FakeCard): CardView {
    const { description, ...rest } = structuredClone(card);
    return {
      ...rest,
      checklist: placed(rest.checklist),
      descriptionLength: description.length,
      conflicts: this.#conflictsOf(card),
    };
  }

  textOf(card: string | null): string {
    return card === null ? this.text : (this.cards.get(card)?.description ?? "");
  }

  setText(card: string | null, text: string): void {
    const known = card === null ? undefined : this.cards.get(card);
    if (known !== undefined) known.description = text;
    else this.text = text;
  }

  /** Applies a header edit that notes and boards share; returns what takes it back. */
  editHeader(edit: NoteEdit): NoteEdit | null {
    switch (edit.type) {
      case "rename": {
        const undo = this.title.value;
        this.title = one(edit.title);
        return { type: "rename", title: undo };
      }
      case "move": {
        const undo: NoteEdit = { type: "move", parent: this.parent, position: this.position };
        this.parent = edit.parent;
        this.position = edit.position;
        return undo;
      }
      case "trash":
        this.life = "trashed";
        return { type: "restore" };
      case "restore":
        this.life = "alive";
        return { type: "trash" };
      default:
        return null;
    }
  }

  /** Applies a board edit and collects the cards it touched; returns what takes it back. */
  editBoard(edit: BoardEdit, touched: Set<string>): BoardEdit | null {
    if ("card" in edit) touched.add(edit.card);
    const card = "card" in edit ? this.cards.get(edit.card) : undefined;
    switch (edit.type) {
      case "rename":
      case "move":
      case "trash":
      case "restore":
        return this.editHeader(edit) as BoardEdit | null;
      case "many": {
        const undos = edit.edits.map((part) => this.editBoard(part, touched));
        return { type: "many", edits: undos.filter((undo) => undo !== null).reverse() };
      }
      case "add_cards": {
        let after = edit.after;
        for (const fresh of edit.cards) {
          const siblings = this.#placesIn(edit.column);
          const position = positionAfter(siblings, after);
          this.cards.set(fresh.id, this.#blankCard(fresh.id, fresh.title, edit.column, position));
          touched.add(fresh.id);
          after = fresh.id;
        }
        const edits = edit.cards.map((fresh): BoardEdit => ({
          type: "trash_card",
          card: fresh.id,
        }));
        return { type: "many", edits };
      }
      default:
        return card === undefined ? this.#editColumn(edit, touched) : this.#editCard(edit, card);
    }
  }

  #placesIn(column: string) {
    return this.cardsIn(column).map((card) => ({
      id: card.id,
      position: card.place.value.position,
    }));
  }

  #editColumn(edit: BoardEdit, touched: Set<string>): BoardEdit | null {
    const column = "id" in edit ? this.columns.find((known) => known.id === edit.id) : undefined;
    switch (edit.type) {
      case "add_column":
        this.columns.push({
          id: edit.id,
          title: one(edit.title),
          position: positionAfter(
            placed(this.columns),
            edit.after ?? this.columns.at(-1)?.id ?? null,
          ),
          limit: one<number | null>(null),
          life: "alive",
        });
        return { type: "delete_column", id: edit.id, moveCardsTo: null };
      case "rename_column": {
        if (column === undefined) return null;
        const undo: BoardEdit = { ...edit, title: column.title.value };
        column.title = one(edit.title);
        return undo;
      }
      case "set_column_limit": {
        if (column === undefined) return null;
        const undo: BoardEdit = { ...edit, limit: column.limit.value };
        column.limit = one(edit.limit);
        return undo;
      }
      case "move_column": {
        if (column === undefined) return null;
        const order = placed(this.columns).filter((known) => known.life !== "trashed");
        const undo: BoardEdit = { ...edit, after: order[order.indexOf(column) - 1]?.id ?? null };
        column.position = positionAfter(
          order.filter((known) => known !== column),
          edit.after,
        );
        return undo;
      }
      case "delete_column": {
        if (column === undefined) return null;
        column.life = "trashed";
        const back: BoardEdit[] = [{ type: "restore_column", id: edit.id }];
        for (const card of this.cardsIn(edit.id)) {
          touched.add(card.id);
          if (edit.moveCardsTo === null) {
            card.life = "trashed";
            back.push({ type: "restore_card", card: card.id });
          } else {
            back.push({ type: "choose_place", card: card.id, place: card.place.value });
            const last = this.cardsIn(edit.moveCardsTo).at(-1);
            card.place = one({
              column: edit.moveCardsTo,
              position: between(last?.place.value.position, undefined),
            });
          }
        }
        return { type: "many", edits: back };
      }
      case "restore_column":
        if (column !== undefined) column.life = "alive";
        return { type: "delete_column", id: edit.id, moveCardsTo: null };
      default:
        return null;
    }
  }

  #editCard(edit: BoardEdit, card: FakeCard): BoardEdit | null {
    switch (edit.type) {
      case "move_card": {
        const undo: BoardEdit = { type: "choose_place", card: card.id, place: card.place.value };
        const siblings = this.#placesIn(edit.column).filter((known) => known.id !== card.id);
        card.place = one({ column: edit.column, position: positionAfter(siblings, edit.after) });
        return undo;
      }
      case "choose_place": {
        const undo: BoardEdit = { type: "choose_place", card: card.id, place: card.place.value };
        card.place = one(edit.place);
        return undo;
      }
      case "set_card_title": {
        const undo: BoardEdit = { ...edit, title: card.title.value };
        card.title = one(edit.title);
        return undo;
      }
      case "set_assignees": {
        const undo: BoardEdit = { ...edit, assignees: card.assignees };
        card.assignees = edit.assignees;
        return undo;
      }
      case "set_owner": {
        const undo: BoardEdit = { ...edit, member: card.owner.value };
        card.owner = one(edit.member);
        if (edit.member !== null) {
          card.assignees = [...new Set([...card.assignees, edit.member])].sort();
        }
        return undo;
      }
      case "set_labels": {
        const undo: BoardEdit = { ...edit, labels: card.labels };
        card.labels = edit.labels;
        return undo;
      }
      case "change_assignees": {
        const { add, remove } = edit;
        card.assignees = [...new Set([...card.assignees, ...add])]
          .filter((known) => !remove.includes(known))
          .sort();
        return { ...edit, add: remove, remove: add };
      }
      case "change_labels": {
        const { add, remove } = edit;
        card.labels = [...new Set([...card.labels, ...add])]
          .filter((known) => !remove.includes(known))
          .sort();
        return { ...edit, add: remove, remove: add };
      }
      case "set_due": {
        const undo: BoardEdit = { ...edit, due: card.due.value };
        card.due = one(edit.due);
        return undo;
      }
      case "set_priority": {
        const undo: BoardEdit = { ...edit, priority: card.priority.value };
        card.priority = one(edit.priority);
        return undo;
      }
      case "archive_card":
        card.archived = one(edit.archived);
        return { ...edit, archived: !edit.archived };
      case "trash_card":
        card.life = "trashed";
        return { type: "restore_card", card: card.id };
      case "restore_card":
        card.life = "alive";
        return { type: "trash_card", card: card.id };
      default:
        return this.#editChecklist(edit, card);
    }
  }

  #editChecklist(edit: BoardEdit, card: FakeCard): BoardEdit | null {
    switch (edit.type) {
      case "add_checklist_item":
        card.checklist.push({
          id: edit.id,
          title: one(edit.title),
          done: one(false),
          position: positionAfter(placed(card.checklist), edit.after),
          life: "alive",
        });
        return { type: "remove_checklist_item", card: card.id, item: edit.id };
      case "set_checklist_item": {
        const item = card.checklist.find((known) => known.id === edit.item);
        if (item === undefined) return null;
        const undo: BoardEdit = { ...edit, title: item.title.value, done: item.done.value };
        if (edit.title !== null) item.title = one(edit.title);
        if (edit.done !== null) item.done = one(edit.done);
        return undo;
      }
      case "move_checklist_item": {
        const order = placed(card.checklist);
        const item = order.find((known) => known.id === edit.item);
        if (item === undefined) return null;
        const undo: BoardEdit = { ...edit, after: order[order.indexOf(item) - 1]?.id ?? null };
        const others = order.filter((known) => known !== item);
        item.position = positionAfter(others, edit.after);
        return undo;
      }
      case "remove_checklist_item": {
        const item = card.checklist.find((known) => known.id === edit.item);
        card.checklist = card.checklist.filter((known) => known !== item);
        if (item === undefined) return null;
        return {
          type: "add_checklist_item",
          card: card.id,
          id: item.id,
          title: item.title.value,
          after: null,
        };
      }
      default:
        return null;
    }
  }
}
