// The documents that a person keeps at hand, in their own order.

import { t } from "../i18n";
import type { DocumentId } from "../ipc/ids";
import type { Engine } from "./engine";
import { isStrings } from "./preferences.svelte";

const KEY = "favourites";

/** Ids in order; some may not be here (any more). Reading it in a component follows it. */
export function favourites({ preferences }: Engine): string[] {
  return preferences.get(KEY, [], isStrings);
}

export function isFavourite(engine: Engine, document: DocumentId): boolean {
  return favourites(engine).includes(document);
}

/** Adds the document at the end, or takes it out; a toast says so and takes it back. */
export function toggleFavourite(engine: Engine, document: { id: DocumentId; title: string }): void {
  const before = favourites(engine);
  const kept = before.includes(document.id);
  const after = kept ? before.filter((id) => id !== document.id) : [...before, document.id];
  engine.preferences.set(KEY, after);
  const words = t(kept ? "did.unfavourited" : "did.favourited", { title: document.title });
  const run = () => engine.preferences.set(KEY, before);
  engine.toasts.show(words, { action: { label: t("undo"), run } });
}

/** Moves a favourite by `step` places. */
export function moveFavourite(engine: Engine, document: DocumentId, step: -1 | 1): void {
  const order = favourites(engine);
  const at = order.indexOf(document);
  const to = at + step;
  if (at < 0 || to < 0 || to >= order.length) return;
  const others = order.filter((id) => id !== document);
  engine.preferences.set(KEY, [...others.slice(0, to), document, ...others.slice(to)]);
}
