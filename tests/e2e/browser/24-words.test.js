// Every screen and dialog once, in words that nobody speaks and that are longer, in a small window: none is written in the code, none is cut.

import assert from "node:assert/strict";
import { join } from "node:path";
import { Person, startBrowser } from "../support/browser.js";
import { cutWords, plainWords, shortenedWords } from "../support/eye.js";
import { pastePicture } from "../support/files.js";
import { foundedAndJoined, freshFolder, Served, skein } from "../support/skein.js";
import { noFaults, scene, tidy } from "../support/stage.js";
import { speaker } from "../support/words.js";

const cleanup = tidy();
const folder = await freshFolder(cleanup);
const served = (server) => {
  cleanup(() => server.kill());
  return server;
};
const { ana, bo } = await foundedAndJoined(folder, { served, workspace: "東京" });
const make = async (...words) => (await skein(ana.profile, ...words)).id;
const note = await make("note", "new", "飛行", "--text", "# 一\n\n湖 [[秋]]\n\n## 二\n\n| 鳥 | 羽 |\n| --- | --- |\n| 鷹 | 3 |\n");
await make("note", "new", "下", "--under", note, "--text", "[[飛行]]");
await make("note", "new", "空", "--text", "。");
const board = await make("board", "new", "秋");
const card = await make("card", "add", board, "To do", "荷造り");
for (const title of ["一", "二", "三"]) await make("card", "add", board, "To do", title);
const bare = await make("board", "new", "冬");

const browser = await startBrowser();
cleanup(() => browser.close());
const everybody = [];
noFaults(() => everybody);

/** What is not the interface's: the workspace's own words, names of keys, and the app's name. */
const OWN = [
  ...["Ana", "Bo", "Di", "To do", "Doing", "Done", "Skein", "skein1…"],
  // A code to read aloud, a recovery code, and where the profile lies.
  ...[/\b[A-Z0-9]{4,5}(?:[ -][A-Z0-9]{4,5})+\b/g, /\/tmp\/\S+/g],
  ...["Ctrl", "Shift", "Alt", "Enter", "Esc", "Backspace", "Delete", "Space", "Tab", "Home", " or ", " and "],
];

/** Somebody at a page that speaks so, and what they say. Dates come from the system, in letters of its own. */
async function strange(server) {
  const address = new URL(server.address);
  address.searchParams.set("words", "pseudo");
  const options = { viewport: { width: 900, height: 600 }, locale: "ru-RU" };
  const person = await Person.at(browser, address.href, options);
  person.page.setDefaultTimeout(6_000);
  everybody.push(person);
  await person.page.locator("h1, form, nav").first().waitFor();
  const say = await speaker(person.page);
  return {
    person,
    page: person.page,
    say,
    /** What has a role and such a name, said in English. */
    the: (role, words, gaps) => person.by(role, say(words, gaps)).first(),
    click: (role, words, gaps) => person.by(role, say(words, gaps)).first().click(),
  };
}

async function goTo({ page }, hash, sign) {
  await page.evaluate((place) => {
    document.activeElement?.blur();
    location.hash = place;
  }, hash);
  await page.locator(sign).first().waitFor();
}

const blur = ({ page }) => page.evaluate(() => document.activeElement?.blur());
async function press(at, ...keys) {
  for (const key of keys) await at.person.press(key);
}

async function byWord(at, word) {
  await press(at, "Control+k");
  await at.page.getByRole("combobox").fill(word);
  await at.page.getByRole("option").first().waitFor();
  await press(at, "Enter");
}

const inNote = (at) => goTo(at, `#/note/${note}`, '.cm-content[contenteditable="true"] .sk-heading');
const onBoard = async (at) => {
  await goTo(at, `#/board/${board}`, "[data-card], table");
  if (await at.page.getByRole("table").isVisible()) await press(at, "v");
  await at.page.locator("[data-card]").first().waitFor();
};
const onCard = async (at) => {
  await goTo(at, `#/board/${board}/${card}`, '.cm-content[contenteditable="true"]');
};
const caretAt = (at, words) =>
  at.page.locator(".cm-content").evaluate((content, sought) => {
    const { view } = content.cmTile.root;
    view.focus();
    view.dispatch({ selection: { anchor: view.state.doc.toString().indexOf(sought) } });
  }, words);
const people = async (at) => {
  await blur(at);
  await press(at, "g", "p");
  await at.page.getByRole("dialog").getByText(/Ana|Bo/).first().waitFor();
};
const settings = async (at, index) => {
  await blur(at);
  await press(at, "Control+,");
  await at.page.getByRole("tab").nth(index).click();
};
const firstCard = async (at) => {
  await onBoard(at);
  await at.page.locator("[data-card]").first().focus();
};
const cardMenu = (words) => async (at) => {
  await onCard(at);
  await at.page.getByRole("button", { name: at.say(words) }).first().click();
  await at.page.locator("[role=menu], [role=dialog]").first().waitFor();
};

