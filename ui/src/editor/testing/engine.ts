// A small engine for tests: it orders pushes, maps stale ones over what they have not seen, and remembers them.

import { ChangeSet } from "@codemirror/state";
import type { Text } from "@codemirror/state";
import type { Acknowledgement, Patch, Push } from "../bridge";
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

  constructor(text: string) {
    this.text = textOf(text);
  }

  /** Hears of every change by others; the author of a push hears of it by its acknowledgement. */
  listen(listener: (patch: Patch) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
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
  }

  #apply(changes: ChangeSet, author?: (patch: Patch) => void): void {
    this.text = changes.apply(this.text);
    this.#ring.push(changes);
    if (this.#ring.length > RING) this.#ring.shift();
    const fromVersion = this.version++;
    const patch = { fromVersion, version: this.version, splices: splicesOf(changes) };
    for (const listener of this.#listeners) if (listener !== author) listener(patch);
  }
}
