// What lies beside the document: the first run and its tour, the tree, search, trash, people and delivery.

import assert from "node:assert/strict";
import { join } from "node:path";
import { Person, startBrowser } from "../support/browser.js";
import { freshFolder, Served, skein } from "../support/skein.js";
import { noFaults, scene, tidy } from "../support/stage.js";
import { until, untilEquals } from "../support/wait.js";

const cleanup = tidy();
const folder = await freshFolder(cleanup);
const servers = {
  ana: new Served(join(folder, "ana")),
  bo: new Served(join(folder, "bo")),
};
for (const server of Object.values(servers)) {
  cleanup(() => server.kill());
  await server.start();
}
const browser = await startBrowser();
cleanup(() => browser.close());
const ana = await Person.at(browser, servers.ana.address);
const bo = await Person.at(browser, servers.bo.address);
noFaults(() => [ana, bo]);

/** The tree as seen: level and title of each row. */
const tree = () =>
  ana
    .by("tree", "Documents")
    .getByRole("treeitem")
    .evaluateAll((rows) =>
      rows.map((row) => `${row.getAttribute("aria-level")} ${row.getAttribute("aria-label")}`),
    );

const focused = () =>
  ana.page.evaluate(() => {
    const at = document.activeElement;
    return at?.getAttribute("aria-label") ?? at?.textContent?.trim() ?? "";
  });

const clipboard = () => ana.page.evaluate(() => navigator.clipboard.readText());

const field = (person) => person.by("textbox", "Invite");

scene("the tour is there in a moment, and is made of documents to try things on", async () => {
  await ana.by("textbox", "Your name").fill("Ana");
  await ana.by("textbox", "Workspace name").fill("Kestrel");
  assert.equal(await ana.by("radio", "With a short tour, removed in one click").isChecked(), true);
  assert.deepEqual(await ana.accessibilityFaults(), []);
  await ana.by("button", "Create workspace").click();
  await ana.by("note", "").first().waitFor({ state: "attached" });
  await untilEquals("the tree", tree, ["1 Welcome to Skein", "1 Try a board", "1 Writing apart"]);
  assert.equal(await ana.by("textbox", "Note title").inputValue(), "Welcome to Skein");
  assert.deepEqual(await ana.accessibilityFaults(), []);
  await ana.open("Try a board");
  await until(
    "the cards",
    () => ana.board(),
    (lanes) => lanes.length === 3 && lanes.flatMap(([, cards]) => cards).length === 4,
  );
});

scene("the tour leaves with one click and comes back with one undo", async () => {
  await ana.by("button", "Remove the tour").click();
  await untilEquals("the tree", tree, []);
  await ana.by("button", "Undo").click();
  await untilEquals("the tree", async () => (await tree()).length, 3);
  await ana.open("Writing apart");
  await ana.by("button", "Remove the tour").waitFor();
  await ana.press("Control+k");
  await ana.by("combobox", "Command palette").fill("starter");
  await ana.page.getByRole("option", { name: /Remove the starter documents/ }).click();
  await untilEquals("the tree", tree, []);
});

scene("an invite that cannot be one is refused where it stands, with its cause", async () => {
  await bo.by("radio", "Join with an invite").click();
  await bo.by("textbox", "Your name").fill("Bo");
  const { ticket } = await skein(join(folder, "ana"), "invite");
  for (const [text, cause] of [
    ["Dear Bo, here it comes", /not an invite/],
    [ticket.slice(0, -9), /cut off/],
    [`${ticket.slice(0, 60)}0${ticket.slice(61)}`, /wrong character, near the 61th/],
    [`${ticket.slice(0, 70)}${ticket[70] === "a" ? "b" : "a"}${ticket.slice(71)}`, /mistyped/],
  ]) {
    await field(bo).fill(text);
    await bo.by("button", "Join").click();
    await until(
      `the cause ${cause}`,
      () => bo.page.getByRole("alert").allInnerTexts(),
      (found) => cause.test(found.join(" ")),
    );
    assert.equal(await field(bo).inputValue(), text);
    assert.equal(await field(bo).getAttribute("aria-invalid"), "true");
  }
  await bo.page.setViewportSize({ width: 900, height: 600 });
  assert.deepEqual(await bo.accessibilityFaults(), []);
});

