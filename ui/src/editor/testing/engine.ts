// A small engine for tests: it orders pushes, maps stale ones over what they have not seen, remembers them, and knows
// where people are.

import { ChangeSet } from "@codemirror/state";
import type { Text } from "@codemirror/state";
import type { Acknowledgement, Patch, Push } from "../bridge";
import type { CaretAt, PlaceAt } from "../places";
import { changesOf, splicesOf, textOf } from "../splices";

/** Older bases than this many versions are answered with "resync". */
const RING = 40;

export class TestEngine {
  text: Text;
  version = 0;
  /** How many pushes were applied, each counted once. */
  applied = 0;
  #ring: ChangeSet[] = [];
  #answers = new Map<string, Acknowledgement>();
  #listeners = new Set<(patch: Patch) => void>();
  #watchers = new Map<string, (carets: CaretAt[]) => void>();
  /** Where each device is in the newest text. */
  #places = new Map<string, { anchor: number; head: number }>();

  constructor(text: string) {
    this.text = textOf(text);
  }

  /** Hears of every change by others; the author of a push hears of it by its acknowledgement. */
  listen(listener: (patch: Patch) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Hears where all other devices are, whenever that or the text changes; the device leaves with the removal. */
  watchCarets(device: string, watcher: (carets: CaretAt[]) => void): () => void {
    this.#watchers.set(device, watcher);
    this.#tellCarets();
    return () => {
      if (this.#watchers.get(device) !== watcher) return;
      this.#watchers.delete(device);
      this.place(device, null);
    };
  }

  /** A place at an older version is followed to the newest text; at an unknown one nothing is known. */
  place(device: string, place: PlaceAt | null): void {
    if (place === null) this.#places.delete(device);
    else {
      const behind = this.version - place.version;
      if (behind < 0 || behind > this.#ring.length) return;
      const unseen = this.#ring.slice(this.#ring.length - behind);
      const now = (at: number): number => unseen.reduce((p, changes) => changes.mapPos(p, 1), at);
      this.#places.set(device, { anchor: now(place.anchor), head: now(place.head) });
    }
    this.#tellCarets();
  }

  #tellCarets(): void {
    const carets = [...this.#places].map(([device, place]) => {
      return { device, name: device, ...place, version: this.version };
    });
    for (const [device, watcher] of this.#watchers) {
      watcher(carets.filter((caret) => caret.device !== device));
    }
  }

  push(push: Push, author?: (patch: Patch) => void): Acknowledgement | "resync" {
    const known = this.#answers.get(push.pushId);
    if (known !== undefined) return known;
    const behind = this.version - push.baseVersion;
    if (behind < 0 || behind > this.#ring.length) return "resync";
    const unseen = this.#ring.slice(this.#ring.length - behind);
    const others = unseen.reduce<ChangeSet | null>(
      (sum, next) => (sum === null ? next : sum.compose(next)),
      null,
    );
    const theirs = others ?? ChangeSet.empty(this.text.length);
    let changes: ChangeSet;
    try {
      changes = changesOf(push.splices, theirs.length);
    } catch {
      return "resync";
    }
    if (changes.newLength !== push.length) return "resync";
    this.#apply(changes.map(theirs), author);
    this.applied++;
    const answer = { version: this.version, splices: splicesOf(theirs.map(changes, true)) };
    this.#answers.set(push.pushId, answer);
    return answer;
  }

  /** What a peer's edit does: straight at the newest text. */
  edit(changes: ChangeSet): void {
    this.#apply(changes);
  }

  /** Forgets everything but the text, as after a crash; versions start anew elsewhere. */
  restart(version: number): void {
    this.version = version;
    this.#ring = [];
    this.#answers.clear();
    this.#listeners.clear();
    this.#watchers.clear();
    this.#places.clear();
  }

  #apply(changes: ChangeSet, author?: (patch: Patch) => void): void {
    this.text = changes.apply(this.text);
    this.#ring.push(changes);
    if (this.#ring.length > RING) this.#ring.shift();
    const fromVersion = this.version++;
    const patch = { fromVersion, version: this.version, splices: splicesOf(changes) };
    for (const listener of this.#listeners) if (listener !== author) listener(patch);
    for (const [device, { anchor, head }] of this.#places) {
      const now = { anchor: changes.mapPos(anchor, 1), head: changes.mapPos(head, 1) };
      this.#places.set(device, now);
    }
    this.#tellCarets();
  }
}
