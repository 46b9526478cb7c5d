// Makes docs/screenshots: every screen of the real app on a small workspace as a team might have it, in light and dark, wide and narrow.
// Names of screens as arguments make those alone.

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Person, startBrowser } from "./support/browser.js";
import { Desktop, startDesk } from "./support/desktop.js";
import { dropFile, pastePicture } from "./support/files.js";
import { fillKestrel, PEOPLE } from "./support/kestrel.js";
import { ROOT, Served, skein, skeinTold } from "./support/skein.js";
import { until } from "./support/wait.js";

const SIZES = [
  [1280, 800],
  [900, 600],
];
const folder = join(ROOT, "docs", "screenshots");
const wanted = process.argv.slice(2);
const run = promisify(execFile);
const tasks = [];
const shrinking = [];
let large = false;

const isWanted = (name) => wanted.length === 0 || wanted.includes(name);
const picture = (name, theme, width, height) =>
  join(folder, `${name}-${theme}-${width}x${height}.png`);

/** Each size and theme, with nothing pointed at; `before` puts the screen as it is to be seen in that size. */
async function shoot(person, name, before = () => undefined) {
  // What is not wanted leaves the window as it would be after it: what lies over what depends on that.
  if (!isWanted(name)) {
    const [width, height] = SIZES.at(-1);
    return person.page.setViewportSize({ width, height });
  }
  for (const [width, height] of SIZES) {
    await person.page.setViewportSize({ width, height });
    await person.page.mouse.move(width / 2, 2);
    await before();
    for (const colorScheme of ["light", "dark"]) {
      await person.page.emulateMedia({ colorScheme });
      const path = picture(name, colorScheme, width, height);
      await person.page.screenshot({
        path,
        caret: "hide",
        animations: "disabled",
      });
      shrinking.push(shrink(path));
    }
  }
  await Promise.all(shrinking.splice(0));
}

/** Fewer colours make a file a third as large; without ImageMagick the picture stays as it is, which is said. */
async function shrink(path) {
  const options = [
    "-dither",
    "None",
    "-colors",
    "256",
    "-strip",
    `PNG8:${path}`,
  ];
  await run("convert", [path, ...options]).catch(() => {
    if (!large) console.warn("Pictures are left large: ImageMagick's convert is not here.");
    large = true;
  });
}

const leaveText = (person) =>
  person.page.evaluate(() => document.activeElement?.blur());

/** What is open closes, one after the other. */
async function closeAll(person) {
  const open = person.page.locator("[role=dialog], [role=menu]");
  while ((await open.count()) > 0) await person.press("Escape");
}

async function opened(person, title) {
  await person.open(title);
  await person.editorReady();
  await leaveText(person);
}

/** Ana founds it; the others join, say when they work, and their machines hold all of it. */
async function kestrel(profiles) {
  const servers = {};
  for (const [name, hours] of Object.entries(PEOPLE)) {
    const profile = join(profiles, name.toLowerCase());
    const server = new Served(profile);
    tasks.push(() => server.kill());
    if (name === "Ana") {
      await skein(profile, "init", "--name", name, "--workspace", "Kestrel");
    } else {
      const { ticket } = await skein(servers.Ana.profile, "invite");
      await skein(profile, "join", ticket, "--name", name);
    }
    await server.start();
    await skein(profile, "profile", "set", ...hours);
    servers[name] = server;
  }
  await fillKestrel(servers.Ana.profile);
  return servers;
}

