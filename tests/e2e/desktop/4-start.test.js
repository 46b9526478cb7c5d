// The start of the window: what was left stands there before the app does, and gives way to it.

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

/** When a mark was set, in milliseconds after the page began. */
const markAt = (name) =>
  ana.run("return performance.getEntriesByName(arguments[0])[0]?.startTime ?? null", name);
const kept = () => readFile(join(ana.profile, "last-frame.json"), "utf8").catch(() => "");
const isWritable = () =>
  ana.run("return document.querySelector('.cm-content')?.getAttribute('aria-readonly') !== 'true'");

scene("whoever starts again sees the note as it was left, and then goes on in it", async () => {
  await skein(ana.profile, "init", "--name", "Ana", "--workspace", "Geese");
  await skein(ana.profile, "note", "new", "Journey", "--text", "They rest by the lake.");
  await ana.start();
  assert.equal(await markAt("last frame shown"), null, "the first start begins with nothing");
  await ana.click("treeitem", "Journey");
  await until("the text", () => ana.text(), (text) => text === "They rest by the lake.");
  await ana.type("textbox", "Note text", "At noon. ");
  await until("a picture of it", kept, (picture) => picture.includes("At noon."));
  await ana.quit();

  await ana.start();
  const picture = await until("the picture of the last frame", () => markAt("last frame shown"));
  const document = await until("the note itself", () => markAt("document shown"));
  assert.ok(picture < document, `the picture at ${picture} ms, the note at ${document} ms`);
  await until("the picture to go", () =>
    ana.run("return document.getElementById('last-frame') === null"),
  );
  await until("the editor to take text", isWritable);
  await ana.type("textbox", "Note text", "Again. ");
  await until("what is typed", () => ana.text(), (text) => text.includes("Again. "));
});
