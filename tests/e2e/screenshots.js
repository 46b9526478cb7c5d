// Makes the pictures in docs/screenshots from the real thing, with a small workspace that a real team could have.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { startBrowser, Person } from "./support/browser.js";
import { ROOT, Served, freshFolder, skein } from "./support/skein.js";
import { until } from "./support/wait.js";

const TARGET = join(ROOT, "docs", "screenshots");
const SIZES = [
  { width: 1280, height: 800 },
  { width: 900, height: 600 },
];
const THEMES = ["light", "dark"];

const NOTE = `We count at dawn, from three places, without speaking. Whoever has the first watch writes here *before* breakfast.

## Before you go
- [x] Radios charged, one spare battery each
- [x] Tide table printed
- [ ] Ask the harbour office for the key of the north hide

## What we saw on Tuesday
Barnacle geese came in from the **north-east** in five skeins, about 340 birds. See [[Counting rules]] for how we estimate.

> The wind turned at six. If it holds, the big flocks come on Thursday.

Two cranes stood in the reeds until the ferry passed.
`;

const tasks = [];
const cleanup = (task) => tasks.push(task);

async function picture(page, name, theme, size) {
  const path = join(TARGET, `${name}-${theme}-${size.width}x${size.height}.png`);
  await page.screenshot({ path, animations: "disabled", caret: "hide" });
}

/** The same screen in every size and theme. */
async function pictures(person, name) {
  for (const theme of THEMES) {
    for (const size of SIZES) {
      await person.page.emulateMedia({ colorScheme: theme });
      await person.page.setViewportSize(size);
      await person.page.evaluate(() => document.fonts.ready);
      await person.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      await picture(person.page, name, theme, size);
    }
  }
  await person.page.setViewportSize(SIZES[0]);
}

async function fill(profile) {
  const note = (title, text, ...more) => skein(profile, "note", "new", title, "--text", text, ...more);
  const { id } = await note("Autumn count", NOTE);
  await note("Counting rules", "Count the birds of one skein by tens, then the tens.\n", "--under", id);
  await note("Hides and keys", "North hide: key at the harbour office. South hide: always open.\n", "--under", id);
  await note("Handbook", "How we work, when nobody is awake at the same hour.\n");
  await note("観察ノート", "今朝、北の湿地で鶴を二羽見ました。会議の前に写真を送ります。\n");
  const { id: board } = await skein(profile, "board", "new", "Season plan", "--column", "To do", "--column", "Doing", "--column", "Done");
  const card = (column, title) => skein(profile, "card", "add", board, column, title);
  await card("To do", "Order new field scopes");
  const report = await card("To do", "Report for the reserve");
  await card("To do", "Repair the north hide's roof");
  const rings = await card("Doing", "Enter last week's ring numbers");
  await card("Doing", "Ask the ferry for a stop at dawn");
  await card("Done", "Print the tide tables");
  await skein(profile, "card", "set", report.id, "due", "2026-12-04");
  await skein(profile, "card", "set", report.id, "priority", "high");
  await skein(profile, "card", "set", report.id, "labels", "writing");
  await skein(profile, "card", "set", rings.id, "labels", "data, weekly");
  return { board, report };
}

try {
  await mkdir(TARGET, { recursive: true });
  const folder = await freshFolder(cleanup);
  const profile = join(folder, "ana");
  const empty = new Served(join(folder, "empty"));
  const ana = new Served(profile);
  for (const server of [empty, ana]) cleanup(() => server.kill());
  const browser = await startBrowser();
  cleanup(() => browser.close());

  const first = await Person.at(browser, await empty.start());
  await first.by("textbox", "Your name").fill("Ana");
  await pictures(first, "first-run");

  await skein(profile, "init", "--name", "Ana", "--workspace", "Wadden Sea survey");
  const { report, board } = await fill(profile);
  // A colleague moves a card while away, and so does Ana: one card, two wishes.
  await ana.start();
  const { ticket } = await skein(profile, "invite");
  const colleague = join(folder, "bo");
  await skein(colleague, "join", ticket, "--name", "Bo");
  await ana.stop();
  await skein(profile, "card", "move", report.id, "Doing");
  await skein(colleague, "card", "move", report.id, "Done");
  await ana.start();
  await skein(colleague, "sync", "--until-idle");

  const person = await Person.at(browser, ana.address);
  await person.row("Autumn count").waitFor();
  await person.open("Autumn count");
  await person.editorReady();
  await pictures(person, "note");
  await person.open(/^Season plan/);
  await person.card("Report for the reserve").waitFor();
  await pictures(person, "board");
  await person.card("Report for the reserve").click();
  await person.page.getByRole("region", { name: "Card: Report for the reserve" }).waitFor();
  await pictures(person, "conflict");
  await person.by("button", "Close card").click();
  await person.by("button", "Search").click();
  const dialog = person.page.getByRole("dialog");
  await dialog.getByRole("combobox").fill("north");
  await until("hits", () => dialog.getByRole("option").count(), (count) => count > 0);
  await pictures(person, "search");
  await person.press("Escape");
  await person.by("button", "Invite someone").click();
  await person.by("button", "Make invite").click();
  await person.by("textbox", "Invite link").waitFor();
  await pictures(person, "invite");
  console.log(`pictures of workspace ${board} are in ${TARGET}`);
} finally {
  for (const task of tasks.reverse()) await task();
}
