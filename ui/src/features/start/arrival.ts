// A workspace that is still arriving, and already of use.

import type { Status } from "../../ipc";
import type { Engine } from "../../state/engine";

/** How many documents are here of a workspace that goes on arriving; null when it does not. */
export function arrivedSoFar(engine: Engine, status: Status): number | null {
  if (status.state !== "joining" || status.joining?.step !== "receiving") return null;
  return engine.live.of({ type: "tree" }).current?.tree.size ?? 0;
}
