// What a board's parts share while it is open: what is shown, chosen and open, and what waits for an answer.

import { createContext, tick } from "svelte";
import { Sortable } from "../../components/sortable";
import { locale } from "../../i18n";
import type { CardId, CardSummary, ColumnId, DocumentId, Member } from "../../ipc";
import type { Engine } from "../../state/engine";
import { go, goQuietly, hrefOf } from "../../state/route";
import { isWritable } from "../../state/writable";
import { BoardActions } from "./actions";
import { fitting, orderOf, PLAIN, readArrangement, withoutFilters, written } from "./arrangement";
import type { Arrangement } from "./arrangement";
import { today, weekStart } from "../../state/days";
import { besides, lanesOf, neighbour, spotOf } from "./lanes";
import type { Direction, Lane } from "./lanes";
import { KEPT, keptIn } from "./kept";
import type { Kept } from "./kept";
import { drop } from "./moves";
import { rowsOf } from "./rows";
import { Selected } from "./selected.svelte";
import type { Seen } from "./selected.svelte";
import type { Calendar } from "../../state/typedDates";

export type Field = "assignee" | "label" | "due" | "priority";
export type Question =
  | { ask: "delete" | "limit"; column: ColumnId }
  | { ask: Field; cards: CardId[] }
  | { ask: "shelf" }
  | null;

export const [useDesk, provideDesk] = createContext<Desk>();

export class Desk {
  readonly engine: Engine;
  readonly id: DocumentId;
  readonly actions: BoardActions;
  readonly selected = new Selected(() => this.seen);
  readonly wide = $derived.by(() => this.kept.wide);

  #live;
  #people;
  #day = $state(today());
  #look = $state.raw<Arrangement>(PLAIN);

  chosen = $state<CardId | null>(null);
  /** Where the chosen card is seen that has the focus. */
  #place = $state<string | null>(null);
  opened = $state<CardId | null>(null);
  adding = $state<ColumnId | null>(null);
  renaming = $state<ColumnId | null>(null);
  question = $state.raw<Question>(null);
  filtering = $state(false);
  /** Where the cards stand on the page; null while there is none. */
  root = $state.raw<HTMLElement | null>(null);
  /** The open card is only looked at: the focus stays on the board, and the next card follows it. */
  peeking = $state(false);
  /** The title of the open card is to be typed at once. */
  titling = $state(false);
  readonly dragging: Sortable;
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nobody looks at it
  #reveals = new Map<ColumnId, (card: CardId) => void>();

  constructor(engine: Engine, id: DocumentId) {
    this.engine = engine;
    this.id = id;
    this.actions = new BoardActions(engine, id);
    this.#live = engine.live.of({ type: "board", document: id });
    this.#people = engine.live.of({ type: "people" });
    this.dragging = new Sortable({
      axis: "y",
      pressed: (target) => {
        const element = target.closest<HTMLElement>("[data-item]");
        const card = element?.dataset["item"];
        return element && card !== undefined && this.writable ? { id: card, element } : null;
      },
      together: (card) => this.selected.with(card),
      onMove: (cards, column, index) => drop(this, cards, column, index),
    });
  }

  /** Asks once more for a board that was not here. */
  again(): void {
    this.#live.again();
  }

