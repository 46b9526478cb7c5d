// The bar over a selection: comes when a selection has come to rest, goes while one types. Alt+F10 goes into it.

import { StateEffect, StateField } from "@codemirror/state";
import type { Extension, StateCommand } from "@codemirror/state";
import { ViewPlugin, getTooltip, keymap, showTooltip } from "@codemirror/view";
import type {
  Command,
  EditorView,
  PluginValue,
  Tooltip,
  TooltipView,
  ViewUpdate,
} from "@codemirror/view";
import { mount, unmount } from "svelte";
import FormatBar from "./FormatBar.svelte";
import type { FormatAction } from "./FormatBar.svelte";
import { isStyled, toggleStyle } from "./formatting";
import { askForLink, editLink } from "./linkForm";
import { shapeAt, toggleShape } from "./shapes";

/** Long enough that a selection by Shift and arrows is not followed letter by letter. */
const REST_MS = 220;

const show = StateEffect.define<boolean>();

const COMMANDS: Record<Exclude<FormatAction, "link">, StateCommand> = {
  bold: toggleStyle("bold"),
  italic: toggleStyle("italic"),
  strike: toggleStyle("strike"),
  code: toggleStyle("code"),
  heading: toggleShape("h2"),
  list: toggleShape("bullet"),
};

function isOn(view: EditorView, action: FormatAction): boolean {
  if (action === "link") return false;
  if (action === "heading") return shapeAt(view.state) === "h2";
  if (action === "list") return shapeAt(view.state) === "bullet";
  return isStyled(view.state, action);
}

function create(view: EditorView): TooltipView {
  const dom = document.createElement("div");
  const back = (): void => {
    view.dispatch({ effects: show.of(false) });
    view.focus();
  };
  const bar = mount(FormatBar, {
    target: dom,
    props: {
      on: (action) => isOn(view, action),
      onLeave: back,
      run(action) {
        if (action === "link") {
          back();
          editLink(view);
        } else {
          view.focus();
          COMMANDS[action](view);
        }
      },
    },
  });
  return { dom, offset: { x: 0, y: 6 }, destroy: () => void unmount(bar) };
}

function tooltip(from: number, to: number): Tooltip {
  return { pos: from, end: to, above: true, create };
}

const field = StateField.define<Tooltip | null>({
  create: () => null,
  update(value, transaction) {
    const { main } = transaction.state.selection;
    for (const effect of transaction.effects) {
      if (effect.is(askForLink)) return null;
      if (effect.is(show)) return effect.value && !main.empty ? tooltip(main.from, main.to) : null;
    }
    // What it did shows in it; what is typed sends it away.
    if (transaction.isUserEvent("input.format") && value !== null && !main.empty) {
      return tooltip(main.from, main.to);
    }
    const stays = !transaction.docChanged && transaction.selection === undefined;
    return stays ? value : null;
  },
  provide: (own) => showTooltip.from(own),
});

class Rest implements PluginValue {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pressed = false;
  readonly #view: EditorView;

  constructor(view: EditorView) {
    this.#view = view;
    view.dom.ownerDocument.addEventListener("mouseup", this.#released);
  }

  update(update: ViewUpdate): void {
    const formats = update.transactions.some((one) => one.isUserEvent("input.format"));
    if (formats) this.#wait();
    else if (update.docChanged) clearTimeout(this.#timer);
    else if (update.selectionSet) this.#wait();
  }

  destroy(): void {
    clearTimeout(this.#timer);
    this.#view.dom.ownerDocument.removeEventListener("mouseup", this.#released);
  }

  press(): void {
    this.#pressed = true;
  }

  readonly #released = (): void => {
    if (!this.#pressed) return;
    this.#pressed = false;
    this.#wait();
  };

  #wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#come(), REST_MS);
  }

  #come(): void {
    const { state } = this.#view;
    const { main, ranges } = state.selection;
    if (main.empty || ranges.length > 1 || this.#pressed || this.#view.composing) return;
    if (state.readOnly || !this.#view.hasFocus || state.field(field) !== null) return;
    if (state.sliceDoc(main.from, main.to).trim() === "") return;
    this.#view.dispatch({ effects: show.of(true) });
  }
}

const enter: Command = (view) => {
  if (view.state.selection.main.empty || view.state.readOnly) return false;
  const isNew = view.state.field(field) === null;
  if (isNew) view.dispatch({ effects: show.of(true) });
  const shown = view.state.field(field);
  const button = shown && getTooltip(view, shown)?.dom.querySelector("button");
  const go = (): void => button?.focus({ preventScroll: true });
  // A bar that was not there before has no place yet.
  if (isNew) requestAnimationFrame(go);
  else go();
  return true;
};

const leave: Command = (view) => {
  if (view.state.field(field) === null) return false;
  view.dispatch({ effects: show.of(false) });
  return true;
};

export const formatBar: Extension = [
  field,
  ViewPlugin.fromClass(Rest, {
    eventHandlers: {
      mousedown(event) {
        if (event.button === 0) this.press();
      },
    },
  }),
  keymap.of([
    { key: "Alt-F10", run: enter },
    { key: "Escape", run: leave },
  ]),
];