async function beginnings(browser, profiles, ticket, ana) {
  const fresh = new Served(join(profiles, "new"));
  tasks.push(() => fresh.kill());
  const newcomer = await Person.at(browser, await fresh.start());
  await newcomer.by("textbox", "Your name").fill("Ana");
  await newcomer.by("textbox", "Workspace name").fill("Kestrel");
  await shoot(newcomer, "first-run");
  await newcomer.by("radio", "Join with an invite").click();
  await newcomer.by("textbox", "Your name").fill("Noor");
  await newcomer.by("textbox", "Invite").fill(ticket);
  await shoot(newcomer, "join");
  // Nobody is there to answer: the one who invited is away.
  await ana.stop();
  await newcomer.by("button", "Join").click();
  await newcomer.by("list", "Steps of joining").waitFor();
  await shoot(newcomer, "joining");
  await newcomer.by("button", "Give up and start over").click();
  await ana.start();
  await newcomer.by("radio", "New workspace").click();
  await newcomer.by("textbox", "Workspace name").fill("Kestrel");
  await newcomer.by("button", "Create workspace").click();
  await newcomer.by("button", "Remove the tour").waitFor();
  await newcomer.editorReady();
  await leaveText(newcomer);
  await shoot(newcomer, "tour");
}

/** Noor, with a machine of her own, shows an invite. */
async function joining(browser, profile, ticket) {
  const fresh = new Served(profile);
  tasks.push(() => fresh.kill());
  const noor = await Person.at(browser, await fresh.start());
  await noor.by("radio", "Join with an invite").click();
  await noor.by("textbox", "Your name").fill("Noor Haddad");
  await noor.by("textbox", "Invite").fill(ticket);
  await noor.by("button", "Join").click();
  return noor;
}

/** An invite that was revoked before it was used. */
async function refused(browser, profiles, owner) {
  if (!isWanted("refused")) return;
  const { ticket } = await skein(owner, "invite", "--role", "commenter");
  const invites = await skein(owner, "invite", "list");
  const { id } = invites.find(({ role }) => role === "commenter");
  await skein(owner, "invite", "revoke", id);
  const noor = await joining(browser, join(profiles, "refused"), ticket);
  await noor.page.getByRole("alert").waitFor();
  await shoot(noor, "refused");
}

/** A workspace whose file a bad disk has spoilt. */
async function damaged(browser, profiles) {
  if (!isWanted("damaged")) return;
  const server = new Served(join(profiles, "damaged"));
  tasks.push(() => server.kill());
  await skein(server.profile, "init", "--name", "Ana", "--workspace", "Kestrel");
  for (let day = 1; day <= 6; day++) {
    await skein(server.profile, "note", "new", `Day ${day}`, "--text", "The wind turned. ".repeat(400));
  }
  const file = await open(join(server.profile, "workspace.db"), "r+");
  await file.write(Buffer.alloc(64, 0x55), 0, 64, 4096);
  await file.close();
  const ana = await Person.at(browser, await server.start());
  await ana.by("button", "Backups…").waitFor();
  await shoot(ana, "damaged");
}

/** The desktop's window of a device key under a passphrase. */
async function locked(profiles) {
  if (!isWanted("locked")) return;
  const window = new Desktop(profiles, "locked", await startDesk((task) => tasks.push(task)));
  tasks.push(() => window.quit());
  await skein(window.profile, "init", "--name", "Ana", "--workspace", "Kestrel");
  await skeinTold(window.profile, "grey geese fly\n", "key", "protect", "--with", "passphrase");
  await window.start();
  await window.find("button", "Open workspace");
  for (const [width, height] of SIZES) {
    await window.placeAt({ x: 0, y: 0, width, height });
    await until("its size", () => window.run("return innerWidth"), (now) => now === width);
    for (const theme of ["light", "dark"]) {
      await window.run("document.documentElement.dataset.theme = arguments[0]", theme);
      await window.screenshot(picture("locked", theme, width, height));
      shrinking.push(shrink(picture("locked", theme, width, height)));
    }
  }
  await Promise.all(shrinking.splice(0));
}

