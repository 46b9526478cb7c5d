// The first minutes of a workspace: one founds it, one is invited and joins, both see the same.

import assert from "node:assert/strict";
import { join } from "node:path";
import { Person, startBrowser } from "../support/browser.js";
import { freshFolder, Served } from "../support/skein.js";
import { noFaults, scene, tidy } from "../support/stage.js";
import { until, untilSame } from "../support/wait.js";

const cleanup = tidy();
const folder = await freshFolder(cleanup);
const servers = { ana: new Served(join(folder, "ana")), bo: new Served(join(folder, "bo")) };
for (const server of Object.values(servers)) {
  cleanup(() => server.kill());
  await server.start();
}
const browser = await startBrowser();
cleanup(() => browser.close());
const ana = await Person.at(browser, servers.ana.address);
const bo = await Person.at(browser, servers.bo.address);
noFaults(() => [ana, bo]);

let invite = "";

scene("a name and a workspace's name are all that it takes to begin", async () => {
  await ana.by("textbox", "Your name").fill("Ana");
  assert.equal(await ana.by("button", "Create workspace").isDisabled(), true);
  await ana.by("textbox", "Workspace name").fill("Wild geese");
  await ana.by("radio", "Empty").check();
  assert.deepEqual(await ana.accessibilityFaults(), []);
  await ana.press("Enter");
  await ana.by("heading", "An empty workspace").waitFor();
  await until(
    "the page to be called after the workspace",
    () => ana.page.title(),
    (title) => title.includes("Wild geese"),
  );
  assert.deepEqual(await ana.accessibilityFaults(), []);
});

scene("an invite is made in the dialog and copied", async () => {
  await ana.by("button", "Invite someone").first().click();
  await ana.by("dialog", "Invite to the workspace").waitFor();
  assert.deepEqual(await ana.accessibilityFaults(), []);
  await ana.by("button", "Make invite").click();
  invite = await ana.by("textbox", "Invite link").inputValue();
  assert.match(invite, /skein1[a-z0-9]+/);
  assert.deepEqual(await ana.accessibilityFaults(), []);
  await ana.by("button", "Copy link").click();
  assert.equal(await ana.page.evaluate(() => navigator.clipboard.readText()), invite);
  await ana.by("button", "Copy as text").click();
  assert.match(await ana.page.evaluate(() => navigator.clipboard.readText()), /^skein1[a-z0-9]+$/);
  await ana.press("Escape");
  await until("the focus to go back", () =>
    ana
      .by("button", "Invite someone")
      .first()
      .evaluate((button) => button === document.activeElement),
  );
});

scene("what is no invite is refused where it was pasted, and what was typed stays", async () => {
  await bo.by("radio", "Join with an invite").click();
  await bo.by("textbox", "Your name").fill("Bo");
  const broken = invite.slice(0, -7);
  await bo.by("textbox", "Invite").fill(broken);
  await bo.by("button", "Join").click();
  await bo.page.getByRole("alert").waitFor();
  assert.equal(await bo.by("textbox", "Invite").inputValue(), broken);
  assert.deepEqual(await bo.accessibilityFaults(), []);
});

scene("the invited pastes the invite and is in", async () => {
  await bo.by("textbox", "Invite").fill(`  ${invite.slice(0, 30)}\n${invite.slice(30)}\n`);
  await bo.by("button", "Join").click();
  await bo.by("navigation", "Workspace").waitFor();
  await bo.by("button", "Wild geese").waitFor();
  await ana.by("button", "2 people").waitFor();
  await bo.by("button", "2 people").waitFor();
});

scene("a first note and a first board reach the other, in the same order", async () => {
  await ana.newNote("Start here", "We fly in turns.");
  await ana.newBoard("Autumn");
  const rows = (person) => () =>
    person.by("tree", "Documents").getByRole("treeitem").allInnerTexts();
  const [first, second] = await untilSame(
    "the tree",
    [rows(ana), rows(bo)],
    (found) => found.length === 2,
  );
  assert.match(`${first} ${second}`, /Start here.*Autumn/s);
  await bo.open("Start here");
  await until(
    "the text to arrive",
    () => bo.text(),
    (text) => text === "We fly in turns.",
  );
});

scene("people and connections are said in words, and delivery too", async () => {
  await bo.by("button", "2 people").click();
  const dialog = bo.by("dialog", "People and connections");
  await dialog.getByText("Connected, both hold the same").waitFor();
  assert.deepEqual(await bo.accessibilityFaults(), []);
  await dialog.getByRole("textbox", { name: "Address" }).fill("nowhere at all");
  await dialog.getByRole("button", { name: "Connect", exact: true }).click();
  await dialog.getByRole("alert").waitFor();
  await bo.press("Escape");
  await until(
    "the words of delivery",
    () => bo.delivery(),
    (words) => /^On 2 devices$/.test(words),
  );
});
