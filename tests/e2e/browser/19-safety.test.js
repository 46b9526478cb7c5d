// Safety: a backup is made and tried; the file is damaged; the backup is restored from the window, and what was written after it is there again.

import assert from "node:assert/strict";
import { open, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { Person } from "../support/browser.js";
import { freshFolder, skein } from "../support/skein.js";
import { alone, noFaults, scene, tidy } from "../support/stage.js";

const cleanup = tidy();
const profile = join(await freshFolder(cleanup), "ana");
const database = join(profile, "workspace.db");
await skein(profile, "init", "--name", "Ana", "--workspace", "Kestrel");
for (const number of [1, 2, 3, 4, 5, 6]) {
  await skein(profile, "note", "new", `Day ${number}`, "--text", "The wind turned. ".repeat(400));
}
const { server, browser, person } = await alone(cleanup, profile);
let ana = person;
const people = [ana];
noFaults(() => people);

/** Turns over the first bytes of the page that holds the table of documents, as a bad disk might. */
async function damage() {
  const file = await open(database, "r+");
  await file.write(Buffer.alloc(64, 0x55), 0, 64, 4096);
  await file.close();
}

async function again() {
  await server.stop();
  await server.start();
  ana = await Person.at(browser, server.address);
  people.splice(0, 1, ana);
}

scene("a backup is made and tried by keyboard, and everything is checked", async () => {
  await ana.row("Day 1").waitFor();
  await ana.press("g");
  await ana.press("b");
  const safety = ana.by("dialog", "Safety");
  await safety.getByText("There is none yet.", { exact: false }).waitFor();
  await safety.getByRole("button", { name: "Back up now" }).press("Enter");
  await safety.getByText("Made, and checked.").waitFor();
  await safety.getByRole("button", { name: /^Try the backup of/ }).press("Enter");
  await safety.getByText("All of it can be had back: 6 documents", { exact: false }).waitFor();
  await safety.getByRole("button", { name: "Check everything" }).press("Enter");
  await safety.getByText("Everything fits: 6 documents", { exact: false }).waitFor();
  assert.deepEqual(await ana.accessibilityFaults(), []);
  await ana.press("Escape");
});

scene("a damaged file is said at the start, and a backup can be chosen there", async () => {
  await skein(profile, "note", "new", "After the backup", "--text", "The ferry left.");
  await server.stop();
  await damage();
  const before = await readFile(database);
  await server.start();
  ana = await Person.at(browser, server.address);
  people.splice(0, 1, ana);
  await ana.by("button", "Backups…").click();
  const safety = ana.by("dialog", "Safety");
  await safety.getByRole("button", { name: /^Restore the backup of/ }).click();
  assert.deepEqual(await ana.accessibilityFaults(), []);
  await safety.getByRole("button", { name: "Restore at the next start" }).click();
  await safety.getByText(/^When Skein starts next/).waitFor();
  await safety.getByRole("button", { name: "Keep what is here" }).click();
  await safety.getByText(/^When Skein starts next/).waitFor({ state: "detached" });
  await safety.getByRole("button", { name: /^Restore the backup of/ }).click();
  await safety.getByRole("button", { name: "Restore at the next start" }).click();
  await safety.getByText(/^When Skein starts next/).waitFor();
  assert.deepEqual(await readFile(database), before, "the damaged file is left as it is");
});

scene("after the next start all is there, also what was written after the backup", async () => {
  await again();
  await ana.row("Day 6").waitFor();
  await ana.row("After the backup").waitFor();
  await ana.page.getByText("A backup was restored.", { exact: false }).waitFor();
  await stat(join(profile, "workspace.set-aside-1", "workspace.db"));
  await ana.open("After the backup");
  await ana.page.getByText("The ferry left.").waitFor();
  const { differences } = await skein(profile, "audit");
  assert.deepEqual(differences, []);
});
