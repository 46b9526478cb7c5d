// What is printed: the document, whole and alone.

import assert from "node:assert/strict";
import { join } from "node:path";
import { Person, startBrowser } from "../support/browser.js";
import { freshFolder, Served, skein } from "../support/skein.js";
import { noFaults, scene, tidy } from "../support/stage.js";
import { until } from "../support/wait.js";

const cleanup = tidy();
const profile = join(await freshFolder(cleanup), "ana");
await skein(profile, "init", "--name", "Ana", "--workspace", "Wild geese");
const lines = Array.from({ length: 120 }, (_, at) => `Line ${at}: two cranes at dawn.`);
await skein(profile, "note", "new", "Field log", "--text", lines.join("\n\n"));
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
    assert.equal(await ana.by("button", "Menu of this document").isVisible(), false);
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
