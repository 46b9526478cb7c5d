// What can be done here: nothing in a profile that is only read, documents by those whose role writes them, people by owners.

import type { Engine } from "./engine";

const status = (engine: Engine) => engine.live.of({ type: "status" }).current;

/** Whether anything can be done at all: a damaged profile, one of a newer version, or of somebody who is out, is only read. */
export function isOpen(engine: Engine): boolean {
  return status(engine)?.state !== "read_only";
}

/** Whether not even all that is here can be vouched for: the profile is damaged, or of a newer version. */
export function isDoubtful(engine: Engine): boolean {
  return !isOpen(engine) && status(engine)?.out !== true;
}

/** Whether somebody reads here by role. */
export function isReader(engine: Engine): boolean {
  const role = status(engine)?.role ?? null;
  return role === "viewer" || role === "commenter";
}

/** Whether the workspace takes edits from this person. Reading it in a component follows it. */
export function isWritable(engine: Engine): boolean {
  return isOpen(engine) && !isReader(engine);
}

/** Whether this person decides who else is in. */
export function isOwner(engine: Engine): boolean {
  return isOpen(engine) && status(engine)?.role === "owner";
}

/** What of commands or entries of a menu can work now: `edits` marks those that write, `rules` those for owners. */
export function working<T extends { edits?: boolean; rules?: boolean }>(
  engine: Engine,
  things: readonly T[],
): T[] {
  const [writable, owner] = [isWritable(engine), isOwner(engine)];
  return things.filter(({ edits, rules }) => {
    return (writable || edits !== true) && (owner || rules !== true);
  });
}
