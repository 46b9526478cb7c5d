// Writing a note as in a good word processor: what is typed converts, is offered, nested, moved, pasted and formatted.

import assert from "node:assert/strict";
import { anaAndBo, noFaults, scene, tidy } from "../support/stage.js";
import { until, untilEquals } from "../support/wait.js";

const cleanup = tidy();
const { ana, bo } = await anaAndBo(cleanup);
noFaults(() => [ana, bo]);

const options = () => ana.page.getByRole("option").allInnerTexts();
const offered = (name) =>
  ana.page.getByRole("option", { name }).first().waitFor();
const textIs = (wanted) => untilEquals("the text", () => ana.text(), wanted);

/** A note of its own, with the caret in its empty text. */
async function fresh(title) {
  await ana.newNote(title);
  await ana.editor().click();
}

/** What a program put on the clipboard, pasted by key. */
async function paste(types) {
  await ana.page.evaluate(async (given) => {
    const parts = Object.entries(given).map(([type, words]) => [
      type,
      new Blob([words], { type }),
    ]);
    await navigator.clipboard.write([
      new ClipboardItem(Object.fromEntries(parts)),
    ]);
  }, types);
  await ana.press("Control+v");
}

scene(
  "what is typed converts, and Ctrl+Z right after leaves the letters",
  async () => {
    await fresh("Conversions");
    await ana.type("[] fly");
    await textIs("- [ ] fly");
    for (let times = 0; times < 2; times += 1) await ana.press("Control+z");
    await textIs("[] ");
    await ana.press("Control+a");
    await ana.type("words");
    await ana.press("Enter");
    await ana.type("---");
    await ana.press("Enter");
    await textIs("words\n\n---\n");
    await ana.press("Control+z");
    await textIs("words\n---\n");
    await ana.press("Control+a");
    await ana.type("```js");
    await ana.press("Enter");
    await ana.type("fly()");
    await textIs("```js\nfly()\n```");
    for (const [typed, letters] of [
      ["# ", "\\# "],
      ["1. ", "1\\. "],
      ["> ", "\\> "],
      ["a **b**", "a \\*\\*b**"],
      ["`c`", "\\`c`"],
    ]) {
      await ana.press("Control+a");
      await ana.press("Backspace");
      await ana.type(typed);
      await textIs(typed);
      await ana.press("Control+z");
      await textIs(letters);
    }
    await ana.press("Control+a");
    await ana.type("a -> b, x * y and 5 > 4");
    await textIs("a -> b, x * y and 5 > 4");
  },
);

scene(
  "the slash menu filters, goes by arrows, and Escape leaves the slash",
  async () => {
    await fresh("Slash");
    await ana.type("/");
    await offered(/Heading 1/);
    assert.deepEqual(await ana.accessibilityFaults(), []);
    await ana.type("head");
    await untilEquals("the headings", async () => (await options()).length, 3);
    await ana.press("ArrowDown");
    await ana.press("Enter");
    await ana.type("Route");
    await textIs("## Route");
    await ana.press("End");
    await ana.type(" /no");
    await offered(/Callout: note/);
    await ana.press("Escape");
    await ana.page.getByRole("option").first().waitFor({ state: "detached" });
    await textIs("## Route /no");
    await ana.press("Enter");
    await ana.type("/table");
    await offered(/Table/);
    await ana.press("Enter");
    await ana.type("north");
    await until(
      "the first cell",
      () => ana.text(),
      (text) => text.includes("| north |"),
    );
  },
);

scene("the same entries are commands in the palette", async () => {
  await fresh("Palette");
  await ana.press("Control+k");
  await ana.by("combobox", "Command palette").waitFor();
  await ana.type("numbered list");
  await ana.page
    .getByRole("option", { name: /Numbered list/ })
    .first()
    .waitFor();
  await ana.press("Enter");
  await until("the text to have the focus", () =>
    ana.editor().evaluate((content) => content === document.activeElement),
  );
  await ana.type("first");
  await textIs("1. first");
});

scene(
  "a link is completed, made when it is missing, and takes heading and words",
  async () => {
    await fresh("Winter quarters");
    await ana.type("# Arrival");
    await fresh("Links");
    await ana.type("[[win qu");
    await offered(/Winter quarters/);
    await ana.press("Enter");
    await ana.type(" [[winter");
    await offered(/Winter quarters/);
    await ana.type("#");
    await offered(/Arrival/);
    await ana.press("Enter");
    await ana.type(" [[winter|");
    await ana.type("the south");
    await offered(/the south/);
    await ana.press("Enter");
    await ana.type(" [[Spring");
    await offered(/Create “Spring”/);
    await ana.press("Enter");
    await textIs(
      "[[Winter quarters]] [[Winter quarters#Arrival]] [[Winter quarters|the south]] [[Spring]]",
    );
    await ana.page.getByText("Made the note “Spring”").waitFor();
  },
);

scene("people, days and emoji come by their signs", async () => {
  await fresh("Signs");
  await ana.type("@ana");
  await offered(/Ana/);
  await ana.press("Enter");
  await ana.type("@next tue");
  await offered(/Tuesday/);
  await ana.press("Enter");
  await ana.type(":smile:");
  await until(
    "the line",
    () => ana.text(),
    (text) => /^@Ana \d{4}-\d\d-\d\d 😄$/.test(text),
  );
  const [, day] = (await ana.text()).match(/(\d{4}-\d\d-\d\d)/);
  assert.equal(new Date(`${day}T12:00:00`).getDay(), 2);
});

