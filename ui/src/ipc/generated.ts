// The shapes of the engine's API. Written by hand only until the generator writes them from Rust.

export type DocumentId = string;
export type CardId = string;
export type ColumnId = string;
export type ChecklistItemId = string;

export type Kind = "note" | "board";
export type Life = "alive" | "trashed" | "kept_despite_trash";
export type Role = "owner" | "editor" | "commenter" | "viewer";
export type Priority = "low" | "medium" | "high" | "urgent";

/** A field that people may have set to several values while apart. */
export type Register<T> = { value: T; others: Array<T> };

export type Splice = { at: number; delete: number; insert: string };

export type NoteView = {
  id: DocumentId;
  title: Register<string>;
  parent: DocumentId | null;
  position: string;
  life: Life;
  textLength: number;
};

export type ColumnView = {
  id: ColumnId;
  title: Register<string>;
  position: string;
  limit: Register<number | null>;
  deleted: boolean;
};

export type CardPlace = { column: ColumnId; position: string };

export type CardSummary = {
  id: CardId;
  place: Register<CardPlace>;
  title: Register<string>;
  assignees: Array<string>;
  labels: Array<string>;
  due: Register<string | null>;
  priority: Register<Priority | null>;
  archived: Register<boolean>;
  life: Life;
  checklistDone: number;
  checklistTotal: number;
  conflicts: number;
};

export type ChecklistItem = {
  id: ChecklistItemId;
  title: string;
  done: boolean;
  position: string;
};

export type CardView = {
  id: CardId;
  place: Register<CardPlace>;
  title: Register<string>;
  assignees: Array<string>;
  labels: Array<string>;
  due: Register<string | null>;
  priority: Register<Priority | null>;
  archived: Register<boolean>;
  life: Life;
  checklist: Array<ChecklistItem>;
  descriptionLength: number;
};

export type BoardView = {
  id: DocumentId;
  title: Register<string>;
  life: Life;
  columns: Array<ColumnView>;
  cards: Array<CardSummary>;
};

export type NoteEdit =
  | { type: "rename"; title: string }
  | { type: "move"; parent: DocumentId | null; position: string }
  | { type: "trash" }
  | { type: "restore" }
  | { type: "replace_text"; base: string; text: string }
  | { type: "append_text"; text: string };

export type NewCard = { id: CardId; title: string };

export type BoardEdit =
  | { type: "rename"; title: string }
  | { type: "move"; parent: DocumentId | null; position: string }
  | { type: "trash" }
  | { type: "restore" }
  | { type: "add_column"; id: ColumnId; title: string; after: ColumnId | null }
  | { type: "rename_column"; id: ColumnId; title: string }
  | { type: "move_column"; id: ColumnId; after: ColumnId | null }
  | { type: "set_column_limit"; id: ColumnId; limit: number | null }
  | { type: "delete_column"; id: ColumnId; moveCardsTo: ColumnId | null }
  | { type: "restore_column"; id: ColumnId }
  | { type: "add_cards"; column: ColumnId; after: CardId | null; cards: Array<NewCard> }
  | { type: "move_card"; card: CardId; column: ColumnId; after: CardId | null }
  | { type: "set_card_title"; card: CardId; title: string }
  | { type: "set_assignees"; card: CardId; assignees: Array<string> }
  | { type: "set_labels"; card: CardId; labels: Array<string> }
  | { type: "set_due"; card: CardId; due: string | null }
  | { type: "set_priority"; card: CardId; priority: Priority | null }
  | {
      type: "add_checklist_item";
      card: CardId;
      id: ChecklistItemId;
      title: string;
      after: ChecklistItemId | null;
    }
  | {
      type: "set_checklist_item";
      card: CardId;
      item: ChecklistItemId;
      title: string | null;
      done: boolean | null;
    }
  | { type: "remove_checklist_item"; card: CardId; item: ChecklistItemId }
  | { type: "archive_card"; card: CardId; archived: boolean }
  | { type: "trash_card"; card: CardId }
  | { type: "restore_card"; card: CardId }
  | { type: "replace_description"; card: CardId; base: string; text: string }
  | { type: "choose_place"; card: CardId; place: CardPlace }
  | { type: "many"; edits: Array<BoardEdit> };

export type View =
  | { type: "status" }
  | { type: "tree" }
  | { type: "note"; document: DocumentId }
  | { type: "board"; document: DocumentId }
  | { type: "card"; document: DocumentId; card: CardId }
  | { type: "text"; document: DocumentId; card: CardId | null }
  | { type: "people" }
  | { type: "peers" }
  | { type: "delivery"; document: DocumentId | null }
  | { type: "notices" }
  | { type: "trash" };

