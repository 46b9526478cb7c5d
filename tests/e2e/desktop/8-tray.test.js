// The icon beside the clock, and Skein going on without its window: on a real bus, with a desktop's tray that is the test's.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { askToClose } from "../support/closing.js";
import { Desktop, startDesk } from "../support/desktop.js";
import { freshFolder, skein } from "../support/skein.js";
import { scene, tidy } from "../support/stage.js";
import { Tray } from "../support/tray.js";
import { until, untilEquals } from "../support/wait.js";

const cleanup = tidy();
const folder = await freshFolder(cleanup);
const desk = await startDesk(cleanup);
const tray = await Tray.on(desk, cleanup);
const ana = new Desktop(folder, "ana", desk);
cleanup(() => ana.quit());
await skein(ana.profile, "init", "--name", "Ana", "--workspace", "Geese");
await skein(ana.profile, "note", "new", "Journey", "--text", "They rest by the lake.");

const run = promisify(execFile);
const MENU = ["[Saved here]", "Open Skein", "New note", "Quit Skein"];

/** The windows of this app that are to be seen, by their numbers. */
async function windows() {
  const search = ["search", "--onlyvisible", "--name", "Skein$"];
  const found = await run("xdotool", search, { env: { ...process.env, ...desk } }).catch(() => ({ stdout: "" }));
  return found.stdout.split("\n").filter(Boolean).map(Number);
}

const isSeen = (seen) => until(`the window ${seen ? "to be seen" : "to be gone"}`, windows, (all) => all.length > 0 === seen);

async function close() {
  const [window] = await until("the window", windows, (all) => all.length > 0);
  await askToClose(desk.DISPLAY, window);
}

const setStays = async () => {
  await ana.chord("Control+,");
  await ana.click("tab", "Workspace");
  await ana.click("switch", "Keep Skein running when its window is closed");
  await ana.chord("escape");
};

let item = "";

scene("the icon stands beside the clock, and its menu says where the work is", async () => {
  await ana.start();
  item = await tray.item();
  assert.match(item, /^org\.kde\.StatusNotifierItem-/);
  assert.equal(await tray.icon(item), "32x32 in 4096 bytes");
  assert.deepEqual(await tray.menu(item), MENU);
});

scene("closing the window ends Skein unless somebody chose otherwise", async () => {
  await close();
  await ana.ended();
  await ana.quit();
  await ana.start();
  item = await tray.item();
});

scene("closing the window leaves Skein running where that was chosen, and the icon brings it back as it was", async () => {
  await ana.click("treeitem", "Journey");
  await until("the text", () => ana.text(), (text) => text === "They rest by the lake.");
  await setStays();
  await close();
  await isSeen(false);
  assert.equal((await skein(ana.profile, "status")).status.workspaceName, "Geese");
  await tray.activate(item);
  await isSeen(true);
  assert.equal(await ana.text(), "They rest by the lake.");
});

scene("a note begins from the menu, in the window that comes for it", async () => {
  await close();
  await isSeen(false);
  await tray.press(item, "New note");
  await isSeen(true);
  await until("an empty note", () => ana.text(), (text) => text === "");
  await untilEquals("two notes", async () => (await skein(ana.profile, "note", "list")).length, 2);
});

scene("a window out of sight comes back when the desktop's tray goes, and the icon when that comes again", async () => {
  await close();
  await isSeen(false);
  await tray.goes();
  await isSeen(true);
  await tray.comes();
  assert.equal(await tray.item(), item);
  assert.deepEqual(await tray.menu(item), MENU);
});

scene("where no tray is, closing the window ends Skein, whatever was chosen", async () => {
  await tray.goes();
  await ana.chord("Control+,");
  await ana.click("tab", "Workspace");
  await ana.find("button", "Copy the id of this device");
  assert.equal(await ana.run("return document.querySelector('[role=switch]')"), null);
  await close();
  await ana.ended();
  await ana.quit();
  await tray.comes();
  await ana.start();
  item = await tray.item();
});

scene("quitting from the menu ends Skein, also without a window", async () => {
  await close();
  await isSeen(false);
  await tray.press(item, "Quit Skein");
  await ana.ended();
  await ana.quit();
});

scene("the next start does as was chosen, and Ctrl+Q ends Skein", async () => {
  await ana.start();
  item = await tray.item();
  await close();
  await isSeen(false);
  assert.equal(await ana.startAgain(), 0);
  await isSeen(true);
  await ana.chord("Control+Q").catch(() => undefined);
  await ana.ended();
});
