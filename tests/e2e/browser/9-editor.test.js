// Reading and finding one's way in a note: live preview, tables, folding, outline, find and replace, links, read-only notes.

import assert from "node:assert/strict";
import { anaAndBo, noFaults, scene, tidy } from "../support/stage.js";
import { until, untilEquals } from "../support/wait.js";

const cleanup = tidy();
const { ana } = await anaAndBo(cleanup);
noFaults(() => [ana]);

/** A note with this text, written in one go. */
async function note(title, text) {
  await ana.newNote(title);
  await ana.editor().click();
  await ana.page.keyboard.insertText(text);
  await untilEquals("the text", () => ana.text(), text);
}

/** The lines as they are read: what is hidden has no size. */
function seen() {
  return ana.editor().evaluate((content) =>
    [...content.querySelectorAll(".cm-line")].map((line) => {
      let text = "";
      const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const { parentElement } = walker.currentNode;
        if (parseFloat(getComputedStyle(parentElement).fontSize) > 0)
          text += walker.currentNode.data;
      }
      return text;
    }),
  );
}

function place(selector) {
  return ana
    .editor()
    .locator(selector)
    .first()
    .evaluate((element) => element.getBoundingClientRect().top);
}

scene(
  "a note reads as what it means, and its markers come where the caret is",
  async () => {
    await note(
      "Look",
      "# Title\n\nA **bold** word, [site](https://example.invalid/x), a note[^1].\n\n> [!warning]\n> Careful\n\n[^1]: because",
    );
    await ana.caret(8);
    await until("all markers hidden", seen, (lines) =>
      lines.join("\n").includes("A bold word, site, a note1."),
    );
    const lines = await seen();
    assert.equal(lines[0], "Title");
    assert.ok(lines.includes("Warning"));
    assert.ok(lines.includes("1: because"));
    const before = await place(".sk-callout");
    await ana.caret(15);
    await until("the bold marker", seen, (now) =>
      now.join("\n").includes("A **bold** word"),
    );
    assert.equal(await place(".sk-callout"), before, "nothing below moves");
    assert.deepEqual(await ana.accessibilityFaults(), []);
  },
);

scene(
  "a paragraph that begins in Arabic runs from the right, code never does",
  async () => {
    await note("Directions", "مرحبا بالعالم\n\nplain\n\n```\nمرحبا\n```\n");
    const directions = await ana
      .editor()
      .evaluate((content) =>
        [...content.querySelectorAll(".cm-line")].map(
          (line) => getComputedStyle(line).direction,
        ),
      );
    assert.equal(directions[0], "rtl");
    assert.deepEqual([...new Set(directions.slice(1, 7))], ["ltr"]);
  },
);

scene(
  "a table is edited where it is: Tab, Enter and a typed pipe",
  async () => {
    const table = "| Bird | Span |\n| --- | --: |\n| Goose | 180 |";
    await note("Table", table);
    await ana.caret(3);
    await ana.press("Tab");
    await ana.type("Wing");
    await ana.press("Tab");
    await ana.press("Tab");
    await ana.press("Tab");
    await ana.type("Swan");
    await ana.press("Tab");
    await ana.type("230");
    await untilEquals(
      "the table",
      () => ana.text(),
      "| Bird | Wing |\n| --- | --: |\n| Goose | 180 |\n| Swan | 230 |",
    );
    await ana.press("Shift+Tab");
    await ana.press("ArrowRight");
    await ana.type("|");
    assert.match(await ana.text(), /\| Swan\\\| \| 230 \|$/);
    await ana.press("Enter");
    await ana.press("Enter");
    assert.match(await ana.text(), /230 \|\n\n$/);
  },
);

