// One ordered stream to the engine: numbers requests, pairs replies, routes events, and subscribes again after a break.

import { t } from "../i18n";
import type {
  ClientMessage,
  Event,
  ApiError as Refusal,
  Request,
  ServerMessage,
  View,
} from "./generated";
import { ApiError, DISCONNECTED } from "./ipc";
import type { Answer, Ipc, Line, LineListener, ReplyTo, Subscription } from "./ipc";

/** What a transport tells the connection. */
export interface Listener {
  opened(): void;
  message(message: ServerMessage): void;
  /** There is no line (any more); why, where somebody said so. */
  lost(refusal?: Refusal): void;
}

/** Carries messages in order, both ways, and opens itself again after a break if it can. */
export interface Transport {
  start(listener: Listener): void;
  send(message: ClientMessage): void;
}

type Waiting = {
  request: Request;
  done: (answer: Answer<Request>) => void;
  sent: boolean;
};

type Following = {
  view: View;
  id: number | null;
  closed: boolean;
  onEvent: (event: Event) => void;
  onError: (error: ApiError) => void;
};

/** Requests that change nothing may be asked a second time when their reply was lost with the line. */
const REPEATABLE: ReadonlySet<Request["type"]> = new Set<Request["type"]>([
  "status",
  "read_note",
  "read_board",
  "read_card",
  "list_documents",
  "list_only_here",
  "list_workspaces",
  "list_backups",
  "try_backup",
  "audit",
  "search",
  "list_peers",
  "delivery",
  "list_files",
  "read_file",
  "fetch_file",
]);

export class Connection implements Ipc {
  #transport: Transport;
  #line: Line = "lost";
  #refusal: ApiError | null = null;
  #nextId = 1;
  #waiting = new Map<number, Waiting>();
  #followings = new Set<Following>();
  #routes = new Map<number, Following>();
  #lineListeners = new Set<LineListener>();

  constructor(transport: Transport) {
    this.#transport = transport;
    transport.start({
      opened: () => this.#opened(),
      message: (message) => this.#receive(message),
      lost: (refusal) => this.#lost(refusal === undefined ? null : ApiError.from(refusal)),
    });
  }

  request<R extends Request>(request: R): Promise<ReplyTo<R>> {
    return new Promise((resolve, reject) => {
      this.call(request, (answer) => {
        if ("ok" in answer) resolve(answer.ok);
        else reject(answer.error);
      });
    });
  }

  call<R extends Request>(request: R, done: (answer: Answer<R>) => void): void {
    const id = this.#nextId++;
    const waiting: Waiting = {
      request,
      done: done as (answer: Answer<Request>) => void,
      sent: false,
    };
    this.#waiting.set(id, waiting);
    if (this.#line === "open") this.#send(id, waiting);
  }

  subscribe(
    view: View,
    onEvent: (event: Event, subscription: Subscription) => void,
    onError: (error: ApiError) => void = () => undefined,
  ): Subscription {
    const handle: Subscription = {
      get id() {
        return following.id;
      },
      close: () => this.#unfollow(following),
    };
    const following: Following = {
      view,
      id: null,
      closed: false,
      onEvent: (event) => onEvent(event, handle),
      onError,
    };
    this.#followings.add(following);
    if (this.#line === "open") this.#follow(following);
    return handle;
  }

  watchLine(listener: LineListener): () => void {
    this.#lineListeners.add(listener);
    listener(this.#line, this.#refusal);
    return () => this.#lineListeners.delete(listener);
  }

  #send(id: number, waiting: Waiting): void {
    waiting.sent = true;
    this.#transport.send({ id, request: waiting.request });
  }

  #follow(following: Following): void {
    this.call({ type: "subscribe", view: following.view }, (answer) => {
      if ("error" in answer) {
        if (answer.error.code === DISCONNECTED) return;
        this.#followings.delete(following);
        if (!following.closed) following.onError(answer.error);
        return;
      }
      const id = answer.ok.subscription;
      if (following.closed) {
        this.call({ type: "unsubscribe", subscription: id }, () => undefined);
        return;
      }
      following.id = id;
      this.#routes.set(id, following);
    });
  }

  #unfollow(following: Following): void {
    if (following.closed) return;
    following.closed = true;
    this.#followings.delete(following);
    if (following.id === null) return;
    this.#routes.delete(following.id);
    this.call({ type: "unsubscribe", subscription: following.id }, () => undefined);
    following.id = null;
  }

  #receive(message: ServerMessage): void {
    if (this.#refusal !== null) this.#setLine("open", null);
    if (message.type === "event") {
      this.#routes.get(message.subscription)?.onEvent(message.event);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    if (waiting === undefined) return;
    this.#waiting.delete(message.id);
    if ("ok" in message.result) waiting.done({ ok: message.result.ok });
    else waiting.done({ error: ApiError.from(message.result.error) });
  }

  #opened(): void {
    // A socket opens before it is refused: what was said at the last attempt stands until the other side answers.
    this.#setLine("open", this.#refusal);
    for (const following of this.#followings) this.#follow(following);
    for (const [id, waiting] of this.#waiting) if (!waiting.sent) this.#send(id, waiting);
  }

  #lost(refusal: ApiError | null): void {
    if (this.#line === "lost") {
      this.#setLine("lost", refusal);
      return;
    }
    this.#routes.clear();
    for (const following of this.#followings) following.id = null;
    this.#line = "lost";
    for (const [id, waiting] of [...this.#waiting]) {
      if (!waiting.sent) continue;
      if (REPEATABLE.has(waiting.request.type)) {
        waiting.sent = false;
        continue;
      }
      this.#waiting.delete(id);
      waiting.done({
        error: new ApiError(DISCONNECTED, t("line.broke")),
      });
    }
    this.#setLine("lost", refusal);
  }

  #setLine(line: Line, refusal: ApiError | null): void {
    this.#line = line;
    this.#refusal = refusal;
    for (const listener of [...this.#lineListeners]) listener(line, refusal);
  }
}
