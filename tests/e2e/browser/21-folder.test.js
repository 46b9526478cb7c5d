// A shared folder: two who never meet exchange through it, from the window, by themselves.

import assert from "node:assert/strict";
import { mkdir, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { Person, startBrowser } from "../support/browser.js";
import { freshFolder, Served, skein } from "../support/skein.js";
import { noFaults, scene, tidy } from "../support/stage.js";

const cleanup = tidy();
const folder = await freshFolder(cleanup);
const profile = (name) => join(folder, name);
const shared = join(folder, "Team");
await mkdir(shared);
await skein(profile("ana"), "init", "--name", "Ana", "--workspace", "Kestrel");
await skein(
  profile("ana"),
  "note",
  "new",
  "Harbour",
  "--text",
  "The ferry leaves at seven.",
);
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

async function add(person, path) {
  await person
    .by("textbox", "Full path of a folder on this machine")
    .fill(path);
  await person.by("button", "Add folder").click();
}

scene(
  "a folder is named by its path, and what is no folder is refused in words",
  async () => {
    await ana.by("button", "1 person").click();
    await add(ana, join(folder, "nowhere"));
    await ana.page.getByText(/cannot be shared: it is not there/).waitFor();
    await add(ana, shared);
    await ana.page.getByText(/^Looked through .* Written to/).waitFor();
    assert.deepEqual(await ana.accessibilityFaults(), []);
  },
);

scene(
  "whoever is on the way in names the same folder and is in, though nobody is there",
  async () => {
    await servers.ana.stop();
    await serve("bo");
    bo = await Person.at(browser, servers.bo.address);
    people.splice(0, 1, bo);
    await bo.by("radio", "Join with an invite").click();
    await bo.by("textbox", "Invite").fill(ticket);
    await bo.by("textbox", "Your name").fill("Bo");
    await bo.by("button", "Join").click();
    await add(bo, shared);
    await bo.row("Harbour").waitFor();
  },
);

scene(
  "a folder that went away is waited for, and goes on when it is back",
  async () => {
    await rename(shared, join(folder, "elsewhere"));
    await skein(
      profile("bo"),
      "note",
      "append",
      "Harbour",
      "Bo takes the later one.",
    );
    await bo.by("button", "2 people").click();
    await bo.by("button", "Exchange now").click();
    await bo.page.getByText(/^Not there now/).waitFor();
    assert.deepEqual(await bo.accessibilityFaults(), []);
    await rename(join(folder, "elsewhere"), shared);
    await bo.by("button", "Exchange now").click();
    await bo.page.getByText(/^Looked through/).waitFor();
    await servers.bo.stop();
    await skein(profile("ana"), "folder", "sync");
    const note = await skein(profile("ana"), "note", "show", "Harbour");
    assert.equal(
      note.text,
      "The ferry leaves at seven.\n\nBo takes the later one.",
    );
    assert.ok(
      (await readdir(shared)).every((name) => name.endsWith(".skein-bundle")),
    );
  },
);