scene(
  "rows and columns of a table move by keys, from the palette and from its menu, which only a table has",
  async () => {
    const table = "| Bird | Span |\n| --- | --: |\n| Goose | 180 |\n| Swan | 230 |";
    const tableIs = (wanted) => untilEquals("the table", () => ana.text(), `Before.\n\n${wanted}`);
    await note("Rows", `Before.\n\n${table}`);
    await ana.caret(3);
    await ana.press("Control+k");
    await ana.by("combobox", "Command palette").fill("row");
    await ana.page.getByRole("option").first().waitFor();
    const offered = await ana.page.getByRole("option").allInnerTexts();
    assert.ok(!offered.some((words) => words.startsWith("Move row")), offered.join());
    await ana.press("Escape");
    await ana.caret((await ana.text()).indexOf("Goose"));
    await ana.press("Alt+Shift+ArrowRight");
    await ana.press("Alt+Shift+ArrowDown");
    await tableIs("| Span | Bird |\n| --: | --- |\n| 230 | Swan |\n| 180 | Goose |");
    assert.match(await ana.spoken(), /Moved row, 2 of 2/);
    await ana.press("Control+k");
    await ana.by("combobox", "Command palette").fill("add column before");
    await ana.press("Enter");
    await ana.type("grey");
    await tableIs(
      "| Span |  | Bird |\n| --: | --- | --- |\n| 230 |  | Swan |\n| 180 | grey | Goose |",
    );
    await ana.by("button", "Rows and columns").click();
    await ana.page.getByRole("menu", { name: "Rows and columns" }).waitFor();
    assert.deepEqual(await ana.accessibilityFaults(), []);
    await ana.by("menuitem", /^Delete row/).click();
    await tableIs("| Span |  | Bird |\n| --: | --- | --- |\n| 230 |  | Swan |");
    await ana.press("Control+z");
    await ana.press("Alt+F10");
    await ana.by("menuitemcheckbox", "Align column in the centre").click();
    await tableIs(
      "| Span |  | Bird |\n| --: | :---: | --- |\n| 230 |  | Swan |\n| 180 | grey | Goose |",
    );
    await ana.type("ish");
    assert.match(await ana.text(), /\| greyish \|/);
  },
);

scene(
  "a section folds at its chevron and by keys, and is still folded when one comes back",
  async () => {
    await note("Fold", "# One\n\ninside one\n\n# Two\n\ninside two");
    await ana.caret(0);
    await ana.editor().locator(".sk-heading", { hasText: "Two" }).hover();
    await ana.editor().getByRole("button", { name: "Fold Two" }).click();
    await until(
      "the section gone",
      seen,
      (lines) => !lines.join().includes("inside two"),
    );
    await ana.press("Control+Shift+BracketLeft");
    await until("both gone", seen, (lines) => !lines.join().includes("inside"));
    await note("Elsewhere", "x");
    await ana.open("Fold");
    await ana.editorReady();
    await until(
      "both still gone",
      seen,
      (lines) => !lines.join().includes("inside"),
    );
    await ana.caret(0);
    await ana.press("Control+Shift+BracketRight");
    await until("the first back", seen, (lines) =>
      lines.join().includes("inside one"),
    );
    assert.equal(
      await ana.text(),
      "# One\n\ninside one\n\n# Two\n\ninside two",
    );
  },
);

scene(
  "the outline shows the headings, marks where one is, and goes there by keyboard",
  async () => {
    await note(
      "Outline",
      `# First\n\n${"words\n\n".repeat(60)}## Second part\n\nend`,
    );
    await ana.press("Control+Shift+O");
    const outline = ana.by("list", "Outline");
    await outline.getByRole("button", { name: "Second part" }).waitFor();
    await until(
      "the mark at the second",
      () => outline.locator("[aria-current]").allInnerTexts(),
      (names) => names.join() === "Second part",
    );
    await outline.getByRole("button", { name: "First" }).focus();
    await ana.press("Enter");
    await untilEquals("the caret at the first heading", () => ana.caretAt(), 0);
    assert.deepEqual(await ana.accessibilityFaults(), []);
    await ana.press("Control+Shift+O");
    await outline.waitFor({ state: "detached" });
  },
);

