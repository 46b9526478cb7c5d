// Dead keys and composed text in the desktop app, from real key presses on the display: what an input method makes arrives once and whole.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Desktop, startDesk } from "../support/desktop.js";
import { freshFolder, skein } from "../support/skein.js";
import { scene, tidy } from "../support/stage.js";
import { until, untilEquals } from "../support/wait.js";

const cleanup = tidy();
const folder = await freshFolder(cleanup);
const desk = await startDesk(cleanup);
const ana = new Desktop(folder, "ana", desk);
cleanup(() => ana.quit());

await skein(ana.profile, "init", "--name", "Ana", "--workspace", "Geese");
const { id: note } = await skein(ana.profile, "note", "new", "Words", "--text", "caf\n\n");
const { status } = await skein(ana.profile, "status");

const run = promisify(execFile);
/** Presses keys on the display's keyboard, as a person at it would. */
const press = (...keys) =>
  run("xdotool", ["key", "--delay", "30", ...keys], { env: { ...process.env, ...desk } });

async function focusWindow() {
  const found = ["search", "--sync", "--onlyvisible", "--name", "^Skein$", "windowfocus", "--sync"];
  await run("xdotool", found, { env: { ...process.env, ...desk }, timeout: 20_000 });
}

const shows = (text) => untilEquals("the text", () => ana.text(), text);
const keeps = (text) =>
  untilEquals("the text in the engine", async () => (await skein(ana.profile, "note", "show", note)).text, text);

scene("a dead key and a letter become one letter", async () => {
  await ana.start(`skein://open/${status.workspaceId}/note/${note}`);
  await shows("caf\n\n");
  await until("the editor to take text", () =>
    ana.run("return document.querySelector('.cm-content').getAttribute('aria-readonly') !== 'true'"),
  );
  await focusWindow();
  await ana.caret(3);
  await press("dead_acute", "e");
  await shows("café\n\n");
});

scene("text that is composed stands in its place, and is there once when it is done", async () => {
  await ana.caret(6);
  // The system's own way to compose a character by its number.
  await press("ctrl+shift+u");
  for (const digit of ["9", "6", "c", "1"]) await press(digit);
  await until("the composing to show", () =>
    ana.run("return document.querySelector('.cm-content').textContent.includes('96c1')"),
  );
  await press("space");
  await shows("café\n\n雁");
  await press("dead_circumflex", "o", "a");
  await shows("café\n\n雁ôa");
});

scene("undo takes back what was composed, and redo brings it again", async () => {
  await press("ctrl+z");
  await until("less of it", async () => (await ana.text()).length < "café\n\n雁ôa".length);
  await press("ctrl+shift+z");
  await shows("café\n\n雁ôa");
  await keeps("café\n\n雁ôa");
});
