// Two people write one note: at once, apart, and with their servers going away and coming back.

import assert from "node:assert/strict";
import { anaAndBo, noFaults, scene, tidy } from "../support/stage.js";
import { until, untilEquals, untilSame } from "../support/wait.js";

const cleanup = tidy();
const { ana, bo, servers } = await anaAndBo(cleanup);
noFaults(() => [ana, bo]);

const texts = [() => ana.text(), () => bo.text()];

/** A note that both have open, with this text. */
async function sharedNote(title, text) {
  await ana.newNote(title);
  if (text !== "") {
    await ana.editor().click();
    await ana.page.keyboard.insertText(text);
  }
  await bo.open(title);
  await bo.editorReady();
  await untilEquals("the text at Bo's", () => bo.text(), text);
}

scene(
  "both type into one note at different places, and neither caret leaves its word",
  async () => {
    await sharedNote("Different places", "First paragraph.\n\nLast paragraph.");
    await ana.caret(16);
    await bo.caret((await bo.text()).length);
    const [mine, theirs] = [
      " Ana writes here without a pause.",
      " Bo writes there at the same time.",
    ];
    await Promise.all([ana.type(mine), bo.type(theirs)]);
    const wanted = `First paragraph.${mine}\n\nLast paragraph.${theirs}`;
    await Promise.all(texts.map((text) => untilEquals("the text", text, wanted)));
    assert.equal(await ana.caretAt(), 16 + mine.length);
    assert.equal(await bo.caretAt(), wanted.length);
  },
);

scene(
  "both type at the very same place: nothing is lost, and each one's words stay together",
  async () => {
    await sharedNote("Same place", "Here: .");
    await Promise.all([ana.caret(6), bo.caret(6)]);
    await Promise.all([ana.type("onetwothree"), bo.type("FOURFIVESIX")]);
    const text = await untilSame("the text", texts, (seen) => seen.length === 7 + 22);
    assert.equal(text.replace(/[A-Z]/g, ""), "ere: onetwothree.");
    assert.equal(text.replace(/[a-z]/g, ""), "H: FOURFIVESIX.");
  },
);

scene("undo takes back only what I wrote, and redo brings it again", async () => {
  await sharedNote("Undo", "Ground. ");
  await ana.caret(8);
  await ana.type("mine");
  await untilEquals("Ana's word at Bo's", () => bo.text(), "Ground. mine");
  await bo.caret(12);
  await bo.type(" theirs");
  await untilEquals("Bo's word at Ana's", () => ana.text(), "Ground. mine theirs");
  await ana.press("Control+z");
  await untilEquals("Ana's word gone at both", () => bo.text(), "Ground.  theirs");
  await ana.press("Control+Shift+Z");
  await Promise.all(texts.map((text) => untilEquals("the text", text, "Ground. mine theirs")));
});

scene("marks are shown as what they mean, and typing converts as one expects", async () => {
  await ana.newNote("Marks");
  await ana.editor().click();
  await ana.type("# Heading\n- [ ] first\nsecond\n\nplain");
  await untilEquals("the text", () => ana.text(), "# Heading\n- [ ] first\n- [ ] second\n\nplain");
  await ana.editor().getByRole("checkbox").first().click();
  await until(
    "the tick in the text",
    () => ana.text(),
    (text) => text.includes("- [x] first"),
  );
  assert.deepEqual(await ana.accessibilityFaults(), []);
});

scene("a link opens the note that it names, and one outside opens a page of its own", async () => {
  await ana.newNote("Flight plan", "See [[Marks]] and https://example.invalid/map");
  await ana.caret(8);
  await ana.press("Alt+Enter");
  await until(
    "the linked note",
    () => ana.by("textbox", "Note title").inputValue(),
    (title) => title === "Marks",
  );
  await ana.by("heading", "1 link here").waitFor();
  await ana.open("Flight plan");
  await ana.editorReady();
  await ana.caret(30);
  const [popup] = await Promise.all([ana.page.waitForEvent("popup"), ana.press("Alt+Enter")]);
  assert.equal(await popup.evaluate(() => window.opener), null);
  await popup.close();
});

scene("a reload in mid-typing loses nothing", async () => {
  await sharedNote("Reload", "");
  await ana.editor().click();
  await ana.type("Typed just before the reload");
  await ana.page.reload();
  await ana.editorReady();
  await Promise.all(
    texts.map((text) => untilEquals("the text", text, "Typed just before the reload")),
  );
});

scene("a server that ends and comes back in mid-typing loses nothing", async () => {
  await sharedNote("Restart", "Begin. ");
  await ana.caret(7);
  await ana.type("before ");
  const typing = ana.type("while the server is away and after it came back, word for word. ");
  await servers.ana.stop();
  await typing;
  await bo.caret(0);
  await bo.type("Bo goes on alone. ");
  await servers.ana.start();
  const wanted =
    "Bo goes on alone. Begin. before while the server is away and after it came back, word for word. ";
  await Promise.all(texts.map((text) => untilEquals("the text", text, wanted)));
  await ana.type("Done.");
  await untilEquals("the end at Bo's", () => bo.text(), `${wanted}Done.`);
});

scene(
  "a killed server has all that it acknowledged, and the page hands over the rest",
  async () => {
    await sharedNote("Power cut", "");
    await ana.editor().click();
    await ana.type("All of this ");
    const typing = ana.type("was typed into a machine that lost its power.");
    await servers.ana.kill();
    await typing;
    await servers.ana.start();
    const wanted = "All of this was typed into a machine that lost its power.";
    await Promise.all(texts.map((text) => untilEquals("the text", text, wanted)));
  },
);

scene(
  "offline disables nothing: notes are made, written and found, and delivery says where they are",
  async () => {
    await servers.bo.stop();
    await ana.newNote("Made alone", "Nobody is there, and it does not matter.");
    await until(
      "the words",
      () => ana.delivery(),
      (words) => words === "Offline: all saved here",
    );
    await ana.by("button", "Search").click();
    await ana.by("combobox", "Search").fill("matter");
    await ana.page.getByRole("option", { name: /Made alone/ }).waitFor();
    await ana.press("Enter");
    assert.equal(await ana.page.locator("button:disabled").count(), 0);
    await servers.bo.start();
    await bo.row("Made alone").waitFor();
    await until(
      "the words",
      () => ana.delivery(),
      (words) => words === "On 2 devices",
    );
  },
);

scene("a megabyte is pasted, typing goes on, and the other gets it", async () => {
  await ana.newNote("Long");
  const line = "A line of the long text that somebody pastes from elsewhere, with words in it.\n";
  const long = line.repeat(Math.ceil(1_048_576 / line.length));
  await ana.page.evaluate((text) => navigator.clipboard.writeText(text), long);
  await ana.editor().click();
  await ana.press("Control+v");
  await until(
    "the paste",
    () => ana.text(),
    (text) => text.length === long.length,
  );
  await ana.press("Control+End");
  await ana.type("And on it goes.");
  const wanted = `${long}And on it goes.`;
  await until(
    "the text",
    () => ana.text(),
    (text) => text === wanted,
  );
  await bo.open("Long");
  await until(
    "the long text at Bo's",
    () => bo.text(),
    (text) => text === wanted,
    60_000,
  );
});
