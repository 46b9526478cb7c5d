// The craft of every screen: words, room, contrast, motion, keyboard, direction and stillness, each over all of them.

import assert from "node:assert/strict";
import { join } from "node:path";
import { Person, startBrowser } from "../support/browser.js";
import { byTab, cutWords, lowDialogs, motions, plainWords, unmarked } from "../support/eye.js";
import { foundedAndJoined, freshFolder, Served, skein } from "../support/skein.js";
import { noFaults, scene, tidy } from "../support/stage.js";
import { until } from "../support/wait.js";

const cleanup = tidy();
const folder = await freshFolder(cleanup);
const served = (server) => {
  cleanup(() => server.kill());
  return server;
};

const GERMAN = "Donaudampfschifffahrtsgesellschaftskapitänsmütze und andere lange Wörter";
const ARABIC = "ملاحظات الفريق";
const TEXT = `**夜明け**に出発する。

## 航路

- [ ] 海岸沿いに南へ、[[${ARABIC}]]を見る
- 湖で休む

> 離れない。

| 場所 | 時間 |
| ---- | ---- |
| 湖   | 3    |

\`\`\`rust
let lead = flock.next();
\`\`\`
`;

const { ana } = await foundedAndJoined(folder, { served, workspace: "東京" });
const make = async (...words) => (await skein(ana.profile, ...words)).id;
const note = await make("note", "new", "飛行計画", "--text", TEXT);
await make("note", "new", GERMAN, "--under", note, "--text", "Lang.");
const arabic = await make("note", "new", ARABIC, "--text", `نكتب هنا ما قررناه هذا الأسبوع. [[${GERMAN}]]\n`);
const board = await make("board", "new", "秋");
const card = await make("card", "add", board, "To do", "荷造り");
for (const [field, value] of [
  ["labels", "旅,羽"],
  ["priority", "high"],
  ["due", "2026-11-24"],
  ["assignees", "Ana"],
  ["description", `${ARABIC} [[飛行計画]]`],
]) {
  await skein(ana.profile, "card", "set", card, field, value);
}
for (const title of [GERMAN, ARABIC]) await make("card", "add", board, "Doing", title);
const newcomer = served(new Served(join(folder, "new")));
await newcomer.start();

/** Somebody whose invite leads to a machine that is off. */
await skein(join(folder, "off"), "init", "--name", "Cy", "--workspace", "静");
const { ticket } = await skein(join(folder, "off"), "invite");
const waiting = served(new Served(join(folder, "waiting")));
await waiting.start();

const browser = await startBrowser();
cleanup(() => browser.close());
const everybody = [];
noFaults(() => everybody);

/** Ana or somebody new, with a window of a kind; `words` are those of the interface. */
async function at(server, options = {}, words = "") {
  const address = new URL(server.address);
  if (words !== "") address.searchParams.set("words", words);
  const person = await Person.at(browser, address.href, options);
  everybody.push(person);
  return person;
}

const leave = async (person) => {
  everybody.splice(everybody.indexOf(person), 1);
  assert.deepEqual(person.faults, []);
  await person.page.context().close();
};

/** Opens without a word of the interface, so that it may speak any. */
const goTo = (hash, sign) => async (person) => {
  await person.page.evaluate((place) => {
    document.activeElement?.blur();
    location.hash = place;
  }, hash);
  await person.page.locator(sign).first().waitFor();
};

const dialog = (person) => person.page.getByRole("dialog");
const byKeys = (...keys) => async (person) => {
  await person.page.evaluate(() => document.activeElement?.blur());
  for (const key of keys) await person.press(key);
  await dialog(person).waitFor();
};

/** A dialog that has no key of its own, by a word that finds it in every language. */
const byWord = (word) => async (person) => {
  await byKeys("Control+k")(person);
  await person.page.getByRole("combobox").fill(word);
  await person.page.getByRole("option").first().waitFor();
  await person.press("Enter");
  await dialog(person).locator(".dialog-title").waitFor();
};

const section = (index) => async (person) => {
  await byKeys("Control+,")(person);
  await person.page.getByRole("tab").nth(index).click();
};

