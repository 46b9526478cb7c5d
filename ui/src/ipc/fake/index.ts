// An engine that only pretends: everything in memory, for component tests and `npm run dev`.

import type {
  ApiError as Refusal,
  Asking,
  AttachedFile,
  Authored,
  BackupReport,
  ClientMessage,
  Delivery,
  ErrorCode,
  Event,
  KeptBackup,
  KeptBackups,
  Kind,
  ListedInvite,
  ListedWorkspace,
  Member,
  MemberDevice,
  MissingNumbers,
  Notice,
  Peer,
  Reply,
  Request,
  SearchHit,
  ShortCode,
  Splice,
  Status,
  TagCount,
  View,
} from "../generated";
import type { Listener, Transport } from "../connection";
import { between, FakeDocument, freshId } from "./document";
import { FakeFiles, isFileRequest } from "./files";
import { FakeFolders, isFolderRequest } from "./folders";
import { ladderTo } from "./ladder";
import { people, seed } from "./seed";
import type { SeedDocument } from "./seed";
import { FakeStorage, isStorageRequest } from "./storage";

/** A member without a profile. */
const SAYS_NOTHING = { zone: null, hours: null, working: null, changesAt: null };

const NOW = Date.UTC(2026, 10, 22, 9, 30);
const DAY = 24 * 60 * 60 * 1_000;

class Refused extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}

/** Words of the pretended devices, which differ in their last. */
const WORDS = ["harbor", "lantern", "meadow", "orbit", "pepper"];

function deviceOf(id: string): MemberDevice {
  return { id, words: `card excite marble vapor cram ${WORDS[Number(id.slice(2)) % 5]}` };
}

/** A relay that holds everything. */
function relayAt(address: string): Peer {
  const [, , host = "", , port = ""] = address.split("/");
  return {
    device: `relay-${host}`,
    name: `${host}:${port}`,
    relay: true,
    state: "agreed",
    address,
    since: NOW - 5_400_000,
    ahead: 0,
    behind: 0,
    withheld: 0,
    forgot: null,
    lastSeen: NOW,
    bytesSent: 91_000,
    bytesReceived: 4_100,
  };
}

function backupOf(madeAt: number, number: number): KeptBackup {
  return { name: `${String(number).padStart(5, "0")}-${madeAt}.db`, madeAt, bytes: 3_480_000 };
}

type FakeText = { version: number; acked: Map<string, Reply> };

function shortCode(code: string): ShortCode {
  const addresses = ["192.168.1.20:4711"];
  const endsAt = Date.now() + 14.5 * 60_000;
  return { code, invite: "i-1", addresses, endsAt, attemptsLeft: 5, ended: null };
}

function applySplices(text: string, splices: Splice[]): string {
  let result = text;
  for (const splice of [...splices].reverse()) {
    result = result.slice(0, splice.at) + splice.insert + result.slice(splice.at + splice.delete);
  }
  return result;
}

function statusOf(state: Status["state"]): Status {
  const ready = state !== "empty";
  return {
    state,
    memberName: ready ? "Ana Sousa" : null,
    workspaceName: state === "ready" || state === "read_only" ? "Kestrel" : null,
    workspaceId: ready ? "w-1" : null,
    deviceId: "d-1",
    deviceWords: deviceOf("d-1").words,
    keyProtection: "keychain",
    joining: state === "joining" ? { step: "connecting", received: 0, reason: null } : null,
    arriving: 0,
    role: ready ? "owner" : null,
    out: false,
    readOnlyReason: state === "read_only" ? "a part of it is damaged: page 214" : null,
  };
}

