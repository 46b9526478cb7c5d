// What the engine says, kept once for all who look: one signal per subscribed view.

import { createSubscriber } from "svelte/reactivity";
import type {
  Asking,
  AttachedFile,
  Attempt,
  Authored,
  Backlink,
  BoardView,
  CardSummary,
  CardView,
  Delivery,
  Event,
  KeptBackups,
  Ladder,
  ListedInvite,
  Member,
  Notice,
  NoteView,
  Peer,
  SharedFolder,
  ShortCode,
  Status,
  View,
} from "../ipc/generated";
import type { CardId } from "../ipc/ids";
import type { ApiError, Ipc, Subscription } from "../ipc/ipc";
import { Tree } from "./tree";

/** Runs something now or later; returns how to give that up. */
type Later = (run: () => void) => () => void;

/** Views whose beginning grows with the workspace: what the person looks at comes before them. */
const LARGE: ReadonlySet<View["type"]> = new Set<View["type"]>(["tree"]);

/** Who made something and who changed it last, where that is known. */
export type Authors = { created: Authored | null; edited: Authored | null };
export type NoteState = Authors & { note: NoteView; backlinks: Backlink[] };
export type BoardState = Pick<BoardView, "title" | "life" | "columns"> & {
  cards: ReadonlyMap<CardId, CardSummary>;
};
/** A new wrapper for each change, so that whoever derives from it notices. */
export type TreeState = { tree: Tree };

/** Known devices, and what became of addresses that were typed. */
export type PeersState = { peers: Peer[]; attempts: Attempt[] };

type States = {
  status: Status;
  tree: TreeState;
  trash: TreeState;
  note: NoteState;
  board: BoardState;
  card: CardView & Authors;
  people: Member[];
  asking: Asking[];
  invites: ListedInvite[];
  peers: PeersState;
  delivery: Delivery;
  files: AttachedFile[];
  notices: Notice[];
  backups: KeptBackups;
  shared_folders: SharedFolder[];
  ladder: Ladder;
  code: { code: ShortCode | null };
};

/** Text is followed by the editor itself, choices by `Preferences`; everything else lives here. */
export type LiveView = Exclude<View, { type: "text" | "preferences" }>;
export type StateOf<V extends LiveView> = States[V["type"]];
type AnyState = States[keyof States];

function nextBoard(before: BoardState | null, event: Event & { type: "board" }): BoardState {
  const cards = event.reset ? new Map<CardId, CardSummary>() : new Map(before?.cards ?? []);
  for (const card of event.upserts) cards.set(card.id, card);
  for (const id of event.removed) cards.delete(id);
  return { title: event.title, life: event.life, columns: event.columns, cards };
}

/** The state after `event`; null when the event does not belong to such a view. */
export function reduce(before: AnyState | null, event: Event): AnyState | null {
  switch (event.type) {
    case "status":
      return event.status;
    case "tree": {
      const tree = (before as TreeState | null)?.tree ?? new Tree();
      tree.apply(event.reset, event.upserts, event.removed);
      return { tree };
    }
    case "note": {
      const { note, backlinks, created, edited } = event;
      return { note, backlinks, created, edited };
    }
    case "board":
      return nextBoard(before as BoardState | null, event);
    case "card":
      return { ...event.card, created: event.created, edited: event.edited };
    case "people":
      return event.members;
    case "asking":
      return event.asking;
    case "invites":
      return event.invites;
    case "peers":
      return { peers: event.peers, attempts: event.attempts };
    case "delivery":
      return event.delivery;
    case "files":
      return event.files;
    case "notices":
      return event.notices;
    case "backups":
      return event.kept;
    case "shared_folders":
      return event.folders;
    case "ladder":
      return event.ladder;
    case "code":
      return { code: event.code };
    default:
      return null;
  }
}

/** Whether a view is of a document or of a card, which may come later than a link to it. */
function isOfSomething(view: LiveView): boolean {
  return view.type === "note" || view.type === "board" || view.type === "card";
}

