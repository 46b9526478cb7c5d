// Room on this machine: what takes it, and a file that another device holds goes and comes back.

import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
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
await writeFile(join(folder, "Timetable.bin"), Buffer.alloc(3_000_000, 7));
const attach = ["file", "add", "Harbour", join(folder, "Timetable.bin")];
await skein(profile("ana"), ...attach);
const { ticket } = await skein(profile("ana"), "invite");
const servers = {};
async function serve(name) {
  servers[name] = new Served(profile(name));
  cleanup(() => servers[name].kill());
  await servers[name].start();
}
await serve("ana");
await serve("bo");
const browser = await startBrowser();
cleanup(() => browser.close());
const ana = await Person.at(browser, servers.ana.address);
const bo = await Person.at(browser, servers.bo.address);
noFaults(() => [ana, bo]);

/** The parts of files that lie on a machine. */
async function chunks(name) {
  const names = await readdir(join(profile(name), "workspace.files"), {
    recursive: true,
  }).catch(() => []);
  return names.filter((path) => path.length > 40);
}

async function openStorage(person) {
  await person.press("g");
  await person.press("r");
  const dialog = person.by("dialog", "Storage");
  await dialog.getByText("on this machine", { exact: false }).first().waitFor();
  return dialog;
}

scene(
  "the page says what takes room, and that nothing can go alone",
  async () => {
    const dialog = await openStorage(ana);
    await dialog.getByRole("list", { name: "What takes room" }).waitFor();
    await dialog
      .getByText("not known to be anywhere else", { exact: false })
      .waitFor();
    await dialog.getByRole("button", { name: "See what can go" }).click();
    await dialog.getByText(/^No other device is connected/).waitFor();
    await dialog.getByText(/1 file, 3.0 MB, must stay/).waitFor();
    assert.deepEqual(await ana.accessibilityFaults(), []);
    await ana.press("Escape");
  },
);

scene(
  "once a colleague has the file it can go, and is said to be gone",
  async () => {
    await bo.by("radio", "Join with an invite").click();
    await bo.by("textbox", "Invite").fill(ticket);
    await bo.by("textbox", "Your name").fill("Bo");
    await bo.by("button", "Join").click();
    await bo.row("Harbour").waitFor();
    await skein(profile("bo"), "sync", "--until-idle");
    assert.equal((await chunks("bo")).length, 3);
    const dialog = await openStorage(ana);
    await dialog.getByRole("button", { name: "See what can go" }).click();
    await dialog
      .getByRole("checkbox", { name: /Timetable.bin Can be had again from Bo/ })
      .waitFor();
    assert.deepEqual(await ana.accessibilityFaults(), []);
    await dialog.getByRole("button", { name: "Free up 3.0 MB" }).click();
    await dialog.getByText("1 file went; there is 3.0 MB more room.").waitFor();
    await dialog.getByText("No attached file is on this machine.").waitFor();
    assert.deepEqual(await chunks("ana"), []);
    await ana.press("Escape");
  },
);

scene("what went comes back when it is opened", async () => {
  const away = await skein(profile("ana"), "file", "list", "Harbour");
  assert.deepEqual([away[0].state, away[0].here], ["away", 0]);
  const copy = join(folder, "copy.bin");
  const get = ["file", "get", "Harbour", "Timetable.bin", "--out", copy];
  await skein(profile("ana"), ...get);
  assert.equal((await chunks("ana")).length, 3);
});
