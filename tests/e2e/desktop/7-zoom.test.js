// Everything larger or smaller, as in a browser; the next start shows it as large as it was left.

import assert from "node:assert/strict";
import { Desktop, startDesk } from "../support/desktop.js";
import { freshFolder, skein } from "../support/skein.js";
import { scene, tidy } from "../support/stage.js";
import { until } from "../support/wait.js";

const cleanup = tidy();
const folder = await freshFolder(cleanup);
const ana = new Desktop(folder, "ana", await startDesk(cleanup));
cleanup(() => ana.quit());
await skein(ana.profile, "init", "--name", "Ana", "--workspace", "Geese");
await skein(ana.profile, "note", "new", "Journey", "--text", "They rest by the lake.");

/** How wide the window is for what it shows, in CSS pixels. */
const width = () => ana.run("return innerWidth");
const isWide = (expected) =>
  until(`a width of ${Math.round(expected)}`, width, (now) => Math.abs(now - expected) <= 2);
let whole = 0;

scene("Ctrl+= shows everything larger, in steps, and Ctrl+- smaller", async () => {
  await ana.start();
  await ana.click("treeitem", "Journey");
  await until("the text", () => ana.text(), (text) => text === "They rest by the lake.");
  whole = await width();
  await ana.chord("Control+=");
  await isWide(whole / 1.1);
  await ana.chord("Control+=");
  await isWide(whole / 1.25);
  await ana.chord("Control+-");
  await isWide(whole / 1.1);
});

scene("at twice the size all is in reach, the sidebar over the note", async () => {
  for (const times of [1.25, 1.5, 1.75, 2]) {
    await ana.chord("Control+=");
    await isWide(whole / times);
  }
  const [content, window] = await ana.run(
    "return [document.documentElement.scrollWidth, innerWidth]",
  );
  assert.ok(content <= window, `${content} px of content in ${window}`);
  await ana.find("textbox", "Note text");
  await ana.find("button", "Show sidebar");
});

scene("the next start is as large, and Ctrl+0 shows everything at its normal size", async () => {
  await ana.quit();
  await ana.start();
  await isWide(whole / 2);
  await until("the text", () => ana.text(), (text) => text === "They rest by the lake.");
  await ana.chord("Control+0");
  await isWide(whole);
});
