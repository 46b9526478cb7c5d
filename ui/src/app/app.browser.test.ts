import { tick } from "svelte";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { FakeEngine, largeBoard } from "../ipc/fake";
import type { SeedDocument } from "../ipc/fake/seed";
import type { Status } from "../ipc";
import { cameBy, invited } from "./stories/kit";
import { close, faults, loadAll, open } from "./stories/stage";

let fake: FakeEngine;

async function show(
  hash = "#/",
  state: Status["state"] = "ready",
  documents?: SeedDocument[],
): Promise<void> {
  fake = new FakeEngine(state, documents);
  await open(fake, hash);
}

beforeAll(loadAll, 120_000);
afterEach(close);

function lane(name: string): string[] {
  return [...document.querySelectorAll(`[aria-label="Cards in ${name}"] [data-card] .title`)].map(
    (title) => title.textContent ?? "",
  );
}

function spoken(): string {
  return [...document.querySelectorAll('[aria-live="polite"]')]
    .map((region) => region.textContent)
    .join(" ");
}

function point(type: string, target: Element, x: number, y: number): void {
  const init = { clientX: x, clientY: y, pointerId: 1, isPrimary: true, button: 0, bubbles: true };
  // What is in the air has left the page; the pointer has not.
  (target.isConnected ? target : document.body).dispatchEvent(new PointerEvent(type, init));
}

async function frames(count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) await new Promise((done) => requestAnimationFrame(done));
}

async function dragCard(title: string, toLane: string, before: string | null): Promise<Element> {
  const card = page.getByRole("button", { name: title }).element();
  const from = card.getBoundingClientRect();
  const list = page.getByRole("list", { name: `Cards in ${toLane}` }).element();
  const place =
    before === null
      ? { left: list.getBoundingClientRect().left, top: list.getBoundingClientRect().bottom + 40 }
      : page.getByRole("button", { name: before }).element().getBoundingClientRect();
  point("pointerdown", card, from.left + 10, from.top + 5);
  point("pointermove", card, from.left + 20, from.top + 15);
  await frames(2);
  point("pointermove", card, place.left + 20, place.top + 5);
  await frames(3);
  return card;
}

test("a name and a workspace's name are all that it takes to begin", async () => {
  await show("#/", "empty");
  await page.getByRole("textbox", { name: "Your name" }).fill("Ana");
  await page.getByRole("textbox", { name: "Workspace name" }).fill("Geese");
  expect(await faults()).toEqual([]);
  await page.getByRole("radio", { name: "Empty" }).click();
  await page.getByRole("button", { name: "Create workspace" }).click();
  await expect.element(page.getByText("An empty workspace")).toBeVisible();
  expect(fake.requests.find((request) => request.type === "create_workspace")).toEqual({
    type: "create_workspace",
    memberName: "Ana",
    workspaceName: "Geese",
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  });
});

test("a text that is no invite is refused where it was typed; a join shows its steps and its failure", async () => {
  await show("#/", "empty");
  await page.getByRole("radio", { name: "Join with an invite" }).click();
  await page.getByRole("textbox", { name: "Your name" }).fill("Bea");
  await page.getByRole("textbox", { name: "Invite" }).fill("hello");
  await page.getByRole("button", { name: "Join", exact: true }).click();
  await expect.element(page.getByRole("alert")).toHaveTextContent("This is not an invite.");
  await page.getByRole("textbox", { name: "Invite" }).fill("skein1abc");
  await page.getByRole("button", { name: "Join", exact: true }).click();
  await expect.element(page.getByText("Looking for a device")).toBeVisible();
  expect(await faults()).toEqual([]);
  fake.setStatus({ joining: { step: "failed", received: 0, reason: "Nobody answered." } });
  await expect.element(page.getByRole("alert")).toHaveTextContent("Nobody answered.");
});

test("a join that nobody answers says after a while what may be missing, until something is heard", async () => {
  // What is waited for this long is not waited for here.
  const soon = (milliseconds = 0) => (milliseconds === 20_000 ? 0 : milliseconds);
  const wait = window.setTimeout.bind(window);
  vi.stubGlobal("setTimeout", (run: () => void, ms?: number) => wait(run, soon(ms)));
  await show("#/", "joining");
  const told = page.getByText(/Nobody has answered so far/);
  await expect.element(told).toBeVisible();
  expect(await faults()).toEqual([]);
  fake.setStatus({ joining: { step: "verifying", received: 0, reason: null } });
  await expect.element(told).not.toBeInTheDocument();
  vi.unstubAllGlobals();
});

