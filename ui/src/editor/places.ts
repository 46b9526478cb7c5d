// Where people are in a text, told and shown: between positions in this view and those in the engine's text.

import type { ChangeDesc } from "@codemirror/state";
import type { TextBridge } from "./bridge";

/** Where this person is in the view's text; null: not in it. */
export type Place = { anchor: number; head: number } | null;

/** A place in the engine's text at a version. */
export type PlaceAt = { anchor: number; head: number; version: number };

/** Where a colleague is in the view's text. One person may write on several devices. */
export type Caret = { device: string; name: string; anchor: number; head: number };

/** Where a colleague is in the engine's text at a version. */
export type CaretAt = Caret & { version: number };

/** Others cannot follow more than five places a second. */
const LEAST_MS = 200;

function same(one: Place, other: Place): boolean {
  return one?.anchor === other?.anchor && one?.head === other?.head;
}

function sameAt(one: PlaceAt | null, other: PlaceAt | null): boolean {
  return same(one, other) && one?.version === other?.version;
}

/**
 * A place that the engine was told of stays with its letters while anybody writes. It is told again
 * only where this does not lead to where the person is.
 */
export class TextPlaces {
  readonly #bridge: TextBridge;
  readonly #send: (place: PlaceAt | null) => void;
  readonly #show: (carets: readonly Caret[]) => void;
  readonly #after: (milliseconds: number, run: () => void) => void;
  #place: Place = null;
  /** Where colleagues see this person, in positions of the view; null: nowhere. */
  #seen: Place = null;
  /** What was told last; nothing is told twice. */
  #told: PlaceAt | null = null;
  /** Whether `#seen` is beyond doubt: where two wrote at once, the engine may have followed it otherwise. */
  #sure = true;
  /** The person wrote what the engine has not taken yet, ... */
  #wrote = false;
  /** ... and deleted in the course of it. */
  #deleted = false;
  #resting = false;
  /** Carets in a text that this view is still to get. */
  #early: readonly CaretAt[] | null = null;
  #anyShown = false;

  constructor(
    bridge: TextBridge,
    send: (place: PlaceAt | null) => void,
    show: (carets: readonly Caret[]) => void,
    after: (milliseconds: number, run: () => void) => void,
  ) {
    this.#bridge = bridge;
    this.#send = send;
    this.#show = show;
    this.#after = after;
  }

  /** The person is here now. */
  place(place: Place): void {
    this.#place = place;
    this.#tell();
  }

  /** The person changed the text, and the bridge knows. */
  wrote(changes: ChangeDesc): void {
    this.#deleted ||= deletes(changes);
    // What goes out as one push moves a place otherwise than its steps do, once letters go in the course of it.
    if (this.#wrote && this.#deleted) this.#sure = false;
    this.#wrote = true;
    this.#follow(changes);
  }

  /** Others changed the text, and the bridge knows. */
  othersWrote(changes: ChangeDesc): void {
    this.#follow(changes);
    if (this.#wrote) this.#sure = false;
  }

  #follow(changes: ChangeDesc): void {
    // Whether a place at the edge of what was replaced stands before or behind it depends on how the change is written.
    if (this.#seen !== null && deletesAt(changes, this.#seen)) this.#sure = false;
    this.#place = moved(this.#place, changes, -1);
    this.#seen = moved(this.#seen, changes, 1);
  }

  /** Colleagues are here now, all of them. */
  came(carets: readonly CaretAt[]): void {
    this.#early = carets;
    this.#showEarly();
  }

  /** The bridge may stand on another version now. */
  caughtUp(): void {
    this.#wrote = !this.#bridge.settled;
    this.#deleted &&= this.#wrote;
    this.#showEarly();
    this.#tell();
  }

  /** The engine forgets the person until the text comes anew, and nothing is known of the others. */
  lost(): void {
    this.#seen = null;
    this.#told = null;
    this.#sure = true;
    this.#early = null;
    if (this.#anyShown) this.#show([]);
    this.#anyShown = false;
  }

  /** Carets at an older version are followed by newer ones. */
  #showEarly(): void {
    const carets = this.#early;
    if (carets === null) return;
    const version = carets[0]?.version ?? this.#bridge.version;
    if (version > this.#bridge.version) return;
    this.#early = null;
    if (version < this.#bridge.version) return;
    this.#anyShown = carets.length > 0;
    const inView = (position: number): number => this.#bridge.placeInView(position);
    this.#show(
      carets.map(({ device, name, anchor, head }) => {
        return { device, name, anchor: inView(anchor), head: inView(head) };
      }),
    );
  }

  #tell(): void {
    if (this.#resting) return;
    if (same(this.#place, this.#seen) && (this.#sure || this.#place === null)) return;
    const told = this.#inEngine();
    if (told === "unknown") return;
    // While it is unsure it is told once more at the end, when the engine has taken all.
    if (sameAt(told, this.#told) && (this.#sure || this.#wrote)) return;
    const inView = (position: number): number => this.#bridge.placeInView(position);
    this.#told = told;
    this.#seen = told && { anchor: inView(told.anchor), head: inView(told.head) };
    this.#sure = !(this.#wrote && this.#deleted);
    this.#send(told);
    this.#resting = true;
    this.#after(LEAST_MS, () => {
      this.#resting = false;
      this.#tell();
    });
  }

  #inEngine(): PlaceAt | null | "unknown" {
    if (this.#place === null) return null;
    const anchor = this.#bridge.placeInEngine(this.#place.anchor);
    const head = this.#bridge.placeInEngine(this.#place.head);
    if (anchor === null || head === null) return "unknown";
    return { anchor, head, version: this.#bridge.version };
  }
}

function deletes(changes: ChangeDesc): boolean {
  let found = false;
  changes.iterChangedRanges((from, to) => (found ||= to > from));
  return found;
}

function deletesAt(changes: ChangeDesc, { anchor, head }: NonNullable<Place>): boolean {
  let found = false;
  changes.iterChangedRanges((from, to) => {
    const touches = (at: number): boolean => from <= at && at <= to;
    found ||= to > from && (touches(anchor) || touches(head));
  });
  return found;
}

function moved(place: Place, changes: ChangeDesc, assoc: 1 | -1): Place {
  return (
    place && {
      anchor: changes.mapPos(place.anchor, assoc),
      head: changes.mapPos(place.head, assoc),
    }
  );
}
