// The tree, titles, trash and search, together and apart.

import assert from "node:assert/strict";
import { skein } from "../support/skein.js";
import { anaAndBo, noFaults, scene, tidy } from "../support/stage.js";
import { until, untilEquals, untilSame } from "../support/wait.js";

const cleanup = tidy();
const { ana, bo, servers } = await anaAndBo(cleanup);
noFaults(() => [ana, bo]);

/** The tree as seen: level and title of each row. */
const tree = (person) => () =>
  person
    .by("tree", "Documents")
    .getByRole("treeitem")
    .evaluateAll((rows) =>
      rows.map((row) => `${row.getAttribute("aria-level")} ${row.getAttribute("aria-label")}`),
    );

/** Both do something while neither server knows of the other; then both are back. */
async function apart(first, second) {
  await servers.bo.stop();
  await first();
  await servers.ana.stop();
  await servers.bo.start();
  await second();
  await servers.ana.start();
}

scene("the tree is put in order by keyboard and by mouse, and both see the same", async () => {
  for (const title of ["Flock", "Routes", "Weather"]) await ana.newNote(title);
  await untilEquals("the tree", tree(bo), ["1 Flock", "1 Routes", "1 Weather"]);
  await ana.row("Routes").focus();
  await ana.press("Alt+ArrowRight");
  await untilEquals("the tree", tree(bo), ["1 Flock", "1 Weather"]);
  await bo.row("Flock").focus();
  await bo.press("ArrowRight");
  await untilEquals("the tree", tree(bo), ["1 Flock", "2 Routes", "1 Weather"]);
  await ana.row("Weather").focus();
  await ana.press("Alt+ArrowUp");
  await untilEquals("the tree", tree(bo), ["1 Weather", "1 Flock", "2 Routes"]);
  const from = await ana.row("Weather").boundingBox();
  const to = await ana.row("Flock").boundingBox();
  await ana.page.mouse.move(from.x + 60, from.y + from.height / 2);
  await ana.page.mouse.down();
  await ana.page.mouse.move(from.x + 66, from.y + from.height, { steps: 4 });
  await ana.page.mouse.move(to.x + 60, to.y + to.height / 2, { steps: 8 });
  await ana.page.mouse.up();
  await untilSame("the tree", [tree(ana), tree(bo)], (rows) =>
    rows.some((row) => row === "2 Weather"),
  );
  assert.deepEqual(await ana.accessibilityFaults(), []);
});

scene("F2 renames in the tree, and the note follows", async () => {
  await bo.open("Flock");
  await ana.row("Flock").focus();
  await ana.press("F2");
  await ana.type("The flock");
  await ana.press("Enter");
  await until(
    "the title at Bo's",
    () => bo.by("textbox", "Note title").inputValue(),
    (title) => title === "The flock",
  );
});

scene("two titles given apart are both shown, and one click chooses", async () => {
  const rename = async (person, title) => {
    await person.by("textbox", "Note title").fill(title);
    await person.press("Enter");
    await person.row(title).waitFor();
  };
  await ana.newNote("Plan");
  await bo.open("Plan");
  await bo.by("textbox", "Note title").waitFor();
  await apart(
    () => rename(ana, "Plan of the south"),
    () => rename(bo, "Plan of the west"),
  );
  for (const person of [ana, bo]) {
    await person.page
      .getByRole("group", {
        name: /^Set apart, title: Plan of the (south or Plan of the west|west or Plan of the south)$/,
      })
      .waitFor();
  }
  assert.deepEqual(await ana.accessibilityFaults(), []);
  await ana.by("button", "Choose Plan of the west").click();
  for (const person of [ana, bo]) {
    await person.row("Plan of the west").waitFor();
    await person.page.getByRole("group", { name: /^Set apart/ }).waitFor({ state: "detached" });
  }
});

scene("what is trashed lies in the trash of both, and is brought back by either", async () => {
  await ana.newNote("Old map");
  await bo.open("Old map");
  await ana.by("button", "Menu of this document").click();
  await ana.page.getByRole("menuitem", { name: /^Move to trash/ }).click();
  await bo.page.getByText("This lies in the trash.").waitFor();
  await bo.by("link", "Trash").click();
  await bo.by("button", "Restore Old map").waitFor();
  assert.deepEqual(await bo.accessibilityFaults(), []);
  await bo.by("button", "Restore Old map").click();
  await ana.row("Old map").waitFor();
  await bo.by("heading", "The trash is empty").waitFor();
});