scene("an invite that came as a file joins, too", async () => {
  const { link } = await skein(join(folder, "ana"), "invite");
  const [chooser] = await Promise.all([
    bo.page.waitForEvent("filechooser"),
    bo.by("button", "Choose an invite file…").click(),
  ]);
  await chooser.setFiles({
    name: "Kestrel.skein-invite",
    mimeType: "text/plain",
    buffer: Buffer.from(`${link}\n`),
  });
  await untilEquals("the invite", () => field(bo).inputValue(), link);
  await bo.by("button", "Join").click();
  await bo.by("navigation", "Workspace").waitFor({ state: "attached" });
  await bo.page.setViewportSize({ width: 1280, height: 800 });
  await ana.by("button", "2 people").waitFor();
});

const title = () => ana.by("textbox", "Note title").inputValue();

scene("the tree is walked, found in by letters, and put in order by keyboard, aloud", async () => {
  for (const title of ["Pack", "Plan", "Weather", "東京"]) await ana.newNote(title);
  await ana.row("Weather").focus();
  await ana.press("p");
  await untilEquals("the focus", focused, "Pack");
  await ana.press("p");
  await untilEquals("the focus", focused, "Plan");
  await ana.press("Alt+ArrowRight");
  await untilEquals("the tree", tree, ["1 Pack", "2 Plan", "1 Weather", "1 東京"]);
  await until(
    "the words",
    () => ana.spoken(),
    (words) => words.includes("Moved Plan under Pack, 1 of 1"),
  );
  await ana.press("Alt+ArrowLeft");
  await untilEquals("the tree", tree, ["1 Pack", "1 Plan", "1 Weather", "1 東京"]);
  await until(
    "the words",
    () => ana.spoken(),
    (words) => words.includes("Moved Plan to the top level, 2 of 4"),
  );
  await untilEquals("the focus", focused, "Plan");
  await ana.press("End");
  await untilEquals("the focus", focused, "東京");
});

scene("the focus stays in the tree after undo and Delete, and Enter goes into the document", async () => {
  await ana.row("Weather").focus();
  await ana.press("Alt+ArrowUp");
  await untilEquals("the tree", tree, ["1 Pack", "1 Weather", "1 Plan", "1 東京"]);
  await ana.press("Control+z");
  await untilEquals("the tree", tree, ["1 Pack", "1 Plan", "1 Weather", "1 東京"]);
  await untilEquals("the focus", focused, "Weather");
  await ana.press("Delete");
  await untilEquals("the focus on the next", focused, "東京");
  await ana.press("Control+z");
  await untilEquals("the tree", tree, ["1 Pack", "1 Plan", "1 Weather", "1 東京"]);
  await ana.row("Pack").focus();
  await ana.press("Space");
  await until("Pack to be open", async () => (await title()) === "Pack");
  assert.equal(await focused(), "Pack");
  await ana.press("Enter");
  await untilEquals("the focus in the text", focused, "Note text");
  await ana.press("Control+o");
  await ana.by("combobox", "Go to a document").fill("plan");
  await ana.press("Enter");
  await until("Plan to be open", async () => (await title()) === "Plan");
  await untilEquals("the focus in its text", focused, "Note text");
  await ana.press("Alt+ArrowLeft");
  await until("Pack again", async () => (await title()) === "Pack");
  await untilEquals("the focus in its text", focused, "Note text");
});

