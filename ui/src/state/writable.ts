// Whether the workspace takes edits: a damaged profile, or one of a newer version, is open for reading only.

import type { Engine } from "./engine";

/** Reading it in a component follows it. */
export function isWritable(engine: Engine): boolean {
  return engine.live.of({ type: "status" }).current?.state !== "read_only";
}

/** What of commands or entries of a menu can work now: `edits` marks those that write. */
export function working<T extends { edits?: boolean }>(engine: Engine, things: readonly T[]): T[] {
  const writable = isWritable(engine);
  return things.filter(({ edits }) => writable || edits !== true);
}