scene(
  "lists nest, leave, renumber, move with their children and double",
  async () => {
    await fresh("Lists");
    await ana.type("1. one\ntwo\nthree");
    await ana.press("ArrowUp");
    await ana.press("Tab");
    await textIs("1. one\n   1. two\n2. three");
    await ana.press("Shift+Tab");
    await textIs("1. one\n2. two\n3. three");
    await ana.press("Alt+ArrowUp");
    await textIs("1. two\n2. one\n3. three");
    await ana.press("Control+d");
    await textIs("1. two\n2. two\n3. one\n4. three");
    await ana.press("Control+End");
    await ana.press("Enter");
    await ana.press("Enter");
    await ana.type("out");
    await textIs("1. two\n2. two\n3. one\n4. three\n\nout");
  },
);

scene(
  "what comes from a page, a spreadsheet or an address arrives as what it is",
  async () => {
    await fresh("Paste");
    await paste({
      "text/plain": "Title one two",
      "text/html":
        "<h2>Title</h2><ul><li>one<ul><li>two</li></ul></li></ul><script>x</script>",
    });
    await textIs("## Title\n\n- one\n  - two");
    await ana.press("Control+a");
    await paste({ "text/plain": "a\tb\n1\t2" });
    await textIs("| a | b |\n| --- | --- |\n| 1 | 2 |");
    await ana.press("Control+a");
    await ana.type("the map");
    await ana.press("Control+a");
    await paste({ "text/plain": "https://example.invalid/map" });
    await textIs("[the map](https://example.invalid/map)");
    await ana.press("Control+a");
    await ana.press("Control+c");
    const html = await ana.page.evaluate(async () => {
      const [item] = await navigator.clipboard.read();
      return (await item.getType("text/html")).text();
    });
    assert.match(
      html,
      /<a href="https:\/\/example\.invalid\/map">the map<\/a>/,
    );
  },
);

scene("a selection is formatted by key and by the bar", async () => {
  await fresh("Format");
  await ana.type("geese fly");
  await ana.press("Control+Shift+ArrowLeft");
  await ana.press("Control+b");
  await textIs("geese **fly**");
  await ana.press("Control+b");
  await textIs("geese fly");
  await ana.by("toolbar", "Format the selection").waitFor();
  await ana.press("Alt+F10");
  await until("the bar to have the focus", () =>
    ana
      .by("button", "Bold")
      .evaluate((button) => button === document.activeElement),
  );
  await ana.press("ArrowRight");
  assert.deepEqual(await ana.accessibilityFaults(), []);
  await ana.press("Enter");
  await textIs("geese *fly*");
  await ana.press("Control+k");
  await ana.by("textbox", "Address of the link").fill("example.invalid");
  await ana.press("Enter");
  await until(
    "the link",
    () => ana.text(),
    (text) => text.includes("[fly](https://example.invalid)"),
  );
});

scene(
  "Escape leaves the form of a link, and the next Ctrl+K is the palette's",
  async () => {
    await fresh("Form");
    await ana.type("geese [[win");
    await ana.press("Control+Shift+ArrowLeft");
    for (const keys of ["Control+k", "Escape", "Control+End", "Control+k"])
      await ana.press(keys);
    await ana.by("combobox", "Command palette").waitFor();
    assert.equal(await ana.by("textbox", "Address of the link").count(), 0);
    await ana.press("Escape");
    await until("the text to have the focus", () =>
      ana.editor().evaluate((content) => content === document.activeElement),
    );
  },
);

scene(
  "Bo sees where Ana writes, and it goes when she leaves the note",
  async () => {
    await fresh("Company");
    await ana.type("Geese fly south.");
    await bo.open("Company");
    await bo.editorReady();
    await untilEquals("the text at Bo's", () => bo.text(), "Geese fly south.");
    const caretAt = (index) =>
      bo.editor().evaluate((content, at) => {
        const { view } = content.cmTile.root;
        const flags = [...view.dom.querySelectorAll("[data-caret]")];
        const place = view.coordsAtPos(at);
        return flags.map((flag) => {
          const { left, width, top } = flag.getBoundingClientRect();
          const beside = Math.abs(left + width / 2 - place.left) <= 1;
          return [flag.innerText, beside && Math.abs(top - place.top) <= 4];
        });
      }, index);
    await untilEquals("Ana's caret at the end", () => caretAt(16), [
      ["Ana", true],
    ]);
    await ana.caret(6);
    await untilEquals("Ana's caret before “fly”", () => caretAt(6), [
      ["Ana", true],
    ]);
    await bo.caret(0);
    await bo.type("The ");
    await untilEquals("it to stay there", () => caretAt(10), [["Ana", true]]);
    await untilEquals(
      "Bo's words at Ana's",
      () => ana.text(),
      "The Geese fly south.",
    );
    await ana.page.locator("[data-caret]", { hasText: "Bo" }).waitFor();
    assert.deepEqual(await bo.accessibilityFaults(), []);
    await ana.newNote("Elsewhere");
    await untilEquals("her caret gone", () => caretAt(10), []);
  },
);