/** What opens in a text and beside it. */
async function writing(ana) {
  await opened(ana, "Handbook");
  await shoot(ana, "glimpse", async () => {
    await ana.editor().getByText("Hand-offs", { exact: true }).first().hover();
    await ana.page.locator(".cm-tooltip-hover").waitFor();
  });

  const select = async () => {
    await closeAll(ana);
    const at = (await ana.text()).indexOf("work across");
    await ana.caret(at);
    for (let letter = 0; letter < "work across".length; letter++)
      await ana.press("Shift+ArrowRight");
    await ana.by("toolbar", "Format the selection").waitFor();
  };
  await shoot(ana, "format", select);
  await shoot(ana, "link", async () => {
    await select();
    await ana.by("button", "Link").click();
    await ana.by("textbox", "Address of the link").waitFor();
  });
  await ana.press("Escape");
  await ana.press("Escape");

  await ana.caret((await ana.text()).length);
  await ana.press("Enter");
  await shoot(ana, "complete", async () => {
    await ana.press("Escape");
    await ana.press("Home");
    await ana.press("Shift+End");
    await ana.press("Delete");
    await ana.type("[[");
    await ana.page.getByRole("option").nth(1).waitFor();
  });
  await ana.press("Escape");
  for (let letter = 0; letter < 3; letter++) await ana.press("Backspace");
  await leaveText(ana);

  await ana.by("button", "Menu of this document").click();
  await shoot(ana, "document-menu");
  await closeAll(ana);
  await ana.row("Interviews").hover();
  await ana.by("button", "Menu of Interviews").click();
  await shoot(ana, "tree-menu");
  await closeAll(ana);

  await opened(ana, "Handbook");
  await ana.press("Control+Shift+O");
  await ana.by("tab", "Links here").click();
  await leaveText(ana);
  await shoot(ana, "links-here");
  await ana.by("button", "Close panel").click();
}

async function notes(ana, bo) {
  await opened(ana, "Interviews");
  await ana.row("Handbook").focus();
  await ana.press("ArrowRight");
  for (const title of ["Autumn release", "Handbook"]) {
    await ana.open(title);
    await ana.by("button", "Menu of this document").click();
    await ana.by("menuitem", "Add to favourites").click();
    await ana
      .by("region", "Favourites")
      .getByRole("link", { name: title })
      .waitFor();
  }
  await opened(ana, "Handbook");
  await until(
    "all to be delivered",
    () => ana.delivery(),
    (words) => words === "On 4 devices",
  );
  await toastsGone(ana);
  await shoot(ana, "note");

  await ana.caret((await ana.text()).indexOf("one day"));
  await shoot(ana, "table", async () => {
    await closeAll(ana);
    await ana.editor().focus();
    await ana.by("button", "Rows and columns").click();
    await ana.by("menu", "Rows and columns").waitFor();
  });
  await closeAll(ana);
  await leaveText(ana);

  await ana.by("button", "Menu of this document").click();
  await ana.by("menuitem", "Move to…").click();
  await ana.by("dialog", "Move “Handbook” to").waitFor();
  await shoot(ana, "move");
  await closeAll(ana);

  await ana.press("Control+Shift+O");
  await shoot(ana, "outline");
  await ana.press("Escape");

  await ana.press("Control+f");
  await ana.by("textbox", "Find").fill("who");
  await shoot(ana, "find");
  await ana.press("Escape");

  await bo.open("Interviews");
  await bo.editorReady();
  await ana.open("Interviews");
  await ana.editorReady();
  await bo.caret((await bo.text()).indexOf(" by hand"));
  await ana.page.locator("[data-caret]", { hasText: "Bo" }).waitFor();
  await ana.caret((await ana.text()).length);
  await ana.press("Enter");
  await shoot(ana, "slash", async () => {
    await ana.press("Escape");
    await ana.press("Backspace");
    await ana.caret((await ana.text()).length);
    await ana.type("/");
    await ana.page.getByRole("option", { name: /Heading 1/ }).waitFor();
    await bo.caret(
      (await bo.text()).indexOf(" by hand") + Math.floor(Math.random() * 5),
    );
  });
  await ana.press("Escape");
  await ana.press("Backspace");
}