export class FakeEngine implements Transport {
  status: Status;
  backups: KeptBackups = {
    backups: [1, 2, 9].map((days, index) => backupOf(NOW - days * DAY, 13 - index)),
    folder: "/home/ana/.local/share/skein/workspace.backups",
    making: false,
    planned: null,
    repairs: false,
    trouble: null,
  };
  /** What is found when documents are loaded again. */
  tried: BackupReport = { documents: 24, changes: 1_312, differences: [] };
  /** What an audit misses. */
  missing: MissingNumbers[] = [];
  documents = new Map<string, FakeDocument>();
  members: Member[] = people.map((name, index) => ({
    id: `m-${index + 1}`,
    name,
    role: index === 0 ? "owner" : "editor",
    devices: (index === 1 ? ["d-2", "d-4"] : [`d-${index + 1}`]).map(deviceOf),
    me: index === 0,
    ...SAYS_NOTHING,
  }));
  peers: Peer[] = [
    {
      device: "d-2",
      name: "Bea Okafor",
      relay: false,
      state: "agreed",
      address: "192.168.1.24:4711",
      since: NOW - 5_400_000,
      ahead: 0,
      behind: 0,
      withheld: 0,
      forgot: null,
      lastSeen: NOW,
      bytesSent: 48_200,
      bytesReceived: 51_900,
    },
    {
      device: "d-3",
      name: "Kenji Mori",
      relay: false,
      state: "away",
      address: null,
      since: null,
      ahead: 0,
      behind: 3,
      withheld: 0,
      forgot: null,
      lastSeen: NOW - 7_200_000,
      bytesSent: 0,
      bytesReceived: 0,
    },
  ];
  delivery: Delivery = {
    state: "delivered",
    devices: 1,
    total: 2,
    relays: 0,
    pending: 0,
    words: "On 1 device",
  };
  notices: Notice[] = [];
  invites: ListedInvite[] = [];
  asking: Asking[] = [];
  code: ShortCode | null = null;
  readonly files = new FakeFiles((code, message) => new Refused(code, message, ""));
  readonly storage = new FakeStorage(NOW);
  readonly folders = new FakeFolders((code, message, hint) => new Refused(code, message, hint));
  /** Somebody who was offered the recovery sheet long ago. */
  preferences: Record<string, string> = { "recovery.offered": "true" };
  /** The other workspaces of the profile. */
  others: ListedWorkspace[] = [];
  /** What is answered only by `catchUp`, as over a slow line. */
  slow: (request: Request) => boolean = () => false;
  /** Why a request is refused, where one is. */
  refuse: (request: Request) => Refusal | null = () => null;
  /** What becomes of an event on its way. */
  bend: (event: Event) => Event = (event) => event;
  /** Every request that came, in order. */
  readonly requests: Request[] = [];
  readonly #made: Authored = { member: "m-1", name: people[0] ?? "", at: NOW };
  #held: ClientMessage[] = [];
  #listener: Listener | null = null;
  #subscriptions = new Map<number, View>();
  #nextSubscription = 1;
  #texts = new Map<string, FakeText>();

  constructor(state: Status["state"] = "ready", documents: SeedDocument[] = seed) {
    this.status = statusOf(state);
    let position: string | undefined;
    for (const source of documents) {
      position = between(position, undefined);
      this.documents.set(source.id, new FakeDocument(source, position, NOW));
    }
  }

  start(listener: Listener): void {
    this.#listener = listener;
    queueMicrotask(() => listener.opened());
  }

  send(message: ClientMessage): void {
    const { id, request } = structuredClone(message);
    this.requests.push(request);
    if (this.slow(request)) this.#held.push(message);
    else this.#answer(id, request);
  }

  /** Answers what was slow. */
  catchUp(): void {
    this.slow = () => false;
    for (const { id, request } of this.#held.splice(0)) this.#answer(id, request);
  }

  #answer(id: number, request: Request): void {
    queueMicrotask(() => {
      let reply: Reply;
      let after: () => void = () => undefined;
      try {
        const refusal = this.refuse(request);
        if (refusal !== null) throw new Refused(refusal.code, refusal.message, refusal.hint);
        [reply, after] = this.#handle(request);
      } catch (error) {
        const { code, hint } =
          error instanceof Refused ? error : { code: "internal" as const, hint: "" };
        const refusal = { code, message: (error as Error).message, hint };
        this.#listener?.message({ type: "reply", id, result: { error: refusal } });
        return;
      }
      this.#listener?.message({ type: "reply", id, result: { ok: reply } });
      after();
    });
  }

  /** Breaks the line; why, where somebody says so. */
  cut(refusal?: Refusal): void {
    this.#listener?.lost(refusal);
    this.#subscriptions.clear();
  }

  /** Breaks the line and opens it again, as a restarted server would. */
  reconnect(): void {
    this.cut();
    this.#listener?.opened();
  }

  setStatus(status: Partial<Status>): void {
    this.status = { ...this.status, ...status };
    this.#tell((view) => (view.type === "status" ? { type: "status", status: this.status } : null));
  }

