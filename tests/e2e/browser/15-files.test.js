// Pictures and files: put into a note and a card by one, seen, opened and found again by the other.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { dropFile, pastePicture } from "../support/files.js";
import { freshFolder } from "../support/skein.js";
import { anaAndBo, noFaults, scene, tidy } from "../support/stage.js";
import { until, untilEquals } from "../support/wait.js";

const cleanup = tidy();
const { servers, ana, bo } = await anaAndBo(cleanup);
noFaults(() => [ana, bo]);

const PLAN = "The boats first, then the nets.\n".repeat(40_000);

/** The widths of the pictures in a text, once all of them are read. */
const pictures = (person) => () =>
  person.page
    .locator(".sk-kept img")
    .evaluateAll((all) => all.map((one) => one.naturalWidth));

/** The text with every id as one word. */
const written = (person, label) => async () =>
  (await person.text(label)).replace(/skein:file\/\w+/g, "skein:file/ID");

scene("a picture that one pastes is seen by the other", async () => {
  await ana.newNote("Quay", "As it looked this morning");
  await pastePicture(ana, 640, 360);
  await ana.type("The tide was low.");
  await untilEquals(
    "the text",
    written(ana),
    'As it looked this morning\n\n![](skein:file/ID "640x360")\n\nThe tide was low.',
  );
  await untilEquals("the picture", pictures(ana), [640]);
  await bo.open("Quay");
  await bo.editorReady();
  await untilEquals("the picture at Bo's", pictures(bo), [640]);
});

scene("undo takes the picture out of the text, and redo puts it back", async () => {
  await pastePicture(ana, 80, 60);
  await untilEquals("both", pictures(ana), [640, 80]);
  const both = await ana.text();
  await ana.press("Control+z");
  await untilEquals("one", pictures(ana), [640]);
  await ana.press("Control+Shift+Z");
  await untilEquals("the text", () => ana.text(), both);
  await ana.press("Control+z");
  await untilEquals("one at Bo's", pictures(bo), [640]);
});

scene("a file that is let go over the text can be saved by the other, byte for byte", async () => {
  const path = join(await freshFolder(cleanup), "Plan for the quay.txt");
  await writeFile(path, PLAN);
  await dropFile(ana, path);
  await until(
    "the reference",
    written(ana),
    (text) => text.includes("[Plan for the quay.txt](skein:file/ID)"),
  );
  const chip = bo.page.getByRole("button", { name: "Plan for the quay.txt, 1.3 MB" });
  await chip.waitFor();
  const saved = bo.page.waitForEvent("download");
  await chip.click();
  const download = await saved;
  assert.equal(download.suggestedFilename(), "Plan for the quay.txt");
  assert.equal(await readFile(await download.path(), "utf8"), PLAN);
});

scene("all of it by the keyboard: choosing, looking at it large, going back", async () => {
  await ana.newNote("By hand");
  await ana.editor().click();
  // The browser has to know that somebody waits for the dialog before it opens.
  const chooser = ana.page.waitForEvent("filechooser");
  await ana.type("/pict");
  await ana.page.getByRole("option", { name: /Picture or file/ }).waitFor();
  await ana.press("Enter");
  const bytes = Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4//8/w38GIAXDIBKE0DHxgljNBAAO9TXL0Y4OHwAAAABJRU5ErkJggg==",
    "base64",
  );
  await (await chooser).setFiles({ name: "Dot.png", mimeType: "image/png", buffer: bytes });
  await untilEquals("the text", written(ana), '![Dot](skein:file/ID "5x5")\n\n');
  await ana.press("ArrowUp");
  await ana.press("ArrowUp");
  await ana.press("Alt+Enter");
  const large = ana.by("dialog", "Dot");
  await large.getByRole("img", { name: "Dot" }).waitFor();
  assert.deepEqual(await ana.accessibilityFaults(), []);
  await ana.press("Escape");
  await large.waitFor({ state: "detached" });
  await until("the focus in the text", () =>
    ana.editor().evaluate((content) => content === document.activeElement),
  );
});

scene("a card's description holds them too", async () => {
  await ana.newBoard("Harbour");
  await ana.addCards("To do", "Paint the boats");
  await ana.card("Paint the boats").click();
  await ana.editorReady("Description");
  await ana.editor("Description").click();
  await pastePicture(ana, 200, 100, "Description");
  await untilEquals("the picture", pictures(ana), [200]);
  await bo.open("Harbour");
  await bo.card("Paint the boats").click();
  await untilEquals("the picture at Bo's", pictures(bo), [200]);
});

scene("after both machines started anew, all is where it was, for the eye and for a reader", async () => {
  for (const server of [servers.ana, servers.bo]) await server.stop();
  for (const server of [servers.ana, servers.bo]) await server.start();
  for (const [person, server] of [[ana, servers.ana], [bo, servers.bo]]) {
    await person.page.goto("about:blank");
    await person.page.goto(server.address);
    await person.open("Quay");
    await person.editorReady();
    await untilEquals("the picture", pictures(person), [640]);
    await person.page.getByRole("button", { name: /Plan for the quay/ }).waitFor();
  }
  assert.deepEqual(await bo.accessibilityFaults(), []);
});