async function boards(ana) {
  await ana.open("Autumn release");
  const card = ana.card("Links with spaces resolve");
  await card.waitFor();
  await leaveText(ana);
  await shoot(ana, "board");
  await card.click();
  await ana.editorReady("Description");
  for (const step of ["Write the failing test", "Percent-decode once"]) {
    await ana.by("textbox", "Add a step").fill(step);
    await ana.press("Enter");
    await ana.by("checkbox", step).waitFor();
  }
  await ana.by("checkbox", "Write the failing test").check();
  await leaveText(ana);
  await toastsGone(ana);
  await shoot(ana, "card");
  await ana.by("button", "Close card").click();
  await ana.by("button", "Show as list").click();
  await ana.by("table", "Show as list").waitFor();
  await leaveText(ana);
  await shoot(ana, "list");
  await ana.by("button", "Show as board").click();
}

/** What one is asked on a board, and what lies beside it. */
async function boardQuestions(ana) {
  await ana.card("Fonts for Japanese").focus();
  await ana.press("d");
  await ana.by("textbox", "Due date").waitFor();
  await shoot(ana, "date");
  await closeAll(ana);

  await ana.card("Fonts for Japanese").focus();
  await ana.press("a");
  await ana.by("dialog", /^Who does/).waitFor();
  await shoot(ana, "assign");
  await closeAll(ana);

  for (const [key, screen] of [
    ["l", "label"],
    ["p", "priority"],
  ]) {
    await ana.card("Fonts for Japanese").focus();
    await ana.press(key);
    await ana.page.getByRole("dialog").waitFor();
    await shoot(ana, screen);
    await closeAll(ana);
  }

  await ana.by("button", "Add a card to To do").click();
  await ana.type("Ask the printer #print !high tomorrow");
  await shoot(ana, "quick-add", () =>
    ana.by("textbox", "New card in To do").focus(),
  );
  await ana.press("Control+a");
  await ana.press("Delete");
  await ana.press("Escape");

  for (const [button, screen] of [
    ["Filter cards", "filter"],
    ["Sort and group", "sort"],
  ]) {
    await ana
      .by("toolbar", "Filter cards")
      .getByRole("button", { name: button === "Filter cards" ? "Filter" : button })
      .click();
    await ana.page.getByRole("menu").waitFor();
    await shoot(ana, screen);
    await closeAll(ana);
  }

  await ana.by("button", "Menu of To do").click();
  await ana.by("menuitem", "Set a limit…").click();
  await ana.by("textbox", "Cards at most").waitFor();
  await shoot(ana, "limit");
  await closeAll(ana);

  await ana.card("Fonts for Japanese").click();
  await ana.by("button", "Menu of the card").click();
  await ana.page.getByRole("menu").waitFor();
  await shoot(ana, "card-menu");
  await closeAll(ana);
  await ana.by("button", "Close card").click();

  await ana.card("Import from Obsidian").focus();
  for (const key of ["x", "j", "x"]) await ana.press(key);
  await ana.by("toolbar", "2 selected cards").waitFor();
  await shoot(ana, "selection");
  await ana.by("button", "Select nothing").click();

  await ana.by("button", "Menu of To do").click();
  await shoot(ana, "column");
  await ana.by("menuitem", "Delete column").click();
  await ana.by("dialog", "Delete “To do”?").waitFor();
  await shoot(ana, "delete-column");
  await closeAll(ana);

  await ana.card("Name the release").focus();
  await ana.press("e");
  await ana.card("Dark theme").focus();
  await ana.press("Delete");
  await ana.card("Dark theme").waitFor({ state: "detached" });
  await toastsGone(ana);
  await ana.by("button", "Menu of this document").click();
  await ana.by("menuitem", "Archived and deleted cards").click();
  const shelf = ana.by("dialog", "Archived and deleted cards");
  await shelf.getByText("Dark theme").waitFor();
  await shoot(ana, "shelf");
  for (const card of ["Name the release", "Dark theme"]) {
    await shelf.getByRole("button", { name: `Restore ${card}` }).click();
  }
  await closeAll(ana);
  await toastsGone(ana);

  await ana.by("button", "Saved views").click();
  await ana.by("textbox", "Name of this view").waitFor();
  await shoot(ana, "views");
  await closeAll(ana);
}

