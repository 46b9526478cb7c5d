// The frame around the work: sidebar, steps, palette, switcher, keys, settings; by keyboard, and as a screen reader hears it.

import assert from "node:assert/strict";
import { join } from "node:path";
import { freshFolder, skein } from "../support/skein.js";
import { alone, noFaults, scene, tidy } from "../support/stage.js";
import { until, untilEquals } from "../support/wait.js";

const cleanup = tidy();
const profile = join(await freshFolder(cleanup), "ana");
await skein(profile, "init", "--name", "Ana", "--workspace", "Wild geese");
const { person: ana } = await alone(cleanup, profile);
noFaults(() => [ana]);

const place = () => new URL(ana.page.url()).hash;
const sidebar = () => ana.by("navigation", "Workspace");
const width = async () => Math.round((await sidebar().boundingBox()).width);
const focused = () =>
  ana.page.evaluate(() => {
    const at = document.activeElement;
    return at?.getAttribute("aria-label") ?? at?.textContent?.trim() ?? "";
  });

/** Letters act outside text only. */
const leaveText = () => ana.page.evaluate(() => document.activeElement?.blur());

async function openSettings(section) {
  await ana.press("Control+,");
  await ana.by("dialog", "Settings").waitFor();
  if (section !== undefined) await ana.by("tab", section).click();
}

async function closeDialog() {
  await ana.press("Escape");
  await ana.page.getByRole("dialog").waitFor({ state: "detached" });
}

async function choose(section, option) {
  await openSettings(section);
  await ana.by("radio", option).check({ force: true });
  await closeDialog();
}

scene(
  "an empty workspace says in one sentence what to do, with its keys",
  async () => {
    await ana.by("heading", "An empty workspace").waitFor();
    assert.equal(await ana.page.title(), "Home – Wild geese – Skein");
    assert.deepEqual(await ana.accessibilityFaults(), []);
  },
);

scene("Home shows what changed lately, and leads there", async () => {
  for (const title of ["Flight plan", "Weather", "Résumé of autumn"])
    await ana.newNote(title);
  await leaveText();
  await ana.press("g");
  await ana.press("h");
  await untilEquals("the place", place, "#/");
  const changed = ana.page
    .getByRole("main")
    .getByRole("link", { name: /^Weather/ });
  await changed.first().waitFor();
  assert.deepEqual(await ana.accessibilityFaults(), []);
  await changed.first().click();
  await until(
    "the window's name",
    () => ana.page.title(),
    (title) => title === "Weather – Wild geese – Skein",
  );
});

scene("back and forward by keys and by buttons", async () => {
  const weather = place();
  await ana.open("Flight plan");
  const plan = await until("another place", place, (now) => now !== weather);
  await leaveText();
  await ana.press("Alt+ArrowLeft");
  await untilEquals("the place", place, weather);
  await ana.press("Alt+ArrowRight");
  await untilEquals("the place", place, plan);
  assert.equal(await ana.by("button", "Go forward").isDisabled(), true);
  await ana.by("button", "Go back").click();
  await untilEquals("the place", place, weather);
  await ana.by("button", "Go forward").click();
  await untilEquals("the place", place, plan);
});

scene(
  "letters one after the other go places, and none of them in text",
  async () => {
    await leaveText();
    await ana.press("g");
    await ana.press("t");
    await ana.by("heading", "Trash").waitFor();
    await ana.open("Weather");
    await ana.editorReady();
    await ana.editor().click();
    await ana.type("gh?/");
    await untilEquals("the text", () => ana.text(), "gh?/");
    assert.equal(await ana.page.getByRole("dialog").count(), 0);
  },
);

scene(
  "the palette finds commands by other words, in spite of a slip, and documents without accents",
  async () => {
    await leaveText();
    await ana.press("Control+k");
    const first = () => ana.page.getByRole("option").first().innerText();
    const field = ana.by("combobox", "Command palette");
    for (const [words, wanted] of [
      ["kanban", /New board/],
      ["serach", /Search/],
      ["preferences", /Settings/],
      ["resume", /Résumé of autumn/],
    ]) {
      await field.fill(words);
      await until(wanted.source, first, (text) => wanted.test(text));
    }
    assert.deepEqual(await ana.accessibilityFaults(), []);
    await ana.press("Enter");
    await until(
      "the note",
      () => ana.page.title(),
      (title) => title.startsWith("Résumé"),
    );
  },
);

