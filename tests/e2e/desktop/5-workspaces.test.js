// Several workspaces in the desktop app: the window changes between them, begins with the one it showed last, and follows links into each.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Desktop, startDesk } from "../support/desktop.js";
import { freshFolder, skein } from "../support/skein.js";
import { scene, tidy } from "../support/stage.js";
import { until } from "../support/wait.js";

const cleanup = tidy();
const folder = await freshFolder(cleanup);
const ana = new Desktop(folder, "ana", await startDesk(cleanup));
cleanup(() => ana.quit());
await skein(ana.profile, "init", "--name", "Ana", "--workspace", "Kestrel");
const { id: harbour } = await skein(ana.profile, "note", "new", "Harbour", "--text", "At seven.");
const { status } = await skein(ana.profile, "status");
await skein(ana.profile, "init", "--another", "--name", "Ana", "--workspace", "Choir");
await skein(ana.profile, "--workspace", "Choir", "note", "new", "Concert", "--text", "At eight.");
const all = await skein(ana.profile, "workspaces");
const choir = join(ana.profile, "workspaces", all[1].slug);

const shows = (text) => until(`the note that says ${text}`, async () => (await ana.text()) === text);
const kept = (place) => readFile(join(place, "last-frame.json"), "utf8").catch(() => "");
const hasPicture = () =>
  ana.run("return performance.getEntriesByName('last frame shown')[0] !== undefined");

scene("the window goes to another workspace from its menu", async () => {
  await ana.start();
  await ana.find("treeitem", "Harbour");
  await until("a picture of it", async () => (await kept(ana.profile)).includes("Harbour"));
  await ana.click("button", "Kestrel");
  await ana.click("menuitemcheckbox", "Choir");
  await ana.click("treeitem", "Concert");
  await shows("At eight.");
  assert.equal(await hasPicture(), false, "the picture of the one is not shown in the other");
});

scene("each keeps a picture of its own, and the window begins with the one it showed last", async () => {
  await until("a picture of it", async () => (await kept(choir)).includes("At eight."));
  assert.ok(!(await kept(ana.profile)).includes("At eight."));
  await ana.quit();
  await ana.start();
  await shows("At eight.");
  assert.equal(await hasPicture(), true);
});

scene("a link opens in the workspace that it names", async () => {
  await ana.startAgain(`skein://open/${status.workspaceId}/note/${harbour}`);
  await shows("At seven.");
  await ana.find("button", "Kestrel");
});

scene("where the first was taken off this machine the window begins with the other", async () => {
  await ana.quit();
  await skein(ana.profile, "workspaces", "remove", "Kestrel", "--although-not-delivered");
  await ana.start();
  await ana.find("button", "Choir");
  await ana.click("treeitem", "Concert");
  await shows("At eight.");
  const all = await skein(ana.profile, "workspaces");
  assert.deepEqual(all.map((one) => one.name), ["Choir"]);
});