/** What was just done is said for some seconds. */
async function toastsGone(person) {
  await until("nothing to be said", async () => {
    const dismiss = person.by("button", "Dismiss");
    if ((await dismiss.count()) === 0) return true;
    await dismiss
      .first()
      .click({ timeout: 500 })
      .catch(() => undefined);
    return false;
  });
}

async function overlays(ana, profile) {
  await opened(ana, "Handbook");
  await ana.press("Control+Shift+F");
  await ana.by("combobox", "Search").fill("hand");
  await ana.page.getByRole("option").nth(1).waitFor();
  await shoot(ana, "search");
  await closeAll(ana);

  await ana.press("Control+Shift+F");
  await ana.by("combobox", "Search").fill("albatross");
  await ana.page.getByText("Nothing found").waitFor();
  await shoot(ana, "search-nothing");
  await closeAll(ana);

  await ana.press("Control+k");
  await ana.by("combobox", "Command palette").fill("re");
  await shoot(ana, "palette");
  await closeAll(ana);

  await ana.press("Control+o");
  await ana.by("combobox", "Go to a document").waitFor();
  await shoot(ana, "switcher");
  await closeAll(ana);

  await ana.press("Control+,");
  for (const section of ["You", "Look", "Keys", "Workspace", "About"]) {
    await ana.by("tab", section).click();
    await shoot(ana, `settings-${section.toLowerCase()}`);
  }
  await closeAll(ana);

  await ana.press("Control+,");
  await ana.by("tab", "Keys").click();
  await ana.by("button", /^Change the key of Open the trash/).click();
  await ana.press("Control+o");
  await ana.page.getByText("belongs to", { exact: false }).waitFor();
  await shoot(ana, "key-clash");
  await closeAll(ana);

  await ana.press("Control+,");
  await ana.by("tab", "You").click();
  await ana.by("button", "Add a device").click();
  await ana.by("textbox", "Invite link").waitFor();
  await shoot(ana, "add-device", () =>
    ana.by("textbox", "Invite link").scrollIntoViewIfNeeded(),
  );
  await closeAll(ana);

  await ana.press("Control+,");
  await ana.by("tab", "You").click();
  await ana.by("button", "Recovery sheet…").click();
  await ana.by("button", "Make the sheet").click();
  await ana.by("button", "Print…").waitFor();
  await shoot(ana, "recovery-sheet");
  await ana.by("button", "Done").click();
  await closeAll(ana);

  await skein(profile, "backup", "make");
  await leaveText(ana);
  await ana.press("g");
  await ana.press("b");
  const safety = ana.by("dialog", "Safety");
  await safety
    .getByRole("button", { name: /^Try the backup/ })
    .first()
    .click();
  await safety.getByText("can be had back", { exact: false }).waitFor();
  await shoot(ana, "safety");
  await closeAll(ana);

  await leaveText(ana);
  await ana.press("g");
  await ana.press("r");
  const storage = ana.by("dialog", "Storage");
  await storage
    .getByText("on this machine", { exact: false })
    .first()
    .waitFor();
  await shoot(ana, "storage");
  await closeAll(ana);

  await ana.press("F1");
  await ana.by("dialog", "Keys").waitFor();
  await shoot(ana, "keys");
  await closeAll(ana);

  await ana.by("button", "4 people").click();
  const people = ana.by("dialog", "People and connections");
  await people.getByText("on this machine", { exact: false }).first().waitFor();
  await shoot(ana, "people");
  await people.getByRole("button", { name: "Manage Bo" }).click();
  await ana.by("heading", "Devices").waitFor();
  await shoot(ana, "person");
  await ana.by("button", "Let a new device in…").click();
  await ana.by("textbox", "Invite link").waitFor();
  await shoot(ana, "return");
  await ana.by("button", "Remove Bo…").click();
  await ana.by("dialog", /^Remove Bo from/).waitFor();
  await shoot(ana, "removal");
  await closeAll(ana);
  await ana.by("button", "4 people").click();
  await shoot(ana, "connections", () =>
    people.getByRole("textbox", { name: "Address" }).scrollIntoViewIfNeeded(),
  );
  await closeAll(ana);

  await ana.press("Control+k");
  await ana.by("combobox", "Command palette").fill("invite");
  await ana.press("Enter");
  await ana.page.getByText("that are over").click();
  await shoot(ana, "invites", () =>
    ana.page.getByText("Bo", { exact: true }).last().scrollIntoViewIfNeeded(),
  );
  await ana.by("button", "Make invite").click();
  await ana.by("textbox", "Invite link").waitFor();
  await shoot(ana, "invite");
  await ana.by("button", "Show a short code").click();
  await ana.by("button", "Copy code").waitFor();
  await shoot(ana, "short-code", () =>
    ana.by("button", "Copy code").scrollIntoViewIfNeeded(),
  );
  await closeAll(ana);
}