export type Request =
  | { type: "status" }
  | { type: "create_workspace"; memberName: string; workspaceName: string }
  | { type: "join_workspace"; ticket: string; memberName: string }
  | { type: "cancel_join" }
  | { type: "create_invite"; role: Role; uses: number; expiresInHours: number | null }
  | {
      type: "create_note";
      title: string;
      text: string | null;
      parent: DocumentId | null;
      after: DocumentId | null;
    }
  | {
      type: "create_board";
      title: string;
      columns: Array<string> | null;
      parent: DocumentId | null;
      after: DocumentId | null;
    }
  | { type: "edit_note"; document: DocumentId; edit: NoteEdit }
  | { type: "edit_board"; document: DocumentId; edit: BoardEdit }
  | {
      type: "place_document";
      document: DocumentId;
      parent: DocumentId | null;
      after: DocumentId | null;
    }
  | { type: "subscribe"; view: View }
  | { type: "unsubscribe"; subscription: number }
  | {
      type: "text_push";
      subscription: number;
      baseVersion: number;
      pushId: string;
      splices: Array<Splice>;
      length: number;
    }
  | { type: "read_note"; document: DocumentId }
  | { type: "read_board"; document: DocumentId }
  | { type: "list_documents"; kind: Kind | null; trashed: boolean }
  | { type: "search"; query: string; limit: number }
  | { type: "connect"; address: string }
  | { type: "reconnect" }
  | { type: "list_peers" }
  | { type: "delivery"; document: DocumentId | null }
  | { type: "audit" }
  | { type: "import_markdown"; path: string }
  | { type: "export"; path: string }
  | { type: "wait_until_idle"; timeoutMs: number; peers: number };

export type ClientMessage = { id: number; request: Request };

export type ErrorCode =
  | "not_found"
  | "invalid"
  | "denied"
  | "read_only"
  | "resync"
  | "wrong_state"
  | "storage"
  | "network"
  | "too_large"
  | "timed_out"
  | "internal";

export type ApiError = { code: ErrorCode; message: string; hint: string };

export type JoiningStep = "connecting" | "verifying" | "receiving" | "failed";
export type Joining = { step: JoiningStep; received: number; reason: string | null };

export type WorkspaceState = "empty" | "joining" | "ready" | "read_only";
export type Status = {
  state: WorkspaceState;
  memberName: string | null;
  workspaceName: string | null;
  workspaceId: string | null;
  deviceId: string;
  joining: Joining | null;
  readOnlyReason: string | null;
};

export type DeliveryState = "saved_here" | "on_its_way" | "delivered";
export type Delivery = {
  state: DeliveryState;
  devices: number;
  total: number;
  pending: number;
  words: string;
};

export type TreeItem = {
  id: DocumentId;
  kind: Kind;
  title: string;
  parent: DocumentId | null;
  position: string;
  life: Life;
  updatedAt: number;
  conflicts: number;
};
export type Listed = TreeItem & { depth: number };

export type NoteContent = {
  id: DocumentId;
  title: string;
  otherTitles: Array<string>;
  parent: DocumentId | null;
  life: Life;
  text: string;
  heads: Array<string>;
};

export type Backlink = { id: DocumentId; title: string };
export type HitPart = { text: string; hit: boolean };
export type SearchHit = {
  id: DocumentId;
  card: CardId | null;
  kind: Kind;
  title: string;
  snippet: Array<HitPart>;
};

export type Member = { id: string; name: string; role: Role; devices: number; me: boolean };
export type PeerState = "syncing" | "agreed" | "away";
export type Peer = {
  device: string;
  name: string;
  state: PeerState;
  address: string | null;
  behind: number;
  lastSeen: number | null;
};
export type Notice = { key: string; message: string; hint: string; since: number };

export type Event =
  | { type: "status"; status: Status }
  | { type: "tree"; reset: boolean; upserts: Array<TreeItem>; removed: Array<DocumentId> }
  | { type: "note"; note: NoteView; backlinks: Array<Backlink> }
  | {
      type: "board";
      reset: boolean;
      title: Register<string>;
      life: Life;
      columns: Array<ColumnView>;
      upserts: Array<CardSummary>;
      removed: Array<CardId>;
    }
  | { type: "card"; card: CardView }
  | { type: "text_reset"; version: number; text: string }
  | { type: "text_patch"; fromVersion: number; version: number; splices: Array<Splice> }
  | { type: "people"; members: Array<Member> }
  | { type: "peers"; peers: Array<Peer> }
  | { type: "delivery"; delivery: Delivery }
  | { type: "notices"; notices: Array<Notice> }
  | { type: "gone" };

export type Reply =
  | { type: "done" }
  | { type: "status"; status: Status }
  | { type: "invite"; ticket: string; link: string; addresses: Array<string> }
  | { type: "created"; id: DocumentId }
  | { type: "edited"; undo: Request | null }
  | { type: "subscribed"; subscription: number }
  | { type: "text_ack"; version: number; splices: Array<Splice> }
  | { type: "note"; note: NoteContent }
  | { type: "board"; board: BoardView }
  | { type: "documents"; documents: Array<Listed> }
  | { type: "found"; hits: Array<SearchHit> }
  | { type: "peers"; peers: Array<Peer>; listening: Array<string> }
  | { type: "delivery"; delivery: Delivery };

export type Outcome = { ok: Reply } | { error: ApiError };

export type ServerMessage =
  | { type: "reply"; id: number; result: Outcome }
  | { type: "event"; subscription: number; event: Event };
