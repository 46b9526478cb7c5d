// Which branches of the tree stand open: kept for this machine.

import { SvelteSet } from "svelte/reactivity";
import type { DocumentId } from "../../ipc";
import { isStrings } from "../../state/preferences.svelte";
import type { Preferences } from "../../state/preferences.svelte";

const KEY = "tree.open";
const MOST = 500;

export class OpenBranches {
  readonly ids = new SvelteSet<DocumentId>();
  #preferences: Preferences;
  #known = false;

  /** Call it where effects may be made: what was open is known once the engine told. */
  constructor(preferences: Preferences) {
    this.#preferences = preferences;
    $effect(() => {
      if (this.#known || !preferences.told) return;
      this.#known = true;
      for (const id of preferences.get(KEY, [], isStrings)) this.ids.add(id);
    });
  }

  set(id: DocumentId, open: boolean): void {
    if (open === this.ids.has(id)) return;
    if (open) this.ids.add(id);
    else this.ids.delete(id);
    this.#preferences.set(KEY, [...this.ids].slice(-MOST));
  }

  /** Opens what lies above a document, for now. */
  reveal(path: readonly DocumentId[]): void {
    for (const id of path) this.ids.add(id);
  }
}
