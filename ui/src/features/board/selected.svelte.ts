// The cards that are selected on a board, one by one or from one to another, each change said aloud.

import { SvelteSet } from "svelte/reactivity";
import { announce } from "../../a11y/announce";
import { t } from "../../i18n";
import type { CardId } from "../../ipc";

/** A card in one of the places where it is seen: a list may show it under two heads. */
export type Seen = { key: string; card: CardId };

export class Selected {
  readonly #ids = new SvelteSet<CardId>();
  /** All cards that are shown, as they are seen one after another. */
  readonly #shown: () => readonly Seen[];
  /** Where the last was selected. */
  #anchor: string | null = null;

  constructor(shown: () => readonly Seen[]) {
    this.#shown = shown;
  }

  get size(): number {
    return this.#ids.size;
  }

  has(card: CardId): boolean {
    return this.#ids.has(card);
  }

  toggle({ key, card }: Seen): void {
    if (!this.#ids.delete(card)) this.#ids.add(card);
    this.#anchor = key;
    this.#say();
  }

  /** From the last one that was selected to this one, as in any list; from `current` when there is none. */
  reach(one: Seen, current: Seen | null): void {
    const seen = this.#shown();
    const indexOf = (key: string | undefined) => seen.findIndex((known) => known.key === key);
    const anchor = indexOf(this.#anchor ?? undefined);
    const from = anchor >= 0 ? anchor : indexOf((current ?? one).key);
    const to = indexOf(one.key);
    if (from < 0 || to < 0) return;
    for (const { card } of seen.slice(Math.min(from, to), Math.max(from, to) + 1)) {
      this.#ids.add(card);
    }
    this.#say();
  }

  clear(): void {
    if (this.#ids.size === 0) return;
    this.#ids.clear();
    this.#say();
  }

  /** What something done to `card` is done to: those selected, in order, if it is among them; else it alone. */
  with(card: CardId | null): CardId[] {
    if (card === null) return [];
    if (!this.#ids.has(card)) return [card];
    const selected = this.#shown().filter((one) => this.#ids.has(one.card));
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nobody looks at it
    return [...new Set(selected.map((one) => one.card))];
  }

  #say(): void {
    announce(t("board.selected", { count: this.#ids.size }));
  }
}
