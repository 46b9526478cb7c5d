// Several workspaces in one profile: a further one is added, changed to by keyboard, linked into, and there after a restart.

import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { freshFolder, skein } from "../support/skein.js";
import { alone, noFaults, scene, tidy } from "../support/stage.js";
import { until } from "../support/wait.js";

const cleanup = tidy();
const folder = await freshFolder(cleanup);
const profile = join(folder, "ana");
await skein(profile, "init", "--name", "Ana", "--workspace", "Kestrel");
await skein(
  profile,
  "note",
  "new",
  "Harbour",
  "--text",
  "The ferry leaves at seven.",
);
const { server, person: ana } = await alone(cleanup, profile);
noFaults(() => [ana]);

const titles = (...shown) =>
  until(
    `the tree to hold ${shown}`,
    () =>
      ana.by("navigation", "Workspace").getByRole("treeitem").allInnerTexts(),
    (found) =>
      found.length === shown.length &&
      shown.every((title) => found.join().includes(title)),
  );

scene(
  "a further workspace is begun from the menu at its head, and one can go back",
  async () => {
    await ana.by("button", "Kestrel").click();
    await ana.by("menuitemcheckbox", "Kestrel", { checked: true }).waitFor();
    assert.deepEqual(await ana.accessibilityFaults(), []);
    await ana.by("menuitem", "Add a workspace…").click();
    await ana.by("button", "Create workspace").waitFor();
    assert.deepEqual(await ana.accessibilityFaults(), []);
    await ana.by("link", "Kestrel").click();
    await titles("Harbour");
    await ana.by("button", "Kestrel").click();
    assert.equal(await ana.page.getByRole("menuitemcheckbox").count(), 1);
    await ana.press("Escape");
  },
);

scene("what is written in the one is not in the other", async () => {
  await ana.by("button", "Kestrel").click();
  await ana.by("menuitem", "Add a workspace…").click();
  await ana.by("textbox", "Your name").fill("Ana S.");
  await ana.by("textbox", "Workspace name").fill("Choir");
  await ana.by("radio", "Empty").check();
  await ana.press("Enter");
  await ana.by("button", "Choir").waitFor();
  await ana.newNote("Concert", "In the old church.");
  await titles("Concert");
  await ana.press("Control+Shift+F");
  await ana.page.getByRole("combobox").fill("ferry");
  await ana.page.getByText("Nothing found for “ferry”.").waitFor();
  await ana.press("Escape");
});

scene(
  "one changes between them by keyboard alone, and is where one was",
  async () => {
    await ana.by("button", "Choir").focus();
    await ana.press("g");
    await ana.press("w");
    const field = ana.by("combobox", "Switch workspace…");
    await field.fill("kes");
    await ana.by("option", "Kestrel").waitFor();
    assert.deepEqual(await ana.accessibilityFaults(), []);
    await ana.press("Enter");
    await ana.by("button", "Kestrel").waitFor();
    await titles("Harbour");
    await ana.page.keyboard.press("Control+K");
    await ana.by("combobox", "Command palette").fill("other team");
    await ana.by("option", /^Switch workspace/).waitFor();
    await ana.press("Enter");
    await ana.by("option", "Choir").click();
    await until(
      "the note that was left open",
      () => ana.text(),
      (text) => text === "In the old church.",
    );
  },
);

scene(
  "the page stays in its workspace when it is loaded again, and when the server was away",
  async () => {
    await ana.page.reload();
    await ana.by("button", "Choir").waitFor();
    await titles("Concert");
    await ana.page.waitForLoadState("networkidle");
  await server.stop();
    await server.start();
    await titles("Concert");
    await ana.page.reload();
    await titles("Concert");
    assert.equal((await readdir(join(profile, "workspaces"))).length, 1);
  },
);

scene(
  "a link from another program opens in the workspace that it names",
  async () => {
    const { status } = await skein(profile, "status");
    const [note] = await skein(profile, "note", "list");
    const link = `skein://open/${status.workspaceId}/note/${note.id}`;
    await ana.page.evaluate((to) => {
      location.hash = `#/link/${encodeURIComponent(to)}`;
    }, link);
    await ana.by("button", "Kestrel").waitFor();
    await until(
      "the note",
      () => ana.text(),
      (text) => text === "The ferry leaves at seven.",
    );
  },
);

scene(
  "an address of a workspace that there is not says so, with a way back",
  async () => {
    const nowhere = new URL(ana.page.url());
    nowhere.searchParams.set("workspace", "nowhere");
    nowhere.hash = "";
    await ana.page.goto(nowhere.href);
    let attempts = 0;
    ana.page.on("websocket", (socket) => socket.on("close", () => attempts++));
    await ana.page.getByText("There is no workspace “nowhere”").waitFor();
    const said = await ana.page.$("[role=alert]");
    await until("the page to have tried again, twice", () => attempts, (made) => made >= 2);
    assert.ok(await said.evaluate((alert) => alert.isConnected), "it is said once, and stays");
    assert.deepEqual(await ana.accessibilityFaults(), []);
    await ana.by("link", "Back to the first workspace").click();
    await titles("Harbour");
  },
);
