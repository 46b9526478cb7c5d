// What is open around the document: dialogs and the sidebar.

export type Overlay = "palette" | "search" | "invite" | "peers" | "settings";

const KEY = "skein.sidebar";
export const NARROW = "(max-width: 899px)";

export class Ui {
  overlay = $state<Overlay | null>(null);
  #pinned = $state(localStorage.getItem(KEY) !== "closed");
  #over = $state(false);
  narrow = $state(false);

  constructor() {
    const query = window.matchMedia(NARROW);
    this.narrow = query.matches;
    query.addEventListener("change", () => {
      this.narrow = query.matches;
      this.#over = false;
    });
  }

  get sidebar(): boolean {
    return this.narrow ? this.#over : this.#pinned;
  }

  toggleSidebar(): void {
    if (this.narrow) {
      this.#over = !this.#over;
      return;
    }
    this.#pinned = !this.#pinned;
    localStorage.setItem(KEY, this.#pinned ? "open" : "closed");
  }

  /** On a narrow window the sidebar lies over the document and leaves once something is chosen. */
  leaveSidebar(): void {
    this.#over = false;
  }

  open(overlay: Overlay): void {
    this.overlay = overlay;
  }

  close(): void {
    this.overlay = null;
  }
}
