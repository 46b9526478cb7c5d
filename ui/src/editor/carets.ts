// Colleagues' carets in a text that several have open: thin, in each person's hue, with a name that fades. They lie above the
// text and never move it.

import { EditorSelection, StateEffect, StateField } from "@codemirror/state";
import type { ChangeDesc, Extension } from "@codemirror/state";
import { EditorView, RectangleMarker, layer } from "@codemirror/view";
import type { LayerMarker, ViewUpdate } from "@codemirror/view";
import { hueOfPerson } from "../components/hue";
import { growingTheme } from "./growingTheme";
import type { Caret, Place } from "./places";

/** All others who are in this text now. */
export const setCarets = StateEffect.define<readonly Caret[]>();

/** `moves` counts the moves of its person, so that each shows the name again. */
type Shown = Caret & { moves: number };

function moved(caret: Shown, changes: ChangeDesc): Shown {
  return {
    ...caret,
    anchor: changes.mapPos(caret.anchor, 1),
    head: changes.mapPos(caret.head, 1),
  };
}

/** What is new takes the place of what was, and a caret that stays where it is counts no move. */
function merged(before: readonly Shown[], now: readonly Caret[], length: number): Shown[] {
  return now.map((caret) => {
    const known = before.find(({ device }) => device === caret.device);
    const [anchor, head] = [Math.min(caret.anchor, length), Math.min(caret.head, length)];
    const stays = known?.anchor === anchor && known.head === head;
    return { ...caret, anchor, head, moves: (known?.moves ?? 0) + (stays ? 0 : 1) };
  });
}

export const shownCarets = StateField.define<readonly Shown[]>({
  create: () => [],
  update(carets, transaction) {
    let next = carets;
    if (transaction.docChanged && carets.length > 0) {
      next = carets.map((caret) => moved(caret, transaction.changes));
    }
    for (const effect of transaction.effects) {
      if (effect.is(setCarets)) next = merged(next, effect.value, transaction.newDoc.length);
    }
    return next;
  },
});

/** A name this near to the end of the line (px) is written before the caret. */
const ROOM = 160;

class Flag implements LayerMarker {
  constructor(
    readonly caret: Shown,
    readonly place: { left: number; top: number; height: number },
    readonly before: boolean,
  ) {}

  eq({ caret, place, before }: Flag): boolean {
    return (
      caret.device === this.caret.device &&
      caret.name === this.caret.name &&
      caret.moves === this.caret.moves &&
      before === this.before &&
      place.left === this.place.left &&
      place.top === this.place.top &&
      place.height === this.place.height
    );
  }

  draw(): HTMLElement {
    const flag = document.createElement("div");
    flag.dataset["caret"] = this.caret.name;
    this.#put(flag);
    this.#name(flag);
    return flag;
  }

  update(flag: HTMLElement, old: Flag): boolean {
    if (old.caret.device !== this.caret.device || old.caret.name !== this.caret.name) return false;
    this.#put(flag);
    if (old.caret.moves !== this.caret.moves) this.#name(flag);
    return true;
  }

  #put(flag: HTMLElement): void {
    const { left, top, height } = this.place;
    flag.className = `sk-caret sk-hue-${hueOfPerson(this.caret.name)}`;
    flag.classList.toggle("sk-caret-before", this.before);
    flag.style.left = `${left}px`;
    flag.style.top = `${top}px`;
    flag.style.height = `${height}px`;
  }

  /** A new element begins to fade anew. */
  #name(flag: HTMLElement): void {
    const name = document.createElement("span");
    name.className = "sk-caret-name";
    name.textContent = this.caret.name;
    flag.replaceChildren(name);
  }
}

function flags(view: EditorView): Flag[] {
  const width = view.scrollDOM.clientWidth;
  return view.state.field(shownCarets).flatMap((caret) => {
    const at = EditorSelection.cursor(caret.head, 1);
    return RectangleMarker.forRange(view, "", at).map(
      (place) => new Flag(caret, place, place.left > width - ROOM),
    );
  });
}

function tints(view: EditorView): readonly RectangleMarker[] {
  return view.state.field(shownCarets).flatMap(({ name, anchor, head }) => {
    const range = EditorSelection.range(anchor, head);
    const hue = `sk-caret-selection sk-hue-${hueOfPerson(name)}`;
    return range.empty ? [] : RectangleMarker.forRange(view, hue, range);
  });
}

function changed(update: ViewUpdate): boolean {
  return (
    update.docChanged || update.startState.field(shownCarets) !== update.state.field(shownCarets)
  );
}

/** How far from a caret (px) the pointer still shows its name. */
const NEAR = 6;

function showNames({ clientX, clientY }: MouseEvent, view: EditorView): void {
  if (view.state.field(shownCarets).length === 0) return;
  for (const flag of view.dom.querySelectorAll(".sk-caret")) {
    const { left, right, top, bottom } = flag.getBoundingClientRect();
    const beside = clientX >= left - NEAR && clientX <= right + NEAR;
    flag.classList.toggle("sk-caret-near", beside && clientY >= top && clientY <= bottom);
  }
}

const hues = Object.fromEntries(
  Array.from({ length: 8 }, (_, hue) => [`.sk-hue-${hue}`, { "--ink": `var(--hue-${hue}-ink)` }]),
);

const look = growingTheme({
  ...hues,
  ".sk-carets": { pointerEvents: "none" },
  ".sk-caret": { inlineSize: "2px", marginLeft: "-1px", background: "var(--ink)" },
  ".sk-caret-name": {
    position: "absolute",
    bottom: "100%",
    left: "0",
    maxInlineSize: "160px",
    overflow: "hidden",
    textOverflow: "ellipsis",
    padding: "0 6px",
    borderRadius: "var(--radius-s)",
    borderBottomLeftRadius: "0",
    background: "var(--ink)",
    color: "var(--ground)",
    font: "var(--medium) 11px/18px var(--sans)",
    whiteSpace: "nowrap",
    animation: "sk-caret-fade var(--panel) var(--ease) 2s forwards",
  },
  ".sk-caret-before .sk-caret-name": {
    left: "auto",
    right: "0",
    borderBottomLeftRadius: "var(--radius-s)",
    borderBottomRightRadius: "0",
  },
  ".sk-caret-near .sk-caret-name": { animation: "none" },
  ".sk-caret-selection": { background: "color-mix(in srgb, var(--ink) 18%, transparent)" },
  "@keyframes sk-caret-fade": { to: { opacity: "0" } },
});

/** Knows of the carets; `seeCarets` shows them. Where colleagues are is for the eye alone: layers are hidden from readers. */
export const carets: Extension = shownCarets;

export const seeCarets: Extension = [
  layer({ above: true, class: "sk-carets", update: changed, markers: flags }),
  layer({ above: false, class: "sk-carets", update: changed, markers: tints }),
  EditorView.domEventObservers({ mousemove: showNames }),
  look,
];

/** Tells where the caret is while the text has the focus, and that it is gone when it has not. */
export function watchPlace(tell: (place: Place) => void): Extension {
  return EditorView.updateListener.of((update) => {
    const { view } = update;
    if (!update.selectionSet && !update.focusChanged && !update.docChanged) return;
    const { anchor, head } = view.state.selection.main;
    tell(view.hasFocus ? { anchor, head } : null);
  });
}
