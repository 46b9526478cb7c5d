// A device key under a passphrase: the window asks for it, and shows nothing of the workspace before.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Desktop, startDesk } from "../support/desktop.js";
import { freshFolder, skein, skeinTold } from "../support/skein.js";
import { scene, tidy } from "../support/stage.js";
import { until } from "../support/wait.js";

const PASSPHRASE = "grey geese fly";

const cleanup = tidy();
const folder = await freshFolder(cleanup);
const ana = new Desktop(folder, "ana", await startDesk(cleanup));
cleanup(() => ana.quit());
await skein(ana.profile, "init", "--name", "Ana", "--workspace", "Kestrel");
await skein(ana.profile, "note", "new", "Harbour", "--text", "At seven.");
await skein(ana.profile, "init", "--another", "--name", "Ana", "--workspace", "Choir");
await skein(ana.profile, "--workspace", "Choir", "note", "new", "Concert", "--text", "At eight.");

const shows = (text) => until(`the note that says ${text}`, async () => (await ana.text()) === text);
const hasPicture = () =>
  ana.run("return performance.getEntriesByName('last frame shown')[0] !== undefined");
const alert = () => ana.run("return document.querySelector('[role=alert]')?.textContent ?? null");

/** The files below a folder that hold such words. */
async function holding(words, below) {
  const found = [];
  for (const entry of await readdir(below, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    // What the app wrote and removed meanwhile holds nothing any more.
    const bytes = entry.isFile() ? await readFile(path).catch(() => null) : null;
    if (bytes?.includes(words)) found.push(path);
  }
  return found;
}

scene("a window that was left in a note asks for the passphrase before it shows anything", async () => {
  await ana.start();
  await ana.click("treeitem", "Harbour");
  await shows("At seven.");
  await until("a picture of it", async () =>
    (await holding("At seven.", ana.profile)).some((path) => path.endsWith("last-frame.json")),
  );
  await ana.quit();
  for (const workspace of ["Kestrel", "Choir"]) {
    const protect = ["--workspace", workspace, "key", "protect", "--with", "passphrase"];
    await skeinTold(ana.profile, `${PASSPHRASE}\n`, ...protect);
  }
  await ana.start();
  await ana.find("button", "Open workspace");
  assert.equal(await hasPicture(), false);
  assert.ok(!(await ana.run("return document.body.textContent")).includes("Harbour"));
  const [place, type] = await ana.run(
    "const { activeElement: at } = document; return [at.labels[0].textContent, at.type]",
  );
  assert.deepEqual([place, type], ["Passphrase", "password"]);
});

scene("a wrong passphrase is told and opens nothing", async () => {
  await ana.fill("textbox", "Passphrase", "grey geese flew");
  await ana.keys(["\uE007"]);
  await until("what is wrong", async () => (await alert())?.includes("does not open the key"));
  await ana.find("button", "Open workspace");
});

scene("the right one opens this workspace, and the other that it protects", async () => {
  await ana.fill("textbox", "Passphrase", PASSPHRASE);
  await ana.keys(["\uE007"]);
  await shows("At seven.");
  await ana.click("button", "Kestrel");
  await ana.click("menuitemcheckbox", "Choir");
  await ana.click("treeitem", "Concert");
  await shows("At eight.");
});

scene("what was typed is on no disk", async () => {
  await ana.quit();
  assert.deepEqual(await holding(PASSPHRASE, folder), []);
  assert.deepEqual(await holding("grey geese flew", folder), []);
});
