// The shapes of the engine's API. Written by hand only until the generator writes them from Rust.


export type Kind = "note" | "board";
export type Life = "alive" | "trashed" | "kept_despite_trash";
export type Role = "owner" | "editor" | "commenter" | "viewer";
export type Priority = "low" | "medium" | "high" | "urgent";

/** A field that people may have set to several values while apart. */
export type Register<T> = { value: T; others: Array<T> };

export type Splice = { at: number; delete: number; insert: string };

export type Place = { parent: string | null; position: string };
export type CardPlace = { column: string; position: string };

export type NoteView = {
  id: string;
  title: Register<string>;
  parent: string | null;
  position: string;
  otherPlaces: Array<Place>;
  life: Life;
  textLength: number;
};

export type ColumnView = {
  id: string;
  title: Register<string>;
  limit: Register<number | null>;
  position: string;
  life: Life;
};

export type CardSummary = {
  id: string;
  place: Register<CardPlace>;
  title: string;
  assignees: Array<string>;
  labels: Array<string>;
  due: string | null;
  priority: Priority | null;
  archived: boolean;
  life: Life;
  checklistDone: number;
  checklistTotal: number;
  hasDescription: boolean;
  conflicts: number;
};

export type ChecklistItemView = {
  id: string;
  title: Register<string>;
  done: Register<boolean>;
  position: string;
  life: Life;
};

export type CardView = {
  id: string;
  place: Register<CardPlace>;
  title: Register<string>;
  assignees: Array<string>;
  labels: Array<string>;
  due: Register<string | null>;
  priority: Register<Priority | null>;
  archived: Register<boolean>;
  life: Life;
  checklist: Array<ChecklistItemView>;
  descriptionLength: number;
  conflicts: number;
};

export type BoardView = {
  id: string;
  title: Register<string>;
  parent: string | null;
  position: string;
  otherPlaces: Array<Place>;
  life: Life;
  columns: Array<ColumnView>;
  cards: Array<CardSummary>;
};

export type NoteEdit =
  | { type: "rename"; title: string }
  | { type: "move"; parent: string | null; position: string }
  | { type: "trash" }
  | { type: "restore" }
  | { type: "replace_text"; base: string; text: string }
  | { type: "append_text"; text: string }
  | { type: "take_back"; change: string; edit: NoteEdit };

export type NewCard = { id: string; title: string };

export type BoardEdit =
  | { type: "rename"; title: string }
  | { type: "move"; parent: string | null; position: string }
  | { type: "trash" }
  | { type: "restore" }
  | { type: "add_column"; id: string; title: string; after: string | null }
  | { type: "rename_column"; id: string; title: string }
  | { type: "move_column"; id: string; after: string | null }
  | { type: "set_column_limit"; id: string; limit: number | null }
  | { type: "delete_column"; id: string; moveCardsTo: string | null }
  | { type: "restore_column"; id: string }
  | { type: "add_cards"; column: string; after: string | null; cards: Array<NewCard> }
  | { type: "move_card"; card: string; column: string; after: string | null }
  | { type: "set_card_title"; card: string; title: string }
  | { type: "set_assignees"; card: string; assignees: Array<string> }
  | { type: "set_labels"; card: string; labels: Array<string> }
  | { type: "set_due"; card: string; due: string | null }
  | { type: "set_priority"; card: string; priority: Priority | null }
  | {
      type: "add_checklist_item";
      card: string;
      id: string;
      title: string;
      after: string | null;
    }
  | {
      type: "set_checklist_item";
      card: string;
      item: string;
      title: string | null;
      done: boolean | null;
    }
  | { type: "remove_checklist_item"; card: string; item: string }
  | { type: "restore_checklist_item"; card: string; item: string }
  | { type: "archive_card"; card: string; archived: boolean }
  | { type: "trash_card"; card: string }
  | { type: "restore_card"; card: string }
  | { type: "replace_description"; card: string; base: string; text: string }
  | { type: "choose_place"; card: string; place: CardPlace }
  | { type: "many"; edits: Array<BoardEdit> }
  | { type: "take_back"; change: string; edit: BoardEdit };

export type View =
  | { type: "status" }
  | { type: "tree" }
  | { type: "note"; document: string }
  | { type: "board"; document: string }
  | { type: "card"; document: string; card: string }
  | { type: "text"; document: string; card: string | null }
  | { type: "people" }
  | { type: "peers" }
  | { type: "delivery"; document: string | null }
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
      parent: string | null;
      after: string | null;
    }
  | {
      type: "create_board";
      title: string;
      columns: Array<string> | null;
      parent: string | null;
      after: string | null;
    }
  | { type: "edit_note"; document: string; edit: NoteEdit }
  | { type: "edit_board"; document: string; edit: BoardEdit }
  | {
      type: "place_document";
      document: string;
      parent: string | null;
      after: string | null;
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
  | { type: "read_note"; document: string }
  | { type: "read_board"; document: string }
  | { type: "read_card"; card: string }
  | { type: "list_documents"; kind: Kind | null; trashed: boolean }
  | { type: "search"; query: string; limit: number }
  | { type: "connect"; address: string }
  | { type: "reconnect" }
  | { type: "list_peers" }
  | { type: "delivery"; document: string | null }
  | { type: "dismiss_notice"; notice: number }
  | { type: "audit" }
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
  id: string;
  kind: Kind;
  title: string;
  parent: string | null;
  position: string;
  life: Life;
  updatedAt: number;
  conflicts: number;
};
export type Listed = TreeItem & { depth: number };

export type NoteContent = {
  id: string;
  title: string;
  otherTitles: Array<string>;
  parent: string | null;
  life: Life;
  text: string;
  heads: Array<string>;
};

export type Backlink = { id: string; title: string };
export type HitPart = { text: string; hit: boolean };
export type SearchHit = {
  id: string;
  card: string | null;
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
export type Notice = { id: number; code: string; message: string; since: number };

export type Event =
  | { type: "status"; status: Status }
  | { type: "tree"; reset: boolean; upserts: Array<TreeItem>; removed: Array<string> }
  | { type: "note"; note: NoteView; backlinks: Array<Backlink> }
  | {
      type: "board";
      reset: boolean;
      title: Register<string>;
      life: Life;
      columns: Array<ColumnView>;
      upserts: Array<CardSummary>;
      removed: Array<string>;
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
  | { type: "created"; id: string }
  | { type: "edited"; undo: Request | null }
  | { type: "subscribed"; subscription: number }
  | { type: "text_ack"; version: number; splices: Array<Splice> }
  | { type: "note"; note: NoteContent }
  | { type: "board"; board: BoardView }
  | { type: "card"; document: string; card: CardView }
  | { type: "documents"; documents: Array<Listed> }
  | { type: "found"; hits: Array<SearchHit> }
  | { type: "peers"; peers: Array<Peer>; listening: Array<string> }
  | { type: "delivery"; delivery: Delivery };

export type Outcome = { ok: Reply } | { error: ApiError };

export type ServerMessage =
  | { type: "reply"; id: number; result: Outcome }
  | { type: "event"; subscription: number; event: Event };
