// An invite that asks first: who waits, who decides, and what both see of it, in two windows and a third.

import assert from "node:assert/strict";
import { join } from "node:path";
import { Person, startBrowser } from "../support/browser.js";
import { freshFolder, Served, skein } from "../support/skein.js";
import { noFaults, scene, tidy } from "../support/stage.js";

const cleanup = tidy();
const folder = await freshFolder(cleanup);
const profile = (name) => join(folder, name);
await skein(profile("ana"), "init", "--name", "Ana", "--workspace", "Kestrel");
await skein(
  profile("ana"),
  "note",
  "new",
  "Harbour",
  "--text",
  "The ferry leaves at seven.",
);
const servers = {};
for (const name of ["ana", "bo", "cem"]) {
  servers[name] = new Served(profile(name));
  cleanup(() => servers[name].kill());
  await servers[name].start();
}
const browser = await startBrowser();
cleanup(() => browser.close());
const ana = await Person.at(browser, servers.ana.address);
const bo = await Person.at(browser, servers.bo.address);
const cem = await Person.at(browser, servers.cem.address);
noFaults(() => [ana, bo, cem]);
const waiting = (person) =>
  person.page
    .getByText("Waiting for an owner of the workspace to approve")
    .waitFor();

async function joins(person, name, link) {
  await person.by("radio", "Join with an invite").click();
  await person.by("textbox", "Invite").fill(link);
  await person.by("textbox", "Your name").fill(name);
  await person.by("button", "Join").click();
}

scene(
  "whoever comes by an invite with approval waits, and reads nothing",
  async () => {
    await ana.by("button", "Invite someone").click();
    await ana.by("combobox", "For").selectOption("5 people");
    await ana.by("switch", "Ask me before they get in").click();
    assert.deepEqual(await ana.accessibilityFaults(), []);
    await ana.by("button", "Make invite").click();
    const link = await ana.by("textbox", "Invite link").inputValue();
    await ana.press("Escape");
    await joins(bo, "Bo", link);
    await waiting(bo);
    await bo.page
      .getByText("Your question has reached a device of the workspace.")
      .waitFor();
    assert.deepEqual(await bo.accessibilityFaults(), []);
    await joins(cem, "Cem", link);
    await waiting(cem);
    assert.equal(await bo.page.getByText("Harbour").count(), 0);
  },
);

scene(
  "an owner is told quietly, compares six words, and lets in by keyboard",
  async () => {
    await ana.by("button", "2 people ask to be let in").click();
    const region = ana.by("region", "Asking to be let in");
    await region.getByText("Bo", { exact: true }).waitFor();
    const { status } = await skein(profile("bo"), "status");
    await region.getByText(status.deviceWords).waitFor();
    assert.deepEqual(await ana.accessibilityFaults(), []);
    await ana.by("button", "Approve Bo").focus();
    await ana.press("Enter");
    await ana.by("button", "Manage Bo").waitFor();
    await bo.row("Harbour").waitFor();
  },
);

scene("who is declined is told so", async () => {
  await ana.by("button", "Decline Cem").click();
  await ana.page.getByText("They have read nothing").waitFor();
  assert.deepEqual(await ana.accessibilityFaults(), []);
  await ana
    .by("dialog", "Decline Cem?")
    .getByRole("button", { name: "Decline Cem" })
    .click();
  await cem.page
    .getByRole("alert")
    .filter({ hasText: "declined to let you in" })
    .waitFor();
  assert.deepEqual(await cem.accessibilityFaults(), []);
  assert.equal(await ana.by("region", "Asking to be let in").count(), 0);
  assert.equal(await cem.page.getByText("Harbour").count(), 0);
});