/** One followed view. Reading any property inside an effect or a component keeps it followed. */
export class Live<V extends LiveView> {
  #ipc: Ipc;
  #view: V;
  #lingerMs: number;
  #later: Later;
  #subscription: Pick<Subscription, "close"> | null = null;
  #state: StateOf<V> | null = null;
  #error: ApiError | null = null;
  #gone = false;
  #changed: () => void = () => undefined;
  #track: () => void;
  #closing: ReturnType<typeof setTimeout> | null = null;

  constructor(ipc: Ipc, view: V, lingerMs: number, later: Later) {
    this.#ipc = ipc;
    this.#view = view;
    this.#lingerMs = lingerMs;
    this.#later = later;
    this.#track = createSubscriber((changed) => {
      this.#changed = changed;
      this.#follow();
      return () => this.#leave();
    });
  }

  /** The newest state; null until the first event. */
  get current(): StateOf<V> | null {
    this.#track();
    return this.#state;
  }

  get error(): ApiError | null {
    this.#track();
    return this.#error;
  }

  /** Whether what was watched is not here (any more). */
  get gone(): boolean {
    this.#track();
    return this.#gone;
  }

  /** Asks once more for what was not here. */
  again(): void {
    this.#subscription?.close();
    this.#subscribe();
  }

  #follow(): void {
    if (this.#closing !== null) clearTimeout(this.#closing);
    this.#closing = null;
    if (this.#subscription !== null) return;
    this.#error = null;
    if (!LARGE.has(this.#view.type)) {
      this.#subscribe();
      return;
    }
    const close = this.#later(() => this.#subscribe());
    this.#subscription ??= { close };
  }

  #subscribe(): void {
    this.#subscription = this.#ipc.subscribe(
      this.#view,
      (event) => this.#take(event),
      (error) => {
        this.#subscription = null;
        // What is not here yet is told like what is not here any more.
        this.#gone = error.code === "not_found" && isOfSomething(this.#view);
        this.#error = this.#gone ? null : error;
        this.#changed();
      },
    );
  }

  /** Stays for a moment, so that going back and forth shows what was there at once. */
  #leave(): void {
    this.#closing = setTimeout(() => {
      this.#subscription?.close();
      this.#subscription = null;
      this.#closing = null;
    }, this.#lingerMs);
  }

  #take(event: Event): void {
    if (event.type === "gone") {
      this.#gone = true;
    } else {
      const next = reduce(this.#state, event);
      if (next === null) return;
      this.#state = next as StateOf<V>;
      this.#gone = false;
    }
    this.#changed();
  }
}

const KEPT = 64;

const atOnce: Later = (run) => {
  run();
  return () => undefined;
};

/** All followed views, one each. */
export class LiveViews {
  #ipc: Ipc;
  #lingerMs: number;
  #later: Later;
  #views = new Map<string, Live<LiveView>>();

  /** `later` says when views may begin that are large. */
  constructor(ipc: Ipc, lingerMs = 5_000, later: Later = atOnce) {
    this.#ipc = ipc;
    this.#lingerMs = lingerMs;
    this.#later = later;
  }

  of<V extends LiveView>(view: V): Live<V> {
    const key = JSON.stringify(view);
    let live = this.#views.get(key);
    if (live === undefined) {
      live = new Live<LiveView>(this.#ipc, view, this.#lingerMs, this.#later);
      this.#views.set(key, live);
      this.#forgetOldest();
    } else {
      this.#views.delete(key);
      this.#views.set(key, live);
    }
    return live as unknown as Live<V>;
  }

  /** What is forgotten here goes on for those who hold it. */
  #forgetOldest(): void {
    if (this.#views.size <= KEPT) return;
    const oldest = this.#views.keys().next();
    if (!oldest.done) this.#views.delete(oldest.value);
  }
}
