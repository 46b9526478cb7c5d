// Everything by keyboard, and every main screen at two sizes, in light and dark.

import assert from "node:assert/strict";
import { join } from "node:path";
import { Person, startBrowser } from "../support/browser.js";
import { freshFolder, Served } from "../support/skein.js";
import { noFaults, scene, tidy } from "../support/stage.js";
import { until, untilEquals } from "../support/wait.js";

const cleanup = tidy();
const server = new Served(join(await freshFolder(cleanup), "ana"));
cleanup(() => server.kill());
await server.start();
const browser = await startBrowser();
cleanup(() => browser.close());
const ana = await Person.at(browser, server.address);
noFaults(() => [ana]);

/** What has the focus, as a screen reader would name it. */
const focused = () =>
  ana.page.evaluate(() => {
    const at = document.activeElement;
    return at?.getAttribute("aria-label") ?? at?.textContent?.trim() ?? "";
  });

/** Goes on by Tab until what is wanted has the focus. */
async function tabTo(name) {
  const passed = [];
  for (let at = 0; at < 40; at += 1) {
    await ana.press("Tab");
    passed.push(await focused());
    if (passed.at(-1) === name) return;
  }
  assert.fail(`Tab never reached ${name}, only ${passed.join(" | ")}`);
}

scene("a first note is written without a mouse", async () => {
  await ana.by("textbox", "Your name").waitFor();
  await ana.type("Ana");
  await ana.press("Tab");
  await ana.type("Wild geese");
  await ana.press("Tab");
  await ana.press("ArrowDown");
  await ana.press("Enter");
  await ana.by("heading", "An empty workspace").waitFor();
  await ana.press("Control+n");
  await until("the title to have the focus", focused, (name) => name === "Note title");
  await ana.type("First flight");
  await ana.press("Enter");
  await until("the text to have the focus", focused, (name) => name === "Note text");
  await ana.editorReady();
  await ana.type("We leave at dawn.");
  await untilEquals("the text", () => ana.text(), "We leave at dawn.");
});

scene("a first card is made, moved, opened and described without a mouse", async () => {
  await ana.press("Control+Shift+B");
  await until("the title to have the focus", focused, (name) => name === "Board title");
  await ana.type("Autumn");
  await ana.press("Enter");
  await ana.row("Autumn").waitFor();
  await until("the first column to have the focus", focused, (name) => name === "Add a card to To do");
  await ana.press("Enter");
  await until("the field to have the focus", focused, (name) => name === "New card in To do");
  for (const title of ["Pack", "Eat", "Fly"]) {
    await ana.type(title);
    await ana.press("Enter");
  }
  await untilEquals("the cards", () => ana.cards("To do"), ["Pack", "Eat", "Fly"]);
  await ana.press("Escape");
  for (const title of ["Fly", "Eat", "Pack"]) {
    await ana.press("ArrowUp");
    await until(`the focus on ${title}`, focused, (name) => name.startsWith(title));
  }
  for (const key of [".", ".", "k"]) await ana.press(key);
  await untilEquals("the cards", () => ana.cards("Done"), ["Pack"]);
  await until(
    "the words",
    () => ana.spoken(),
    (words) => words.includes("Moved Pack to Done, 1 of 1"),
  );
  await ana.press("Enter");
  await ana.page.getByRole("region", { name: "Card: Pack" }).waitFor();
  await tabTo("Description");
  await ana.editorReady("Description");
  await ana.type("Feathers, mostly.");
  await ana.press("Escape");
  await ana.page.getByRole("region", { name: "Card: Pack" }).waitFor({ state: "detached" });
  await until("the focus to go back to the card", focused, (name) => name.startsWith("Pack"));
});

scene("the palette goes anywhere and gives the focus back", async () => {
  await ana.press("Control+k");
  await ana.by("combobox", "Command palette").waitFor();
  assert.deepEqual(await ana.accessibilityFaults(), []);
  await ana.type("first fl");
  await ana.press("Enter");
  await ana.by("textbox", "Note title").waitFor();
  assert.equal(await ana.by("textbox", "Note title").inputValue(), "First flight");
  await until("the text to have the focus", focused, (name) => name === "Note text");
});

scene("no place holds the focus: Tab comes round again", async () => {
  await ana.page.evaluate(() => document.activeElement?.blur());
  const seen = new Set();
  for (let at = 0; at < 80; at += 1) {
    await ana.press("Tab");
    const inPage = await ana.page.evaluate(() => document.activeElement !== document.body);
    if (!inPage && at > 5) return;
    seen.add(await focused());
  }
  assert.fail(`Tab went through ${[...seen].join(" | ")} and never came round`);
});

const screens = [
  ["home", async () => ana.by("link", "Home").click()],
  ["note", async () => ana.open("First flight")],
  ["board", async () => ana.open("Autumn")],
  ["card", async () => ana.card("Fly").click()],
  ["trash", async () => ana.by("link", "Trash").click()],
  ["search", async () => ana.by("button", "Search").click()],
  ["settings", async () => ana.by("button", "Settings").click()],
  ["safety", async () => ana.press("g").then(() => ana.press("b"))],
  ["people", async () => ana.by("button", "1 person").click()],
  ["invite", async () => ana.by("button", "Invite someone").first().click()],
];

for (const [width, height] of [
  [1280, 800],
  [900, 600],
]) {
  scene(`every screen fits ${width}×${height} and breaks no rule of accessibility`, async () => {
    await ana.page.setViewportSize({ width, height });
    for (const [name, open] of screens) {
      await open();
      assert.deepEqual(await ana.accessibilityFaults(), [], name);
      const wider = await ana.page.evaluate(
        () => document.documentElement.scrollWidth > innerWidth,
      );
      assert.equal(wider, false, `${name} is wider than the window`);
      const dialog = ana.page.getByRole("dialog");
      if ((await dialog.count()) > 0) {
        await ana.press("Escape");
        await dialog.waitFor({ state: "detached" });
      }
    }
  });
}

scene("on a narrow window the sidebar lies over the document and leaves", async () => {
  await ana.page.setViewportSize({ width: 700, height: 600 });
  await ana.by("button", "Show sidebar").click();
  await ana.open("First flight");
  await ana.by("navigation", "Workspace").waitFor({ state: "detached" });
  assert.deepEqual(await ana.accessibilityFaults(), []);
  await ana.by("button", "Show sidebar").click();
  await ana.press("Escape");
  await ana.by("navigation", "Workspace").waitFor({ state: "detached" });
});

scene("a page whose address lacks the key says so", async () => {
  const stranger = await Person.at(browser, new URL("/", server.address).href);
  await stranger.by("heading", "This address is not the key to this workspace.").waitFor();
  assert.deepEqual(await stranger.accessibilityFaults(), []);
  await stranger.page.context().close();
});
