// The door to the engine as the rest of the view sees it: requests, replies, subscriptions, errors.

import type {
  ApiErrorBody,
  BoardView,
  Created,
  Delivery,
  Documents,
  Edited,
  Event,
  Found,
  Invite,
  NoteContent,
  Peers,
  Request,
  Status,
  Subscribed,
  TextAck,
  View,
} from "./generated";

/** What each request is answered with. */
type Replies = {
  status: Status;
  create_workspace: Status;
  join_workspace: Status;
  create_invite: Invite;
  create_note: Created;
  create_board: Created;
  edit_note: Edited;
  edit_board: Edited;
  place_document: Edited;
  subscribe: Subscribed;
  unsubscribe: unknown;
  text_push: TextAck;
  read_note: NoteContent;
  read_board: BoardView;
  list_documents: Documents;
  search: Found;
  connect: unknown;
  list_peers: Peers;
  delivery: Delivery;
};

export type ReplyTo<R extends Request> = R["type"] extends keyof Replies
  ? Replies[R["type"]]
  : unknown;

/** A refusal in the engine's words: what was tried, what was kept, what to do. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly hint: string | null = null,
  ) {
    super(message);
    this.name = "ApiError";
  }

  static from(body: ApiErrorBody): ApiError {
    return new ApiError(body.code, body.message, body.hint ?? null);
  }

  static of(error: unknown): ApiError {
    if (error instanceof ApiError) return error;
    return new ApiError("unknown", error instanceof Error ? error.message : String(error));
  }
}

/** Code of the error that a request gets when the line broke before its reply came. */
export const DISCONNECTED = "disconnected";

export type Outcome<R extends Request> = { ok: ReplyTo<R> } | { error: ApiError };

/** What an event handler gets beside the event. */
export interface Subscription {
  /** The engine's number for this subscription; null before it answered and while the line is down. */
  readonly id: number | null;
  close(): void;
}

export type Line = "open" | "lost";

export interface Ipc {
  /** Sends a request; rejects with an `ApiError`. */
  request<R extends Request>(request: R): Promise<ReplyTo<R>>;
  /**
   * As `request`, but `done` runs in the turn in which the reply arrived, hence before any
   * message that the engine sent after it. The text bridge needs this order.
   */
  call<R extends Request>(request: R, done: (outcome: Outcome<R>) => void): void;
  /**
   * Follows a view. The first event carries the whole state; after a lost line the view is
   * subscribed again by itself and again starts with the whole state.
   */
  subscribe(
    view: View,
    onEvent: (event: Event, subscription: Subscription) => void,
    onError?: (error: ApiError) => void,
  ): Subscription;
  /** Tells whether the line is open, now and on each change. Returns the way to stop listening. */
  watchLine(listener: (line: Line) => void): () => void;
}
