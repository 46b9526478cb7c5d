import { expect, test } from "vitest";
import type { ClientMessage, Event, Status } from "./generated";
import { Connection } from "./connection";
import type { Listener, Transport } from "./connection";
import type { ApiError } from "./ipc";

const status: Status = {
  state: "ready",
  memberName: "Ana",
  workspaceName: "Kestrel",
  workspaceId: "w",
  deviceId: "d",
  deviceWords: "",
  keyProtection: null,
  joining: null,
  role: null,
  out: false,
  arriving: 0,
  readOnlyReason: null,
};

class Wire implements Transport {
  sent: ClientMessage[] = [];
  listener!: Listener;

  start(listener: Listener): void {
    this.listener = listener;
  }

  send(message: ClientMessage): void {
    this.sent.push(message);
  }

  last(): ClientMessage {
    const message = this.sent.at(-1);
    if (message === undefined) throw new Error("nothing was sent");
    return message;
  }

  subscribed(id: number, subscription: number): void {
    const ok = { type: "subscribed" as const, subscription };
    this.listener.message({ type: "reply", id, result: { ok } });
  }
}

function open(): { wire: Wire; connection: Connection } {
  const wire = new Wire();
  const connection = new Connection(wire);
  wire.listener.opened();
  return { wire, connection };
}

test("each reply reaches the request it answers, in any order", async () => {
  const { wire, connection } = open();
  const first = connection.request({ type: "status" });
  const second = connection.request({ type: "list_peers" });
  const [a, b] = wire.sent.map((message) => message.id);
  wire.listener.message({
    type: "reply",
    id: b ?? 0,
    result: { ok: { type: "peers", peers: [], attempts: [], listening: [] } },
  });
  wire.listener.message({ type: "reply", id: a ?? 0, result: { ok: { type: "status", status } } });
  expect((await first).status.memberName).toBe("Ana");
  expect((await second).peers).toEqual([]);
});

test("a refusal keeps its code, message and hint", async () => {
  const { wire, connection } = open();
  const asked = connection.request({ type: "status" });
  const error = { code: "storage" as const, message: "The disk is full.", hint: "Make room." };
  wire.listener.message({ type: "reply", id: wire.last().id, result: { error } });
  await expect(asked).rejects.toMatchObject({ ...error, name: "ApiError" });
});

test("a reply's callback runs before any message that came after it", () => {
  const { wire, connection } = open();
  const seen: string[] = [];
  connection.subscribe({ type: "text", document: "n", card: null }, (event) =>
    seen.push(event.type),
  );
  wire.subscribed(wire.last().id, 1);
  connection.call(
    { type: "text_push", subscription: 1, baseVersion: 1, pushId: "p", splices: [], length: 0 },
    () => seen.push("ack"),
  );
  const ack = { type: "text_ack" as const, version: 2, splices: [] };
  wire.listener.message({ type: "reply", id: wire.last().id, result: { ok: ack } });
  const event: Event = { type: "text_patch", fromVersion: 2, version: 3, splices: [] };
  wire.listener.message({ type: "event", subscription: 1, event });
  expect(seen).toEqual(["ack", "text_patch"]);
});

test("what is asked before the line opens is sent in order once it does", () => {
  const wire = new Wire();
  const connection = new Connection(wire);
  connection.call({ type: "status" }, () => undefined);
  connection.call({ type: "list_peers" }, () => undefined);
  expect(wire.sent).toEqual([]);
  wire.listener.opened();
  expect(wire.sent.map((message) => message.request.type)).toEqual(["status", "list_peers"]);
});

test("after a break every open subscription is made anew, under its new number", () => {
  const { wire, connection } = open();
  const names: (string | null)[] = [];
  const subscription = connection.subscribe({ type: "status" }, (event) => {
    if (event.type === "status") names.push(event.status.memberName);
  });
  wire.subscribed(wire.last().id, 4);
  expect(subscription.id).toBe(4);
  wire.listener.lost();
  expect(subscription.id).toBeNull();
  wire.listener.opened();
  wire.subscribed(wire.last().id, 9);
  expect(subscription.id).toBe(9);
  wire.listener.message({ type: "event", subscription: 9, event: { type: "status", status } });
  wire.listener.message({ type: "event", subscription: 4, event: { type: "status", status } });
  expect(names).toEqual(["Ana"]);
});

test("a subscription closed before its number came is ended at the engine too", () => {
  const { wire, connection } = open();
  const subscription = connection.subscribe({ type: "tree" }, () => undefined);
  const asked = wire.last().id;
  subscription.close();
  wire.subscribed(asked, 7);
  expect(wire.last().request).toEqual({ type: "unsubscribe", subscription: 7 });
});

test("a question lost with the line is asked again, a change is not", async () => {
  const { wire, connection } = open();
  const question = connection.request({ type: "search", query: "geese", limit: 5 });
  const change = connection.request({
    type: "edit_note",
    document: "n",
    edit: { type: "rename", title: "T" },
  });
  wire.listener.lost();
  await expect(change).rejects.toMatchObject({ code: "disconnected" });
  wire.sent = [];
  wire.listener.opened();
  expect(wire.sent.map((message) => message.request.type)).toEqual(["search"]);
  const found = { type: "found" as const, hits: [] };
  wire.listener.message({ type: "reply", id: wire.last().id, result: { ok: found } });
  expect((await question).hits).toEqual([]);
});

test("a refused subscription is told once and not tried again", () => {
  const { wire, connection } = open();
  const errors: ApiError[] = [];
  connection.subscribe(
    { type: "people" },
    () => undefined,
    (error) => errors.push(error),
  );
  const error = { code: "denied" as const, message: "Not yours.", hint: "" };
  wire.listener.message({ type: "reply", id: wire.last().id, result: { error } });
  wire.listener.lost();
  wire.sent = [];
  wire.listener.opened();
  expect(errors.map((known) => known.code)).toEqual(["denied"]);
  expect(wire.sent).toEqual([]);
});

test("why there is no line is told, again when the reason changes, and no more once it was answered on", () => {
  const wire = new Wire();
  const connection = new Connection(wire);
  const told: string[] = [];
  connection.watchLine((line, refusal) => told.push(`${line} ${refusal?.message ?? ""}`.trim()));
  wire.listener.lost({ code: "storage", message: "The disk is full.", hint: "" });
  wire.listener.lost({ code: "storage", message: "The key is damaged.", hint: "" });
  void connection.request({ type: "status" });
  wire.listener.opened();
  expect(told).toEqual([
    "lost",
    "lost The disk is full.",
    "lost The key is damaged.",
    "open The key is damaged.",
  ]);
  const ok = { type: "status" as const, status };
  wire.listener.message({ type: "reply", id: wire.last().id, result: { ok } });
  expect(told.slice(4)).toEqual(["open"]);
});