test("who mistyped or gave up a join finds what was typed", async () => {
  await show("#/", "empty");
  await page.getByRole("radio", { name: "Join with an invite" }).click();
  await page.getByRole("textbox", { name: "Invite" }).fill("skein1typed");
  await page.getByRole("textbox", { name: "Your name" }).fill("Bea");
  await page.getByRole("button", { name: "Join", exact: true }).click();
  fake.setStatus({
    state: "joining",
    joining: { step: "wrong_code", received: 0, reason: null },
  });
  await page.getByRole("button", { name: "Type it again" }).click();
  expect(fake.requests).toContainEqual({ type: "cancel_join" });
  fake.setStatus({ state: "empty", joining: null });
  const invite = page.getByRole("textbox", { name: "Invite" });
  await expect.element(invite).toHaveValue("skein1typed");
  await expect.element(invite).toHaveFocus();
  await expect.element(page.getByRole("textbox", { name: "Your name" })).toHaveValue("Bea");
});

test("a card dragged to another column is moved once, at the slot", async () => {
  await show("#/board/b-launch");
  await expect.element(page.getByRole("button", { name: "Icon at 16 px" })).toBeVisible();
  const card = await dragCard("Icon at 16 px", "Done", "Agree on the licence");
  point("pointerup", card, 0, 0);
  await expect.poll(() => document.querySelector(".sortable-ghost")).toBeNull();
  const moves = fake.requests.filter((request) => request.type === "edit_board");
  expect(moves).toHaveLength(1);
  expect(document.querySelectorAll("[data-card]")).toHaveLength(9);
});

test("a drag lands before the card under the pointer, and Escape takes it back", async () => {
  await show("#/board/b-launch");
  await expect.element(page.getByRole("button", { name: "Icon at 16 px" })).toBeVisible();
  const card = await dragCard("Icon at 16 px", "Done", "Agree on the licence");
  const place = page.getByRole("button", { name: "Agree on the licence" }).element();
  const box = place.getBoundingClientRect();
  await userEvent.keyboard("{Escape}");
  await expect.poll(() => document.querySelector(".sortable-ghost")).toBeNull();
  expect(fake.requests.filter((request) => request.type === "edit_board")).toEqual([]);
  expect(lane("Doing")).toContain("Icon at 16 px");
  point("pointerup", card, box.left, box.top);

  const again = await dragCard("Icon at 16 px", "Done", "Agree on the licence");
  const target = page.getByRole("button", { name: "Agree on the licence" }).element();
  const at = target.getBoundingClientRect();
  point("pointerup", again, at.left + 20, at.top - 40);
  await expect
    .poll(() => lane("Done"))
    .toEqual(["Name the app", "Icon at 16 px", "Agree on the licence"]);
});

test("while a card is dragged nothing under it reacts, but a wheel turns its list", async () => {
  await show("#/board/b-large", "ready", [largeBoard(240)]);
  const first = "Card 1 of a long list that somebody keeps";
  await expect.element(page.getByRole("button", { name: first, exact: true })).toBeVisible();
  const scrolled = (): number[] =>
    [...document.querySelectorAll("main *")].map(({ scrollTop }) => scrollTop).filter(Boolean);
  const card = page.getByRole("button", { name: first, exact: true }).element();
  const { left, top } = card.getBoundingClientRect();
  const [x, y] = [left + 20, top + 25];
  point("pointerdown", card, left + 10, top + 5);
  point("pointermove", card, x, y);
  await frames(2);
  const under = (): Element => document.elementFromPoint(x, y) ?? document.body;
  const shield = under();
  expect(shield.closest("main")).toBeNull();
  expect(getComputedStyle(shield).cursor).toBe("grabbing");
  shield.dispatchEvent(new WheelEvent("wheel", { deltaY: 300, bubbles: true }));
  expect(scrolled()).toEqual([300]);
  point("pointerup", card, x, y);
  await expect.poll(() => document.querySelector(".sortable-ghost")).toBeNull();
  expect(under().closest("main")).not.toBeNull();
});

