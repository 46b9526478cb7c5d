// The line from a browser to `skein serve`: one socket that opens itself again after a break.

import { t } from "../i18n";
import type { ClientMessage, ApiError as Refusal, ServerMessage } from "./generated";
import type { Listener, Transport } from "./connection";
import { FIRST, workspaceOf } from "./page";

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 8_000;

/** The part of WebSocket that is used, so that tests can hand in their own. */
export type Socket = Pick<
  WebSocket,
  "send" | "close" | "readyState" | "onopen" | "onmessage" | "onclose"
>;

export type Clock = { after(milliseconds: number, run: () => void): void };

const browserClock: Clock = {
  after: (milliseconds, run) => void setTimeout(run, milliseconds),
};

/** The code with which the server closes a socket whose token is not its own. */
const WRONG_TOKEN = 4401;

/** What the server says when the workspace that the page names did not open; it closes the socket then. */
type Lost = { type: "lost"; error: Refusal };

/** The socket's address for a page's address: same host, the page's token and workspace. */
export function socketAddress(page: URL): string {
  const address = new URL("/api", page);
  address.protocol = page.protocol === "https:" ? "wss:" : "ws:";
  address.searchParams.set("token", page.searchParams.get("token") ?? "");
  if (workspaceOf(page) !== FIRST) address.searchParams.set("workspace", workspaceOf(page));
  return address.toString();
}

export class WebTransport implements Transport {
  #address: string;
  #open: (address: string) => Socket;
  #clock: Clock;
  #socket: Socket | null = null;
  #wait = FIRST_WAIT_MS;

  constructor(
    address: string,
    open: (address: string) => Socket = (target) => new WebSocket(target),
    clock: Clock = browserClock,
  ) {
    this.#address = address;
    this.#open = open;
    this.#clock = clock;
  }

  start(listener: Listener): void {
    const socket = this.#open(this.#address);
    let refusal: Refusal | undefined;
    socket.onopen = () => {
      this.#socket = socket;
      listener.opened();
    };
    socket.onmessage = (event: MessageEvent<string>) => {
      const message = JSON.parse(event.data) as ServerMessage | Lost;
      if (message.type === "lost") {
        refusal = message.error;
        return;
      }
      this.#wait = FIRST_WAIT_MS;
      listener.message(message);
    };
    socket.onclose = ({ code }) => {
      this.#socket = null;
      if (code === WRONG_TOKEN) {
        // Asking again would bring the same answer.
        listener.lost({ code: "denied", message: t("line.denied"), hint: t("line.deniedHint") });
        return;
      }
      listener.lost(refusal);
      this.#clock.after(this.#wait, () => this.start(listener));
      this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT_MS);
    };
  }

  send(message: ClientMessage): void {
    this.#socket?.send(JSON.stringify(message));
  }
}