scene("the menu of a document opens by right click, by keys and by its button", async () => {
  await ana.row("Plan").click({ button: "right" });
  await ana.by("menu", "Menu of Plan").waitFor();
  assert.deepEqual(await ana.accessibilityFaults(), []);
  await ana.press("Escape");
  await untilEquals("the focus", focused, "Plan");
  await ana.press("Shift+F10");
  await ana.by("menuitem", "Move to…").click();
  await ana.by("combobox", "Move “Plan” to").fill("weath");
  assert.deepEqual(await ana.accessibilityFaults(), []);
  await ana.press("Enter");
  await until("Plan to lie in Weather", async () => (await tree()).includes("1 Weather"));
  await ana.row("Weather").focus();
  await ana.press("ArrowRight");
  await untilEquals("the tree", tree, ["1 Pack", "1 Weather", "2 Plan", "1 東京"]);
  await ana.row("Plan").hover();
  await ana.by("button", "Menu of Plan").click();
  await ana.by("menuitem", "Copy link").click();
  await until("the link", clipboard, (text) => /^skein:\/\/open\/[^/]+\/note\/[^/]+$/.test(text));
  await ana.row("Plan").focus();
  await ana.press("F2");
  await ana.type("Plan B");
  await ana.press("Enter");
  await untilEquals("the focus", focused, "Plan B");
});

scene("Rename in the menu of the open document goes into its title, and Enter into its text", async () => {
  await ana.open("Pack");
  await ana.by("button", "Menu of this document").click();
  await ana.by("menuitem", /^Rename/).click();
  await untilEquals("the focus", focused, "Note title");
  await ana.type("Packing");
  await ana.press("Enter");
  await untilEquals("the focus", focused, "Note text");
  await ana.row("Packing").waitFor();
  await ana.row("Packing").focus();
  await ana.press("Control+z");
  await ana.row("Pack").waitFor();
});

scene("the menu of workspaces is walked by keys", async () => {
  await ana.by("button", "Kestrel").focus();
  await ana.press("Enter");
  await ana.by("menuitem", "Add a workspace…").waitFor();
  await until("the focus in the menu", async () => (await focused()).includes("Kestrel"));
  await ana.press("End");
  await until("the focus at its end", async () => (await focused()).includes("Add a workspace"));
  await ana.press("Escape");
  await until("the focus on the button", async () => (await focused()).startsWith("Kestrel"));
});

scene("a document is dragged before, after and into others; Escape takes it back", async () => {
  const grab = async (title) => {
    const box = await ana.row(title).boundingBox();
    await ana.page.mouse.move(box.x + 70, box.y + box.height / 2);
    await ana.page.mouse.down();
    await ana.page.mouse.move(box.x + 74, box.y + box.height / 2 + 8, {
      steps: 3,
    });
  };
  const over = async (title, part) => {
    const box = await ana.row(title).boundingBox();
    await ana.page.mouse.move(box.x + 74, box.y + box.height * part, {
      steps: 6,
    });
  };
  await grab("東京");
  await over("Pack", 0.1);
  await ana.page.mouse.up();
  await untilEquals("the tree", tree, ["1 東京", "1 Pack", "1 Weather", "2 Plan B"]);
  await grab("東京");
  await over("Weather", 0.5);
  await ana.press("Escape");
  await ana.page.mouse.up();
  assert.deepEqual(await tree(), ["1 東京", "1 Pack", "1 Weather", "2 Plan B"]);
  await grab("東京");
  await over("Plan B", 0.9);
  await ana.page.mouse.up();
  await untilEquals("the tree", tree, ["1 Pack", "1 Weather", "2 Plan B", "2 東京"]);
});

scene("a note is doubled with its text, and taken as Markdown", async () => {
  await ana.newNote("Routes", "South by the coast.");
  await ana.by("button", "Menu of this document").click();
  await ana.by("menuitem", "Duplicate").click();
  await untilEquals(
    "the title",
    () => ana.by("textbox", "Note title").inputValue(),
    "Routes (copy)",
  );
  await untilEquals("the text", () => ana.text(), "South by the coast.");
  await ana.by("button", "Menu of this document").click();
  await ana.by("menuitem", "Copy as Markdown").click();
  await untilEquals("the Markdown", clipboard, "# Routes (copy)\n\nSouth by the coast.\n");
  await ana.by("button", "Menu of this document").click();
  const [download] = await Promise.all([
    ana.page.waitForEvent("download"),
    ana.by("menuitem", "Export as Markdown…").click(),
  ]);
  assert.equal(download.suggestedFilename(), "Routes (copy).md");
});

