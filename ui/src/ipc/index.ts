// Chooses the line to the engine for the place the view runs in.

import { Connection } from "./connection";
import type { Ipc } from "./ipc";

export type {
  Asking,
  AttachedFile,
  Attempt,
  Authored,
  Backlink,
  BoardEdit,
  BoardView,
  CardPlace,
  CardSummary,
  CardView,
  ChecklistItemView,
  ColumnView,
  Delivery,
  Event,
  HitPart,
  Invitee,
  InviteState,
  Joining,
  Kind,
  Life,
  ListedInvite,
  ListedWorkspace,
  Member,
  NoteContent,
  NoteEdit,
  NoteView,
  Notice,
  Peer,
  Priority,
  Register,
  Reply,
  Request,
  Role,
  SearchHit,
  SharedFolder,
  Splice,
  Status,
  TagCount,
  TreeItem,
  View,
} from "./generated";
export { freshId } from "./ids";
export type { CardId, ColumnId, DocumentId } from "./ids";
export { FIRST, workspaceHere } from "./page";
export { ApiError, DISCONNECTED } from "./ipc";
export type { Answer, Ipc, Line, LineListener, ReplyTo, Subscription } from "./ipc";

export function insideDesktopApp(): boolean {
  return "__TAURI_INTERNALS__" in window;
}

export async function connect(page: URL): Promise<Ipc> {
  if (insideDesktopApp()) {
    const { TauriTransport } = await import("./tauri");
    return new Connection(new TauriTransport());
  }
  if (import.meta.env.DEV && !page.searchParams.has("token")) {
    const { pretend } = await import("./fake/pretend");
    return new Connection(pretend(page));
  }
  const { socketAddress, WebTransport } = await import("./web");
  return new Connection(new WebTransport(socketAddress(page)));
}
