// Keeps an optimistic text in step with the engine's: one push at a time, others' changes mapped over what waits.

import { ChangeSet } from "@codemirror/state";
import type { Text } from "@codemirror/state";
import { changesBetween, sizeOf } from "./difference";
import { changesOf, splicesOf, textOf } from "./splices";
import type { Splice } from "./splices";

/** What the engine is asked to apply. `length` is the text's length after the push, as this view sees it. */
export type Push = { baseVersion: number; pushId: string; splices: Splice[]; length: number };

/** The engine applied a push; `splices` is what others did since its base, after the push. */
export type Acknowledgement = { version: number; splices: Splice[] };

export type Patch = { fromVersion: number; version: number; splices: Splice[] };

/** What an input means for the view: changes to show (not the user's own), and whether to ask for the whole text. */
export type Incoming = { changes: ChangeSet | null; resubscribe: boolean };

type Inflight = {
  push: Push;
  changes: ChangeSet;
  /** An answer to it is still to come on this line. */
  asked: boolean;
  /** What is known of it: surely not in the engine's text, perhaps, surely. */
  applied: "no" | "perhaps" | "yes";
};

/** A text that the engine has not all of, in a form that outlives the page. */
export type Kept = {
  base: string;
  version: number;
  inflight: { push: Push; changes: unknown; applied: Inflight["applied"] } | null;
  pending: unknown;
};

const NOTHING: Incoming = { changes: null, resubscribe: false };

/**
 * The law that holds after every call: text in the view = base ∘ inflight ∘ pending, where base is
 * the engine's text at `version`. The caller reports each local change at once and shows the
 * returned changes at once.
 */
export class TextBridge {
  #base: Text | null = null;
  #version = 0;
  #inflight: Inflight | null = null;
  #pending = ChangeSet.empty(0);
  /** Between losing the thread and the next whole text: nothing is pushed, patches mean nothing. */
  #following = false;
  /** The engine no longer knows the base: only its whole text helps. */
  #baseForgotten = false;
  /** Newest version heard of while a push kept us from applying it. */
  #newest = 0;

  /** What was kept of a bridge in an earlier page goes on in this one. Throws if it does not fit together. */
  static resumed({ base, version, inflight, pending }: Kept): TextBridge {
    const bridge = new TextBridge();
    bridge.#base = textOf(base);
    bridge.#version = version;
    bridge.#newest = version;
    bridge.#pending = ChangeSet.fromJSON(pending);
    if (inflight !== null) {
      const { push, applied } = inflight;
      const changes = ChangeSet.fromJSON(inflight.changes);
      bridge.#inflight = { push, changes, asked: false, applied };
    }
    void bridge.text;
    return bridge;
  }