scene("a link to what has not arrived says so, and opens by itself as soon as it does", async () => {
  const notHere = () => bo.by("heading", "This is not on this machine").waitFor();
  const goTo = (hash) => bo.page.evaluate((to) => (location.hash = to), hash);
  await servers.ana.stop();
  const { profile } = servers.ana;
  const note = await skein(profile, "note", "new", "On its way", "--text", "Here now.");
  await goTo(`#/note/${note.id}`);
  await notHere();
  assert.deepEqual(await bo.accessibilityFaults(), []);
  await servers.ana.start();
  await untilEquals("the note", () => bo.text(), "Here now.");

  await servers.ana.stop();
  const board = await skein(profile, "board", "new", "Sails");
  await goTo(`#/board/${board.id}`);
  await notHere();
  await servers.ana.start();
  await bo.by("button", "Add a column").waitFor();

  await servers.ana.stop();
  const card = await skein(profile, "card", "add", board.id, "To do", "Mend the sail");
  await goTo(`#/board/${board.id}/${card.id}`);
  await bo.page.getByText("This card is not here.").waitFor();
  await servers.ana.start();
  await bo.by("region", "Card: Mend the sail").waitFor();
});

scene("a note that one trashes while the other writes on stays, and it is said", async () => {
  await ana.newNote("Contested");
  await bo.open("Contested");
  await bo.editorReady();
  await apart(
    async () => {
      await ana.row("Contested").focus();
      await ana.press("Delete");
      await ana.row("Contested").waitFor({ state: "detached" });
    },
    async () => {
      await bo.editor().click();
      await bo.type("Still needed.");
      await until(
        "the text to be safe",
        () => bo.text(),
        (text) => text === "Still needed.",
      );
      await bo.page.reload();
      await untilEquals("the text on disk", () => bo.text(), "Still needed.");
    },
  );
  for (const person of [ana, bo]) await person.row(/^Contested/).waitFor();
  await bo.page
    .getByText(
      "Somebody moved this to the trash while somebody else still worked on it, so it stays.",
    )
    .waitFor();
  await bo.by("button", "Keep it").click();
  await bo.page.getByText("so it stays.").waitFor({ state: "detached" });
  await ana.open(/^Contested/);
  await untilEquals("the text at Ana's", () => ana.text(), "Still needed.");
});

scene(
  "search finds what was written a moment ago, by words of any language and length",
  async () => {
    await ana.newNote("会議メモ", "来週の会議は東京で行います。");
    await ana.newBoard("Größere Aufgaben");
    await ana.addCards("To do", "渡り鳥の地図を描く");
    await bo.row("Größere Aufgaben").waitFor();
    for (const [person, words, found] of [
      [ana, "東京", /会議メモ/],
      [ana, "地図", /渡り鳥の地図を描く/],
      [bo, "会議", /会議メモ/],
      [bo, "groß", /Größere/],
      [bo, "needed", /Contested/],
    ]) {
      await person.press("Control+Shift+F");
      await until(`a hit for ${words}`, async () => {
        await person.by("combobox", "Search").fill("");
        await person.by("combobox", "Search").fill(words);
        return person.page.getByRole("option", { name: found }).first().isVisible();
      });
      if (words === "地図") {
        assert.deepEqual(await person.accessibilityFaults(), []);
        await person.press("Enter");
        await person.page.getByRole("region", { name: "Card: 渡り鳥の地図を描く" }).waitFor();
      } else await person.press("Escape");
    }
  },
);

scene(
  "text that an input method composes arrives whole while somebody else writes above it",
  async () => {
    await ana.newNote("Composed", "First line\n");
    await bo.open("Composed");
    await bo.editorReady();
    await untilEquals("the text at Bo's", () => bo.text(), "First line\n");
    await bo.caret(10);
    const keyboard = await ana.page.context().newCDPSession(ana.page);
    const compose = (text) =>
      keyboard.send("Input.imeSetComposition", {
        text,
        selectionStart: text.length,
        selectionEnd: text.length,
      });
    for (const part of ["に", "にほ", "にほん", "日本"]) {
      await compose(part);
      await bo.type("!");
    }
    await keyboard.send("Input.insertText", { text: "日本" });
    await ana.type(" ok");
    const texts = [() => ana.text(), () => bo.text()];
    await untilSame("the text", texts, (text) => text === "First line!!!!\n日本 ok");
  },
);
