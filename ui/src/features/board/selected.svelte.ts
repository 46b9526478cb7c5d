// The cards that are selected on a board, one by one or from one to another, each change said aloud.

import { SvelteSet } from "svelte/reactivity";
import { announce } from "../../a11y/announce";
import { t } from "../../i18n";
import type { CardId } from "../../ipc";

export class Selected {
  readonly #ids = new SvelteSet<CardId>();
  /** All cards that are shown, in their order. */
  readonly #shown: () => CardId[];
  #anchor: CardId | null = null;

  constructor(shown: () => CardId[]) {
    this.#shown = shown;
  }

  get size(): number {
    return this.#ids.size;
  }

  has(card: CardId): boolean {
    return this.#ids.has(card);
  }

  toggle(card: CardId): void {
    if (!this.#ids.delete(card)) this.#ids.add(card);
    this.#anchor = card;
    this.#say();
  }

  /** From the last one that was selected to this one, as in any list; from `current` when there is none. */
  reach(card: CardId, current: CardId | null): void {
    const cards = this.#shown();
    const from = cards.indexOf(this.#anchor ?? current ?? card);
    const to = cards.indexOf(card);
    if (from < 0 || to < 0) return;
    for (const id of cards.slice(Math.min(from, to), Math.max(from, to) + 1)) this.#ids.add(id);
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
    return this.#ids.has(card) ? this.#shown().filter((id) => this.#ids.has(id)) : [card];
  }

  #say(): void {
    announce(t("board.selected", { count: this.#ids.size }));
  }
}
