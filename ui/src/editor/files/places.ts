// The places in a text where files are going to stand: each says how far its file is, and goes along with edits around it.

import { StateEffect, StateField } from "@codemirror/state";
import type { EditorState, Extension } from "@codemirror/state";
import { Decoration, EditorView, WidgetType } from "@codemirror/view";
import { t } from "../../i18n";
import { icon } from "../icons";
import { fileIcon } from "./icons";

/** What stands at a place: words, and what can be done. */
export type Notice = {
  tone: "plain" | "asks" | "failed";
  words: string;
  hint?: string;
  acts: readonly Act[];
};
export type Act = { label: string; run: () => void };

type Place = { readonly id: number; readonly at: number; readonly notice: Notice };

/** Puts a place into the text, moves it, or says something else there. */
export const setPlace = StateEffect.define<Place>();
export const removePlace = StateEffect.define<number>();

let last = 0;
export function newPlaceId(): number {
  return ++last;
}

const places = StateField.define<readonly Place[]>({
  create: () => [],
  update(value, { changes, effects, docChanged }) {
    let next = value;
    // What is typed at a place comes behind it, as behind what will stand there.
    if (docChanged && next.length > 0) {
      next = next.map((place) => ({ ...place, at: changes.mapPos(place.at, -1) }));
    }
    for (const effect of effects) {
      if (effect.is(removePlace)) next = next.filter(({ id }) => id !== effect.value);
      else if (effect.is(setPlace)) {
        const { id } = effect.value;
        const known = next.some((place) => place.id === id);
        next = known
          ? next.map((place) => (place.id === id ? effect.value : place))
          : [...next, effect.value];
      }
    }
    return next;
  },
  provide: (field) =>
    EditorView.decorations.from(field, (value) =>
      Decoration.set(
        value.map(({ at, id, notice }) =>
          Decoration.widget({ widget: new PlaceWidget(id, notice), side: -1 }).range(at),
        ),
        true,
      ),
    ),
});

/** A place as it is now; null when it was taken away. */
export function placeOf(state: EditorState, wanted: number): Place | null {
  return state.field(places, false)?.find(({ id }) => id === wanted) ?? null;
}

/** Something in the text still waits for its file. */
export function arePlacesBusy(state: EditorState): boolean {
  return (state.field(places, false) ?? []).some(({ notice }) => notice.tone !== "failed");
}

class PlaceWidget extends WidgetType {
  constructor(
    readonly id: number,
    readonly notice: Notice,
  ) {
    super();
  }

  override eq({ id, notice }: PlaceWidget): boolean {
    return id === this.id && notice === this.notice;
  }

  override toDOM(): HTMLElement {
    const place = document.createElement("span");
    this.#fill(place);
    return place;
  }

  /** Only the words change while the focus is on a button. */
  override updateDOM(place: HTMLElement): boolean {
    const { notice, id } = this;
    const labels = [...place.querySelectorAll("button")].map((button) => button.textContent);
    const isSame =
      place.dataset["place"] === String(id) &&
      place.dataset["tone"] === notice.tone &&
      labels.join("\n") === notice.acts.map(({ label }) => label).join("\n");
    const words = place.querySelector(".sk-place-words");
    if (!isSame || words === null) return false;
    words.textContent = notice.words;
    return true;
  }

  override ignoreEvent(): boolean {
    return true;
  }

  #fill(place: HTMLElement): void {
    const { notice, id } = this;
    place.className = `sk-place sk-place-${notice.tone}`;
    place.dataset["place"] = String(id);
    place.dataset["tone"] = notice.tone;
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", t("files.place"));
    const words = document.createElement("span");
    words.className = "sk-place-words";
    words.textContent = notice.words;
    place.append(notice.tone === "plain" ? fileIcon("other") : icon("warning"), words);
    if (notice.hint) {
      const hint = document.createElement("span");
      hint.className = "sk-place-hint";
      hint.textContent = notice.hint;
      place.append(hint);
    }
    for (const { label, run } of notice.acts) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label;
      button.addEventListener("mousedown", (event) => event.preventDefault());
      button.addEventListener("click", run);
      place.append(button);
    }
  }
}

export const filePlaces: Extension = places;