  /** What another page needs to go on; null when the engine has it all. */
  kept(): Kept | null {
    if (this.#base === null || this.settled) return null;
    const inflight = this.#inflight;
    return {
      base: this.#base.toString(),
      version: this.#version,
      inflight: inflight === null ? null : keptOf(inflight),
      pending: this.#pending.toJSON(),
    };
  }

  /** The text in the view. */
  get text(): Text {
    const base = this.#base ?? textOf("");
    const sent = this.#inflight === null ? base : this.#inflight.changes.apply(base);
    return this.#pending.apply(sent);
  }

  /** Whether a first text has arrived. */
  get started(): boolean {
    return this.#base !== null;
  }

  /** Whether the engine has acknowledged all that was typed. */
  get settled(): boolean {
    return this.#inflight === null && this.#pending.empty;
  }

  /** The version of the engine's text that this one stands on. */
  get version(): number {
    return this.#version;
  }

  /** Where a place in the view is in the engine's text at `version`; null while the thread is lost. */
  placeInEngine(position: number): number | null {
    if (this.#base === null || !this.#following) return null;
    const sent = this.#pending.invertedDesc.mapPos(position, 1);
    return this.#inflight?.changes.invertedDesc.mapPos(sent, 1) ?? sent;
  }

  /** Where a place in the engine's text at `version` is in the view. */
  placeInView(position: number): number {
    const inBase = Math.min(position, this.#base?.length ?? 0);
    return this.#pending.mapPos(this.#inflight?.changes.mapPos(inBase, 1) ?? inBase, 1);
  }

  /** The user changed the text. */
  local(changes: ChangeSet): void {
    this.#pending = this.#pending.compose(changes);
  }

  /** The next push to send, if one may be sent now: the one not answered yet, or all that is pending. */
  nextPush(newPushId: () => string): Push | null {
    if (this.#base === null || !this.#following) return null;
    if (this.#inflight !== null) {
      if (this.#inflight.asked) return null;
      this.#inflight.asked = true;
      return this.#inflight.push;
    }
    if (this.#pending.empty) return null;
    const inflight = this.#prepare(newPushId());
    inflight.asked = true;
    return inflight.push;
  }

  /** All that is pending becomes the push that waits to be answered. */
  #prepare(pushId: string): Inflight {
    const changes = this.#pending;
    const push = {
      baseVersion: this.#version,
      pushId,
      splices: splicesOf(changes),
      length: changes.newLength,
    };
    this.#pending = ChangeSet.empty(changes.newLength);
    this.#inflight = { push, changes, asked: false, applied: "no" };
    return this.#inflight;
  }

  /** The engine applied the push, now or at an earlier try. */
  acknowledged(pushId: string, { version, splices }: Acknowledgement): Incoming {
    const inflight = this.#inflight;
    if (this.#base === null || inflight?.push.pushId !== pushId) return NOTHING;
    let theirs: ChangeSet;
    try {
      theirs = changesOf(splices, inflight.changes.newLength);
    } catch {
      inflight.asked = false;
      inflight.applied = "yes";
      return this.#startOver();
    }
    this.#base = theirs.apply(inflight.changes.apply(this.#base));
    this.#version = version;
    this.#inflight = null;
    const changes = this.#mapOverPending(theirs);
    const missedSome = this.#following && this.#newest > version;
    if (missedSome) this.#following = false;
    return { changes, resubscribe: missedSome };
  }

  /** The push failed or its answer was lost: it will be sent again under the same id. */
  failed(pushId: string): void {
    if (this.#inflight?.push.pushId !== pushId) return;
    this.#inflight.asked = false;
    this.#inflight.applied = "perhaps";
  }

  /** The engine cannot take this push, however often it is asked. */
  refused(pushId: string): Incoming {
    const inflight = this.#inflight;
    if (inflight?.push.pushId !== pushId) return NOTHING;
    inflight.asked = false;
    this.#baseForgotten = true;
    if (inflight.applied === "no") this.#takeBack(inflight);
    return this.#startOver();
  }

  /** The line broke: what comes next is a whole text. */
  lost(): void {
    this.#following = false;
  }

  /** Somebody else changed the text. */
  patched({ fromVersion, version, splices }: Patch): Incoming {
    if (this.#base === null || !this.#following) return NOTHING;
    if (this.#inflight !== null) {
      this.#newest = Math.max(this.#newest, version);
      return NOTHING;
    }
    if (version <= this.#version) return NOTHING;
    if (fromVersion !== this.#version) return this.#startOver();
    let theirs: ChangeSet;
    try {
      theirs = changesOf(splices, this.#base.length);
    } catch {
      return this.#startOver();
    }
    this.#base = theirs.apply(this.#base);
    this.#version = version;
    return { changes: this.#mapOverPending(theirs), resubscribe: false };
  }

  /**
   * The engine's whole text, at the start of a subscription. Returns what the view has to change.
   * While something waits to be pushed from a base that the engine may still know, that is
   * nothing: the answer to the push brings exactly what others did, which two texts only suggest.
   */
  reset(version: number, text: string, newPushId: () => string): ChangeSet | null {
    const server = textOf(text);
    this.#following = true;
    if (this.#continues(version, server) && !this.#baseForgotten) {
      if (this.#inflight === null && !this.#pending.empty) this.#prepare(newPushId());
      if (this.#inflight !== null && this.#inflight.applied !== "yes") {
        this.#newest = Math.max(this.#newest, version);
        return null;
      }
    }
    return this.#adopt(version, server);
  }

  #adopt(version: number, server: Text): ChangeSet | null {
    const inflight = this.#inflight;
    let known = this.#base ?? textOf("");
    if (inflight !== null) {
      const applied = inflight.applied === "yes" || grewFromPush(server, known, inflight.changes);
      if (applied) known = inflight.changes.apply(known);
      else this.#takeBack(inflight);
      this.#inflight = null;
    }
    this.#base = server;
    this.#version = version;
    this.#newest = version;
    this.#baseForgotten = false;
    return this.#mapOverPending(changesBetween(known, server));
  }

  /** Whether a whole text can belong to the history that `version` counts. */
  #continues(version: number, server: Text): boolean {
    if (this.#base === null || version < this.#version) return false;
    return version > this.#version || server.eq(this.#base);
  }

  #startOver(): Incoming {
    this.#following = false;
    return { changes: null, resubscribe: true };
  }

  /** The push is surely not in the engine's text: it joins what is pending. */
  #takeBack(inflight: Inflight): void {
    this.#pending = inflight.changes.compose(this.#pending);
    this.#inflight = null;
  }

  /** Where both insert at one place, what is pending comes first, so that a run of typing stays together. */
  #mapOverPending(theirs: ChangeSet): ChangeSet | null {
    const changes = theirs.map(this.#pending);
    this.#pending = this.#pending.map(theirs, true);
    return changes.empty ? null : changes;
  }
}

function keptOf({ push, changes, asked, applied }: Inflight): Kept["inflight"] {
  return {
    push,
    changes: changes.toJSON(),
    applied: asked && applied === "no" ? "perhaps" : applied,
  };
}

/**
 * Whether the engine's text grew from the base with the push rather than from the base alone.
 * Where both could be, no: better somebody deletes a word twice than that one is lost.
 */
function grewFromPush(server: Text, base: Text, push: ChangeSet): boolean {
  const withPush = push.apply(base);
  if (server.eq(base)) return false;
  if (server.eq(withPush)) return true;
  const since = changesBetween(withPush, server);
  const wrote = writtenBy(push, since);
  if (wrote === "gone") return false;
  const saved = sizeOf(changesBetween(base, server)) - sizeOf(since);
  return wrote === "kept" ? saved >= 0 : saved > 0;
}

/** What became of the words that a push wrote in the changes after it; white space proves nothing. */
function writtenBy(push: ChangeSet, since: ChangeSet): "kept" | "gone" | "nothing" {
  let wrote: "kept" | "gone" | "nothing" = "nothing";
  push.iterChanges((_fromA, _toA, from, to, inserted) => {
    if (wrote === "gone" || inserted.toString().trim() === "") return;
    wrote = "kept";
    since.iterChangedRanges((goneFrom, goneTo) => {
      const [start, end] = [Math.max(from, goneFrom), Math.min(to, goneTo)];
      if (start < end && /\S/.test(inserted.sliceString(start - from, end - from))) wrote = "gone";
    }, true);
  });
  return wrote;
}
