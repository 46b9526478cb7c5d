// Whether the line to the engine holds, as people are told: a short break mends itself before anybody need know.

import type { ApiError, Ipc } from "../ipc/ipc";

const QUIET_MS = 1_000;

export class LineState {
  #cut = $state(false);
  #refusal = $state.raw<ApiError | null>(null);

  constructor(ipc: Ipc, quietMs = QUIET_MS) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    ipc.watchLine((line, refusal) => {
      this.#refusal = refusal;
      // One on which nobody has answered yet may be refused as the last one was: what is said of it does not come and go.
      if (line === "open" && refusal === null) {
        clearTimeout(timer);
        timer = undefined;
        this.#cut = false;
      } else {
        timer ??= setTimeout(() => (this.#cut = true), quietMs);
      }
    });
  }

  /** The line has been broken for longer than a moment. */
  get cut(): boolean {
    return this.#cut;
  }

  /** Why there is none, where somebody said so. */
  get refusal(): ApiError | null {
    return this.#refusal;
  }
}
