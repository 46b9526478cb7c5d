// The caret and its blinking, by a clock. An animation would have the browser make sixty frames a second while nobody types, and each key wait for the next of them.

import type { Extension } from "@codemirror/state";
import { ViewPlugin, drawSelection } from "@codemirror/view";
import type { EditorView, ViewUpdate } from "@codemirror/view";

/** How long the caret is shown, and then not; milliseconds. */
const HALF = 600;

/** How often it goes until it stays: who has gone away needs no blinking. */
const TURNS = 30;

/** Whether nothing is to move, by the system's setting or this app's: then no change in the window takes any time. */
const isStill = (element: Element) =>
  parseFloat(getComputedStyle(element).getPropertyValue("--quick")) === 0;

class Blinking {
  private readonly view: EditorView;
  private clock: ReturnType<typeof setInterval> | null = null;
  private shown = true;

  constructor(view: EditorView) {
    this.view = view;
    this.begin();
  }

  update(update: ViewUpdate) {
    if (update.docChanged || update.selectionSet || update.focusChanged) this.begin();
  }

  destroy() {
    this.end();
  }

  /** Shows the caret for a whole half, whatever it was at: it is not lost while it moves. */
  private begin() {
    this.end();
    if (!this.view.hasFocus) return;
    let turns = 0;
    this.clock = setInterval(() => {
      if (isStill(this.view.dom)) return this.end();
      turns += 1;
      this.show(turns % 2 === 0);
      if (turns === 2 * TURNS) this.end();
    }, HALF);
  }

  private end() {
    if (this.clock !== null) clearInterval(this.clock);
    this.clock = null;
    this.show(true);
  }

  private show(shown: boolean) {
    if (shown === this.shown) return;
    this.shown = shown;
    const layer = this.view.scrollDOM.querySelector<HTMLElement>(".cm-cursorLayer");
    if (layer) layer.style.visibility = shown ? "" : "hidden";
  }
}

export const blinking: Extension = [
  drawSelection({ cursorBlinkRate: 0 }),
  ViewPlugin.fromClass(Blinking),
];
