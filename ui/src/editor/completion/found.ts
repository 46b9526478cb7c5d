// What is offered while somebody types, and what every kind of offer is asked for it.

import { pickedCompletion } from "@codemirror/autocomplete";
import type { Completion } from "@codemirror/autocomplete";
import type { EditorState } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import type { MenuIcon } from "../menuIcons";
import type { Surroundings } from "../surroundings";

/** Where the caret is: `before` is its line up to there. */
export type Place = {
  readonly state: EditorState;
  readonly position: number;
  readonly before: string;
  readonly around: Surroundings;
};

export type Offer = Completion & { icon: MenuIcon };

/** `from` is where the typed words begin, behind the sign that called for them. */
export type Found = { readonly from: number; readonly options: readonly Offer[] };

export type Completer = (place: Place) => Found | null | Promise<Found | null>;

export const MOST = 40;

/** Writes `text` in place of what was typed and of the sign before it. */
export function writing(text: string, sign = 0): Completion["apply"] {
  return (view: EditorView, offer: Completion, from: number, to: number) => {
    view.dispatch({
      changes: { from: from - sign, to, insert: text },
      selection: { anchor: from - sign + text.length },
      annotations: pickedCompletion.of(offer),
      userEvent: "input.complete",
      scrollIntoView: true,
    });
  };
}
