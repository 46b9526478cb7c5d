// The door to the engine as the rest of the view sees it: requests, replies, subscriptions, errors.

import type { ErrorCode, Event, ApiError as Refusal, Reply, Request, View } from "./generated";

/** Which reply answers which request. */
type ReplyTags = {
  status: "status";
  create_workspace: "status";
  join_workspace: "status";
  name_joiner: "status";
  cancel_join: "status";
  create_invite: "invite";
  show_code: "code";
  list_invites: "invites";
  invite_device: "invite";
  recovery_sheet: "invite";
  revoke_invite: "done";
  approve: "done";
  decline: "done";
  set_role: "done";
  remove_member: "done";
  remove_device: "done";
  leave: "status";
  create_note: "created";
  create_board: "created";
  edit_note: "edited";
  edit_board: "edited";
  place_document: "edited";
  set_profile: "edited";
  set_preference: "done";
  show_caret: "done";
  subscribe: "subscribed";
  unsubscribe: "done";
  text_push: "text_ack";
  read_note: "note";
  read_board: "board";
  read_card: "card";
  begin_file: "file_begun";
  put_file: "done";
  finish_file: "file_added";
  cancel_file: "done";
  list_files: "files";
  read_file: "file_bytes";
  fetch_file: "done";
  read_bundle: "bundle_page";
  take_bundle: "bundle_taken";
  list_shared_folders: "shared_folders";
  add_shared_folder: "shared_folders";
  remove_shared_folder: "shared_folders";
  sync_shared_folders: "shared_folders";
  list_backups: "backups";
  back_up: "backups";
  try_backup: "backup_tried";
  restore_backup: "backups";
  repair: "backups";
  audit: "audit";
  list_workspaces: "workspaces";
  add_workspace: "workspace_added";
  storage: "storage";
  preview_freeing: "freeable";
  free_space: "freed";
  dismiss_notice: "done";
  list_documents: "documents";
  list_only_here: "documents";
  list_tags: "tags";
  search: "found";
  connect: "done";
  reconnect: "done";
  list_peers: "peers";
  delivery: "delivery";
};

export type ReplyTo<R extends Request> = R["type"] extends keyof ReplyTags
  ? Extract<Reply, { type: ReplyTags[R["type"]] }>
  : Reply;

/** Code of the error that a request gets when the line broke before its reply came. */
export const DISCONNECTED = "disconnected";

/** A refusal in the engine's words: what was tried, what was kept, what to do. */
export class ApiError extends Error {
  constructor(
    readonly code: ErrorCode | typeof DISCONNECTED,
    message: string,
    readonly hint = "",
  ) {
    super(message);
    this.name = "ApiError";
  }

  static from(refusal: Refusal): ApiError {
    return new ApiError(refusal.code, refusal.message, refusal.hint);
  }

  static of(error: unknown): ApiError {
    if (error instanceof ApiError) return error;
    return new ApiError("internal", error instanceof Error ? error.message : String(error));
  }
}

export type Answer<R extends Request> = { ok: ReplyTo<R> } | { error: ApiError };

/** What an event handler gets beside the event. */
export interface Subscription {
  /** The engine's number for this subscription; null before it answered and while the line is down. */
  readonly id: number | null;
  close(): void;
}

export type Line = "open" | "lost";

/** Hears of each change of the line, and why there is none where somebody said so: that stands until the first answer on the next one. */
export type LineListener = (line: Line, refusal: ApiError | null) => void;

export interface Ipc {
  /** Sends a request; rejects with an `ApiError`. */
  request<R extends Request>(request: R): Promise<ReplyTo<R>>;
  /**
   * As `request`, but `done` runs in the turn in which the reply arrived, hence before any
   * message that the engine sent after it. The text bridge needs this order.
   */
  call<R extends Request>(request: R, done: (answer: Answer<R>) => void): void;
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
  watchLine(listener: LineListener): () => void;
}
