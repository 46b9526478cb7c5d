// Carries a text between the bridge and the engine: when to push, when to try again, what to say if it will not go.

import type { ChangeSet } from "@codemirror/state";
import { t } from "../i18n";
import { TextBridge } from "./bridge";
import type { Acknowledgement, Incoming, Kept, Patch, Push } from "./bridge";
import { TextPlaces } from "./places";
import type { Caret, CaretAt, Place, PlaceAt } from "./places";

/** Why something did not go: the line broke, the base is unknown there, or the engine said no. */
export type Failure =
  { kind: "lost" } | { kind: "resync" } | { kind: "refused"; message: string; hint: string };

export type TextEvents = {
  reset(version: number, text: string): void;
  patch(patch: Patch): void;
  carets(carets: readonly CaretAt[]): void;
  gone(): void;
  refused(failure: Failure): void;
};

/** The engine as the courier needs it. Answers and events come in the order in which they were sent. */
export interface TextDoor {
  follow(events: TextEvents): { close(): void };
  push(push: Push, done: (answer: { ack: Acknowledgement } | { failure: Failure }) => void): void;
  /** Shows colleagues where this person is; null: no longer in the text. */
  place(place: PlaceAt | null): void;
  watchLine(listener: (open: boolean) => void): () => void;
}

/** The view as the courier needs it. */
export interface TextSurface {
  /** Shows what came from the engine. */
  show(changes: ChangeSet): void;
  /** Shows where colleagues are in the text. */
  carets(carets: readonly Caret[]): void;
  /** The first text is there. */
  ready(): void;
  /** Says why text could not be handed over; null when all is well again. */
  trouble(words: string | null): void;
}

/** Time and chance, so that tests can set them. */
export interface Surroundings {
  newPushId: () => string;
  after(milliseconds: number, run: () => void): () => void;
}

/** Keys struck together travel together. */
const GATHER_MS = 10;
const SLOW_MS = 6_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** A break this short is not worth a word. */
const QUIET_MS = 1_500;
/** After so many refusals of one push it is made anew from the engine's whole text. */
const MOST_REFUSALS = 3;

export class TextCourier {
  readonly #bridge: TextBridge;
  readonly #door: TextDoor;
  readonly #surface: TextSurface;
  readonly #around: Surroundings;
  readonly #places: TextPlaces;
  #subscription: { close(): void } | null = null;
  #unwatch: () => void = () => undefined;
  #finished: (() => void) | null = null;
  #ended = false;
  #ready = false;
  #gone = false;
  #said: string | null = null;
  #refusals = 0;
  #wait = FIRST_WAIT_MS;
  #stopPush: (() => void) | null = null;
  #stopSubscribe: (() => void) | null = null;
  #stopSlow: () => void = () => undefined;
  #stopWords: () => void = () => undefined;