scene("find counts, walks, and Escape returns to the place", async () => {
  await note("Find", "goose one\n\nGoose two\n\ngooseberry");
  await ana.caret(4);
  await ana.press("Control+f");
  const panel = ana.page.getByRole("search", { name: "Find in text" });
  const count = panel.getByRole("status");
  await ana.type("goose");
  await until(
    "the count",
    () => count.innerText(),
    (words) => words === "2 of 3",
  );
  await ana.press("Escape");
  await panel.waitFor({ state: "detached" });
  assert.equal(await ana.caretAt(), 4);
  await ana.press("Control+f");
  await ana.type("goose");
  await panel.getByRole("button", { name: "Whole words" }).click();
  await until(
    "whole words",
    () => count.innerText(),
    (words) => words === "2 of 2",
  );
  await panel.getByRole("button", { name: "Match case" }).click();
  await until(
    "one left",
    () => count.innerText(),
    (words) => words.endsWith("of 1"),
  );
  await panel.getByRole("textbox", { name: "Find" }).fill("none of it");
  await until(
    "nothing",
    () => count.innerText(),
    (words) => words === "Nothing found",
  );
  await panel.getByRole("button", { name: "Regular expression" }).click();
  await panel.getByRole("textbox", { name: "Find" }).fill("(");
  await until(
    "a bad one",
    () => count.innerText(),
    (words) => words === "Not a valid expression",
  );
  assert.deepEqual(await ana.accessibilityFaults(), []);
  for (const name of ["Whole words", "Match case", "Regular expression"]) {
    await panel.getByRole("button", { name }).click();
  }
  await ana.press("Escape");
});

scene("what is found is replaced one after the other, and undone one after the other", async () => {
  const text = "red goose, red swan, red crane";
  await note("Replace one", text);
  await ana.press("Control+h");
  const panel = ana.page.getByRole("search", { name: "Find in text" });
  await panel.getByRole("textbox", { name: "Find" }).fill("red");
  await panel.getByRole("textbox", { name: "Replace with" }).fill("grey");
  const replace = panel.getByRole("button", { name: "Replace", exact: true });
  await replace.click();
  await untilEquals("the first", () => ana.text(), "grey goose, red swan, red crane");
  await replace.click();
  await untilEquals("the next", () => ana.text(), "grey goose, grey swan, red crane");
  await ana.press("Escape");
  await ana.press("Control+z");
  await untilEquals("one back", () => ana.text(), "grey goose, red swan, red crane");
});

scene("@ names a note, which is linked by its title", async () => {
  await note("Tide table", "High water at noon.");
  await note("Plan", "As in ");
  await ana.page.keyboard.type("@tide");
  await ana.page.getByRole("option", { name: /Tide table/ }).waitFor();
  await ana.press("Enter");
  await untilEquals("the link", () => ana.text(), "As in [[Tide table]] ");
});

scene("a link to a note that was thrown away and brought back leads there again", async () => {
  await note("Lighthouse", "Two flashes.");
  await note("Chart", "See [[Lighthouse]].");
  await ana.caret(0);
  const link = ana.editor().getByText("Lighthouse", { exact: true });
  await until("a link that is known", () => link.getAttribute("class"), (name) =>
    !name.includes("sk-link-new"),
  );
  await ana.open("Lighthouse");
  await ana.editorReady();
  await ana.by("button", "Menu of this document").click();
  await ana.page.getByRole("menuitem", { name: /^Move to trash/ }).click();
  await ana.open("Chart");
  await ana.editorReady();
  await ana.editor().locator(".sk-link-new", { hasText: "Lighthouse" }).waitFor();
  await ana.by("link", "Trash").click();
  await ana.by("button", "Restore Lighthouse").click();
  await ana.open("Chart");
  await ana.editorReady();
  await ana.caret(0);
  await link.click({ modifiers: ["Control"] });
  await untilEquals("the note", () => ana.text(), "Two flashes.");
});

scene("replacing all is one step of undo", async () => {
  const text = "red goose, red swan, red crane";
  await note("Replace", text);
  await ana.press("Control+h");
  const panel = ana.page.getByRole("search", { name: "Find in text" });
  await panel.getByRole("textbox", { name: "Find" }).fill("red");
  await panel.getByRole("textbox", { name: "Replace with" }).fill("grey");
  await panel.getByRole("button", { name: "Replace all" }).click();
  await untilEquals(
    "all replaced",
    () => ana.text(),
    text.replaceAll("red", "grey"),
  );
  await ana.press("Escape");
  await ana.press("Control+z");
  await untilEquals("all back at once", () => ana.text(), text);
});