const SCREENS = {
  "the menu of the workspace": async (at) => {
    await at.page.getByRole("button", { name: "東京" }).click();
    await at.page.getByRole("menu").waitFor();
  },
  "several workspaces": async (at) => {
    await blur(at);
    await press(at, "g", "w");
    await at.page.getByRole("option").first().waitFor();
  },
  "the menu of what is new": async (at) => at.click("button", "New note or board"),
  "the menu in the tree": async (at) => {
    await at.person.row("飛行").focus();
    await press(at, "Shift+F10");
    await at.page.getByRole("menu").waitFor();
  },
  "the menu of a note": async (at) => {
    await inNote(at);
    await at.click("button", "Menu of this document");
  },
  "moving a note": async (at) => {
    await inNote(at);
    await byWord(at, "folder parent");
    await at.page.getByRole("dialog").getByRole("option").first().waitFor();
  },
  "how far it got": async (at) => {
    await inNote(at);
    await at.page.locator(".delivery").last().click();
    await at.page.getByRole("dialog").waitFor();
  },
  "the outline and the links here": async (at) => {
    await inNote(at);
    await press(at, "Control+Shift+o");
    await at.page.locator("aside, [role=complementary]").first().waitFor();
  },
  "find and replace": async (at) => {
    await inNote(at);
    await press(at, "Control+h");
    await at.the("textbox", "Find").waitFor();
  },
  "the bar of formats": async (at) => {
    await inNote(at);
    await caretAt(at, "湖");
    await press(at, "Shift+ArrowRight", "Alt+F10");
    await at.page.getByRole("toolbar").waitFor();
  },
  "the form of a link": async (at) => {
    await inNote(at);
    await caretAt(at, "湖");
    await press(at, "Shift+ArrowRight", "Control+k");
    await at.the("textbox", "Address of the link").waitFor();
  },
  "what a text can hold": async (at) => {
    await inNote(at);
    await caretAt(at, "湖");
    await press(at, "Enter", "ArrowUp");
    await at.person.type("/");
    await at.page.getByRole("option").first().waitFor();
  },
  "the menu of a table": async (at) => {
    await inNote(at);
    await caretAt(at, "鷹");
    await press(at, "Alt+F10");
    await at.page.getByRole("menu").waitFor();
  },
  "a board with no column": async (at) => goTo(at, `#/board/${bare}`, "section[aria-label]"),
  "the menu of a column": async (at) => {
    await onBoard(at);
    await at.click("button", "Menu of {column}", { column: "To do" });
  },
  "the limit of a column": async (at) => {
    await SCREENS["the menu of a column"](at);
    await at.click("menuitem", "Set a limit…");
    await at.page.getByRole("dialog").waitFor();
  },
  "deleting a column": async (at) => {
    await SCREENS["the menu of a column"](at);
    await at.click("menuitem", "Delete column");
    await at.page.getByRole("dialog").waitFor();
  },
  "a new column": async (at) => {
    await onBoard(at);
    await at.click("button", "Add a column");
  },
  "a new card": async (at) => {
    await onBoard(at);
    await at.click("button", "Add a card to {column}", { column: "Doing" });
  },
  "who does a card": async (at) => {
    await firstCard(at);
    await press(at, "a");
    await at.page.getByRole("dialog").waitFor();
  },
  "the labels of a card": async (at) => {
    await firstCard(at);
    await press(at, "l");
    await at.page.getByRole("dialog").waitFor();
  },
  "the date of a card": async (at) => {
    await firstCard(at);
    await press(at, "d");
    await at.page.getByRole("dialog").waitFor();
  },
  "the priority of a card": async (at) => {
    await firstCard(at);
    await press(at, "p");
    await at.page.getByRole("dialog").waitFor();
  },
  "several cards": async (at) => {
    await firstCard(at);
    await press(at, "x", "j", "x");
    await at.page.getByRole("toolbar").first().waitFor();
  },
  "the filters": async (at) => {
    await onBoard(at);
    await press(at, "f");
    await at.click("button", "Filter");
    await at.page.getByRole("menu").waitFor();
  },
  "sorting and grouping": async (at) => {
    await onBoard(at);
    await press(at, "v");
    await at.page.getByRole("table").waitFor();
    await at.page.getByRole("button", { name: at.say("Sort and group") }).click();
    await at.page.getByRole("menu").waitFor();
  },
  "saved views": async (at) => {
    await onBoard(at);
    await at.click("button", "Saved views");
    await at.page.getByRole("dialog").waitFor();
  },
  "archived and deleted cards": async (at) => {
    await onBoard(at);
    await byWord(at, "archive trash");
    await at.page.getByRole("dialog").waitFor();
  },
  "the menu of a card": async (at) => {
    await onCard(at);
    await at.click("button", "Menu of the card");
  },
  "the column of a card": cardMenu("Column"),
  "the people of a card": cardMenu("Assigned to"),
  "the priority in a card": cardMenu("Priority"),
  "the date in a card": cardMenu("Due"),
  "a document in the trash": async (at) => {
    const gone = await make("note", "new", "去", "--text", "。");
    await at.person.row("去").focus();
    await press(at, "Delete");
    await at.person.row("去").waitFor({ state: "detached" });
    await goTo(at, `#/note/${gone}`, ".cm-content");
    await at.the("button", "Restore").waitFor();
  },
  "people and connections": people,
  "why somebody is not connected": async (at) => {
    await people(at);
    await at.click("button", "Why is {name} not connected?", { name: "Bo" });
    await at.page.locator(".ladder li").first().waitFor();
  },
  "the code to read aloud": async (at) => {
    await byWord(at, "colleague");
    await at.click("button", "Make invite");
    await at.click("button", "Show a short code");
    await at.page.getByRole("region", { name: at.say("Short code") }).waitFor();
  },
  "an invite with its options": async (at) => {
    await byWord(at, "colleague");
    await at.page.getByRole("switch").click();
  },
  "a person": async (at) => {
    await people(at);
    await at.click("button", "Manage {name}", { name: "Bo" });
    await at.the("button", "Let a new device in…").waitFor();
  },
  "a new device for a person": async (at) => {
    await SCREENS["a person"](at);
    await at.click("button", "Let a new device in…");
    await at.the("textbox", "Invite link").waitFor();
  },
  "removing a person": async (at) => {
    await SCREENS["a person"](at);
    await at.click("button", "Remove {name}…", { name: "Bo" });
    await at.page.getByText(at.say("removal.goodPerson")).waitFor();
  },
  "one's own devices": async (at) => {
    await settings(at, 0);
    await at.click("button", "Add a device");
    await at.the("textbox", "Invite link").waitFor();
  },
  "a recovery sheet": async (at) => {
    await settings(at, 0);
    await at.click("button", "Recovery sheet…");
    await at.click("button", "Make the sheet");
    await at.the("button", "Print…").waitFor();
  },
  "a key of one's own": async (at) => {
    await settings(at, 2);
    await at.page.getByRole("button", { name: /Ctrl O|Ctrl \+/ }).first().click();
    await press(at, "Control+k");
  },
  safety: async (at) => {
    await skein(ana.profile, "backup", "make");
    await blur(at);
    await press(at, "g", "b");
    await at.page.getByRole("dialog").waitFor();
    await at.the("button", "Check everything").click();
    await at.page.getByRole("button", { name: new RegExp(at.say("Try the backup of {when}").slice(1, 8)) }).first().click();
    await at.page.getByText(at.say("safety.checked").slice(0, 8)).waitFor();
  },
  storage: async (at) => {
    await blur(at);
    await press(at, "g", "r");
    await at.click("button", "See what can go");
    await at.page.getByText(at.say("storage.nobodyThere")).first().waitFor();
  },
  "the trash with some chosen": async (at) => {
    await goTo(at, "#/trash", "main h1");
    await at.page.getByRole("checkbox").first().check();
  },
};

