// Find and replace in a text: what is looked for, where one is among what was found, and the way back.

import {
  SearchQuery,
  findNext,
  findPrevious,
  replaceAll,
  replaceNext,
  search,
  closeSearchPanel,
  openSearchPanel,
  searchPanelOpen,
  setSearchQuery,
} from "@codemirror/search";
import { EditorSelection, Prec } from "@codemirror/state";
import type { Extension } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import type { Command, Panel, ViewUpdate } from "@codemirror/view";
import { mount, unmount } from "svelte";
import FindPanel from "./FindPanel.svelte";
import { Room } from "./room";

const MOST_COUNTED = 5000;
const COUNT_AFTER_MS = 60;

export type Found = { at: number; of: number; more: boolean };
export type Choice = "caseSensitive" | "wholeWord" | "regexp";

/** What was looked for last is what one looks for next, in whatever text. */
const last = { text: "", replace: "", caseSensitive: false, wholeWord: false, regexp: false };
const finders = new WeakMap<EditorView, Finder>();

export class Finder {
  text = $state(last.text);
  replacement = $state(last.replace);
  caseSensitive = $state(last.caseSensitive);
  wholeWord = $state(last.wholeWord);
  regexp = $state(last.regexp);
  replacing = $state(false);
  found = $state.raw<Found | null>(null);
  /** Whether the expression is one. */
  valid = $state(true);
  /** Grows whenever the field is to take the focus. */
  called = $state(0);
  readonly #view: EditorView;
  /** Where one was when one began to look; null once something found was chosen. */
  #start: EditorSelection | null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(view: EditorView) {
    this.#view = view;
    this.#start = view.state.selection;
    const { main } = view.state.selection;
    const selected = view.state.sliceDoc(main.from, Math.min(main.to, main.from + 200));
    if (selected !== "" && !selected.includes("\n")) {
      this.text = selected;
      this.regexp = false;
    }
  }

  get canWrite(): boolean {
    return !this.#view.state.readOnly;
  }

  /** Marks in the text what the fields name now. */
  mark(): SearchQuery {
    Object.assign(last, {
      text: this.text,
      replace: this.replacement,
      caseSensitive: this.caseSensitive,
      wholeWord: this.wholeWord,
      regexp: this.regexp,
    });
    const query = this.#query();
    this.valid = query.search === "" || query.valid;
    this.#view.dispatch({ effects: setSearchQuery.of(query) });
    this.#count();
    return query;
  }

  /** Shows the first one from where one began; whether there is one. */
  look(): boolean {
    const query = this.mark();
    if (!query.valid) return false;
    const from = (this.#start ?? this.#view.state.selection).main.from;
    const first = query.getCursor(this.#view.state, from).next();
    const match = first.done === true ? query.getCursor(this.#view.state).next() : first;
    if (match.done === true) return false;
    this.#view.dispatch({
      selection: EditorSelection.single(match.value.from, match.value.to),
      effects: EditorView.scrollIntoView(match.value.from, { y: "center" }),
      userEvent: "select.search",
    });
    return true;
  }

  /** Shows the first of these words in the whole text, where one stays: one came for them. */
  arrive(words: string): boolean {
    Object.assign(this, { text: words, regexp: false, wholeWord: false, caseSensitive: false });
    const start = this.#start;
    this.#start = EditorSelection.single(0);
    const found = this.look();
    this.#start = found ? null : start;
    return found;
  }

  toggle(choice: Choice): void {
    this[choice] = !this[choice];
    this.look();
  }

  next(): void {
    this.#start = null;
    findNext(this.#view);
  }

  previous(): void {
    this.#start = null;
    findPrevious(this.#view);
  }

  replaceOne(): void {
    this.look();
    this.#start = null;
    replaceNext(this.#view);
  }

  replaceEvery(): void {
    this.mark();
    this.#start = null;
    replaceAll(this.#view);
  }

  /** Back into the text: to what was chosen, or to where one began. */
  close(): void {
    const start = this.#start;
    const length = this.#view.state.doc.length;
    if (start !== null && start.main.to <= length) {
      this.#view.dispatch({ selection: start, scrollIntoView: true });
    }
    closeSearchPanel(this.#view);
    this.#view.focus();
  }

  update(update: ViewUpdate): void {
    if (update.docChanged || update.selectionSet) this.#count();
    if (update.docChanged && this.#start !== null) this.#start = this.#start.map(update.changes);
  }

  destroy(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #query(): SearchQuery {
    return new SearchQuery({
      search: this.text,
      replace: this.replacement,
      caseSensitive: this.caseSensitive,
      wholeWord: this.wholeWord,
      regexp: this.regexp,
      literal: !this.regexp,
    });
  }

  #count(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.found = this.#counted();
    }, COUNT_AFTER_MS);
  }

  #counted(): Found | null {
    const { state } = this.#view;
    const query = this.#query();
    if (this.text === "") return null;
    if (!query.valid) return { at: 0, of: 0, more: false };
    const { from, to } = state.selection.main;
    const matches = query.getCursor(state);
    let [at, of] = [0, 0];
    for (let match = matches.next(); match.done !== true; match = matches.next()) {
      of++;
      if (match.value.from === from && match.value.to === to) at = of;
      if (of >= MOST_COUNTED) return { at, of, more: true };
    }
    return { at, of, more: false };
  }
}

function panel(view: EditorView): Panel {
  const dom = document.createElement("div");
  dom.className = "sk-find";
  const finder = new Finder(view);
  finders.set(view, finder);
  const mounted = mount(FindPanel, { target: dom, props: { finder } });
  const room = new Room(dom, view.scrollDOM);
  return {
    dom,
    top: true,
    mount: () => room.begin(),
    update: (update) => finder.update(update),
    destroy() {
      room.end();
      finder.destroy();
      finders.delete(view);
      void unmount(mounted);
    },
  };
}

function open(replacing: boolean): Command {
  return (view) => {
    const isNew = !searchPanelOpen(view.state);
    if (isNew) openSearchPanel(view);
    const finder = finders.get(view);
    if (finder === undefined) return false;
    if (isNew) finder.mark();
    finder.replacing ||= replacing && !view.state.readOnly;
    finder.called++;
    return true;
  };
}

export const openFind = open(false);
export const openReplace = open(true);

/** Opens the panel with these words and shows where they are; where a line ended between them, the first of them. */
export function findWords(view: EditorView, words: string): void {
  openFind(view);
  const finder = finders.get(view);
  if (finder === undefined || finder.arrive(words)) return;
  const [first = words] = words.split(" ");
  if (first !== words && !finder.arrive(first)) finder.arrive(words);
}

/** Goes on looking; without a panel it opens first. */
function step(way: "next" | "previous"): Command {
  return (view) => {
    const finder = finders.get(view);
    if (finder === undefined) return openFind(view);
    finder[way]();
    return true;
  };
}

const close: Command = (view) => {
  const finder = finders.get(view);
  finder?.close();
  return finder !== undefined;
};

export const find: Extension = [
  search({ top: true, createPanel: panel }),
  Prec.high(
    keymap.of([
      { key: "Mod-f", run: openFind },
      { key: "Mod-h", run: openReplace },
      { key: "F3", run: step("next"), shift: step("previous"), preventDefault: true },
      { key: "Mod-g", run: step("next"), shift: step("previous"), preventDefault: true },
    ]),
  ),
  keymap.of([{ key: "Escape", run: close }]),
];
