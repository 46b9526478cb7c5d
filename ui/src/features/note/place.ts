// Where one was in a note, how far scrolled and where the caret stood: kept for each step of the history.

import type { TextEditorOptions } from "../../editor";
import { rememberedPlace } from "../../state/places";

/** The place of one open note. `scroller` is what its page scrolls in. */
export class NotePlace {
  #scroller: HTMLElement | null = null;
  #step = rememberedPlace();
  /** Until the text is there the page is too short to be where one was. */
  #settled = false;

  readonly caret: NonNullable<TextEditorOptions["caret"]> = {
    kept: () => this.#step.caret,
    keep: (caret) => this.#step.keep({ caret }),
  };

  /** `{@attach place.scroller}` */
  readonly scroller = (element: HTMLElement): (() => void) => {
    this.#scroller = element;
    const keep = (): void => {
      if (this.#settled) this.#step.keep({ scroll: element.scrollTop });
    };
    element.addEventListener("scroll", keep, { passive: true });
    return () => {
      this.#scroller = null;
      element.removeEventListener("scroll", keep);
    };
  };

  readonly fromTop = (): boolean => this.#step.scroll === 0;

  /** The text stands in the page: it is scrolled before the frame shows it. Who asked for words or a heading goes there. */
  readonly arrive = (asked: boolean): void => {
    this.#settled = true;
    if (!asked) this.#scroll();
  };

  /** Another step of the history shows the same note. */
  step(asked: boolean): void {
    this.#step = rememberedPlace();
    if (this.#settled && !asked) this.#scroll();
  }

  #scroll(): void {
    const { scroll } = this.#step;
    if (this.#scroller === null || this.#scroller.scrollTop === scroll) return;
    this.#scroller.scrollTop = scroll;
    // What comes into view is measured now, and may be of another height than was thought.
    requestAnimationFrame(() => this.#scroller?.scrollTo({ top: scroll }));
  }
}
