// Completion while one types: one list for links, names, days, tags, emoji and what the slash menu holds.

import {
  acceptCompletion,
  autocompletion,
  closeCompletion,
  completionStatus,
  currentCompletions,
  moveCompletionSelection,
  selectedCompletion,
} from "@codemirror/autocomplete";
import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { EditorState, MapMode, Prec, StateEffect, StateField } from "@codemirror/state";
import type { Extension } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { announce } from "../../a11y/announce";
import { t } from "../../i18n";
import { menuIcon } from "../menuIcons";
import { surroundings } from "../surroundings";
import { isInCode } from "../typing";
import { completeEmoji, emojiClosed } from "./emoji";
import type { Completer, Found, Offer } from "./found";
import { completeLinks, goesOnBehind } from "./links";
import { look } from "./look";
import { completeMentions } from "./mentions";
import { completeSlash } from "./slash";
import { completeTags } from "./tags";

const LONGEST_LINE = 2000;
const completers: readonly Completer[] = [
  completeLinks,
  completeSlash,
  completeMentions,
  completeTags,
  completeEmoji,
];

const dismiss = StateEffect.define<number>();

/** Where offers were sent away by Escape: none come there again as long as the sign stands. */
const dismissed = StateField.define<number | null>({
  create: () => null,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(dismiss)) return effect.value;
    return value === null || !transaction.docChanged
      ? value
      : transaction.changes.mapPos(value, -1, MapMode.TrackBefore);
  },
});

function find(state: EditorState, position: number): ReturnType<Completer> {
  const line = state.doc.lineAt(position);
  if (state.readOnly || position - line.from > LONGEST_LINE) return null;
  const before = line.text.slice(0, position - line.from);
  const place = { state, position, before, around: state.facet(surroundings) };
  for (const complete of completers) {
    const found = complete(place);
    if (found !== null) return isInCode(state, position) ? null : found;
  }
  return null;
}

function resultOf(state: EditorState, found: Found | null): CompletionResult | null {
  if (found === null || found.options.length === 0) return null;
  if (state.field(dismissed) === found.from) return null;
  return { ...found, filter: false, update: again };
}

/** While the list is open it follows each letter at once. */
function again(
  _current: CompletionResult,
  _from: number,
  _to: number,
  context: CompletionContext,
): CompletionResult | null {
  const found = find(context.state, context.pos);
  return found instanceof Promise ? null : resultOf(context.state, found);
}

function source(
  context: CompletionContext,
): CompletionResult | null | Promise<CompletionResult | null> {
  if (context.view?.composing === true) return null;
  const { state } = context;
  const found = find(state, context.pos);
  return found instanceof Promise
    ? found.then((late) => resultOf(state, late))
    : resultOf(state, found);
}

/**
 * Who types a name and goes on faster than the list comes means its first offer all the same. Only where a sign asks
 * for nothing else: a line of prose may end in a name or a tag.
 */
function earlyOffer(view: EditorView): { offer: Completion; from: number } | null {
  const { state } = view;
  if (completionStatus(state) !== "pending" || view.composing) return null;
  const position = state.selection.main.head;
  const found = find(state, position);
  if (found === null || found instanceof Promise || found.from === position) return null;
  if (!/[[/]/.test(state.sliceDoc(found.from - 1, found.from))) return null;
  const [offer] = resultOf(state, found)?.options ?? [];
  return offer === undefined ? null : { offer, from: found.from };
}

function acceptEarly(view: EditorView): boolean {
  const early = earlyOffer(view);
  if (early === null || typeof early.offer.apply !== "function") return false;
  early.offer.apply(view, early.offer, early.from, view.state.selection.main.head);
  return true;
}

function accept(view: EditorView): boolean {
  return acceptCompletion(view) || acceptEarly(view);
}

/** Where nothing is looked for, Escape is not meant for the offers, although the last letter is still looked at. */
function close(view: EditorView): boolean {
  const { state } = view;
  const status = completionStatus(state);
  if (status === null) return false;
  const found = find(state, state.selection.main.head);
  if (found !== null && !(found instanceof Promise)) {
    view.dispatch({ effects: dismiss.of(found.from) });
  }
  closeCompletion(view);
  return status === "active" || found !== null;
}

const keys = Prec.highest(
  keymap.of([
    { key: "ArrowDown", run: moveCompletionSelection(true) },
    { key: "ArrowUp", run: moveCompletionSelection(false) },
    { key: "PageDown", run: moveCompletionSelection(true, "page") },
    { key: "PageUp", run: moveCompletionSelection(false, "page") },
    { key: "Enter", run: accept },
    { key: "Tab", run: accept },
    { key: "Escape", run: close },
  ]),
);

/** Letters that mean more than themselves while something is offered. */
const signs = Prec.high(
  EditorView.inputHandler.of((view, from, to, text) => {
    if (view.composing || from !== to) return false;
    if (text === ":") return emojiClosed(view);
    if (text !== "|" && text !== "#") return false;
    const behind = goesOnBehind(
      view,
      text,
      selectedCompletion(view.state) ?? earlyOffer(view)?.offer ?? null,
    );
    if (behind === null) return false;
    view.dispatch({
      changes: { from: behind.from, to, insert: behind.insert },
      selection: { anchor: behind.from + behind.insert.length },
      userEvent: "input.type",
    });
    return true;
  }),
);

const spoken = EditorView.updateListener.of((update) => {
  const [was, is] = [completionStatus(update.startState), completionStatus(update.state)];
  if (was !== "active" && is === "active") {
    const count = currentCompletions(update.state).length;
    if (count > 0) announce(t("complete.count", { count }));
  }
  // It scrolls, and what scrolls is to be reached; Tab itself takes an offer.
  if (is === "active")
    update.view.dom.querySelector(".sk-offers > ul")?.setAttribute("tabindex", "0");
});

export const completion: Extension = [
  dismissed,
  EditorState.phrases.of({ Completions: t("complete.list") }),
  keys,
  signs,
  spoken,
  look,
  autocompletion({
    override: [source],
    activateOnTypingDelay: 0,
    interactionDelay: 0,
    icons: false,
    defaultKeymap: false,
    maxRenderedOptions: 60,
    tooltipClass: () => "sk-offers",
    optionClass: (offer) => ("icon" in offer && offer.icon === "new" ? "sk-offer-new" : ""),
    addToOptions: [
      {
        position: 20,
        render: (offer) => ("icon" in offer ? menuIcon((offer as Offer).icon) : null),
      },
    ],
  }),
];