  /** What becomes of the short code, as when somebody uses it. */
  changeCode(change: Partial<ShortCode>): void {
    if (this.code !== null) this.code = { ...this.code, ...change };
    this.#tellCode();
  }

  /** Says how the invites stand, as when somebody came by one. */
  tellInvites(): void {
    const { invites } = this;
    this.#tell((view) => (view.type === "invites" ? { type: "invites", invites } : null));
  }

  #tellCode(): void {
    this.#tell((view) => (view.type === "code" ? { type: "code", code: this.code } : null));
  }

  #keep(change: Partial<KeptBackups>): [Reply, () => void] {
    this.backups = { ...this.backups, ...change };
    const kept = this.backups;
    const told = () =>
      this.#tell((view) => (view.type === "backups" ? { type: "backups", kept } : null));
    return [{ type: "backups", kept }, told];
  }

  #tellPreferences(): void {
    const values = this.preferences;
    this.#tell((view) => (view.type === "preferences" ? { type: "preferences", values } : null));
  }

  /** An edit by somebody else. */
  editFromAfar(document: string, change: (document: FakeDocument) => string[]): void {
    const known = this.#document(document);
    this.#changed(known, new Set(change(known)));
  }

  /** Something else is true of a file from now on, as when more of it arrives. */
  changeFile(id: string, change: Partial<AttachedFile>): void {
    this.#tellFiles(this.files.change(id, change));
  }

  #tellFiles(document: string | null): void {
    this.#tell((view) =>
      view.type === "files" && view.document === document ? this.#whole(view) : null,
    );
  }

  #handle(request: Request): [Reply, () => void] {
    const quiet = () => undefined;
    if (isFileRequest(request)) {
      const { reply, changed } = this.files.handle(request);
      return [reply, () => this.#tellFiles(changed)];
    }
    if (isFolderRequest(request)) {
      const reply = this.folders.handle(request, NOW);
      const folders = this.folders.all;
      const told = () =>
        this.#tell((view) =>
          view.type === "shared_folders" ? { type: "shared_folders", folders } : null,
        );
      return [reply, told];
    }
    if (isStorageRequest(request)) return [this.storage.handle(request), quiet];
    switch (request.type) {
      case "subscribe": {
        const { view } = request;
        if (view.type === "note" || view.type === "board") this.#document(view.document);
        const subscription = this.#nextSubscription++;
        this.#subscriptions.set(subscription, request.view);
        const first = () => this.#send(subscription, this.#whole(request.view));
        return [{ type: "subscribed", subscription }, first];
      }
      case "unsubscribe":
        this.#subscriptions.delete(request.subscription);
        return [{ type: "done" }, quiet];
      case "read_bundle": {
        const data = btoa("what is carried");
        return [{ type: "bundle_page", data, envelopes: 3, next: null }, quiet];
      }
      case "take_bundle": {
        if (atob(request.data) !== "what is carried") {
          throw new Refused("invalid", "This is not a bundle of Skein; nothing was taken in.", "");
        }
        const report = { new: 2, known: 1, refused: 0, whole: true };
        return [{ type: "bundle_taken", report }, quiet];
      }
      case "list_only_here": {
        const listed = [...this.documents.values()].filter(({ life }) => life === "alive");
        const documents = listed.slice(0, 2).map((known) => ({ ...known.treeItem(), depth: 0 }));
        return [{ type: "documents", documents }, quiet];
      }
      case "list_backups":
        return [{ type: "backups", kept: this.backups }, quiet];
      case "back_up":
        return this.#keep({ backups: [backupOf(NOW, 14), ...this.backups.backups] });
      case "restore_backup":
        return this.#keep({ planned: request.backup, repairs: false });
      case "repair":
        return this.#keep({ planned: null, repairs: true });
      case "try_backup":
        return [{ type: "backup_tried", report: this.tried }, quiet];
      case "audit": {
        const { tried, missing } = this;
        const report = { ...tried, envelopes: 96, unsealed: 0, digest: "7f3c", missing };
        return [{ type: "audit", report }, quiet];
      }
      case "status":
        return [{ type: "status", status: this.status }, quiet];
      case "create_workspace":
      case "join_workspace":
      case "name_joiner":
      case "cancel_join":
        return this.#begin(request);
      case "create_invite":
      case "recovery_sheet":
      case "invite_device": {
        const ticket = "skein1" + "kq7zr3hd5w2mvx6tn4ya".repeat(7);
        const link = `skein://join/${ticket}`;
        return [
          { type: "invite", ticket, link, addresses: ["192.168.1.20:4711"], relays: [] },
          quiet,
        ];
      }
      case "show_code":
        this.code = shortCode(this.code === null ? "K7QM-2XPD" : "9HTR-4WCB");
        return [{ type: "code", code: this.code }, () => this.#tellCode()];
      case "hide_code":
        this.code = null;
        return [{ type: "done" }, () => this.#tellCode()];
      case "create_note":
      case "create_board":
        return this.#create(request);
      case "edit_note":
      case "edit_board":
        return this.#edit(request);
      case "place_document":
        return this.#place(request);
      case "text_push":
        return this.#push(request);
      case "show_caret":
        return [{ type: "done" }, quiet];
      case "dismiss_notice": {
        this.notices = this.notices.filter((notice) => notice.id !== request.notice);
        const notices = this.notices;
        return [
          { type: "done" },
          () =>
            this.#tell((view) => (view.type === "notices" ? { type: "notices", notices } : null)),
        ];
      }
      case "set_preference": {
        const { key, value } = request;
        const others = Object.entries(this.preferences).filter(([known]) => known !== key);
        const own = value === null ? [] : [[key, value] as const];
        this.preferences = Object.fromEntries([...others, ...own]);
        return [{ type: "done" }, () => this.#tellPreferences()];
      }
      case "list_workspaces": {
        const { workspaceId: id, workspaceName: name } = this.status;
        const here = { slug: "first", id, name, here: true, trouble: null };
        return [{ type: "workspaces", workspaces: [here, ...this.others] }, quiet];
      }
      case "add_workspace":
        return [{ type: "workspace_added", slug: "k3x9ab" }, quiet];
      case "list_invites":
        return [{ type: "invites", invites: this.invites }, quiet];
      case "revoke_invite":
        this.invites = this.invites.map((known) =>
          known.id === request.invite ? { ...known, state: "closed" } : known,
        );
        return [{ type: "done" }, () => this.tellInvites()];
      case "approve": {
        const asks = this.asking.find(({ id }) => id === request.asking);
        const like = this.members.at(-1);
        if (asks !== undefined && like !== undefined) {
          const { id, name, role, device } = asks;
          const devices = [deviceOf(device)];
          this.members = [
            ...this.members,
            { ...like, id, name: name ?? "Somebody", role, devices },
          ];
        }
        return this.#answered(request.asking);
      }
      case "decline":
        return this.#answered(request.asking);
      case "add_relay":
        return this.#relays([...this.peers, relayAt(request.address)]);
      case "remove_relay":
        return this.#relays(this.peers.filter((peer) => peer.device !== request.relay));
      case "set_role":
        return this.#people((member) =>
          member.id === request.member ? { ...member, role: request.role } : member,
        );
      case "set_profile": {
        const { name, zone, hours } = request;
        const [, tell] = this.#people((member) =>
          member.me
            ? {
                ...member,
                name: name ?? member.name,
                zone: zone ?? member.zone,
                hours: hours ?? member.hours,
              }
            : member,
        );
        return [{ type: "edited", undo: null }, tell];
      }
      case "remove_member":
        return this.#people((member) => (member.id === request.member ? null : member));
      case "remove_device":
        return this.#people((member) => ({
          ...member,
          devices: member.devices.filter((device) => device.id !== request.device),
        }));
      case "leave": {
        this.status = {
          ...this.status,
          state: "read_only",
          role: null,
          out: true,
          readOnlyReason: "you are no longer part of this workspace",
        };
        return [{ type: "status", status: this.status }, () => this.setStatus({})];
      }
      case "list_tags":
        return [{ type: "tags", tags: this.#tags() }, quiet];
      case "search":
        return [{ type: "found", hits: this.#search(request.query, request.limit) }, quiet];
      case "connect":
        throw new Refused(
          "network",
          "Nobody answered at that address.",
          "Check that Skein is open there.",
        );
      case "list_peers":
        return [
          { type: "peers", peers: this.peers, attempts: [], listening: ["192.168.1.20:4711"] },
          quiet,
        ];
      case "delivery":
        return [{ type: "delivery", delivery: this.delivery }, quiet];
      default:
        return [{ type: "done" }, quiet];
    }
  }

  /** Changes who is in, as an owner may; never to nobody in charge. */
  #relays(peers: Peer[]): [Reply, () => void] {
    this.peers = peers;
    return [
      { type: "done" },
      () =>
        this.#tell((view) =>
          view.type === "peers" ? { type: "peers", peers, attempts: [] } : null,
        ),
    ];
  }

  #answered(answered: string): [Reply, () => void] {
    this.asking = this.asking.filter(({ id }) => id !== answered);
    const { asking, members } = this;
    return [
      { type: "done" },
      () =>
        this.#tell((view) => {
          if (view.type === "people") return { type: "people", members };
          return view.type === "asking" ? { type: "asking", asking } : null;
        }),
    ];
  }

  #people(change: (member: Member) => Member | null): [Reply, () => void] {
    const members = this.members.flatMap((member) => change(member) ?? []);
    if (!members.some(({ role }) => role === "owner")) {
      throw new Refused(
        "invalid",
        "That would leave the workspace without an owner; make somebody else an owner first.",
        "",
      );
    }
    this.members = members;
    return [
      { type: "done" },
      () => this.#tell((view) => (view.type === "people" ? { type: "people", members } : null)),
    ];
  }

  #begin(request: Request): [Reply, () => void] {
    if (request.type === "create_workspace") {
      const { memberName, workspaceName } = request;
      this.documents.clear();
      this.status = { ...statusOf("ready"), memberName, workspaceName };
      this.members = [
        {
          id: "m-1",
          name: memberName,
          role: "owner",
          devices: [deviceOf("d-1")],
          me: true,
          ...SAYS_NOTHING,
        },
      ];
      this.peers = [];
      this.delivery = {
        state: "saved_here",
        devices: 0,
        total: 0,
        relays: 0,
        pending: 0,
        words: "Saved here",
      };
    } else if (request.type === "join_workspace") {
      if (!request.ticket.includes("skein1")) {
        throw new Refused(
          "invalid",
          "This is not an invite.",
          "Paste all of it, from skein1 to its end.",
        );
      }
      this.status = { ...statusOf("joining"), memberName: request.memberName ?? null };
    } else if (request.type === "name_joiner") {
      const { memberName } = request;
      const joining = { step: "verifying" as const, received: 0, reason: null };
      this.status = { ...this.status, memberName, joining };
    } else {
      this.status = statusOf("empty");
    }
    return [{ type: "status", status: this.status }, () => this.setStatus({})];
  }

  #create(request: Request & { type: "create_note" | "create_board" }): [Reply, () => void] {
    const kind: Kind = request.type === "create_note" ? "note" : "board";
    const titles = (request.type === "create_board" && request.columns) || [
      "To do",
      "Doing",
      "Done",
    ];
    const source: SeedDocument = {
      id: freshId(kind),
      kind,
      title: request.title,
      text: request.type === "create_note" ? (request.text ?? "") : "",
      ...(kind === "board" ? { columns: titles.map((title) => ({ title, cards: [] })) } : {}),
      ...(request.parent === null ? {} : { parent: request.parent }),
    };
    const siblings = this.#siblings(request.parent);
    const position = this.#positionAfter(siblings, request.after ?? siblings.at(-1)?.id ?? null);
    const document = new FakeDocument(source, position, NOW);
    this.documents.set(document.id, document);
    return [{ type: "created", id: document.id }, () => this.#changed(document, new Set())];
  }

  #edit(request: Request & { type: "edit_note" | "edit_board" }): [Reply, () => void] {
    const document = this.#document(request.document);
    const touched = new Set<string>();
    let undo: Request | null = null;
    if (request.type === "edit_note") {
      const edit = document.editHeader(request.edit);
      if (edit !== null) undo = { ...request, edit };
    } else {
      const edit = document.editBoard(request.edit, touched);
      if (edit !== null) undo = { ...request, edit };
    }
    return [{ type: "edited", undo }, () => this.#changed(document, touched)];
  }

  #place(request: Request & { type: "place_document" }): [Reply, () => void] {
    const document = this.#document(request.document);
    const siblings = this.#siblings(request.parent).filter((item) => item !== document);
    const edit = {
      type: "move" as const,
      parent: request.parent,
      position: this.#positionAfter(siblings, request.after),
    };
    const back = document.editHeader(edit);
    const undo: Request | null =
      back === null ? null : { type: "edit_note", document: document.id, edit: back };
    return [{ type: "edited", undo }, () => this.#changed(document, new Set())];
  }

  #push(request: Request & { type: "text_push" }): [Reply, () => void] {
    const view = this.#subscriptions.get(request.subscription);
    if (view?.type !== "text") throw new Refused("resync", "The text was reloaded.", "");
    const document = this.#document(view.document);
    const state = this.#text(view);
    const known = state.acked.get(request.pushId);
    if (known !== undefined) return [known, () => undefined];
    if (request.baseVersion !== state.version) throw new Refused("resync", "Out of step.", "");
    document.setText(view.card, applySplices(document.textOf(view.card), request.splices));
    const fromVersion = state.version;
    state.version += 1;
    const reply: Reply = { type: "text_ack", version: state.version, splices: [] };
    state.acked.set(request.pushId, reply);
    const tell = () => {
      for (const [id, other] of this.#subscriptions) {
        if (id === request.subscription || JSON.stringify(other) !== JSON.stringify(view)) continue;
        this.#send(id, {
          type: "text_patch",
          fromVersion,
          version: state.version,
          splices: request.splices,
        });
      }
    };
    return [reply, tell];
  }

  #text(view: View & { type: "text" }): FakeText {
    const key = `${view.document}/${view.card ?? ""}`;
    let state = this.#texts.get(key);
    if (state === undefined) this.#texts.set(key, (state = { version: 1, acked: new Map() }));
    return state;
  }

  #siblings(parent: string | null): FakeDocument[] {
    return [...this.documents.values()]
      .filter((document) => document.parent === parent && document.life === "alive")
      .sort((a, b) => (a.position < b.position ? -1 : 1));
  }

  #positionAfter(siblings: FakeDocument[], after: string | null): string {
    const index = siblings.findIndex((sibling) => sibling.id === after);
    return between(siblings[index]?.position, siblings[index + 1]?.position);
  }

  #document(id: string): FakeDocument {
    const document = this.documents.get(id);
    if (document === undefined)
      throw new Refused("not_found", "There is no such document here.", "");
    return document;
  }

  #tags(): TagCount[] {
    const counts = new Map<string, number>();
    for (const { text, life } of this.documents.values()) {
      const found = life === "trashed" ? [] : text.matchAll(/(?<=^|\s)#(\p{L}[\p{L}\p{N}_-]*)/gu);
      for (const tag of new Set([...found].map((match) => (match[1] ?? "").toLowerCase()))) {
        counts.set(tag, (counts.get(tag) ?? 0) + 1);
      }
    }
    return [...counts].sort().map(([tag, count]) => ({ tag, count }));
  }

  #search(query: string, limit: number): SearchHit[] {
    const wanted = query.trim().toLowerCase();
    const hits: SearchHit[] = [];
    const look = (document: FakeDocument, card: string | null, title: string, text: string) => {
      const whole = `${title}\n${text}`;
      const at = whole.toLowerCase().indexOf(wanted);
      if (wanted === "" || at < 0 || document.life === "trashed") return;
      const end = at + wanted.length;
      hits.push({
        id: document.id,
        card,
        kind: document.kind,
        title,
        snippet: [
          { text: whole.slice(Math.max(0, at - 32), at).replace(/\n/g, " "), hit: false },
          { text: whole.slice(at, end), hit: true },
          { text: whole.slice(end, end + 60).replace(/\n/g, " "), hit: false },
        ],
      });
    };
    for (const document of this.documents.values()) {
      look(document, null, document.title.value, document.text);
      for (const card of document.cards.values()) {
        look(document, card.id, card.title.value, card.description);
      }
    }
    return hits.slice(0, limit);
  }

  #whole(view: View): Event {
    const document = "document" in view ? this.documents.get(view.document ?? "") : undefined;
    const items = (trashed: boolean) =>
      [...this.documents.values()]
        .filter((known) => (known.life === "trashed") === trashed)
        .map((known) => known.treeItem());
    switch (view.type) {
      case "status":
        return { type: "status", status: this.status };
      case "tree":
        return { type: "tree", reset: true, upserts: items(false), removed: [] };
      case "trash":
        return { type: "tree", reset: true, upserts: items(true), removed: [] };
      case "people":
        return { type: "people", members: this.members };
      case "asking":
        return { type: "asking", asking: this.asking };
      case "invites":
        return { type: "invites", invites: this.invites };
      case "peers":
        return { type: "peers", peers: this.peers, attempts: [] };
      case "ladder": {
        const peer = this.peers.find((known) => known.device === view.device);
        return peer === undefined ? { type: "gone" } : { type: "ladder", ladder: ladderTo(peer) };
      }
      case "delivery":
        return { type: "delivery", delivery: this.delivery };
      case "files":
        return { type: "files", files: this.files.of(view.document) };
      case "notices":
        return { type: "notices", notices: this.notices };
      case "backups":
        return { type: "backups", kept: this.backups };
      case "shared_folders":
        return { type: "shared_folders", folders: this.folders.all };
      case "preferences":
        return { type: "preferences", values: this.preferences };
      case "code":
        return { type: "code", code: this.code };
      default:
        return document === undefined ? { type: "gone" } : this.#wholeOf(view, document);
    }
  }

  #wholeOf(view: View, document: FakeDocument): Event {
    if (view.type === "note") return this.#noteEvent(document);
    if (view.type === "text") {
      return {
        type: "text_reset",
        version: this.#text(view).version,
        text: document.textOf(view.card),
      };
    }
    if (view.type === "card") {
      const card = document.cards.get(view.card);
      return card === undefined
        ? { type: "gone" }
        : { type: "card", card: document.cardView(card), created: this.#made, edited: this.#made };
    }
    const { title, life, columns, cards } = document.boardView();
    return { type: "board", reset: true, title, life, columns, upserts: cards, removed: [] };
  }

  #noteEvent(document: FakeDocument): Event {
    const backlinks = [...this.documents.values()]
      .filter((other) => other.text.includes(`[[${document.title.value}`))
      .map(({ id, title }) => ({ id, title: title.value, context: [] }));
    return {
      type: "note",
      note: document.noteView(),
      backlinks,
      created: this.#made,
      edited: this.#made,
    };
  }

  #changed(document: FakeDocument, touched: Set<string>): void {
    const trashed = document.life === "trashed";
    this.#tell((view) => {
      if (view.type === "tree" || view.type === "trash") {
        const here = (view.type === "trash") === trashed;
        return {
          type: "tree",
          reset: false,
          upserts: here ? [document.treeItem()] : [],
          removed: here ? [] : [document.id],
        };
      }
      if (!("document" in view) || view.document !== document.id) return null;
      if (view.type === "note") return this.#noteEvent(document);
      if (view.type === "board") {
        const { title, life, columns, cards } = document.boardView();
        const upserts = cards.filter((card) => touched.has(card.id));
        return { type: "board", reset: false, title, life, columns, upserts, removed: [] };
      }
      return view.type === "card" && touched.has(view.card) ? this.#wholeOf(view, document) : null;
    });
  }

  #tell(news: (view: View) => Event | null): void {
    for (const [subscription, view] of this.#subscriptions) {
      const event = news(view);
      if (event !== null) this.#send(subscription, event);
    }
  }

  #send(subscription: number, event: Event): void {
    const told = this.bend(structuredClone(event));
    this.#listener?.message({ type: "event", subscription, event: told });
  }
}

/** A workspace of `count` notes, for trying long lists. */
export function manyNotes(count: number): SeedDocument[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `many-${index}`,
    kind: "note",
    title: `Note ${index + 1}`,
    ...(index % 10 === 0 ? {} : { parent: `many-${index - (index % 10)}` }),
  }));
}

/** A board of `count` cards over four columns. */
export function largeBoard(count: number): SeedDocument {
  const columns = ["To do", "Doing", "Review", "Done"].map((title, column) => ({
    title,
    cards: Array.from({ length: Math.ceil(count / 4) }, (_, index) => ({
      title: `Card ${index * 4 + column + 1} of a long list that somebody keeps`,
    })),
  }));
  return { id: "b-large", kind: "board", title: "A large board", columns };
}
