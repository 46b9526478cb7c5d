// Room for what opens above a text: the page is scrolled by as much as it takes, so that the text stays where it is read.

function scrollerOf(element: HTMLElement): HTMLElement | null {
  let up = element.parentElement;
  while (up !== null && !/auto|scroll/.test(getComputedStyle(up).overflowY)) up = up.parentElement;
  return up;
}

export class Room {
  readonly #element: HTMLElement;
  readonly #text: HTMLElement;
  #scroller: HTMLElement | null = null;
  #height = 0;
  /** How far the page was scrolled for it; a short page cannot be. */
  #scrolled = 0;
  /** Called before the frame is drawn. */
  readonly #sizes = new ResizeObserver(() => this.#follow());

  /** `text` is what begins below the element. */
  constructor(element: HTMLElement, text: HTMLElement) {
    this.#element = element;
    this.#text = text;
  }

  /** Once the element stands in the page. */
  begin(): void {
    this.#scroller = scrollerOf(this.#element);
    this.#follow();
    this.#sizes.observe(this.#element);
  }

  end(): void {
    this.#sizes.disconnect();
    const { scrollTop = 0 } = this.#scroller ?? {};
    this.#scroller?.scrollTo({ top: scrollTop - this.#scrolled, behavior: "instant" });
  }

  #follow(): void {
    const height = this.#element.offsetHeight;
    const before = this.#scroller?.scrollTop ?? 0;
    const wasClear = this.#gap() > -1;
    this.#scrollBy(height - this.#height);
    if (wasClear) this.#scrollBy(Math.min(0, this.#gap()));
    this.#scrolled += (this.#scroller?.scrollTop ?? 0) - before;
    this.#height = height;
  }

  /** How far the text's beginning is below the element; negative when it is behind it. */
  #gap(): number {
    return this.#text.getBoundingClientRect().top - this.#element.getBoundingClientRect().bottom;
  }

  #scrollBy(top: number): void {
    this.#scroller?.scrollBy({ top, behavior: "instant" });
  }
}
