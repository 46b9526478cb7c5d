// The keys that a person chose instead of those of the commands, kept with the preferences.

import { keysOf } from "./commands";
import type { Command, Remaps } from "./commands";
import type { Engine } from "./engine";
import { shownKey } from "./keys";
import type { Check } from "./preferences.svelte";
import { isStrings } from "./preferences.svelte";

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

/** The key of a command as it is for this person: its name, if it has one. Reading it in a component follows it. */
export function keyOf(
  engine: Engine,
  commands: readonly Command[],
  id: string,
): string | undefined {
  const command = commands.find((known) => known.id === id);
  return command && keysOf(command, remapsOf(engine))[0];
}

/** The same as it is shown to people. */
export function shownKeyOf(
  engine: Engine,
  commands: readonly Command[],
  id: string,
): string | undefined {
  const key = keyOf(engine, commands, id);
  return key && shownKey(key);
}