async function trash(ana) {
  for (const title of ["Old agenda", "Ideas from the train"]) {
    await ana.row(title).focus();
    await ana.press("Delete");
    await ana.row(title).waitFor({ state: "detached" });
  }
  await toastsGone(ana);
  await ana.by("link", "Trash").click();
  await ana.by("checkbox", "Choose Old agenda").check();
  await leaveText(ana);
  await shoot(ana, "trash");
  await ana.by("link", "Home").click();
  await ana.by("heading", "Opened lately").waitFor();
  await leaveText(ana);
  await shoot(ana, "home");
}

/** Last of all, so that no other screen has its note in the tree. */
async function pictures(ana, profiles) {
  await ana.newNote(
    "The quay at dawn",
    "From the walk with the harbour master, before the boats went out.",
  );
  await pastePicture(ana, 1200, 560);
  await ana.type("What she wants is in the plan: ");
  await until("the picture", () => ana.page.locator(".sk-kept img").count());
  const plan = join(profiles, "Plan for the quay.txt");
  await writeFile(plan, "The boats first, then the nets.\n".repeat(900));
  await dropFile(ana, plan);
  await ana.page.getByRole("button", { name: /Plan for the quay/ }).waitFor();
  await leaveText(ana);
  await toastsGone(ana);
  await shoot(ana, "pictures", () =>
    ana.page.evaluate(() => document.querySelector(".scroll")?.scrollTo(0, 0)),
  );
  await ana.page.locator(".sk-kept img").first().click();
  await ana.by("dialog", /png$|picture/i).waitFor();
  await shoot(ana, "lightbox");
  await closeAll(ana);
  const nothing = "#/note/aaaaaaaaaaaaaaaaaaaaaaaaaa";
  await ana.page.evaluate((hash) => (location.hash = hash), nothing);
  await ana.by("heading", "This is not on this machine").waitFor();
  await shoot(ana, "gone");
}

/** Why somebody is not connected. */
async function why(ana) {
  await ana.by("button", "4 people").click();
  const people = ana.by("dialog", "People and connections");
  await people
    .getByRole("button", { name: "Why is Bo not connected?" })
    .click();
  const ladder = people.getByRole("region", {
    name: "Why Bo is not connected",
  });
  await ladder.getByText("By hand").waitFor();
  await shoot(ana, "why", () => ladder.scrollIntoViewIfNeeded());
  await closeAll(ana);
}

/** Two people move one card while nobody else is there. */
async function apart(ana, bo, servers) {
  const card = "Explain recovery in one page";
  await bo.open("Autumn release");
  await bo.card(card).waitFor();
  await ana.open("Autumn release");
  for (const name of ["Bo", "Mika", "Inés"]) await servers[name].stop();
  await ana.card(card).focus();
  await ana.press(".");
  await until(
    "Ana's move",
    () => ana.cards("Doing"),
    (cards) => cards.includes(card),
  );
  await until(
    "nobody there",
    () => ana.delivery(),
    (words) => words.startsWith("Offline"),
  );
  await toastsGone(ana);
  await leaveText(ana);
  await ana.page.locator(".delivery").last().click();
  await ana.by("button", "Try again now").waitFor();
  await shoot(ana, "offline");
  await ana.press("Escape");
  await why(ana);
  await servers.Ana.stop();
  await servers.Bo.start();
  await bo.card(card).focus();
  await bo.press(".");
  await bo.press(".");
  await until(
    "Bo's move",
    () => bo.cards("Done"),
    (cards) => cards.includes(card),
  );
  await servers.Ana.start();
  await ana.page.getByRole("group", { name: /^Set apart/ }).waitFor();
  await toastsGone(ana);
  await leaveText(ana);
  await shoot(ana, "conflict", () =>
    ana.page.evaluate(() => {
      document.querySelector(".lanes")?.scrollTo(0, 0);
      document
        .querySelector('[aria-label^="Set apart"]')
        ?.scrollIntoView({ inline: "nearest" });
    }),
  );
}

