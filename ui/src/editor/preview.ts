// Live preview: Markdown looks like what it means, and shows its markers where the selection is. Viewport only.

import { foldState, syntaxTree } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { Decoration, EditorView, ViewPlugin } from "@codemirror/view";
import type { PluginValue, ViewUpdate } from "@codemirror/view";
import { decorate } from "./decorate";
import { filesChanged } from "./files/door";
import { notesChanged } from "./links";
import type { Drawn } from "./look";

class Preview implements PluginValue {
  drawn: Drawn = { parts: Decoration.none, wholes: Decoration.none };
  /** What is seen is older than the state, because it must not move under an input method or the mouse. */
  #stale = false;
  #pressed = false;
  readonly #view: EditorView;
  readonly #window: Window;

  constructor(view: EditorView) {
    this.#view = view;
    this.#window = view.dom.ownerDocument.defaultView ?? window;
    this.#window.addEventListener("mouseup", this.#released);
    this.#build(view);
  }

  update(update: ViewUpdate): void {
    const changed =
      update.docChanged ||
      update.viewportChanged ||
      syntaxTree(update.startState) !== syntaxTree(update.state) ||
      looksChanged(update);
    const moved = update.selectionSet || update.focusChanged;
    if (update.docChanged) {
      const { parts, wholes } = this.drawn;
      this.drawn = { parts: parts.map(update.changes), wholes: wholes.map(update.changes) };
    }
    if (!changed && !moved && !this.#stale) return;
    if (update.view.composing || (this.#pressed && !changed)) this.#stale = true;
    else this.#build(update.view);
  }

  press(): void {
    this.#pressed = true;
  }

  destroy(): void {
    this.#window.removeEventListener("mouseup", this.#released);
  }

  /** Markers show after the click that asked for them, so that the text does not slip away under it. */
  readonly #released = (): void => {
    if (!this.#pressed) return;
    this.#pressed = false;
    if (this.#stale) setTimeout(() => this.#view.dispatch({}));
  };

  #build(view: EditorView): void {
    this.#stale = false;
    const shown = view.hasFocus ? view.state.selection.ranges : [];
    this.drawn = decorate(view.state, view.visibleRanges, shown);
  }
}

/** What is folded, which notes and files there are, or whether the text may be written. */
function looksChanged({ startState, state, transactions }: ViewUpdate): boolean {
  return (
    startState.readOnly !== state.readOnly ||
    startState.field(foldState, false) !== state.field(foldState, false) ||
    transactions.some(({ effects }) =>
      effects.some((effect) => effect.is(notesChanged) || effect.is(filesChanged)),
    )
  );
}

export const preview: Extension = [
  ViewPlugin.fromClass(Preview, {
    decorations: (plugin) => plugin.drawn.parts,
    provide: (plugin) =>
      EditorView.outerDecorations.of(
        (view) => view.plugin(plugin)?.drawn.wholes ?? Decoration.none,
      ),
    eventHandlers: {
      mousedown(event) {
        if (event.button === 0) this.press();
      },
    },
  }),
  EditorView.perLineTextDirection.of(true),
];