  constructor(
    door: TextDoor,
    surface: TextSurface,
    around: Surroundings,
    bridge = new TextBridge(),
  ) {
    this.#bridge = bridge;
    this.#door = door;
    this.#surface = surface;
    this.#around = around;
    this.#places = new TextPlaces(
      bridge,
      (place) => door.place(place),
      (carets) => surface.carets(carets),
      (milliseconds, run) => around.after(milliseconds, run),
    );
  }

  start(): void {
    this.#unwatch = this.#door.watchLine((open) => {
      if (!open) this.#lost();
    });
    this.#subscribe();
  }

  /** The user changed the text. */
  local(changes: ChangeSet): void {
    this.#bridge.local(changes);
    this.#places.wrote(changes);
    this.#pushSoon(GATHER_MS);
  }

  /** Where the user is in the text now; null: elsewhere. */
  place(place: Place): void {
    this.#places.place(place);
  }

  /** Sends what is pending now, as far as the engine lets it. */
  flush(): void {
    if (this.#stopPush !== null) this.#push();
  }

  /** What the engine has not taken yet, for a page that comes after this one. */
  kept(): Kept | null {
    return this.#bridge.kept();
  }

  /** Whether something waits to be handed over and it was said that it does not go. */
  get stuck(): boolean {
    return this.#said !== null && !this.#bridge.settled;
  }

  /** Hands over what is left and leaves; calls back when the engine has it all, or has lost the text. */
  finish(done: () => void): void {
    this.#finished = done;
    this.#places.place(null);
    if (this.#bridge.settled || !this.#bridge.started || this.#gone) this.#end();
    else this.#push();
  }

  #subscribe(): void {
    this.#stopSubscribe?.();
    this.#stopSubscribe = null;
    this.#subscription?.close();
    this.#bridge.lost();
    this.#places.lost();
    this.#subscription = this.#door.follow({
      reset: (version, text) => {
        this.#show(this.#bridge.reset(version, text, this.#around.newPushId));
        if (!this.#ready) {
          this.#ready = true;
          this.#surface.ready();
        }
        if (this.#bridge.settled) this.#well();
        this.#push();
      },
      patch: (patch) => this.#take(this.#bridge.patched(patch)),
      carets: (carets) => this.#places.came(carets),
      gone: () => {
        this.#gone = true;
        this.#say(t("editor.gone"));
        if (this.#finished !== null) this.#end();
      },
      refused: (failure) => {
        this.#failed(failure);
        this.#subscribeLater();
      },
    });
  }

  #subscribeLater(): void {
    this.#stopSubscribe ??= this.#around.after(this.#nextWait(), () => this.#subscribe());
  }

  #pushSoon(milliseconds: number): void {
    this.#stopPush ??= this.#around.after(milliseconds, () => this.#push());
  }

  #push(): void {
    this.#stopPush?.();
    this.#stopPush = null;
    if (this.#ended) return;
    const push = this.#bridge.nextPush(this.#around.newPushId);
    if (push === null) return;
    this.#stopSlow();
    this.#stopSlow = this.#around.after(SLOW_MS, () => this.#say(t("editor.slow")));
    this.#door.push(push, (answer) => {
      this.#stopSlow();
      if ("ack" in answer) this.#acknowledged(push.pushId, answer.ack);
      else this.#pushFailed(push.pushId, answer.failure);
    });
  }

  #acknowledged(pushId: string, ack: Acknowledgement): void {
    this.#refusals = 0;
    this.#wait = FIRST_WAIT_MS;
    this.#take(this.#bridge.acknowledged(pushId, ack));
    this.#well();
    if (!this.#bridge.settled) this.#push();
    else if (this.#finished !== null) this.#end();
  }

  #pushFailed(pushId: string, failure: Failure): void {
    if (failure.kind === "resync") {
      this.#take(this.#bridge.refused(pushId));
      return;
    }
    this.#bridge.failed(pushId);
    this.#failed(failure);
    if (failure.kind === "lost") return;
    this.#refusals++;
    if (this.#refusals % MOST_REFUSALS === 0) {
      this.#bridge.refused(pushId);
      this.#subscribeLater();
    } else this.#pushSoon(this.#nextWait());
  }

  #take({ changes, resubscribe }: Incoming): void {
    this.#show(changes);
    if (resubscribe) this.#subscribe();
  }

  #show(changes: ChangeSet | null): void {
    if (changes !== null) {
      this.#places.othersWrote(changes);
      this.#surface.show(changes);
    }
    this.#places.caughtUp();
  }

  #lost(): void {
    this.#bridge.lost();
    this.#places.lost();
    this.#failed({ kind: "lost" });
  }

  #failed(failure: Failure): void {
    if (failure.kind === "refused") {
      this.#say([failure.message, failure.hint, t("editor.refused")].filter(Boolean).join(" "));
    } else {
      this.#stopWords();
      this.#stopWords = this.#around.after(QUIET_MS, () => this.#say(t("editor.lineLost")));
    }
  }

  #say(trouble: string | null): void {
    this.#stopWords();
    if (trouble === this.#said) return;
    this.#said = trouble;
    this.#surface.trouble(trouble);
  }

  #well(): void {
    if (!this.#gone) this.#say(null);
  }

  #nextWait(): number {
    const wait = this.#wait;
    this.#wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    return wait;
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stopPush?.();
    this.#stopSubscribe?.();
    this.#stopSlow();
    this.#well();
    this.#unwatch();
    this.#subscription?.close();
    this.#finished?.();
  }
}