/** Somebody comes by an invite that asks first. */
async function asking(browser, profiles, ana, profile) {
  const { ticket } = await skein(profile, "invite", "--approval");
  const noor = await joining(browser, join(profiles, "asking"), ticket);
  await noor.page.getByText("Your question has reached a device").waitFor();
  await shoot(noor, "waiting");
  await ana.by("button", "1 person asks to be let in").click();
  await ana.by("button", "Approve Noor Haddad").waitFor();
  await shoot(ana, "asking");
  await closeAll(ana);
}

/** A second workspace on this machine, and the way between the two. */
async function workspaces(ana) {
  await ana.by("button", "Kestrel").click();
  await ana.by("menuitem", "Add a workspace…").click();
  await ana.by("textbox", "Your name").fill("Ana");
  await ana.by("textbox", "Workspace name").fill("Harbour choir");
  await ana.by("radio", "Empty").check();
  await shoot(ana, "another");
  await ana.by("button", "Create workspace").click();
  await ana.by("button", "Harbour choir").waitFor();
  await leaveText(ana);
  await shoot(ana, "empty");
  await ana.press("g");
  await ana.press("w");
  await ana.by("option", /^Kestrel/).waitFor();
  await shoot(ana, "workspaces");
  await ana.by("option", /^Kestrel/).click();
  await ana.by("button", "Kestrel").waitFor();
}

/** Somebody who was taken out reads what is there. */
async function removed(mika, ana) {
  await mika.open("Interviews");
  await mika.editor().waitFor();
  await skein(ana.profile, "people", "remove", "Mika");
  await mika.page.getByRole("alert").first().waitFor();
  await toastsGone(mika);
  await leaveText(mika);
  await shoot(mika, "removed");
}

try {
  const profiles = await mkdtemp(join(tmpdir(), "skein-e2e-"));
  tasks.push(() =>
    rm(profiles, { recursive: true, force: true, maxRetries: 5 }),
  );
  await mkdir(folder, { recursive: true });
  const browser = await startBrowser();
  tasks.push(() => browser.close());
  const servers = await kestrel(profiles);
  const { ticket } = await skein(servers.Ana.profile, "invite");
  await beginnings(browser, profiles, ticket, servers.Ana);
  await refused(browser, profiles, servers.Ana.profile);
  await damaged(browser, profiles);
  await locked(profiles);
  const ana = await Person.at(browser, servers.Ana.address, {
    timezoneId: "Europe/Lisbon",
  });
  const bo = await Person.at(browser, servers.Bo.address, {
    timezoneId: "Australia/Melbourne",
  });
  await bo.row("会議メモ").waitFor();
  await writing(ana);
  await notes(ana, bo);
  await boards(ana);
  await boardQuestions(ana);
  await overlays(ana, servers.Ana.profile);
  await trash(ana);
  await apart(ana, bo, servers);
  await pictures(ana, profiles);
  await asking(browser, profiles, ana, servers.Ana.profile);
  await workspaces(ana);
  await servers.Mika.start();
  const mika = await Person.at(browser, servers.Mika.address, {
    timezoneId: "Asia/Tokyo",
  });
  await removed(mika, servers.Ana);
} finally {
  for (const task of tasks.reverse()) await task();
}