scene("a parent that goes to the trash says what becomes of what lay in it", async () => {
  await ana.row("Weather").focus();
  await ana.press("Delete");
  await ana.page.getByText("What lay in it stays: 2 documents are at the top level now.").waitFor();
  await ana.row("Routes (copy)").focus();
  await ana.press("Delete");
  await ana.by("link", "Trash").click();
  for (const title of ["Weather", "Routes (copy)"]) {
    await ana.by("checkbox", `Choose ${title}`).check();
  }
  assert.deepEqual(await ana.accessibilityFaults(), []);
  await ana.by("button", "Restore chosen").click();
  await ana.page.getByText("Restored 2 documents").waitFor();
  await untilEquals("the tree", async () => (await tree()).includes("2 Plan B"), true);
});

scene("search groups what it finds, cleans it, remembers, and can stay open", async () => {
  await ana.newNote("Harbour", "## Deciding\nA **pilot** comes aboard, see [[Routes]].");
  await ana.newBoard("Crew");
  await ana.addCards("To do", "Ask the pilot");
  await ana.press("Escape");
  await ana.by("button", "Search").click();
  const box = ana.by("combobox", "Search");
  await until("both hits", async () => {
    await box.fill("");
    await box.fill("pilot");
    return (await ana.page.getByRole("option").count()) === 2;
  });
  await ana.page
    .getByRole("option", {
      name: /Harbour.*A pilot comes aboard, see Routes\./s,
    })
    .waitFor();
  await ana.page.getByRole("option", { name: /Ask the pilot.*Crew/s }).waitFor();
  assert.deepEqual(await ana.accessibilityFaults(), []);
  await ana.press("Control+Enter");
  await until(
    "the note behind",
    () => ana.page.url(),
    (url) => /note\/.*find=pilot/.test(url),
  );
  assert.equal(await box.isVisible(), true);
  await ana.by("radio", "Cards").click();
  await untilEquals("the hits", () => ana.page.getByRole("option").count(), 1);
  await box.focus();
  await ana.press("Enter");
  await ana.page.getByRole("region", { name: "Card: Ask the pilot" }).waitFor();
  await ana.press("Escape");
  await ana.by("button", "Search").click();
  await untilEquals("the words", () => box.inputValue(), "pilot");
  await box.fill("nowhere to be found");
  await ana.page.getByText("Nothing found for “nowhere to be found”.").waitFor();
  await ana.press("Escape");
});

scene("delivery is said in words and explained, offline calmly", async () => {
  await ana.open("Harbour");
  await untilEquals("the words", () => ana.delivery(), "On 2 devices");
  await ana.by("button", "On 2 devices").last().click();
  await ana.page.getByText("Every device of the workspace holds all of it.").waitFor();
  assert.deepEqual(await ana.accessibilityFaults(), []);
  await ana.press("Escape");
  await servers.bo.stop();
  await ana.newNote("Made alone", "Nobody is there.");
  await untilEquals("the words", () => ana.delivery(), "Offline: all saved here");
  await ana.by("button", "Offline: all saved here").last().click();
  await ana.by("button", "Try again now").waitFor();
  await ana.press("Escape");
});

scene("people and connections: who, by what way, and what came of an address", async () => {
  await servers.bo.start();
  await ana.by("button", "2 people").click();
  const dialog = ana.by("dialog", "People and connections");
  await dialog.getByText("on this machine", { exact: false }).first().waitFor();
  assert.deepEqual(await ana.accessibilityFaults(), []);
  await dialog.getByRole("textbox", { name: "Address" }).fill("127.0.0.1:9");
  await dialog.getByRole("button", { name: "Connect", exact: true }).click();
  await dialog.getByText(/Nobody could be reached at 127\.0\.0\.1:9/).waitFor();
  await ana.press("Escape");
  await ana.by("button", "Invite someone").first().click();
  await ana.by("button", "Make invite").click();
  const [download] = await Promise.all([
    ana.page.waitForEvent("download"),
    ana.by("button", "Save as file…").click(),
  ]);
  assert.equal(download.suggestedFilename(), "Kestrel.skein-invite");
  assert.deepEqual(await ana.accessibilityFaults(), []);
});
