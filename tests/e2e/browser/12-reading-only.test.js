// A workspace that a newer version wrote: all of it is read and copied, nothing offers to change it.

import assert from "node:assert/strict";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { freshFolder, skein } from "../support/skein.js";
import { alone, noFaults, scene, tidy } from "../support/stage.js";
import { untilEquals } from "../support/wait.js";

/** Where SQLite keeps the number of a file's form. */
const USER_VERSION = 60;

const cleanup = tidy();
const profile = join(await freshFolder(cleanup), "ana");
await skein(profile, "init", "--name", "Ana", "--workspace", "Kestrel");
await skein(profile, "note", "new", "Harbour", "--text", "The ferry leaves at **seven**.");
await skein(profile, "board", "new", "Autumn");
await skein(profile, "card", "add", "Autumn", "To do", "Pack the tent");
const file = await open(join(profile, "workspace.db"), "r+");
await file.write(Buffer.from([0, 0, 0, 99]), 0, 4, USER_VERSION);
await file.close();
const { person: ana } = await alone(cleanup, profile);
noFaults(() => [ana]);

scene("a calm line says why it is only read, and what to do", async () => {
  const banner = ana.page.getByRole("alert").filter({ hasText: "open for reading only" });
  await banner.getByText(/newer version/).waitFor();
  await banner.getByText(/skein export/).waitFor();
  assert.deepEqual(await ana.accessibilityFaults(), []);
});

scene("a note is read, found and copied, and takes no key", async () => {
  await ana.open("Harbour");
  await untilEquals("the text", () => ana.text(), "The ferry leaves at **seven**.");
  assert.equal(await ana.editor().getAttribute("aria-readonly"), "true");
  await ana.editor().click();
  await ana.type("nothing of this stays");
  await ana.press("Control+a");
  await ana.press("Control+c");
  assert.match(
    await ana.page.evaluate(() => navigator.clipboard.readText()),
    /^The ferry leaves at \*\*seven\*\*\.\s*$/,
  );
  assert.equal(await ana.by("textbox", "Note title").getAttribute("readonly"), "");
  assert.deepEqual(await ana.accessibilityFaults(), []);
});

scene("a board and its cards are read, and nothing offers to change them", async () => {
  await ana.open("Autumn");
  await ana.card("Pack the tent").click();
  await ana.page.getByRole("region", { name: "Card: Pack the tent" }).waitFor();
  for (const name of [/^Add a card/, /^Add a column/, "New note or board", "Invite someone"]) {
    assert.equal(await ana.by("button", name).count(), 0, String(name));
  }
  assert.equal(await ana.page.getByRole("button", { name: /^Priority:/ }).isDisabled(), true);
  assert.equal(await ana.by("textbox", "Add a step").count(), 0);
  assert.deepEqual(await ana.accessibilityFaults(), []);
  await ana.press("Escape");
  await ana.card("Pack the tent").focus();
  for (const key of [".", "e", "Delete", "a"]) await ana.press(key);
  assert.equal(await ana.page.getByRole("dialog").count(), 0);
  await untilEquals("the cards", () => ana.cards("To do"), ["Pack the tent"]);
});

scene("the palette offers only what can be done", async () => {
  await ana.press("Control+k");
  await ana.type("new note");
  assert.equal(await ana.page.getByRole("option", { name: /^New note/ }).count(), 0);
  await ana.press("Escape");
  await ana.press("Control+n");
  assert.equal(await ana.by("textbox", "Note title").count(), 0);
});
