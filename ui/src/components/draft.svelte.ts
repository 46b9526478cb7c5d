// What is being typed and is not kept yet: taken once, by Enter, by leaving its field, or when its view goes.

export class Draft {
  #shown = $state<string | null>(null);
  /** The same, for certain: who goes still reads of state what it was before. */
  #now: string | null = null;

  /** Null while nobody types. */
  get text(): string | null {
    return this.#shown;
  }

  set text(text: string | null) {
    this.#now = text;
    this.#shown = text;
  }

  take(): string | null {
    const text = this.#now;
    this.text = null;
    return text;
  }
}
