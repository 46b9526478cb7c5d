// Folding of sections, items and code: a chevron in the margin, keys, and what is folded kept from one opening to the next.

import {
  codeFolding,
  ensureSyntaxTree,
  foldCode,
  foldEffect,
  foldService,
  foldState,
  foldable,
  foldedRanges,
  syntaxTree,
  unfoldAll,
  unfoldCode,
  unfoldEffect,
} from "@codemirror/language";
import type { EditorState, Extension, StateEffect } from "@codemirror/state";
import { EditorView, WidgetType, keymap } from "@codemirror/view";
import type { Command } from "@codemirror/view";
import { t } from "../i18n";
import { icon } from "./icons";
import type { Look, Stretch } from "./look";
import { headingsOf, plainWords } from "./outline";

const PARSE_MS = 200;
/** As far as front matter reaches at most. */
const FRONT = 4000;
const MOST_KEPT = 400;
const LONGEST_KEPT = 140;

function foldOn(state: EditorState, line: Stretch): Stretch | null {
  let found: Stretch | null = null;
  foldedRanges(state).between(line.from, line.to, (from, to) => {
    if (from >= line.from && from <= line.to) found = { from, to };
  });
  return found;
}

function toggleAt(view: EditorView, position: number): void {
  const line = view.state.doc.lineAt(position);
  const folded = foldOn(view.state, line);
  if (folded !== null) {
    view.dispatch({ effects: unfoldEffect.of(folded) });
    return;
  }
  const range = foldable(view.state, line.from, line.to);
  if (range === null) return;
  const { head } = view.state.selection.main;
  const inside = head > range.from && head < range.to;
  view.dispatch({
    effects: foldEffect.of(range),
    // The caret stays in sight, or it would open again what it stands in.
    ...(inside ? { selection: { anchor: line.to } } : {}),
  });
}

class FoldButton extends WidgetType {
  constructor(
    readonly folded: boolean,
    readonly label: string,
  ) {
    super();
  }

  override eq(other: FoldButton): boolean {
    return other.folded === this.folded && other.label === this.label;
  }