scene(
  "a link says where it leads, goes to its heading, and offers what is not there yet",
  async () => {
    await note(
      "Handbook",
      `Intro line.\n\n${"filler\n\n".repeat(80)}## Handing over\n\n${"more\n\n".repeat(40)}`,
    );
    await note(
      "Desk",
      "See [[Handbook#Handing over]], [[Handbook]] and [[Nowhere]].",
    );
    await ana.editor().getByText("Handbook", { exact: true }).hover();
    await ana.page.getByText("Intro line.").waitFor();
    await ana
      .editor()
      .locator(".sk-link-new", { hasText: "Nowhere" })
      .waitFor();
    await ana.caret(8);
    await ana.press("Control+Enter");
    await ana.editor().getByText("Handing over").waitFor();
    await until(
      "the heading in view",
      () => ana.editor().getByText("Handing over").boundingBox(),
      (box) => box !== null && box.y > 0 && box.y < 400,
    );
    await ana.open("Desk");
    await ana.editorReady();
    await ana
      .editor()
      .getByText("Nowhere")
      .click({ modifiers: ["Control"] });
    await ana.by("button", "Create it").click();
    await until(
      "the new note",
      () => ana.by("textbox", "Note title").inputValue(),
      (title) => title === "Nowhere",
    );
  },
);

scene(
  "a picture elsewhere is not fetched, and one in the text is shown",
  async () => {
    const asked = [];
    const listen = (request) => asked.push(request.url());
    ana.page.on("request", listen);
    const dot =
      "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
    await note(
      "Pictures",
      `![dot](${dot})\n\n![map](https://example.invalid/map.png)\n\n`,
    );
    await ana.editor().getByRole("img", { name: "dot" }).waitFor();
    await ana.editor().getByText("Picture at example.invalid").waitFor();
    ana.page.off("request", listen);
    assert.deepEqual(
      asked.filter((url) => url.includes("example.invalid")),
      [],
    );
  },
);

scene("words are counted, and a selection on its own", async () => {
  await note("Count", "one two three four");
  await ana.page.getByText("4 words", { exact: true }).waitFor();
  await ana.press("Control+a");
  await ana.page.getByText("4 words selected").waitFor();
});

scene(
  "a note in the trash is read, selected and searched, but not written",
  async () => {
    await note("Thrown away", "Still [[Handbook]] here.");
    await ana.by("button", "Menu of this document").click();
    await ana.by("menuitem", "Move to trash").click();
    await until(
      "the text to be read-only",
      () => ana.editor().getAttribute("aria-readonly"),
      (value) => value === "true",
    );
    await ana.editor().click();
    await ana.type("not taken");
    assert.equal(await ana.text(), "Still [[Handbook]] here.");
    await ana.press("Control+f");
    await ana.type("still");
    const panel = ana.page.getByRole("search", { name: "Find in text" });
    await panel.getByText("1 of 1").waitFor();
    await ana.press("Escape");
    await ana.editor().getByText("Handbook").click();
    await until(
      "the linked note",
      () => ana.by("textbox", "Note title").inputValue(),
      (title) => title === "Handbook",
    );
  },
);

scene("going back leads to where one was in a note: scrolled, and with the caret there", async () => {
  const long = Array.from({ length: 120 }, (_, at) => `Paragraph ${at} of a long walk.`).join("\n\n");
  await note("Long walk", long);
  const at = long.indexOf("Paragraph 80");
  await ana.caret(at);
  const scrolled = () =>
    ana.page.locator(".note .scroll").evaluate((element) => element.scrollTop);
  const left = await until("the note to scroll", scrolled, (top) => top > 500 && top < 6000);
  await note("Another place", "Short.");
  await ana.page.goBack();
  await untilEquals("the caret", () => ana.caretAt(), at);
  await until("the scroll", scrolled, (top) => Math.abs(top - left) < 60);
  await ana.page.goForward();
  await untilEquals("the other note", () => ana.text(), "Short.");
  assert.equal(await scrolled(), 0);
});
