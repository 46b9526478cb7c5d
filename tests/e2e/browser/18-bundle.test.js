// A bundle: saved by one, taken in by another who meets nobody, and carried back.

import assert from "node:assert/strict";
import { join } from "node:path";
import { Person, startBrowser } from "../support/browser.js";
import { dropFileAt } from "../support/files.js";
import { freshFolder, Served, skein } from "../support/skein.js";
import { noFaults, scene, tidy } from "../support/stage.js";

const cleanup = tidy();
const folder = await freshFolder(cleanup);
const profile = (name) => join(folder, name);
await skein(profile("ana"), "init", "--name", "Ana", "--workspace", "Kestrel");
await skein(profile("ana"), "note", "new", "Harbour", "--text", "The ferry leaves at seven.");
const { ticket } = await skein(profile("ana"), "invite");
const servers = {};
async function serve(name) {
  servers[name] = new Served(profile(name));
  cleanup(() => servers[name].kill());
  await servers[name].start();
}
await serve("ana");
const browser = await startBrowser();
cleanup(() => browser.close());
const ana = await Person.at(browser, servers.ana.address);
const people = [ana];
noFaults(() => people);
let bo;

async function saved(person, name) {
  const download = person.page.waitForEvent("download");
  await person.by("button", "Save a bundle…").click();
  const path = join(folder, name);
  await (await download).saveAs(path);
  await person.page.getByText(/^The bundle holds \d+ changes/).waitFor();
  return path;
}

async function taken(person, path) {
  const chooser = person.page.waitForEvent("filechooser");
  await person.by("button", "Take in a bundle…").click();
  await (await chooser).setFiles(path);
}

scene("whoever is on the way in takes in a bundle and is in, though nobody is there", async () => {
  await ana.by("button", "1 person").click();
  const carried = await saved(ana, "to-bo.skein-bundle");
  assert.deepEqual(await ana.accessibilityFaults(), []);
  await servers.ana.stop();
  await serve("bo");
  bo = await Person.at(browser, servers.bo.address);
  people.splice(0, 1, bo);
  await bo.by("radio", "Join with an invite").click();
  await bo.by("textbox", "Invite").fill(ticket);
  await bo.by("textbox", "Your name").fill("Bo");
  await bo.by("button", "Join").click();
  await taken(bo, carried);
  await bo.row("Harbour").waitFor();
});

scene("a bundle let go over the window is taken in, although no text was opened yet", async () => {
  await dropFileAt(bo, join(folder, "to-bo.skein-bundle"), { x: 640, y: 500 });
  await bo.page.getByText(/^0 changes are new here/).waitFor();
});

scene("the same bundle again brings nothing, and what is none is refused in words", async () => {
  await bo.by("button", "2 people").click();
  await taken(bo, join(folder, "to-bo.skein-bundle"));
  await bo.page.getByRole("dialog").getByText(/^0 changes are new here/).waitFor();
  await taken(bo, join(profile("bo"), "device.key"));
  await bo.page.getByRole("alert").filter({ hasText: "not a bundle" }).waitFor();
  assert.deepEqual(await bo.accessibilityFaults(), []);
});

scene("what was written there comes back by a bundle of its own", async () => {
  await skein(profile("bo"), "note", "append", "Harbour", "Bo takes the later one.");
  const back = await saved(bo, "to-ana.skein-bundle");
  await servers.bo.stop();
  await skein(profile("ana"), "bundle", "import", back);
  const note = await skein(profile("ana"), "note", "show", "Harbour");
  assert.equal(note.text, "The ferry leaves at seven.\n\nBo takes the later one.");
});