  /** The button lies in an empty place, so that the caret beside it measures nothing. */
  override toDOM(view: EditorView): HTMLElement {
    const place = document.createElement("span");
    const button = document.createElement("button");
    button.type = "button";
    button.tabIndex = -1;
    button.className = "sk-fold";
    button.append(icon("chevron"));
    button.setAttribute("aria-expanded", String(!this.folded));
    button.setAttribute("aria-label", t("editor.fold", { what: this.label }));
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", () => toggleAt(view, view.posAtDOM(place)));
    place.append(button);
    return place;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

/** Puts the chevron before a line; tells whether something is folded there. */
export function drawFold(look: Look, line: Stretch & { text: string }): boolean {
  const folded = foldOn(look.state, line) !== null;
  const words = plainWords(
    line.text.slice(0, 80).replace(/^[\s>]*(?:#+|[-*+]|\d+[.)]|`{3,})\s*/, ""),
  );
  look.dress(line.from, "sk-foldable");
  if (folded) look.dress(line.from, "sk-folded");
  look.widget(new FoldButton(folded, words), line.from, -1);
  return folded;
}

function frontMatterOf(state: EditorState): Stretch | null {
  const first = syntaxTree(state).topNode.firstChild;
  return first?.name === "FrontMatter" ? { from: state.doc.line(1).to, to: first.to } : null;
}

/** Every section; those of a heading end before the next one of its level or above. */
function sections(state: EditorState): Stretch[] {
  const headings = headingsOf(state.doc);
  return headings.flatMap(({ level, from: start }, index) => {
    const next = headings.slice(index + 1).find((one) => one.level <= level);
    const from = state.doc.lineAt(start).to;
    let last = next === undefined ? state.doc.length : next.from - 1;
    while (last > from && /^\s$/.test(state.sliceDoc(last - 1, last))) last--;
    return last > from ? [{ from, to: last }] : [];
  });
}

export const foldEverything: Command = (view) => {
  const { state } = view;
  const ranges = sections(state);
  if (ranges.length === 0) return false;
  const line = state.doc.lineAt(state.selection.main.head);
  const around = ranges.find(({ from, to }) => line.from > from && line.from <= to);
  view.dispatch({
    effects: ranges.map((range) => foldEffect.of(range)),
    ...(around ? { selection: { anchor: around.from } } : {}),
  });
  return true;
};

export { unfoldAll as unfoldEverything };

/** What is folded is known again by the words of its line: positions move while others write. */
function keptFolds(state: EditorState): string[] {
  const kept: string[] = [];
  const frontMatter = frontMatterOf(state)?.from;
  foldedRanges(state).between(0, state.doc.length, (from) => {
    const line = state.doc.lineAt(from);
    if (kept.length < MOST_KEPT && from !== frontMatter)
      kept.push(line.text.slice(0, LONGEST_KEPT));
  });
  return kept;
}

/** Folds what was folded when the text was last open, and front matter always. */
export function restoreFolds(view: EditorView, kept: readonly string[]): void {
  const { state } = view;
  // A text of which nothing was folded is not parsed any further than its front matter.
  const parsedTo = kept.length > 0 ? state.doc.length : Math.min(state.doc.length, FRONT);
  ensureSyntaxTree(state, parsedTo, PARSE_MS);
  const wanted = new Set(kept);
  const effects: StateEffect<unknown>[] = [];
  const fold = (line: Stretch): void => {
    const range = foldable(state, line.from, line.to);
    if (range !== null) effects.push(foldEffect.of(range));
  };
  const frontMatter = frontMatterOf(state);
  if (frontMatter !== null) effects.push(foldEffect.of(frontMatter));
  if (wanted.size > 0) {
    let from = 0;
    for (const text of state.doc.iterLines()) {
      if (wanted.has(text.slice(0, LONGEST_KEPT))) fold({ from, to: from + text.length });
      from += text.length + 1;
    }
  }
  if (effects.length > 0) view.dispatch({ effects });
}

function placeholderDom(
  view: EditorView,
  onclick: (event: Event) => void,
  words: string,
): HTMLElement {
  const place = document.createElement("button");
  place.type = "button";
  place.tabIndex = -1;
  place.className = "sk-folded-rest";
  place.textContent = words;
  place.setAttribute("aria-label", t("editor.unfold"));
  place.addEventListener("mousedown", (event) => event.preventDefault());
  place.addEventListener("click", onclick);
  return place;
}

export function folding(keep: (folds: string[]) => void): Extension {
  return [
    foldService.of((state, start) => (start === 0 ? frontMatterOf(state) : null)),
    codeFolding({
      preparePlaceholder: (state, { from }) =>
        frontMatterOf(state)?.from === from ? t("editor.properties") : "…",
      placeholderDOM: (view, onclick, words: unknown) =>
        placeholderDom(view, onclick, String(words)),
    }),
    keymap.of([
      { key: "Ctrl-Shift-[", mac: "Cmd-Alt-[", run: foldCode },
      { key: "Ctrl-Shift-]", mac: "Cmd-Alt-]", run: unfoldCode },
      { key: "Ctrl-Alt-[", run: foldEverything },
      { key: "Ctrl-Alt-]", run: unfoldAll },
    ]),
    EditorView.updateListener.of(({ startState, state, transactions }) => {
      const isChoice = transactions.some(({ effects }) =>
        effects.some((effect) => effect.is(foldEffect) || effect.is(unfoldEffect)),
      );
      const opened = startState.field(foldState, false) !== state.field(foldState, false);
      if (isChoice || (opened && !transactions.some(({ docChanged }) => docChanged))) {
        keep(keptFolds(state));
      }
    }),
  ];
}