scene(
  "a command that was used stands first, also after a restart of the window",
  async () => {
    await leaveText();
    await ana.press("Control+k");
    await ana.by("combobox", "Command palette").fill("dark theme");
    await ana.press("Enter");
    await until(
      "dark",
      () => ana.page.evaluate(() => document.documentElement.dataset.theme),
      (theme) => theme === "dark",
    );
    await ana.page.reload();
    await sidebar().waitFor();
    await leaveText();
    await ana.press("Control+k");
    const commands = () =>
      ana.page
        .getByRole("option")
        .evaluateAll((rows) =>
          rows
            .map((row) => row.textContent.trim())
            .filter((row) => /theme|home/.test(row)),
        );
    await until("the order", commands, (rows) =>
      /dark theme/.test(rows[0] ?? ""),
    );
    await ana.by("combobox", "Command palette").fill("system's theme");
    await ana.press("Enter");
  },
);

scene(
  "the switcher opens what was open last, and makes a note of a name that there is not",
  async () => {
    await ana.open("Flight plan");
    await ana.open("Weather");
    await leaveText();
    await ana.press("Control+o");
    await untilEquals(
      "the rows",
      async () =>
        (await ana.page.getByRole("option").allInnerTexts())
          .slice(0, 2)
          .map((row) => row.trim()),
      ["Weather", "Flight plan"],
    );
    assert.deepEqual(await ana.accessibilityFaults(), []);
    await ana.type("Nest");
    await ana.by("option", /Create note “Nest”/).waitFor();
    await ana.press("Control+Enter");
    await ana.row("Nest").waitFor();
    await until(
      "the note",
      () => ana.page.title(),
      (title) => title.startsWith("Nest"),
    );
  },
);

scene(
  "a favourite stands above the tree, moves by keys, and is taken back",
  async () => {
    for (const title of ["Weather", "Nest"]) {
      await ana.open(title);
      await leaveText();
      await ana.press("Control+k");
      await ana.by("combobox", "Command palette").fill("add to favourites");
      await ana.press("Enter");
      await ana
        .by("region", "Favourites")
        .getByRole("link", { name: title })
        .waitFor();
    }
    const names = () =>
      ana.by("region", "Favourites").getByRole("link").allInnerTexts();
    await ana
      .by("region", "Favourites")
      .getByRole("link", { name: "Nest" })
      .focus();
    await ana.press("Alt+ArrowUp");
    await untilEquals("the favourites", names, ["Nest", "Weather"]);
    await untilEquals("the focus", focused, "Nest");
    assert.deepEqual(await ana.accessibilityFaults(), []);
    await ana.by("button", "Menu of the favourite Nest").press("Enter");
    await ana.by("menuitem", "Remove from favourites").press("Enter");
    await untilEquals("the favourites", names, ["Weather"]);
    await ana.by("button", "Undo").last().click();
    await untilEquals("the favourites", names, ["Nest", "Weather"]);
  },
);

scene(
  "the sidebar's edge moves by pointer and keys, and the width is there at the first frame",
  async () => {
    const usual = await width();
    const edge = ana.by("separator", "Width of the sidebar");
    await edge.focus();
    await ana.press("ArrowRight");
    await ana.press("ArrowRight");
    await untilEquals("the width", width, usual + 32);
    const box = await edge.boundingBox();
    await ana.page.mouse.move(box.x + box.width / 2, 300);
    await ana.page.mouse.down();
    await ana.page.mouse.move(box.x + box.width / 2 + 40, 300, { steps: 3 });
    await ana.page.mouse.up();
    await untilEquals("the width", width, usual + 72);
    await ana.page.reload({ waitUntil: "domcontentloaded" });
    const shell = await ana.page.evaluate(() =>
      getComputedStyle(document.documentElement).getPropertyValue("--sidebar"),
    );
    assert.equal(shell, `${usual + 72}px`);
    await sidebar().waitFor();
    assert.equal(await width(), usual + 72);
    await edge.dblclick();
    await untilEquals("the width", width, usual);
    await leaveText();
    await ana.press("Control+\\");
    await sidebar().waitFor({ state: "detached" });
    await ana.press("Control+\\");
    await sidebar().waitFor();
  },
);

scene(
  "the panel beside a note takes the focus, is as wide as its edge is moved, and Escape gives the focus back",
  async () => {
    await ana.open("Weather");
    await ana.editorReady();
    await ana.editor().click();
    await ana.press("Control+Shift+O");
    await untilEquals("the focus", focused, "Outline");
    assert.deepEqual(await ana.accessibilityFaults(), []);
    const edge = ana.by("separator", "Width of the panel");
    const before = Number(await edge.getAttribute("aria-valuenow"));
    await edge.press("ArrowLeft");
    await untilEquals(
      "the width",
      () => edge.getAttribute("aria-valuenow"),
      String(before + 16),
    );
    await ana.press("Escape");
    await edge.waitFor({ state: "detached" });
    await untilEquals(
      "the focus",
      focused,
      await ana.editor().getAttribute("aria-label"),
    );
  },
);