const TEXT_READY = '.cm-content[contenteditable="true"]';
const SCREENS = {
  home: goTo("#/", "main h1"),
  note: goTo(`#/note/${note}`, `${TEXT_READY} .cm-line:has-text("夜明け")`),
  "Arabic note": goTo(`#/note/${arabic}`, `${TEXT_READY} .cm-line:has-text("نكتب")`),
  board: goTo(`#/board/${board}`, "[data-card]"),
  card: goTo(`#/board/${board}/${card}`, `${TEXT_READY} .cm-line:has-text("飛行計画")`),
  trash: goTo("#/trash", "main h1"),
  palette: byKeys("Control+k"),
  switcher: byKeys("Control+o"),
  search: async (person) => {
    await byKeys("Control+Shift+f")(person);
    await person.page.getByRole("combobox").fill("飛");
    await person.page.getByRole("option").first().waitFor();
  },
  "search without a hit": async (person) => {
    await byKeys("Control+Shift+f")(person);
    await person.page.getByRole("combobox").fill("無無無");
    await person.page.getByText("無無無").first().waitFor();
  },
  keys: byKeys("F1"),
  people: byKeys("g", "p"),
  invite: byWord("colleague"),
  "invite made": async (person) => {
    await byWord("colleague")(person);
    await person.page.getByRole("dialog").locator("button.primary").click();
    await person.page.getByRole("dialog").locator("svg.qr").waitFor();
  },
  "settings: you": section(0),
  "settings: look": section(1),
  "settings: keys": section(2),
  "settings: workspace": section(3),
  "settings: about": section(4),
};

const FIRST = {
  "a new workspace": async (person) => {
    await person.page.getByRole("radio").first().waitFor();
  },
  "joining one": async (person) => {
    await person.page.getByRole("radio").nth(1).click();
    await person.page.locator("textarea, input[type=text]").last().waitFor();
  },
};

async function closeDialog(person) {
  if ((await dialog(person).count()) === 0) return;
  await person.press("Escape");
  await dialog(person).waitFor({ state: "detached" });
}

/** Shows each screen, and collects what a look at it finds. */
async function over(screens, person, look) {
  const faults = [];
  for (const [name, open] of Object.entries(screens)) {
    await open(person);
    faults.push(...(await look(person, name)).map((fault) => `${name}: ${fault}`));
    await closeDialog(person);
  }
  return faults.join("\n");
}

async function ready(person) {
  await person.page.locator("main h1").first().waitFor();
}

/** The workspace's own words, the names of keys, and the app's. The list of languages itself joins by "or". */
const OWN = [
  ...["Ana", "Bo", GERMAN, "To do", "Doing", "Done", "rust let lead = flock.next();"],
  ...["Ctrl", "Shift", "Alt", "Enter", "Esc", " or ", "Skein", "skein1…"],
];
const SIZES = [
  [1280, 800],
  [900, 600],
];

/** With SKEIN_SHOTS it leaves a picture of each screen there, for eyes. */
const seen = (kind, check) => async (person, name) => {
  const shots = process.env.SKEIN_SHOTS;
  const path = join(shots ?? "", `${kind} ${name}.png`.replaceAll(/[ :]+/g, "-"));
  if (shots) await person.page.screenshot({ path });
  return check(person);
};

/** Ana's screens, then those of somebody new, each looked at in a window of its kind. */
async function everywhere(kind, { options = {}, words = "", prepare = async () => {} }, check) {
  const person = await at(ana, options, words);
  await ready(person);
  await prepare(person);
  assert.equal(await over(SCREENS, person, seen(kind, check)), "");
  await leave(person);
  const first = await at(newcomer, options, words);
  await prepare(first);
  assert.equal(await over(FIRST, first, seen(kind, check)), "");
  await leave(first);
}

for (const [width, height] of SIZES) {
  // Dates come from the system, in letters of its own.
  const options = { viewport: { width, height }, locale: "ru-RU" };
  scene(`every word comes from the list, and a longer one has room, at ${width}×${height}`, () =>
    everywhere(`pseudo-${width}`, { options, words: "pseudo" }, async ({ page }) => [
      ...(await plainWords(page, OWN)),
      ...(await cutWords(page)),
    ]));
}

const LOOKS = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  "high contrast": { contrast: "more" },
  "forced colours": { forcedColors: "active" },
};

for (const [name, options] of Object.entries(LOOKS)) {
  scene(`no screen breaks a rule of accessibility in ${name}`, () =>
    everywhere(name, { options }, (person) => person.accessibilityFaultsHere()));
}

