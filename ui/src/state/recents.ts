// What was opened last, the newest first, and which commands a person uses.

import type { DocumentId } from "../ipc/ids";
import type { Engine } from "./engine";
import { isNumber, isStrings } from "./preferences.svelte";
import type { Check } from "./preferences.svelte";

const RECENTS = "recents";
const USED = "commands.used";
const KEPT = 30;

/** Reading it in a component follows it. */
export function recents({ preferences }: Engine): string[] {
  return preferences.get(RECENTS, [], isStrings);
}

export function visited(engine: Engine, document: DocumentId): void {
  const before = recents(engine);
  if (before[0] === document) return;
  const others = before.filter((id) => id !== document);
  engine.preferences.set(RECENTS, [document, ...others].slice(0, KEPT));
}

type Uses = Record<string, number>;
const isUses: Check<Uses> = (value): value is Uses =>
  typeof value === "object" && value !== null && Object.values(value).every(isNumber);

/** Each use counts one, and all that was used before a little less. */
const FADING = 0.92;
const FORGOTTEN = 0.1;

/** How much a command is used, by its id; late uses count for more. */
export function commandUses({ preferences }: Engine): Readonly<Uses> {
  return preferences.get(USED, {}, isUses);
}

export function commandUsed(engine: Engine, id: string): void {
  const faded = Object.entries(commandUses(engine))
    .map(([known, uses]): [string, number] => [known, Math.round(uses * FADING * 100) / 100])
    .filter(([, uses]) => uses > FORGOTTEN);
  const uses = Object.fromEntries(faded);
  engine.preferences.set(USED, { ...uses, [id]: (uses[id] ?? 0) + 1 });
}