scene("? and F1 list every key, found by typing", async () => {
  await leaveText();
  await ana.press("?");
  await ana.by("dialog", "Keys").waitFor();
  await untilEquals("the focus", focused, "Find a key");
  await ana.type("sidebar");
  await ana.page.getByText("Show or hide the sidebar").waitFor();
  await ana.page.getByText("Go home").waitFor({ state: "detached" });
  assert.deepEqual(await ana.accessibilityFaults(), []);
  await closeDialog();
  await ana.press("F1");
  await ana.by("dialog", "Keys").waitFor();
  await closeDialog();
});

scene(
  "every section of the settings breaks no rule, and the look holds at once and after a restart",
  async () => {
    await openSettings();
    for (const section of ["You", "Look", "Keys", "Workspace", "About"]) {
      await ana.by("tab", section).click();
      assert.deepEqual(await ana.accessibilityFaults(), [], section);
    }
    await closeDialog();
    const size = () =>
      ana.page.evaluate(() =>
        parseFloat(getComputedStyle(document.body).fontSize),
      );
    const before = await size();
    await choose("Look", "Largest");
    await until(
      "a larger text",
      size,
      (now) => Math.abs(now / before - 1.3) < 0.01,
    );
    const wider = () =>
      ana.page.evaluate(
        () => document.documentElement.scrollWidth > innerWidth,
      );
    assert.equal(await wider(), false);
    await choose("Look", "Compact");
    await choose("Look", "High contrast");
    assert.deepEqual(await ana.accessibilityFaults(), []);
    await ana.page.reload({ waitUntil: "domcontentloaded" });
    const root = await ana.page.evaluate(() => ({
      ...document.documentElement.dataset,
    }));
    assert.equal(root.density, "compact");
    assert.equal(root.textSize, "largest");
    assert.equal("contrast" in root, true);
    await sidebar().waitFor();
    for (const option of ["Normal", "Comfortable", "System"])
      await choose("Look", option);
  },
);

scene(
  "a key is changed by pressing another; one that is taken names its owner",
  async () => {
    await openSettings("Keys");
    const change = (name) =>
      ana.page.getByRole("button", {
        name: new RegExp(`^Change the key of ${name},`),
      });
    await change("Open the trash").press("Enter");
    await ana.press("Control+Alt+d");
    await ana
      .by("button", "Change the key of Open the trash, now Ctrl Alt D")
      .waitFor();
    await change("Go home").press("Enter");
    await ana.press("Control+k");
    await ana.page
      .getByRole("alert")
      .getByText("Ctrl K belongs to “Command palette”.")
      .waitFor();
    assert.deepEqual(await ana.accessibilityFaults(), []);
    await ana.by("button", "Cancel").click();
    await change("Go home").press("Enter");
    await ana.press("y");
    await ana.press("h");
    await ana.by("button", "Change the key of Go home, now Y then H").waitFor();
    await closeDialog();
    await leaveText();
    await ana.press("Control+Alt+d");
    await untilEquals("the place", place, "#/trash");
    await ana.press("y");
    await ana.press("h");
    await untilEquals("the place", place, "#/");
    await openSettings("Keys");
    await ana.by("button", "Reset all keys").click();
    await ana.by("switch", "Single keys").press("Space");
    await closeDialog();
    await leaveText();
    await ana.press("g");
    await ana.press("t");
    await ana.press("?");
    assert.equal(await ana.page.getByRole("dialog").count(), 0);
    assert.equal(place(), "#/");
    await openSettings("Keys");
    await ana.by("switch", "Single keys").press("Space");
    await closeDialog();
  },
);

scene(
  "Escape closes the innermost and the focus goes back; the first Tab leads to the document",
  async () => {
    await ana.by("button", "Settings").focus();
    await ana.press("Enter");
    await ana.by("dialog", "Settings").waitFor();
    await closeDialog();
    await untilEquals("the focus", focused, "Settings");
    await ana.page.reload();
    await sidebar().waitFor();
    await leaveText();
    await ana.press("Tab");
    await untilEquals("the focus", focused, "Skip to the document");
    await ana.press("Enter");
    await until(
      "the document to have the focus",
      () => ana.page.evaluate(() => document.activeElement?.id),
      (id) => id === "document",
    );
  },
);