scene("the theme of high contrast breaks none either, on a light and a dark system", async () => {
  const person = await at(ana);
  await ready(person);
  await byKeys("Control+k")(person);
  await person.page.getByRole("combobox").fill("high contrast");
  await person.press("Enter");
  await until("the theme", () => person.page.evaluate(() => document.documentElement.hasAttribute("data-contrast")));
  const faults = await over(SCREENS, person, seen("contrast", (one) => one.accessibilityFaults()));
  await byKeys("Control+k")(person);
  await person.page.getByRole("combobox").fill("system's theme");
  await person.press("Enter");
  assert.equal(faults, "");
  await leave(person);
});

scene("nothing moves for who wants no motion", () =>
  everywhere("still", {}, ({ page }) => motions(page)));

scene("Tab reaches every control, its focus is seen, and nothing holds it", () =>
  everywhere("keyboard", {}, ({ page }) => byTab(page)));

scene("the focus is seen in forced colours, too", () =>
  everywhere("forced-focus", { options: { forcedColors: "active" } }, ({ page }) => byTab(page)));

scene("in forced colours what is chosen is drawn by a line", () =>
  everywhere("forced-chosen", { options: { forcedColors: "active" } }, ({ page }) => unmarked(page)));

scene("at 200 % nothing is cut, everything is reached, and a dialog has the height that there is", () =>
  everywhere(
    "zoom",
    { options: { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 } },
    async ({ page }) => [
      ...(await cutWords(page)),
      ...(await byTab(page)),
      ...(await lowDialogs(page)),
    ],
  ));

scene("from right to left every screen is mirrored, and nothing is cut or covered", () =>
  everywhere(
    "rtl",
    { prepare: ({ page }) => page.evaluate(() => (document.documentElement.dir = "rtl")) },
    async ({ page }) => [...(await cutWords(page)), ...(await byTab(page))],
  ));

scene("a dialog gives the focus back to where it was", async () => {
  const person = await at(ana);
  await ready(person);
  const origin = person.page.locator("nav a").first();
  for (const keys of ["Control+k", "Control+o", "Control+Shift+f", "F1", "Control+,"]) {
    await origin.focus();
    await person.press(keys);
    await dialog(person).waitFor();
    await closeDialog(person);
    await until(
      `the focus after ${keys}`,
      () => origin.evaluate((one) => document.activeElement === one || document.activeElement?.outerHTML),
      (found) => found === true,
      5_000,
    );
  }
  await leave(person);
});

scene("nothing shifts while the window starts, or a note or a board opens; few fonts are fetched", async () => {
  const person = await at(ana, { reducedMotion: "no-preference" });
  await ready(person);
  await person.page.addInitScript(() => {
    window.shifts = [];
    new PerformanceObserver((list) => {
      for (const { value, sources } of list.getEntries())
        window.shifts.push({ value, of: sources.map(({ node }) => node?.className ?? "") });
    }).observe({ type: "layout-shift", buffered: true });
  });
  const still = async (what) => {
    // Two frames later all that belongs to it is drawn and told.
    const shifts = await person.page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(window.shifts.splice(0))))),
    );
    const sum = shifts.reduce((whole, { value }) => whole + value, 0);
    assert.ok(sum <= 0.01, `${what}: ${sum} ${JSON.stringify(shifts)}`);
  };
  for (const place of ["home", "note", "board"]) {
    await SCREENS[place](person);
    await person.page.reload();
    await SCREENS[place](person);
    await still(`start at ${place}`);
  }
  const fonts = await person.page.evaluate(() =>
    performance.getEntriesByType("resource").filter(({ name }) => name.endsWith(".woff2")).map(({ encodedBodySize }) => encodedBodySize),
  );
  const size = fonts.reduce((whole, one) => whole + one, 0);
  assert.ok(size <= 100_000, `${fonts.length} fonts of ${size} bytes`);
  for (const place of ["note", "board", "home", "note", "card"]) {
    await SCREENS[place](person);
    await still(`opening ${place}`);
  }
  await leave(person);
});

scene("who waits for a machine that is off is told so, and can go back", async () => {
  const person = await at(waiting);
  await FIRST["joining one"](person);
  await person.by("textbox", "Your name").fill("Di");
  await person.by("textbox", "Invite").fill(ticket);
  await person.by("button", "Join").click();
  await person.by("textbox", "Invite").waitFor({ state: "detached" });
  assert.deepEqual(await person.accessibilityFaults(), []);
  assert.deepEqual(await cutWords(person.page), []);
  assert.deepEqual(await byTab(person.page), []);
  await leave(person);
});