async function closeAll({ page, person }) {
  for (let turn = 0; turn < 6; turn += 1) {
    if ((await page.locator("[role=dialog], [role=menu], [role=listbox], [role=toolbar]").count()) === 0) break;
    await person.press("Escape");
  }
}

const faultsIn = async (page) => [
  ...(await plainWords(page, OWN)),
  ...(await cutWords(page)),
  ...(await shortenedWords(page)),
];

/** With SKEIN_SHOTS it leaves a picture of each there, for eyes. */
async function look(name, page) {
  const shots = process.env.SKEIN_SHOTS;
  if (shots) await page.screenshot({ path: join(shots, `${name.replaceAll(" ", "-")}.png`) });
  return (await faultsIn(page)).map((fault) => `${name}: ${fault}`);
}

/** Shows each, and collects what a look at it finds. */
async function over(at, names) {
  const faults = [];
  for (const name of names) {
    await goTo(at, "#/", "main h1");
    await SCREENS[name](at);
    faults.push(...(await look(name, at.page)));
    await closeAll(at);
  }
  return faults.join("\n");
}

const names = Object.keys(SCREENS);
const PARTS = 5;
for (let part = 0; part < PARTS; part += 1) {
  const mine = names.filter((_, at) => Math.floor((at * PARTS) / names.length) === part);
  scene(`no word is in the code and a longer one has room, from ${mine[0]} to ${mine.at(-1)}`, async () => {
    assert.equal(await over(await strange(ana), mine), "");
  });
}

scene("nor where somebody is told that he is out", async () => {
  await bo.start();
  served(bo);
  const at = await strange(bo);
  await at.person.row("飛行").waitFor();
  await skein(ana.profile, "people", "remove", "Bo");
  await at.page.getByRole("alert").first().waitFor();
  await goTo(at, `#/note/${note}`, ".cm-content");
  assert.deepEqual(await look("out", at.page), []);
  await people(at);
  assert.deepEqual(await look("out among people", at.page), []);
});
