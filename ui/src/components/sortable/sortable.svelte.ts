// Lists between which things are dragged. A list tells where its items lie, seen or not; one move is told at the end.

import { flushSync } from "svelte";
import type { Attachment } from "svelte/attachments";
import { listAt, slotAt } from "./geometry";
import type { ItemBox, ListBox } from "./geometry";
import { beginLift } from "./lift";
import type { Point } from "./lift";

export interface SortList {
  readonly element: HTMLElement;
  /** In the list's own coordinates, without what is lifted and without the slot. */
  boxes(): ItemBox[];
}

/** The place that is kept free for what is lifted. */
export type Slot = { list: string; index: number; size: number };

export interface SortableOptions {
  axis: "x" | "y";
  /** What is lifted by a press; its element and its id, or null. */
  pressed(target: Element): { id: string; element: HTMLElement } | null;
  /** All that goes along with it, itself among them. */
  together(id: string): string[];
  /** The one change: `ids` go to `list`, behind its first `index` other items. */
  onMove(ids: string[], list: string, index: number): Promise<unknown>;
}

const NONE: ReadonlySet<string> = new Set();

export class Sortable {
  /** What is in the air. */
  lifted = $state.raw<ReadonlySet<string>>(NONE);
  slot = $state.raw<Slot | null>(null);

  #options: SortableOptions;
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nobody looks at it
  #lists = new Map<string, SortList>();

  constructor(options: SortableOptions) {
    this.#options = options;
  }

  /** Makes a list known; returns the way to forget it. */
  list(id: string, list: SortList): () => void {
    this.#lists.set(id, list);
    return () => {
      if (this.#lists.get(id) === list) this.#lists.delete(id);
    };
  }

  /** Attach to the element around the lists; it is also what scrolls sideways. */
  readonly area: Attachment<HTMLElement> = (root) => {
    const onPress = (event: PointerEvent) => {
      if (event.button !== 0 || !event.isPrimary || !(event.target instanceof Element)) return;
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (event.target.closest("input, textarea, a, [data-no-drag]") !== null) return;
      const pressed = this.#options.pressed(event.target);
      if (pressed !== null) this.#begin(root, pressed.id, pressed.element, event);
    };
    root.addEventListener("pointerdown", onPress);
    return () => root.removeEventListener("pointerdown", onPress);
  };

  #begin(root: HTMLElement, id: string, element: HTMLElement, event: PointerEvent): void {
    const ids = this.#options.together(id);
    let moving: Promise<unknown> = Promise.resolve();
    let sides: ListBox[] = [];
    let scrolled = 0;
    let size = 0;
    let home: Slot | null = null;

    const rest = () => {
      flushSync();
      return root.querySelector(".sortable-slot")?.getBoundingClientRect() ?? null;
    };
    const measureSides = () => {
      scrolled = root.scrollLeft;
      sides = [...this.#lists].map(([list, { element: at }]) => {
        const { left, right } = at.getBoundingClientRect();
        return { id: list, left, right };
      });
    };
    const slotUnder = (pointer: Point, ghost: Point): Slot | null => {
      // Lists keep their sides while the area scrolls: measured once, then only shifted.
      const shift = root.scrollLeft - scrolled;
      const found = listAt(sides, pointer.x + shift);
      const list = found === null ? undefined : this.#lists.get(found);
      if (found === null || list === undefined) return null;
      const at = list.element.getBoundingClientRect();
      const mirrored =
        this.#options.axis === "x" && getComputedStyle(list.element).direction === "rtl";
      const start =
        this.#options.axis === "y"
          ? ghost.y - at.top + list.element.scrollTop
          : (mirrored ? at.right - ghost.x - size : ghost.x - at.left) +
            Math.abs(list.element.scrollLeft);
      return { list: found, index: slotAt(list.boxes(), start), size };
    };

    beginLift(root, element, event, {
      count: ids.length,
      lifted: () => {
        size = this.#options.axis === "y" ? element.offsetHeight : element.offsetWidth;
        // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nobody looks at it
        this.lifted = new Set(ids);
        measureSides();
      },
      moved: (pointer, ghost) => {
        const next = slotUnder(pointer, ghost);
        home ??= next;
        const { slot } = this;
        if (next !== null && (slot?.list !== next.list || slot.index !== next.index))
          this.slot = next;
      },
      scrollers: () => {
        const list = this.slot === null ? undefined : this.#lists.get(this.slot.list);
        return list === undefined || list.element === root ? [root] : [list.element, root];
      },
      dropped: () => {
        const { slot } = this;
        const still = slot?.list === home?.list && slot?.index === home?.index && ids.length === 1;
        if (slot !== null && !still) {
          moving = this.#options.onMove(ids, slot.list, slot.index).catch(() => undefined);
        }
        return Promise.resolve(rest());
      },
      cancelled: () => {
        if (home !== null) this.slot = home;
        return rest();
      },
      settled: async () => {
        // The slot stays until the model says where the things lie: nothing is seen twice.
        await moving;
        this.lifted = NONE;
        this.slot = null;
      },
    });
  }
}
