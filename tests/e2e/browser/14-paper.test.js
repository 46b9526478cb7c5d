// What is printed: the document, whole and alone.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Person, startBrowser } from "../support/browser.js";
import { freshFolder, Served, skein } from "../support/skein.js";
import { noFaults, scene, tidy } from "../support/stage.js";
import { until } from "../support/wait.js";

const cleanup = tidy();
const folder = await freshFolder(cleanup);
const profile = join(folder, "ana");
await skein(profile, "init", "--name", "Ana", "--workspace", "Wild geese");
const lines = Array.from(
  { length: 120 },
  (_, at) => `Line ${at}: two cranes at dawn.`,
);
await skein(profile, "note", "new", "Field log", "--text", lines.join("\n\n"));
await skein(profile, "note", "new", "Plates", "--text", "Ten plates.");
const SQUARE =
  "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR4nGMwSJiAFTEMLQkACmxIAasRElQAAAAASUVORK5CYII=";
const plates = [];
for (let at = 0; at < 10; at++) {
  const file = join(folder, `plate ${at}.png`);
  await writeFile(file, Buffer.from(SQUARE, "base64"));
  const { id } = await skein(profile, "file", "add", "Plates", file);
  plates.push(`![plate](skein:file/${id} "300x300")`, ...lines.slice(0, 12));
}
await skein(profile, "note", "append", "Plates", plates.join("\n\n"));
const server = new Served(profile);
cleanup(() => server.kill());
await server.start();
const browser = await startBrowser();
cleanup(() => browser.close());
const ana = await Person.at(browser, server.address, { colorScheme: "dark" });
noFaults(() => [ana]);

scene(
  "a long note is on paper to its last line, dark on white, with nothing around it",
  async () => {
    await ana.open("Field log");
    await ana.editorReady();
    const one = (await ana.page.pdf({ format: "A4" })).toString("latin1");
    assert.ok(one.match(/\/Type\s*\/Page[^s]/g).length > 3, "several pages");
    await ana.page.emulateMedia({ media: "print" });
    await until(
      "the sidebar to be gone",
      async () => !(await ana.by("navigation", "Workspace").isVisible()),
    );
    assert.equal(
      await ana.by("button", "Menu of this document").isVisible(),
      false,
    );
    assert.equal(await ana.by("textbox", "Note title").isVisible(), true);
    const [ink, scheme] = await ana.page.evaluate(() => {
      const style = getComputedStyle(document.documentElement);
      return [style.color, style.colorScheme];
    });
    assert.equal(scheme, "light");
    assert.ok(
      ink.match(/\d+/g).every((part) => Number(part) < 64),
      ink,
    );
  },
);

scene("pictures that are far out of sight are on paper too", async () => {
  await ana.page.emulateMedia({ media: null });
  await ana.open("Plates");
  await ana.editorReady();
  await ana.page.evaluate(() => {
    window.print = () => document.body.setAttribute("data-printed", "");
  });
  const menu = ana.by("button", "Menu of this document");
  await menu.click();
  await ana.by("menuitem", /^Print/).click();
  await ana.page.locator("[data-printed]").waitFor();
  const paper = (await ana.page.pdf({ format: "A4" })).toString("latin1");
  assert.equal(paper.match(/\/Subtype\s*\/Image/g)?.length ?? 0, 10);
});

scene("a recovery sheet is on paper alone, and lets the right person in again", async () => {
  // Keys go to a menu as long as it is open.
  await ana.page.getByRole("menu").waitFor({ state: "hidden" });
  await ana.press("Control+,");
  await ana.by("tab", "You").click();
  await ana.by("button", "Recovery sheet…").click();
  await ana.by("button", "Make the sheet").click();
  const sheet = ana.by("article", "Recovery sheet");
  const letters = await sheet.getByText(/^SKEIN 1/).textContent();
  await ana.page.emulateMedia({ media: "print" });
  await until(
    "the note to be gone",
    async () => !(await ana.by("article", "Plates").isVisible()),
  );
  assert.equal(await sheet.isVisible(), true);
  assert.equal(await ana.by("button", "Print…").isVisible(), false);
  await ana.page.emulateMedia({ media: null });
  await ana.by("button", "Done").click();
  const back = join(folder, "back");
  const joined = await skein(back, "join", letters);
  assert.equal(joined.workspace, "Wild geese");
  assert.equal((await skein(back, "status")).status.memberName, "Ana");
});
