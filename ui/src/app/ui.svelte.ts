// What is open around the document: dialogs and the sidebar.

import type { Ui } from "../state/commands";
import { isBoolean } from "../state/preferences.svelte";
import type { Preferences } from "../state/preferences.svelte";

const NARROW = "(max-width: 899px)";

export class Window implements Ui {
  overlay = $state<string | null>(null);
  narrow = $state(false);
  #preferences: Preferences;
  #over = $state(false);

  constructor(preferences: Preferences) {
    this.#preferences = preferences;
    const query = window.matchMedia(NARROW);
    this.narrow = query.matches;
    query.addEventListener("change", () => {
      this.narrow = query.matches;
      this.#over = false;
    });
  }

  get sidebar(): boolean {
    return this.narrow ? this.#over : this.#preferences.get("sidebar.open", true, isBoolean);
  }

  toggleSidebar(): void {
    if (this.narrow) this.#over = !this.#over;
    else this.#preferences.set("sidebar.open", !this.sidebar);
  }

  /** On a narrow window the sidebar lies over the document and leaves once something is chosen. */
  leaveSidebar(): void {
    this.#over = false;
  }

  open(overlay: string): void {
    this.overlay = overlay;
  }

  close(): void {
    this.overlay = null;
  }
}
