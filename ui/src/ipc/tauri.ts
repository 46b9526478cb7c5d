// The line inside the desktop app: one channel from the engine, one command towards it.

import { Channel, invoke } from "@tauri-apps/api/core";
import type { ApiError as Refusal, ClientMessage, ServerMessage } from "./generated";
import type { Listener, Transport } from "./connection";
import { ApiError } from "./ipc";
import { workspaceHere } from "./page";

/** What the shell says when the engine ended the connection: no message of the engine, and the last on its channel. */
type Lost = { type: "lost" };

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 8_000;

/** Makes the next attempt at once, while one waits for its time. */
let attemptNow: (() => void) | null = null;

/** Opens the workspace of this page with the passphrase of its device key. Rejects with an `ApiError`. */
export async function unlock(passphrase: string): Promise<void> {
  try {
    await invoke("unlock", { workspace: workspaceHere(), passphrase });
  } catch (error) {
    throw ApiError.from(error as Refusal);
  }
  attemptNow?.();
}

export class TauriTransport implements Transport {
  #wait = FIRST_WAIT_MS;
  /** The shell puts messages in order by their numbers on this line, since commands may overtake one another. */
  #line = 0;
  #next = 0;

  start(listener: Listener): void {
    const channel = new Channel<ServerMessage | Lost>();
    channel.onmessage = (message) => {
      if (message.type === "lost") this.#again(listener);
      else listener.message(message);
    };
    invoke<number>("connect", { workspace: workspaceHere(), channel }).then(
      (line) => {
        this.#wait = FIRST_WAIT_MS;
        this.#line = line;
        this.#next = 0;
        listener.opened();
      },
      (refusal: Refusal) => this.#again(listener, refusal),
    );
  }

  #again(listener: Listener, refusal?: Refusal): void {
    listener.lost(refusal);
    const attempt = (): void => {
      clearTimeout(timer);
      attemptNow = null;
      this.start(listener);
    };
    const timer = setTimeout(attempt, this.#wait);
    attemptNow = attempt;
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT_MS);
  }

  send(message: ClientMessage): void {
    const number = this.#next++;
    invoke("send", { line: this.#line, number, message }).catch(() => undefined);
  }
}
