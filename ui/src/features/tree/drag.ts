// Moving a document in the tree with the pointer: before, after or into another, or to the end of all.

import { beginLift } from "../../components/sortable";
import type { DocumentId } from "../../ipc";
import type { Tree } from "../../state/tree";
import { dropped, zoneAt } from "./rows";
import type { Destination, Row, Zone } from "./rows";

export type Drag = { id: DocumentId; over: DocumentId | null; zone: Zone };

export interface DragHost {
  box: HTMLElement;
  rowHeight: () => number;
  tree: () => Tree;
  rows: () => readonly Row[];
  show: (drag: Drag | null) => void;
  open: (id: DocumentId) => void;
  place: (id: DocumentId, to: Destination | null) => Promise<void>;
}

/** How long one stays over a closed branch until it opens. */
const HOVER_MS = 600;

class TreeDrag {
  #host: DragHost;
  #id: DocumentId;
  #over: { row: Row; zone: Zone } | null = null;
  #hovered: DocumentId | null = null;
  #opening: ReturnType<typeof setTimeout> | undefined;

  constructor(host: DragHost, id: DocumentId) {
    this.#host = host;
    this.#id = id;
  }

  show(): void {
    const over = this.#over;
    this.#host.show({
      id: this.#id,
      over: over?.row.item.id ?? null,
      zone: over?.zone ?? "inside",
    });
  }

  at(y: number): void {
    const { box, rowHeight, rows, tree } = this.#host;
    const height = rowHeight();
    const offset = y - box.getBoundingClientRect().top + box.scrollTop;
    const known = rows();
    const row = known[Math.floor(offset / height)];
    const below = offset >= known.length * height ? known.findLast((one) => one.level === 1) : null;
    const target = row ?? below;
    const zone = row === undefined ? "after" : zoneAt(offset % height, height);
    const allowed = target && dropped(tree(), this.#id, target, zone) !== null;
    this.#over = target && allowed ? { row: target, zone } : null;
    this.#hover(zone === "inside" && allowed && row && !row.open ? row.item.id : null);
    this.show();
  }

  /** Staying over a closed branch opens it. */
  #hover(id: DocumentId | null): void {
    if (id === this.#hovered) return;
    this.#hovered = id;
    clearTimeout(this.#opening);
    if (id !== null) this.#opening = setTimeout(() => this.#host.open(id), HOVER_MS);
  }

  async drop(): Promise<void> {
    const over = this.#over;
    this.#hover(null);
    if (over === null) return;
    await this.#host.place(this.#id, dropped(this.#host.tree(), this.#id, over.row, over.zone));
  }

  end(): void {
    this.#hover(null);
    this.#host.show(null);
  }
}

export function startDrag(event: PointerEvent, host: DragHost): void {
  const target = event.target as HTMLElement;
  if (event.button !== 0 || target.closest("[data-no-drag], textarea")) return;
  const element = target.closest<HTMLElement>("[data-row]");
  const id = element?.dataset["row"];
  if (!element || id === undefined) return;
  const drag = new TreeDrag(host, id);
  beginLift(host.box, element, event, {
    lifted: () => drag.show(),
    moved: ({ y }) => drag.at(y),
    scrollers: () => [host.box],
    dropped: async () => {
      await drag.drop();
      return null;
    },
    cancelled: () => element.getBoundingClientRect(),
    settled: () => drag.end(),
  });
}
