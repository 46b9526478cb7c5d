// Two desktop apps on one display: found, invite, join, write at once, move cards, part and meet again.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Desktop, KEY, startDesk } from "../support/desktop.js";
import { freshFolder, ROOT, Served } from "../support/skein.js";
import { scene, tidy } from "../support/stage.js";
import { until, untilEquals, untilSame } from "../support/wait.js";

const cleanup = tidy();
const folder = await freshFolder(cleanup);
const desk = await startDesk(cleanup);
const ana = new Desktop(folder, "ana", desk);
const bo = new Desktop(folder, "bo", desk, 1300);
for (const window of [ana, bo]) cleanup(() => window.quit());
await Promise.all([ana.start(), bo.start()]);

const pictures = join(ROOT, "tests", "e2e", "test-results");
await mkdir(pictures, { recursive: true });
const picture = (window, name) => window.screenshot(join(pictures, `${name}-${window.name}.png`));

const texts = [() => ana.text(), () => bo.text()];
const boards = [() => ana.board(), () => bo.board()];

/** Both work while neither app runs beside the other; then both run again. */
async function apart(first, second) {
  await bo.quit();
  await first();
  await ana.quit();
  await bo.start();
  await second();
  await ana.start();
}

const ready = (window) =>
  until("the editor to take text", () =>
    window.run(
      "return document.querySelector('.cm-content')?.getAttribute('aria-readonly') !== 'true' && document.querySelector('.cm-content') !== null",
    ),
  );

scene("one founds a workspace and invites, the other joins", async () => {
  await picture(ana, "first-run");
  await ana.type("textbox", "Your name", "Ana");
  await ana.type("textbox", "Workspace name", "Wild geese");
  await ana.click("radio", "Empty");
  await ana.click("button", "Create workspace");
  await ana.click("button", "Invite someone");
  await ana.click("button", "Make invite");
  const invite = await ana.run(
    "return arguments[0].value",
    await ana.find("textbox", "Invite link"),
  );
  await picture(ana, "invite");
  await bo.click("radio", "Join with an invite");
  await bo.type("textbox", "Your name", "Bo");
  await bo.type("textbox", "Invite", invite);
  await bo.click("button", "Join");
  await bo.find("button", "2 people");
  await ana.click("button", "Close");
  await ana.find("button", "2 people");
});

scene("both type into one note at once, and no caret is thrown about", async () => {
  await ana.click("button", "New note");
  await ana.fill("textbox", "Note title", `Routes${KEY.enter}`);
  await ready(ana);
  await ana.type("textbox", "Note text", `The east.${KEY.enter}${KEY.enter}The west.`);
  await bo.click("treeitem", "Routes");
  await untilEquals("the text at Bo's", () => bo.text(), "The east.\n\nThe west.");
  await ana.caret(9);
  await bo.caret(20);
  const [mine, theirs] = [" Ana flies over the long lake.", " Bo follows the river down."];
  await Promise.all([
    ana.type("textbox", "Note text", mine),
    bo.type("textbox", "Note text", theirs),
  ]);
  const wanted = `The east.${mine}\n\nThe west.${theirs}`;
  await Promise.all(texts.map((text) => untilEquals("the text", text, wanted)));
  assert.equal(await ana.caretAt(), 9 + mine.length);
  assert.equal(await bo.caretAt(), wanted.length);
  await picture(ana, "note");
});

scene("a card is dragged by one and moved by the keys of the other", async () => {
  await ana.run("location.hash = '#/'");
  await ana.click("button", "New board");
  await ana.fill("textbox", "Board title", `Autumn${KEY.enter}`);
  await ana.click("button", "Add a card to To do");
  for (const title of ["Count the geese", "Watch the wind"]) {
    await ana.type("textbox", "New card in To do", `${title}${KEY.enter}`);
    await ana.find("button", title);
  }
  await ana.type("textbox", "New card in To do", KEY.escape);
  await bo.click("treeitem", "Autumn");
  await bo.find("button", "Watch the wind");
  await ana.drag(
    await ana.find("button", "Count the geese"),
    await ana.find("list", "Cards in Doing"),
  );
  await untilEquals("Doing at Bo's", () => bo.board().then((lanes) => lanes[1]), [
    "Doing",
    ["Count the geese"],
  ]);
  await bo.type("button", "Count the geese", KEY.control + KEY.right + KEY.none);
  const board = await untilSame("the board", boards, (lanes) => lanes[2][1].length === 1);
  assert.deepEqual(board, [
    ["To do", ["Watch the wind"]],
    ["Doing", []],
    ["Done", ["Count the geese"]],
  ]);
});

scene("both work apart, on the note and on one card; when they meet, nothing is lost", async () => {
  await apart(
    async () => {
      await ana.type("button", "Watch the wind", KEY.control + KEY.right + KEY.none);
      await until(
        "the card in Doing",
        () => ana.board(),
        (lanes) => lanes[1][1].length === 1,
      );
      await ana.click("treeitem", "Routes");
      await ready(ana);
      await ana.caret(0);
      await ana.type("textbox", "Note text", "Alone, Ana begins. ");
      await until(
        "the text",
        () => ana.text(),
        (text) => text?.startsWith("Alone, Ana begins. The east."),
      );
    },
    async () => {
      await bo.click("treeitem", "Autumn");
      await bo.type("button", "Watch the wind", KEY.control + KEY.right + KEY.right + KEY.none);
      await until(
        "the card in Done",
        () => bo.board(),
        (lanes) => lanes[2][1].length === 2,
      );
      await bo.click("treeitem", "Routes");
      await ready(bo);
      await until(
        "the text",
        () => bo.text(),
        (text) => text?.startsWith("The east."),
      );
      await bo.caret((await bo.text()).length);
      await bo.type("textbox", "Note text", " Alone, Bo ends.");
    },
  );
  await ana.click("treeitem", "Routes");
  const text = await untilSame(
    "the text",
    texts,
    (seen) => seen?.startsWith("Alone, Ana begins. ") && seen.endsWith(" Alone, Bo ends."),
  );
  assert.equal(
    text.length,
    "The east.\n\nThe west.".length +
      " Ana flies over the long lake.".length +
      " Bo follows the river down.".length +
      "Alone, Ana begins. ".length +
      " Alone, Bo ends.".length,
  );
  for (const window of [ana, bo]) {
    await window.click("treeitem", "Autumn…");
    await window.find("group", "Set apart, Column: …");
  }
  await untilSame("the board", boards, (lanes) => lanes.flatMap(([, cards]) => cards).length === 2);
  await picture(ana, "conflict");
  await picture(bo, "conflict");
  await bo.click("button", "Choose Done");
  await untilSame("the board", boards, (lanes) => lanes[2][1].length === 2);
});

scene(
  "a window whose engine ends in another process takes the profile over, with what was typed",
  async () => {
    await ana.quit();
    const owner = new Served(ana.profile);
    cleanup(() => owner.kill());
    await owner.start();
    await ana.start();
    await ana.click("treeitem", "Routes");
    await ready(ana);
    await ana.caret(0);
    await ana.type("textbox", "Note text", "Through another. ");
    await owner.stop();
    await ana.type("textbox", "Note text", "And alone again. ");
    await bo.click("treeitem", "Routes");
    await untilSame("the text", texts, (text) =>
      text?.startsWith("Through another. And alone again. Alone, Ana begins."),
    );
  },
);
