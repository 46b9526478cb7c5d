// A workspace that is still arriving, and already of use.

import type { Status } from "../../ipc";
import type { Engine } from "../../state/engine";

/** How many documents are here of a workspace that goes on arriving; null when it does not. */
export function arrivedSoFar(engine: Engine, status: Status): number | null {
  if (status.state !== "joining" || status.joining?.step !== "receiving") return null;
  return engine.live.of({ type: "tree" }).current?.tree.size ?? 0;
}

/** How many of the documents that are listed are not ready yet: fewer than this make no matter worth a line. */
const WORTH_A_LINE = 200;

/** How many documents are still being made ready, when they are so many that somebody may notice. */
export function beingMadeReady(status: Status): number | null {
  return status.arriving >= WORTH_A_LINE ? status.arriving : null;
}
