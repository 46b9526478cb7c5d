// Links from other programs, in the desktop app: they open their document whether the app runs or not, in one window.

import assert from "node:assert/strict";
import { Desktop, startDesk } from "../support/desktop.js";
import { freshFolder, skein } from "../support/skein.js";
import { scene, tidy } from "../support/stage.js";
import { until } from "../support/wait.js";

const cleanup = tidy();
const folder = await freshFolder(cleanup);
const desk = await startDesk(cleanup);
const ana = new Desktop(folder, "ana", desk);
cleanup(() => ana.quit());

await skein(ana.profile, "init", "--name", "Ana", "--workspace", "Geese");
const { id: first } = await skein(ana.profile, "note", "new", "First", "--text", "one");
const { id: second } = await skein(ana.profile, "note", "new", "Second", "--text", "two");
const { id: board } = await skein(ana.profile, "board", "new", "Voyage");
const { id: card } = await skein(ana.profile, "card", "add", board, "To do", "Pack the tent");
const { status } = await skein(ana.profile, "status");
const linkTo = (note) => `skein://open/${status.workspaceId}/note/${note}`;

const shows = (text) => until(`the note that says ${text}`, async () => (await ana.text()) === text);

scene("a link opens its note in an app that was not running", async () => {
  await ana.start(linkTo(second));
  await shows("two");
});

scene("a link opens its note in the window that is there", async () => {
  assert.equal(await ana.startAgain(linkTo(first)), 0);
  await shows("one");
});

scene("a link opens a board, and one with a card opens that beside it", async () => {
  const link = `skein://open/${status.workspaceId}/board/${board}`;
  assert.equal(await ana.startAgain(link), 0);
  await ana.find("button", "Pack the tent");
  assert.equal(await ana.startAgain(`${link}/${card}`), 0);
  await ana.find("button", "Close card");
});

scene("a link into another workspace says so and changes nothing", async () => {
  await ana.startAgain("skein://open/elsewhere/note/x");
  await until("the words", () =>
    ana.run("return document.body.textContent.includes('another workspace')"),
  );
});

scene("the window opens where it was left", async () => {
  await ana.startAgain(linkTo(second));
  await shows("two");
  await ana.quit();
  await ana.start();
  await shows("two");
});

scene("the window stands where it was left, as large as it was", async () => {
  const stands = (words) =>
    until(words, async () => {
      const found = await ana.run("return [screenX, screenY, innerWidth, innerHeight]");
      return found.join() === "40,30,1010,690";
    });
  await ana.leaveAt({ x: 40, y: 30, width: 1010, height: 690 });
  await stands("the window in its place");
  await ana.quit();
  await ana.start();
  await stands("the window where it was left");
});