  readonly board = $derived.by(() => this.#live.current);
  readonly gone = $derived.by(() => this.#live.gone);
  readonly error = $derived.by(() => this.#live.error);
  readonly members = $derived.by<readonly Member[]>(() => this.#people.current ?? []);
  readonly me = $derived(this.members.find((member) => member.me)?.id ?? null);
  readonly kept = $derived.by(() => this.engine.preferences.get(this.#key, KEPT, keptIn));
  /** All columns with all their cards. */
  readonly allLanes = $derived(this.board === null ? [] : lanesOf(this.board));
  readonly labels = $derived(
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nobody looks at it
    [...new Set(this.allLanes.flatMap(({ cards }) => cards.flatMap((card) => card.labels)))].sort(),
  );
  /** What is shown of them, in the order in which it is shown. */
  readonly lanes = $derived.by(() => {
    const fits = fitting(this.#look, this.me, this.#day);
    const order = orderOf(this.#look.sort);
    return this.allLanes.map(({ column, cards }): Lane => {
      const shown = cards.filter(fits);
      return { column, cards: order === null ? shown : shown.sort(order) };
    });
  });
  readonly rows = $derived.by(() =>
    rowsOf(this.lanes, this.#look.group, this.members, this.nameOfColumn),
  );
  /** All that are shown, in the order in which they are seen. */
  readonly seen = $derived.by<readonly Seen[]>(() =>
    this.#look.layout === "list"
      ? this.rows.flatMap((row) => (row.is === "card" ? { key: row.key, card: row.card.id } : []))
      : this.lanes.flatMap(({ cards }) => cards.map(({ id }) => ({ key: id, card: id }))),
  );
  readonly hidden = $derived(countIn(this.allLanes) - countIn(this.lanes));
  /** The one place that Tab reaches: the list shows a card with two labels twice. */
  readonly at = $derived.by(() => {
    const places = this.seen.filter(({ card }) => card === this.chosen);
    return places.find(({ key }) => key === this.#place) ?? places[0] ?? this.seen[0] ?? null;
  });
  /** The card there, that keys act on. */
  readonly current = $derived(this.at?.card ?? null);
  /** Whether cards are seen in the order in which they lie: else they cannot be moved up or down. */
  readonly placed = $derived.by(() => {
    const { sort, layout, group } = this.#look;
    return sort === "place" && (layout === "board" || group === "column");
  });

  /** Whether cards and columns take edits. */
  get writable(): boolean {
    return isWritable(this.engine);
  }

  get today(): number {
    return this.#day;
  }

  get calendar(): Calendar {
    return { today: this.#day, weekStart: weekStart(), language: locale() };
  }

  /** Midnight may have passed. */
  lookAtClock(): void {
    this.#day = today();
  }

  get #key(): string {
    return `board.${this.id}.view`;
  }

  keep(change: Partial<Kept>): void {
    this.engine.preferences.set(this.#key, { ...this.kept, ...change });
  }

  // What is looked at

  get look(): Arrangement {
    return this.#look;
  }

  /** The address carries it, so that a link shows the same. */
  setLook(change: Partial<Arrangement>): void {
    this.#look = { ...this.#look, ...change };
    const { group, sort, layout } = this.#look;
    this.keep({ last: written({ ...PLAIN, group, sort, layout }) });
    goQuietly(this.href(this.opened));
  }

  /** Takes what the address says; an address that says nothing shows the board as it was left. */
  readAddress(hash: string): void {
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nobody looks at it
    const asked = new URLSearchParams(hash.split("?")[1] ?? "").get("view");
    const look = readArrangement(asked ?? this.kept.last);
    if (written(look) !== written(this.#look)) this.#look = look;
  }

  clearFilters(): void {
    this.setLook(withoutFilters(this.#look));
  }

  /** The address of the board looked at as `view` says; of one card on it. */
  href(card: CardId | null, view = written(this.#look)): string {
    const base = hrefOf("board", this.id, card);
    return view === "" ? base : `${base}?view=${encodeURIComponent(view)}`;
  }

  // Names

  nameOfMember = (id: string): string => this.members.find((known) => known.id === id)?.name ?? id;

  nameOfColumn = (id: ColumnId): string =>
    this.board?.columns.find((known) => known.id === id)?.title.value ??
    this.allLanes[0]?.column.title.value ??
    "";

  card(id: CardId | null): CardSummary | undefined {
    return id === null ? undefined : this.board?.cards.get(id);
  }

  // Choosing

  async focusCard(card: CardId | null, place = this.#place): Promise<void> {
    if (card === null) return;
    this.chosen = card;
    this.#place = place;
    const column = this.lanes.find((lane) => lane.cards.some((known) => known.id === card))?.column;
    if (column !== undefined) this.#reveals.get(column.id)?.(card);
    await tick();
    const find = () =>
      this.root?.querySelector<HTMLElement>(`[data-card="${CSS.escape(card)}"][tabindex="0"]`);
    find()?.focus({ preventScroll: true });
    find()?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** The focus goes to the cards; while there are none, to where the first is added. */
  focusCards(): void {
    if (this.current !== null) void this.focusCard(this.current);
    else this.root?.querySelector<HTMLElement>(".opener")?.focus({ preventScroll: true });
  }

  /** A long column holds only what is in sight: it says how another card comes into it. */
  revealing(column: ColumnId, reveal: (card: CardId) => void): () => void {
    this.#reveals.set(column, reveal);
    return () => this.#reveals.delete(column);
  }

  /** The focus came to a card. */
  chose(card: CardId, place: string = card): void {
    this.chosen = card;
    this.#place = place;
    if (this.peeking && this.opened !== null && this.opened !== card) this.open(card);
  }

  /** A click on a card, or Enter on it: opens it, or selects with the keys that do so in any list. */
  press(event: MouseEvent, one: Seen): void {
    if (event.ctrlKey || event.metaKey) this.selected.toggle(one);
    else if (event.shiftKey) this.selected.reach(one, this.at);
    else {
      this.peeking = false;
      this.open(one.card);
    }
  }

  /** Shows a card beside the board and leaves the focus where it is; the same again puts it away. */
  peek(card: CardId): void {
    if (this.peeking && this.opened === card) {
      void this.close();
    } else {
      this.peeking = true;
      this.open(card);
    }
  }

  editTitle(): void {
    const card = this.opened ?? this.current;
    if (card === null) return;
    this.titling = true;
    this.peeking = false;
    if (this.opened !== card) this.open(card);
  }

  /** In the column of the card that keys act on, or the first; one that is collapsed shows its cards for it. */
  startAdding(): void {
    const spot = spotOf(this.lanes, this.current);
    const column = this.lanes[spot?.lane ?? 0]?.column.id ?? null;
    if (column !== null && this.look.layout === "board" && this.kept.collapsed.includes(column)) {
      this.toggleCollapsed(column);
    }
    this.adding = column;
  }

  toggleLayout(): void {
    this.setLook({ layout: this.#look.layout === "list" ? "board" : "list" });
  }

  toggleCollapsed(column: ColumnId): void {
    const { collapsed } = this.kept;
    this.keep({
      collapsed: collapsed.includes(column)
        ? collapsed.filter((known) => known !== column)
        : [...collapsed, column],
    });
  }

  step(direction: Direction): void {
    const { at } = this;
    if (at === null) return;
    // The first step goes to the card that keys act on; only from a card there is a next one.
    const begins = this.opened === null && !document.activeElement?.matches("[data-card]");
    const to = begins ? at : (this.#next(at, direction) ?? at);
    void this.focusCard(to.card, to.key);
  }

  /** In a list up and down go through all of it. */
  #next(at: Seen, direction: Direction): Seen | null {
    if (this.#look.layout === "list") {
      if (direction !== "up" && direction !== "down") return null;
      return this.seen[this.seen.indexOf(at) + (direction === "up" ? -1 : 1)] ?? null;
    }
    const spot = spotOf(this.lanes, at.card);
    const inSight = this.lanes.map((lane) =>
      this.kept.collapsed.includes(lane.column.id) ? { ...lane, cards: [] } : lane,
    );
    const card = spot === null ? null : neighbour(inSight, spot, direction);
    return card === null ? null : { key: card, card };
  }

  open(card: CardId, place = this.#place): void {
    this.chosen = card;
    this.#place = place;
    if (this.opened === null) go(this.href(card));
    else goQuietly(this.href(card));
  }

  /** Puts the open card away, and goes to it where it is seen, or to another. */
  async close(to = this.opened): Promise<void> {
    this.peeking = false;
    // The address follows later, and until then what is behind would not take the focus.
    this.opened = null;
    go(this.href(null));
    await tick();
    await this.focusCard(to);
  }

  /** The card before or after the open one, as they are seen. */
  nextTo(card: CardId, step: -1 | 1): Seen | null {
    for (let at = this.#indexOf(card) + step; at >= 0 && at < this.seen.length; at += step) {
      const one = this.seen[at];
      if (one !== undefined && one.card !== card) return one;
    }
    return null;
  }

  /** Where the focus goes when `going` go away from around this card: in its column, if any stays there. */
  beside(card: CardId, going: readonly CardId[]): CardId | null {
    const seen = this.seen.map((one) => one.card);
    const near = besides(seen, this.#indexOf(card), going);
    const lane = this.lanes[spotOf(this.lanes, card)?.lane ?? -1]?.cards.map(({ id }) => id) ?? [];
    if (this.#look.layout === "list") return near;
    return besides(lane, lane.indexOf(card), going) ?? near;
  }

  #indexOf(card: CardId): number {
    if (this.at?.card === card) return this.seen.indexOf(this.at);
    return this.seen.findIndex((one) => one.card === card);
  }

  ask(field: Field): void {
    const cards = this.selected.with(this.opened ?? this.current);
    if (cards.length > 0) this.question = { ask: field, cards };
  }
}

function countIn(lanes: readonly Lane[]): number {
  return lanes.reduce((sum, lane) => sum + lane.cards.length, 0);
}
