// Every command there is now: those of what is open first, then those that hold everywhere; and the keys a person gave them.

import { offeredCommands } from "../state/commands";
import type { Command, Remaps } from "../state/commands";
import type { Engine } from "../state/engine";
import type { Check } from "../state/preferences.svelte";
import { isStrings } from "../state/preferences.svelte";
import { commands } from "./actions";

export function allCommands(): Command[] {
  return [...offeredCommands(), ...commands];
}

const isRemaps: Check<Remaps> = (value): value is Remaps =>
  typeof value === "object" && value !== null && Object.values(value).every(isStrings);

/** Reading it in a component follows it. */
export function remapsOf({ preferences }: Engine): Remaps {
  return preferences.get("keys", {}, isRemaps);
}

/** Gives a command keys of a person's own; `undefined` gives back those that it had. */
export function remap(engine: Engine, id: string, keys: readonly string[] | undefined): void {
  const others = Object.entries(remapsOf(engine)).filter(([known]) => known !== id);
  const own = keys === undefined ? [] : [[id, keys] as const];
  engine.preferences.set("keys", Object.fromEntries([...others, ...own]));
}

export function forgetRemaps(engine: Engine): void {
  engine.preferences.set("keys", undefined);
}