test("a card held at the edge of a long column scrolls it, and lands where the pointer is then", async () => {
  await show("#/board/b-large", "ready", [largeBoard(240)]);
  const first = "Card 1 of a long list that somebody keeps";
  await expect.element(page.getByRole("button", { name: first, exact: true })).toBeVisible();
  const list = page.getByRole("list", { name: "Cards in To do" }).element();
  const scroller = (): Element => {
    let up: Element | null = list;
    while (up !== null && up.scrollHeight <= up.clientHeight + 1) up = up.parentElement;
    return up ?? list;
  };
  const card = page.getByRole("button", { name: first, exact: true }).element();
  const from = card.getBoundingClientRect();
  const edge = scroller().getBoundingClientRect().bottom - 6;
  point("pointerdown", card, from.left + 10, from.top + 5);
  point("pointermove", card, from.left + 20, from.top + 25);
  await frames(2);
  point("pointermove", card, from.left + 20, edge);
  await expect.poll(() => scroller().scrollTop).toBeGreaterThan(900);
  point("pointermove", card, from.left + 20, edge - 200);
  await frames(3);
  const stopped = scroller().scrollTop;
  await frames(3);
  expect(scroller().scrollTop).toBe(stopped);
  point("pointerup", card, from.left + 20, edge - 200);
  await expect.poll(() => document.querySelector(".sortable-ghost")).toBeNull();
  const [move] = fake.requests.flatMap((request) =>
    request.type === "edit_board" ? [request.edit] : [],
  );
  expect(move?.type).toBe("move_card");
  const cards = [...(fake.documents.get("b-large")?.cards.values() ?? [])];
  const column = cards
    .filter((known) => known.place.value.column === cards[0]?.place.value.column)
    .sort((a, b) => (a.place.value.position < b.place.value.position ? -1 : 1))
    .map(({ title }) => title.value);
  expect(column.indexOf(first)).toBeGreaterThan(10);
});

test("the keyboard moves a card, keeps the focus on it, says where it lies, and takes it back", async () => {
  await show("#/board/b-launch");
  const card = page.getByRole("button", { name: "Icon at 16 px" });
  await expect.element(card).toBeVisible();
  (card.element() as HTMLElement).focus();
  await userEvent.keyboard("{Control>}{ArrowRight}{/Control}");
  await expect
    .poll(() => lane("Done"))
    .toEqual(["Name the app", "Icon at 16 px", "Agree on the licence"]);
  await expect.poll(spoken).toContain("Moved Icon at 16 px to Done, 2 of 3");
  await expect.element(card).toHaveFocus();
  await userEvent.keyboard(",");
  await expect.poll(() => lane("Doing")).toContain("Icon at 16 px");
  await userEvent.keyboard("{Control>}z{/Control}");
  await expect.poll(() => lane("Done")).toContain("Icon at 16 px");
  await expect.poll(spoken).toContain("Undone");
});

test("arrows go from card to card, Enter opens one, Escape closes it and gives the focus back", async () => {
  await show("#/board/b-launch");
  const first = page.getByRole("button", { name: "Write the first-week guide" });
  await expect.element(first).toBeVisible();
  (first.element() as HTMLElement).focus();
  await userEvent.keyboard("{ArrowRight}{ArrowDown}");
  const card = page.getByRole("button", { name: "Icon at 16 px" });
  await expect.element(card).toHaveFocus();
  await userEvent.keyboard("{Enter}");
  const panel = page.getByRole("region", { name: "Card: Icon at 16 px" });
  await expect.element(panel).toBeVisible();
  expect(await faults()).toEqual([]);
  await userEvent.keyboard("{Escape}");
  await expect.element(panel).not.toBeInTheDocument();
  await expect.element(card).toHaveFocus();
});

test("quick add stays ready, and a paste of lines adds them all as one step", async () => {
  await show("#/board/b-launch");
  await page.getByRole("button", { name: "Add a card to Done" }).click();
  const field = page.getByRole("textbox", { name: "New card in Done" });
  await userEvent.keyboard("First{Enter}Second{Enter}");
  await expect.poll(() => lane("Done").slice(-2)).toEqual(["First", "Second"]);
  await expect.element(field).toHaveFocus();
  const clipboard = new DataTransfer();
  clipboard.setData("text/plain", "- Third\n- Fourth\n");
  const paste = new ClipboardEvent("paste", { clipboardData: clipboard, bubbles: true });
  field.element().dispatchEvent(paste);
  await page.getByRole("button", { name: "Add 2 cards" }).click();
  await expect.poll(() => lane("Done").slice(-2)).toEqual(["Third", "Fourth"]);
  await userEvent.keyboard("{Escape}");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => lane("Done").slice(-2)).toEqual(["First", "Second"]);
});

test("both places of a card moved apart are shown, and one click chooses", async () => {
  await show("#/board/b-launch");
  const apart = page.getByRole("group", { name: "Set apart, Column: Doing or Done" });
  await expect.element(apart).toBeVisible();
  expect(await faults()).toEqual([]);
  await page.getByRole("button", { name: "Choose Done" }).click();
  await expect.element(apart).not.toBeInTheDocument();
  expect(lane("Done")).toContain("Relay on a five-euro machine");
});

