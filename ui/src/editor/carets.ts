// Colleagues' carets in a text that several have open: thin, in each person's hue, with a name that fades.

import { Facet, StateEffect, StateField } from "@codemirror/state";
import type { ChangeDesc, Extension, Range } from "@codemirror/state";
import { Decoration, EditorView, WidgetType } from "@codemirror/view";
import type { DecorationSet } from "@codemirror/view";
import { hueOf } from "../components/hue";
import { growingTheme } from "./growingTheme";

/** Where somebody is, in positions of this view's text. One person may write on several devices. */
export type Caret = { device: string; name: string; anchor: number; head: number };

/** All others who are in this text now. */
export const setCarets = StateEffect.define<readonly Caret[]>();

class Flag extends WidgetType {
  constructor(
    readonly caret: Caret,
    /** Counts the moves of its person, so that each shows the name again. */
    readonly moves: number,
  ) {
    super();
  }

  override eq(other: Flag): boolean {
    const { device, name } = this.caret;
    return other.caret.device === device && other.caret.name === name && other.moves === this.moves;
  }

  override toDOM(): HTMLElement {
    const caret = document.createElement("span");
    caret.className = `sk-caret sk-hue-${hueOf(this.caret.name)}`;
    // Where colleagues are is for the eye alone; read aloud it would break every sentence.
    caret.setAttribute("aria-hidden", "true");
    const name = document.createElement("span");
    name.className = "sk-caret-name";
    name.textContent = this.caret.name;
    caret.append("\u2060", name);
    return caret;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

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

function decorations(carets: readonly Shown[]): DecorationSet {
  const ranges: Range<Decoration>[] = [];
  for (const caret of carets) {
    const [from, to] = [Math.min(caret.anchor, caret.head), Math.max(caret.anchor, caret.head)];
    const tint = Decoration.mark({ class: `sk-caret-selection sk-hue-${hueOf(caret.name)}` });
    if (from < to) ranges.push(tint.range(from, to));
    const widget = new Flag(caret, caret.moves);
    ranges.push(Decoration.widget({ widget, side: 1 }).range(caret.head));
  }
  return Decoration.set(ranges, true);
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
  provide: (field) =>
    EditorView.decorations.compute([field], (state) => decorations(state.field(field))),
});

const hues = Object.fromEntries(
  Array.from({ length: 8 }, (_, hue) => [
    `.sk-hue-${hue}`,
    { "--ink": `var(--hue-${hue}-ink)`, "--soft": `var(--hue-${hue}-soft)` },
  ]),
);

const look = growingTheme({
  ...hues,
  ".sk-caret": {
    position: "relative",
    display: "inline-block",
    inlineSize: "0",
    borderInlineStart: "2px solid var(--ink)",
    marginInline: "-1px",
    textIndent: "0",
  },
  ".sk-caret-name": {
    position: "absolute",
    insetBlockEnd: "100%",
    insetInlineStart: "-2px",
    zIndex: "1",
    padding: "0 0.375rem",
    borderRadius: "var(--radius-s)",
    borderEndStartRadius: "0",
    background: "var(--ink)",
    color: "var(--ground)",
    font: "var(--medium) 0.6875rem/1.125rem var(--sans)",
    whiteSpace: "nowrap",
    pointerEvents: "none",
    animation: "sk-caret-fade var(--panel) var(--ease) 2s forwards",
  },
  ".sk-caret:hover .sk-caret-name": { animation: "none" },
  ".sk-caret-selection": { background: "color-mix(in srgb, var(--ink) 18%, transparent)" },
  "@keyframes sk-caret-fade": { to: { opacity: "0" } },
});

export const carets: Extension = [shownCarets, look];

/** Where this person is: told to the others, no more often than they can follow. */
export type Place = { anchor: number; head: number } | null;

export const tellPlace = Facet.define<(place: Place) => void>();

const LEAST_MS = 200;

/** Lets the first place through at once and of those that follow the last one, five a second; never one twice. */
export function seldom(
  send: (place: Place) => void,
  after: (milliseconds: number, run: () => void) => () => void,
): (place: Place) => void {
  let sent: Place = null;
  let next: Place = null;
  let waiting = false;
  const same = (): boolean => sent?.anchor === next?.anchor && sent?.head === next?.head;
  const go = (): void => {
    if (same()) {
      waiting = false;
      return;
    }
    sent = next;
    waiting = true;
    send(sent);
    after(LEAST_MS, go);
  };
  return (place) => {
    next = place;
    if (!waiting) go();
  };
}

/** Tells where the caret is while the text has the focus, and that it is gone when it has not. */
export const watchPlace: Extension = EditorView.updateListener.of((update) => {
  const { view } = update;
  if (!update.selectionSet && !update.focusChanged && !update.docChanged) return;
  const { anchor, head } = view.state.selection.main;
  const place = view.hasFocus ? { anchor, head } : null;
  for (const tell of view.state.facet(tellPlace)) tell(place);
});
