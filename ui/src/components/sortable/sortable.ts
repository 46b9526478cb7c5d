// Lists between which things are dragged: `[data-item]` inside `[data-list]`, one move told at the end.

import type { Attachment } from "svelte/attachments";
import { beginLift } from "./lift";
import type { Point } from "./lift";
import { listAt, slotAt, withoutLifted } from "./geometry";
import type { ItemBox } from "./geometry";

export interface SortableOptions {
  /** The item to hide while it is in the air; null once it has come to rest. */
  onLift(item: string | null): void;
  /** The one change: `item` goes to `list`, behind `after` or to its top. */
  onMove(item: string, list: string, after: string | null): Promise<unknown>;
}

type Place = { list: HTMLElement; index: number };

function itemsOf(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>(":scope > [data-item]")];
}

/** Boxes in the list's own coordinates, so that they hold while it scrolls. */
function measure(list: HTMLElement, lifted: string): ItemBox[] {
  const edge = list.getBoundingClientRect().top - list.scrollTop;
  const visible = itemsOf(list).filter((item) => item.offsetParent !== null);
  const boxes = visible.map((item) => {
    const { top, height } = item.getBoundingClientRect();
    return { id: item.dataset["item"] ?? "", top: top - edge, height };
  });
  return withoutLifted(boxes, lifted);
}

class Sorting {
  #root: HTMLElement;
  #item: HTMLElement;
  #id: string;
  #options: SortableOptions;
  #slot = document.createElement("div");
  #lists: HTMLElement[] = [];
  #boxes = new Map<HTMLElement, { items: ItemBox[]; children: number }>();
  #home: Place | null = null;
  #place: Place | null = null;

  constructor(root: HTMLElement, item: HTMLElement, options: SortableOptions) {
    this.#root = root;
    this.#item = item;
    this.#id = item.dataset["item"] ?? "";
    this.#options = options;
    this.#slot.className = "sortable-slot";
    this.#slot.setAttribute("aria-hidden", "true");
  }

  lifted(): void {
    const list = this.#item.closest<HTMLElement>("[data-list]");
    if (list === null) return;
    this.#lists = [...this.#root.querySelectorAll<HTMLElement>("[data-list]")];
    for (const other of this.#lists) this.#remember(other);
    this.#slot.style.blockSize = `${this.#item.offsetHeight}px`;
    this.#home = { list, index: itemsOf(list).indexOf(this.#item) };
    this.#options.onLift(this.#id);
    this.#put(this.#home);
  }

  moved(pointer: Point, ghost: Point): void {
    const sides = this.#lists.map((list, index) => {
      const { left, right } = list.getBoundingClientRect();
      return { id: String(index), left, right };
    });
    const list = this.#lists[Number(listAt(sides, pointer.x) ?? -1)];
    if (list === undefined) return;
    const top = ghost.y - list.getBoundingClientRect().top + list.scrollTop;
    const index = slotAt(this.#boxesOf(list), top);
    if (this.#place?.list !== list || this.#place.index !== index) this.#put({ list, index });
  }

  scrollers(): HTMLElement[] {
    const list = this.#place?.list;
    return list === undefined ? [this.#root] : [list, this.#root];
  }

  async dropped(): Promise<DOMRect | null> {
    const rest = this.#slot.getBoundingClientRect();
    if (this.#place !== null && !this.#isHome(this.#place)) {
      const after = this.#others(this.#place.list)[this.#place.index - 1];
      const list = this.#place.list.dataset["list"] ?? "";
      await this.#options.onMove(this.#id, list, after?.dataset["item"] ?? null);
    }
    return rest;
  }

  cancelled(): DOMRect | null {
    if (this.#home !== null) this.#put(this.#home);
    return this.#slot.getBoundingClientRect();
  }

  settled(): void {
    this.#slot.remove();
    this.#options.onLift(null);
  }

  #isHome(place: Place): boolean {
    return place.list === this.#home?.list && place.index === this.#home.index;
  }

  #others(list: HTMLElement): HTMLElement[] {
    return itemsOf(list).filter((item) => item.dataset["item"] !== this.#id);
  }

  #put(place: Place): void {
    this.#place = place;
    const next = this.#others(place.list)[place.index];
    if (next === undefined) place.list.append(this.#slot);
    else place.list.insertBefore(this.#slot, next);
  }

  #remember(list: HTMLElement): ItemBox[] {
    const items = measure(list, this.#id);
    this.#boxes.set(list, { items, children: this.#countOf(list) });
    return items;
  }

  /** Measured once, and again when somebody else's change brought or took an item. */
  #boxesOf(list: HTMLElement): ItemBox[] {
    const known = this.#boxes.get(list);
    if (known !== undefined && known.children === this.#countOf(list)) return known.items;
    const slotParent = this.#slot.parentElement;
    const next = this.#slot.nextSibling;
    this.#slot.remove();
    const items = this.#remember(list);
    slotParent?.insertBefore(this.#slot, next);
    return items;
  }

  #countOf(list: HTMLElement): number {
    return list.childElementCount - (this.#slot.parentElement === list ? 1 : 0);
  }
}

/** Attach to the element around the lists; it is also what scrolls sideways. */
export function sortable(options: SortableOptions): Attachment<HTMLElement> {
  return (root) => {
    const onPress = (event: PointerEvent) => {
      if (event.button !== 0 || !event.isPrimary || !(event.target instanceof Element)) return;
      if (event.target.closest("input, textarea, a, [data-no-drag]") !== null) return;
      const item = event.target.closest<HTMLElement>("[data-item]");
      if (item === null) return;
      const sorting = new Sorting(root, item, options);
      beginLift(root, item, event, {
        lifted: () => sorting.lifted(),
        moved: (pointer, ghost) => sorting.moved(pointer, ghost),
        scrollers: () => sorting.scrollers(),
        dropped: () => sorting.dropped(),
        cancelled: () => sorting.cancelled(),
        settled: () => sorting.settled(),
      });
    };
    root.addEventListener("pointerdown", onPress);
    return () => root.removeEventListener("pointerdown", onPress);
  };
}