test("a column with cards asks where they go before it is deleted", async () => {
  await show("#/board/b-launch");
  await page.getByRole("button", { name: "Menu of Doing" }).click();
  await page.getByRole("menuitem", { name: "Delete column" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete “Doing”?" });
  await expect.element(dialog).toBeVisible();
  expect(await faults()).toEqual([]);
  await page.getByRole("radio", { name: "Move to Done" }).click();
  await page.getByRole("button", { name: "Delete column" }).click();
  await expect.poll(() => lane("Done")).toContain("Icon at 16 px");
});

test("a note's title is typed in place and two titles are both offered", async () => {
  await show("#/note/n-pricing");
  const title = page.getByRole("textbox", { name: "Note title" });
  await expect.element(title).toHaveValue("Pricing");
  expect(await faults()).toEqual([]);
  await page.getByRole("button", { name: "Choose What it costs" }).click();
  await expect.element(title).toHaveValue("What it costs");
  await title.fill("Money");
  await userEvent.keyboard("{Enter}");
  await expect.element(page.getByRole("treeitem", { name: "Money" })).toBeVisible();
});

test("who clicks a document in the tree is in it: a note takes words, a board its keys", async () => {
  await show();
  await page.getByRole("treeitem", { name: "Start here" }).click();
  await expect.element(page.getByRole("textbox", { name: "Note text" })).toHaveFocus();
  await page.getByRole("treeitem", { name: "Launch" }).click();
  await expect.poll(() => document.activeElement?.matches("[data-card]")).toBe(true);
  await userEvent.keyboard("v");
  await expect.element(page.getByRole("table", { name: "List" })).toBeVisible();
  await userEvent.keyboard("c");
  const field = page.getByRole("textbox", { name: /^New card in/ });
  await expect.element(field).toHaveFocus();
  await userEvent.keyboard("Count the herons{Enter}{Escape}");
  await expect.element(page.getByRole("cell", { name: "Count the herons" })).toBeVisible();
  await expect.poll(() => document.activeElement?.textContent).toContain("Count the herons");
});

test("undo right behind a new note puts that note in the trash, and nothing older back", async () => {
  await show("#/note/n-interviews");
  const title = page.getByRole("textbox", { name: "Note title" });
  await title.fill("Calls");
  await userEvent.keyboard("{Enter}");
  const row = page.getByRole("treeitem", { name: "Untitled note" });
  await userEvent.keyboard("{Control>}n{/Control}");
  await expect.element(row).toBeVisible();
  (row.element() as HTMLElement).focus();
  await userEvent.keyboard("{Control>}z{/Control}");
  await expect.element(page.getByText("This lies in the trash.")).toBeVisible();
  expect(fake.documents.get("n-interviews")?.title.value).toBe("Calls");
  await userEvent.keyboard("{Control>}{Shift>}z{/Shift}{/Control}");
  await expect.element(row).toBeVisible();
});

test("the tree is walked, opened, renamed and reordered by keyboard", async () => {
  await show("#/note/n-welcome");
  const first = page.getByRole("treeitem", { name: "Start here" });
  await expect.element(first).toBeVisible();
  (first.element() as HTMLElement).focus();
  await userEvent.keyboard("{ArrowDown}{ArrowDown}{ArrowRight}{ArrowRight}");
  await expect.element(page.getByRole("treeitem", { name: /Pricing/ })).toHaveFocus();
  await userEvent.keyboard("{Alt>}{ArrowLeft}{/Alt}");
  await expect.poll(spoken).toContain("Moved Pricing to the top level, 4 of 6");
  await userEvent.keyboard("{F2}");
  await expect.element(page.getByRole("textbox", { name: "Rename Pricing" })).toHaveFocus();
  await userEvent.keyboard("Prices{Enter}");
  await expect.element(page.getByRole("treeitem", { name: "Prices" })).toHaveFocus();
});

test("search answers as one types and opens the card that was found", async () => {
  await show("#/note/n-welcome");
  await expect.element(page.getByRole("textbox", { name: "Note title" })).toBeVisible();
  await userEvent.keyboard("{Control>}{Shift>}f{/Shift}{/Control}");
  await expect.element(page.getByRole("combobox", { name: "Search" })).toHaveFocus();
  await userEvent.keyboard("icon");
  await expect.element(page.getByRole("option", { name: /Icon at 16 px/ })).toBeVisible();
  expect(await faults()).toEqual([]);
  await userEvent.keyboard("{Enter}");
  await expect.element(page.getByRole("region", { name: "Card: Icon at 16 px" })).toBeVisible();
});

test("what is typed in the same breath as the palette is opened is its own, and no key of the board", async () => {
  await show("#/board/b-launch");
  const card = page.getByRole("button", { name: "Icon at 16 px" });
  await expect.element(card).toBeVisible();
  (card.element() as HTMLElement).focus();
  for (const [key, ctrlKey] of [
    ["k", true],
    ["e", false],
    ["x", false],
  ] as const) {
    const pressed = {
      key,
      code: `Key${key.toUpperCase()}`,
      ctrlKey,
      bubbles: true,
      cancelable: true,
    };
    document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", pressed));
    await tick();
  }
  await expect.element(page.getByRole("combobox", { name: "Command palette" })).toHaveValue("ex");
  expect(fake.requests.filter((request) => request.type === "edit_board")).toEqual([]);
});

test("an invite is made with a role and shown as link, text and picture", async () => {
  await show();
  await page.getByRole("button", { name: "Invite someone" }).click();
  await page.getByRole("button", { name: "Make invite" }).click();
  await expect.element(page.getByRole("textbox", { name: "Invite link" })).toBeVisible();
  await expect.element(page.getByRole("img", { name: "The invite as a QR code" })).toBeVisible();
  expect(await faults()).toEqual([]);
  await userEvent.keyboard("{Escape}");
  await expect.element(page.getByRole("button", { name: "Invite someone" })).toHaveFocus();
});

test("people and connections are shown in words, and a failed address says why", async () => {
  await show();
  await page.getByRole("button", { name: "3 people" }).click();
  await expect.element(page.getByText("Connected, both hold the same")).toBeVisible();
  await page.getByRole("textbox", { name: "Address" }).fill("10.0.0.9:1");
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await expect.element(page.getByRole("alert")).toHaveTextContent("Nobody answered");
  expect(await faults()).toEqual([]);
});

test("one's own devices are listed, a further one is let in by link and picture, and one goes with plain words", async () => {
  await show();
  fake.members = fake.members.map((member) =>
    member.me ? { ...member, devices: ["d-1", "d-2"].map((id) => ({ id, words: id })) } : member,
  );
  await page.getByRole("button", { name: "3 people" }).click();
  await userEvent.keyboard("{Escape}");
  await userEvent.keyboard("{Control>},{/Control}");
  await expect.element(page.getByRole("heading", { name: "Your devices" })).toBeVisible();
  await expect.element(page.getByText("Another device of yours")).toBeVisible();
  expect(await faults()).toEqual([]);
  await page.getByRole("button", { name: "Add a device" }).click();
  await expect.element(page.getByRole("img", { name: "The invite as a QR code" })).toBeVisible();
  await expect.element(page.getByRole("textbox", { name: "Invite link" })).toBeVisible();
  await expect.element(page.getByRole("button", { name: "Copy link" })).toHaveFocus();
  expect(spoken()).toContain("The invite is made");
  expect(await faults()).toEqual([]);
  expect(fake.requests.filter(({ type }) => type.startsWith("invite"))).toEqual([
    { type: "invite_device" },
  ]);
  await page.getByRole("button", { name: "Remove device d-2" }).click();
  await expect.element(page.getByText(/stays on it and can be read there/)).toBeVisible();
  expect(await faults()).toEqual([]);
  await page.getByRole("button", { name: "Remove device", exact: true }).click();
  await expect.element(page.getByText("Another device of yours")).not.toBeInTheDocument();
  expect(fake.requests).toContainEqual({ type: "remove_device", device: "d-2" });
});

test("a recovery sheet is explained, made, shown once and gone with its dialog", async () => {
  await show();
  await userEvent.keyboard("{Control>},{/Control}");
  await page.getByRole("button", { name: "Recovery sheet…" }).click();
  await expect.element(page.getByText(/Whoever has it can be you here/)).toBeVisible();
  await expect.element(page.getByText(/It holds no work/)).toBeVisible();
  expect(await faults()).toEqual([]);
  expect(fake.requests).not.toContainEqual({ type: "recovery_sheet" });
  await page.getByRole("button", { name: "Make the sheet" }).click();
  const sheet = page.getByRole("article", { name: "Recovery sheet" });
  await expect.element(sheet.getByRole("img", { name: "The invite as a QR code" })).toBeVisible();
  await expect.element(sheet.getByText(/^SKEIN 1KQ7Z R3HD5/)).toBeVisible();
  await expect.element(page.getByRole("button", { name: "Print…" })).toBeVisible();
  expect(await faults()).toEqual([]);
  await page.getByRole("button", { name: "Done" }).click();
  await expect.element(sheet).not.toBeInTheDocument();
  expect(fake.requests).toContainEqual({ type: "recovery_sheet" });
});

test("an owner gives another role and takes somebody out, who is told what he keeps", async () => {
  await show();
  await page.getByRole("button", { name: "3 people" }).click();
  await page.getByRole("button", { name: "Manage Bea Okafor" }).click();
  await expect.element(page.getByRole("combobox", { name: "Role" })).toHaveValue("editor");
  expect(await faults()).toEqual([]);
  await page.getByRole("combobox", { name: "Role" }).selectOptions("viewer");
  await expect.element(page.getByText("A viewer reads notes and boards.")).toBeVisible();
  expect(spoken()).toContain("Bea Okafor is now: Viewer");
  await page.getByRole("button", { name: "Remove Bea Okafor…" }).click();
  await expect.element(page.getByText(/Nothing takes back a copy/)).toBeVisible();
  await expect.element(page.getByText(/new key, which they do not get/)).toBeVisible();
  expect(await faults()).toEqual([]);
  await page.getByRole("button", { name: "Remove Bea Okafor", exact: true }).click();
  await expect
    .element(page.getByRole("button", { name: "Manage Bea Okafor" }))
    .not.toBeInTheDocument();
  expect(fake.members).toHaveLength(2);
});

test("whoever is lowered or goes is said to take along the invites whose links they know", async () => {
  const told = /An open invite that Bea Okafor made or came by is closed with this/;
  await show();
  const bea = fake.members.find(({ name }) => name === "Bea Okafor");
  if (!bea) throw new Error("she is not there");
  const [device] = bea.devices;
  fake.invites = [
    invited([{ ...cameBy("done", bea.name), device: device?.id ?? "" }], { uses: 5 }),
  ];
  await page.getByRole("button", { name: "3 people" }).click();
  await page.getByRole("button", { name: "Manage Bea Okafor" }).click();
  const role = page.getByRole("combobox", { name: "Role" });
  await expect.element(page.getByText(told)).not.toBeInTheDocument();
  (role.element() as HTMLElement).focus();
  await userEvent.keyboard("{ArrowDown}");
  await expect.element(page.getByText(told)).toBeVisible();
  await userEvent.keyboard("{Enter}");
  await expect
    .poll(spoken)
    .toContain("Bea Okafor is now: Commenter. An invite they made or came by is closed");
  (page.getByRole("button", { name: "Undo" }).element() as HTMLElement).click();
  await expect.poll(spoken).toMatch(/Bea Okafor is now: Editor\s*$/);

  await page.getByRole("button", { name: "Remove Bea Okafor…" }).click();
  await expect.element(page.getByText(told)).toBeVisible();
  expect(await faults()).toEqual([]);
  fake.invites = [];
  fake.tellInvites();
  await expect.element(page.getByText(/Nothing takes back a copy/)).toBeVisible();
  await expect.element(page.getByText(told)).not.toBeInTheDocument();
});

test("who becomes an owner is asked about first, and another role is taken back by undo", async () => {
  await show();
  const roleOf = () => fake.members.find(({ name }) => name === "Bea Okafor")?.role;
  await page.getByRole("button", { name: "3 people" }).click();
  await page.getByRole("button", { name: "Manage Bea Okafor" }).click();
  const role = page.getByRole("combobox", { name: "Role" });
  await role.selectOptions("viewer");
  await expect.poll(roleOf).toBe("viewer");
  (page.getByRole("button", { name: "Undo" }).element() as HTMLElement).click();
  await expect.poll(roleOf).toBe("editor");

  const question = page.getByRole("group", { name: /will decide who is in/ });
  await role.selectOptions("owner");
  await expect.element(question.getByRole("button", { name: "Cancel" })).toHaveFocus();
  expect(await faults()).toEqual([]);
  await userEvent.keyboard("{Enter}");
  await expect.element(role).toHaveValue("editor");
  await expect.element(role).toHaveFocus();
  expect(roleOf()).toBe("editor");

  await role.selectOptions("owner");
  await page.getByRole("button", { name: "Change to Owner" }).click();
  await expect.poll(roleOf).toBe("owner");
  await role.selectOptions("editor");
  await expect.element(page.getByText(/will no longer decide/)).toBeVisible();
  expect(roleOf()).toBe("owner");
});

test("Enter on a role asks, and does not answer for itself", async () => {
  await show();
  await page.getByRole("button", { name: "3 people" }).click();
  await page.getByRole("button", { name: "Manage Bea Okafor" }).click();
  (page.getByRole("combobox", { name: "Role" }).element() as HTMLElement).focus();
  await userEvent.keyboard("{ArrowUp}{Enter}");
  await expect.element(page.getByRole("button", { name: "Change to Owner" })).toBeVisible();
  await expect.element(page.getByRole("button", { name: "Cancel" })).toHaveFocus();
});

test("a key that goes through the roles changes none before one goes on", async () => {
  await show();
  await page.getByRole("button", { name: "3 people" }).click();
  await page.getByRole("button", { name: "Manage Bea Okafor" }).click();
  const role = page.getByRole("combobox", { name: "Role" });
  (role.element() as HTMLElement).focus();
  await userEvent.keyboard("{ArrowDown}{ArrowDown}");
  await expect.element(role).toHaveValue("viewer");
  expect(fake.requests.filter(({ type }) => type === "set_role")).toEqual([]);
  await userEvent.keyboard("{Tab}");
  await expect
    .poll(() => fake.requests.filter(({ type }) => type === "set_role"))
    .toMatchObject([{ role: "viewer" }]);
});

test("an owner makes an invite by which somebody who lost theirs comes back under their name", async () => {
  await show();
  await page.getByRole("button", { name: "3 people" }).click();
  await page.getByRole("button", { name: "Manage Bea Okafor" }).click();
  await page.getByRole("button", { name: "Let a new device in…" }).click();
  await expect.element(page.getByRole("textbox", { name: "Invite link" })).toBeVisible();
  await expect.element(page.getByRole("button", { name: "Copy link" })).toHaveFocus();
  expect(spoken()).toContain("The invite is made");
  await expect.element(page.getByText(/Whoever has it writes under that name/)).toBeVisible();
  expect(await faults()).toEqual([]);
  const bea = fake.members.find(({ name }) => name === "Bea Okafor");
  expect(fake.requests).toContainEqual({ type: "invite_device", member: bea?.id });
});

test("whoever leaves is told so at the top and can change nothing; others than owners manage nobody", async () => {
  await show();
  fake.setStatus({ role: "editor" });
  await page.getByRole("button", { name: "3 people" }).click();
  await expect.element(page.getByRole("button", { name: "Leave…" })).toBeVisible();
  expect(document.querySelectorAll('[aria-label^="Manage "]')).toHaveLength(0);
  expect(page.getByRole("button", { name: "Invite someone" }).query()).toBeNull();
  await page.getByRole("button", { name: "Leave…" }).click();
  expect(await faults()).toEqual([]);
  await page.getByRole("button", { name: "Leave", exact: true }).click();
  await userEvent.keyboard("{Escape}");
  await expect
    .element(page.getByRole("alert"))
    .toHaveTextContent("You are no longer part of this workspace.");
  expect(page.getByRole("button", { name: "New note or board" }).query()).toBeNull();
});

test("who reads by role is told once, finds nothing to change, and still says who he is", async () => {
  await show("#/note/n-interviews");
  fake.setStatus({ role: "viewer" });
  await expect.element(page.getByText(/You are a viewer here/)).toBeVisible();
  await expect
    .element(page.getByRole("textbox", { name: "Note title" }))
    .toHaveAttribute("readonly");
  expect(page.getByRole("button", { name: "New note or board" }).query()).toBeNull();
  await page.getByRole("button", { name: "Dismiss" }).click();
  await expect.element(page.getByText(/You are a viewer here/)).not.toBeInTheDocument();
  await userEvent.keyboard("{Control>},{/Control}");
  await expect.element(page.getByRole("textbox", { name: "Your name" })).toBeEnabled();
  await expect.element(page.getByRole("button", { name: "Add a device" })).toBeVisible();
});

test("a new person who gave no name is asked for it while joining", async () => {
  await show("#/", "empty");
  await page.getByRole("radio", { name: "Join with an invite" }).click();
  await page.getByRole("textbox", { name: "Invite" }).fill("skein1abc");
  await page.getByRole("button", { name: "Join", exact: true }).click();
  await expect.element(page.getByText("Looking for a device")).toBeVisible();
  fake.setStatus({ joining: { step: "naming", received: 0, reason: null } });
  await page.getByRole("textbox", { name: "Your name" }).fill("Bea");
  expect(await faults()).toEqual([]);
  await page.getByRole("button", { name: "Go on" }).click();
  await expect.element(page.getByText("Checking the invite")).toBeVisible();
  expect(fake.requests).toContainEqual({ type: "name_joiner", memberName: "Bea" });
});

test("what just came and is not ready is said above the content and in the search", async () => {
  await show("#/note/n-welcome");
  fake.setStatus({ arriving: 3_200 });
  await expect.element(page.getByText(/3,200 documents that just came are being/)).toBeVisible();
  await userEvent.keyboard("{Control>}{Shift>}f{/Shift}{/Control}");
  await expect.element(page.getByText(/3,200 documents .* not searched yet/)).toBeVisible();
  expect(await faults()).toEqual([]);
  fake.setStatus({ arriving: 0 });
  await expect.element(page.getByText(/not searched yet/)).not.toBeInTheDocument();
});

test("what is trashed can be undone from its toast and restored from the trash", async () => {
  await show("#/note/n-interviews");
  await page.getByRole("button", { name: "Menu of this document" }).click();
  await page.getByRole("menuitem", { name: "Move to trash" }).click();
  await expect.element(page.getByText("This lies in the trash.")).toBeVisible();
  await page.getByRole("link", { name: "Trash" }).click();
  await expect.element(page.getByRole("button", { name: "Restore Interviews" })).toBeVisible();
  expect(await faults()).toEqual([]);
  await page.getByRole("button", { name: "Restore Interviews" }).click();
  await expect.element(page.getByText("The trash is empty")).toBeVisible();
});

test("dark and light both have enough contrast on a board with an open card", async () => {
  await show("#/board/b-launch");
  await page.getByRole("button", { name: "Relay on a five-euro machine" }).click();
  await expect.element(page.getByRole("region", { name: /^Card: Relay/ })).toBeVisible();
  for (const theme of ["light", "dark"]) {
    document.documentElement.dataset["theme"] = theme;
    expect(await faults(), theme).toEqual([]);
  }
  delete document.documentElement.dataset["theme"];
});

test("a list of workspaces that fails says so beside what can be done", async () => {
  await show();
  fake.refuse = ({ type }) =>
    type === "list_workspaces" ? { code: "storage", message: "The disk is gone.", hint: "" } : null;
  await expect.element(page.getByRole("treeitem").first()).toBeVisible();
  await userEvent.keyboard("gw");
  await expect.element(page.getByRole("alert")).toHaveTextContent("The disk is gone.");
  await expect.element(page.getByRole("option")).toBeVisible();
  expect(await faults()).toEqual([]);
});

test("a bundle that is taken in while its dialog closes is told all the same", async () => {
  await show();
  await page.getByRole("button", { name: "3 people" }).click();
  const take = page.getByRole("button", { name: "Take in a bundle…" });
  await expect.element(take).toBeVisible();
  fake.slow = ({ type }) => type === "take_bundle";
  const input = take.element().parentElement?.querySelector<HTMLInputElement>("input[type=file]");
  const carried = new DataTransfer();
  carried.items.add(new File(["what is carried"], "week.skein-bundle"));
  if (!input) throw new Error("no field for files");
  input.files = carried.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  await expect.poll(() => fake.requests.some(({ type }) => type === "take_bundle")).toBe(true);
  await userEvent.keyboard("{Escape}");
  await expect.element(take).not.toBeInTheDocument();
  fake.catchUp();
  await expect.element(page.getByText(/^2 changes/)).toBeVisible();
});

test("a place for a document is found without accents", async () => {
  fake = new FakeEngine("ready", [
    { id: "n-cafe", kind: "note", title: "Café" },
    { id: "n-list", kind: "note", title: "Shopping" },
  ]);
  await open(fake, "#/note/n-list");
  await page.getByRole("button", { name: "Menu of this document" }).click();
  await page
    .getByRole("menuitem", { name: /^Move to/ })
    .first()
    .click();
  await page.getByRole("combobox").fill("cafe");
  await expect.element(page.getByRole("option", { name: /Café/ })).toBeVisible();
});

test("a notice is read and dismissed", async () => {
  await show();
  fake.notices = [{ id: 3, code: "clock", message: "A clock is wrong.", since: 0 }];
  fake.reconnect();
  await expect.element(page.getByText("A clock is wrong.")).toBeVisible();
  await page.getByRole("button", { name: "Dismiss" }).click();
  await expect.element(page.getByText("A clock is wrong.")).not.toBeInTheDocument();
});

test("after the line broke, what is seen is what the engine says then", async () => {
  await show("#/note/n-welcome");
  await expect.element(page.getByRole("treeitem", { name: "Start here" })).toBeVisible();
  const known = fake.documents.get("n-welcome");
  if (known === undefined) throw new Error("the seed has it");
  known.title = { value: "Begin here", others: [] };
  fake.reconnect();
  await expect.element(page.getByRole("treeitem", { name: "Begin here" })).toBeVisible();
});
