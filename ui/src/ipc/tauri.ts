// The line inside the desktop app: one channel from the engine, one command towards it.

import { Channel, invoke } from "@tauri-apps/api/core";
import type { ClientMessage, ServerMessage } from "./generated";
import type { Listener, Transport } from "./connection";

export class TauriTransport implements Transport {
  #order: Promise<unknown> = Promise.resolve();

  start(listener: Listener): void {
    const channel = new Channel<ServerMessage>();
    channel.onmessage = (message) => listener.message(message);
    invoke("connect", { channel }).then(
      () => listener.opened(),
      () => listener.lost(),
    );
  }

  /** Commands may run side by side in the shell, so each waits until the one before was taken in. */
  send(message: ClientMessage): void {
    this.#order = this.#order.then(() => invoke("send", { message }).catch(() => undefined));
  }
}
