// The board as people use it all day: many cards at once, fields by key, dates in words, views, and work done apart.

import assert from "node:assert/strict";
import { anaAndBo, noFaults, scene, tidy } from "../support/stage.js";
import { until, untilEquals, untilSame } from "../support/wait.js";

const cleanup = tidy();
const { ana, bo, servers } = await anaAndBo(cleanup);
noFaults(() => [ana, bo]);

const boards = [() => ana.board(), () => bo.board()];

/** Pastes lines into what has the focus. */
const paste = (person, text) =>
  person.page.evaluate((lines) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", lines);
    const init = { clipboardData, bubbles: true, cancelable: true };
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", init));
  }, text);

const hasFocus = (element) => element.contains(document.activeElement);

async function startAdding(person, column) {
  await person.by("button", `Add a card to ${column}`).click();
  await person.by("textbox", `New card in ${column}`).waitFor();
}

const has = (person, column, title) =>
  until(`${title} in ${column}`, () =>
    person.cards(column).then((all) => all.includes(title)),
  );

const spoken = (person, words) =>
  until(
    String(words),
    () => person.spoken(),
    (said) => words.test(said),
  );

scene(
  "a fresh board begins with other columns in one click, and one undo",
  async () => {
    await ana.newBoard("Autumn");
    await ana.by("button", "Bugs").click();
    const columns = () =>
      ana.board().then((board) => board.map(([name]) => name));
    await untilEquals("the columns", columns, [
      "Reported",
      "Confirmed",
      "Fixing",
      "Fixed",
    ]);
    assert.deepEqual(await ana.accessibilityFaults(), []);
    await ana.press("Control+z");
    await untilEquals("the columns", columns, ["To do", "Doing", "Done"]);
  },
);

scene(
  "a line is understood as it is typed, and taken literally after Escape",
  async () => {
    await startAdding(ana, "To do");
    await ana.type("Pack the bags @bo #travel !high tomorrow");
    await ana.page.getByText("Esc takes it literally").waitFor();
    await ana.press("Enter");
    await has(ana, "To do", "Pack the bags");
    await ana.type("Mail a@b #travel");
    await ana.press("Escape");
    await ana.press("Enter");
    await has(ana, "To do", "Mail a@b #travel");
    await ana.press("Escape");
    await bo.open("Autumn");
    const card = bo.card("Pack the bags");
    await card.waitFor();
    const words = await card.innerText();
    for (const part of ["travel", "tomorrow", "High", "Bo"])
      assert.match(words, new RegExp(part));
  },
);

scene(
  "ten pasted lines are offered as ten cards, and are one step to undo",
  async () => {
    await startAdding(ana, "Doing");
    await paste(
      ana,
      Array.from({ length: 10 }, (_, at) => `- Step ${at + 1}`).join("\n"),
    );
    await ana.by("button", "Add 10 cards").click();
    await until("the cards", () =>
      bo.cards("Doing").then((all) => all.length === 10),
    );
    await ana.press("Escape");
    await ana.press("Escape");
    await ana.by("button", "Undo").first().click();
    await untilEquals("Doing", () => ana.cards("Doing"), []);
  },
);

scene(
  "cards selected by key move together, are labelled together, and come back in one step",
  async () => {
    await ana.addCards("Done", "One", "Two", "Three");
    await ana.card("One").focus();
    for (const key of ["x", "j", "x"]) await ana.press(key);
    await ana.by("toolbar", "2 selected cards").waitFor();
    await ana.press(",");
    await untilEquals("Doing at Bo's", () => bo.cards("Doing"), ["One", "Two"]);
    await spoken(ana, /Moved 2 cards to Doing/);
    await ana.press("l");
    await ana.page
      .getByRole("combobox", { name: "Labels of 2 cards" })
      .waitFor();
    assert.deepEqual(await ana.accessibilityFaults(), []);
    await ana.type("both");
    await ana.press("Enter");
    await until("the labels", async () =>
      /both/.test(await bo.card("Two").innerText()),
    );
    await ana.press("Control+z");
    await until(
      "no labels",
      async () => !/both/.test(await bo.card("Two").innerText()),
    );
    await ana.press("Control+z");
    await untilEquals("Done", () => ana.cards("Done"), ["One", "Two", "Three"]);
    await ana.press("Escape");
  },
);

scene("cards selected by mouse are dragged together", async () => {
  await ana.card("One").click({ modifiers: ["Control"] });
  await ana.card("Three").click({ modifiers: ["Control"] });
  const from = await ana.card("Three").boundingBox();
  const to = await ana.by("list", "Cards in Doing").boundingBox();
  const { mouse } = ana.page;
  await mouse.move(from.x + 40, from.y + 10);
  await mouse.down();
  await mouse.move(from.x + 60, from.y + 20, { steps: 3 });
  await mouse.move(to.x + to.width / 2, to.y + 10, { steps: 10 });
  await mouse.up();
  await untilEquals("Doing", () => bo.cards("Doing"), ["One", "Three"]);
  await untilEquals("Done", () => ana.cards("Done"), ["Two"]);
  await until("the selection to stay", () =>
    ana.by("toolbar", "2 selected cards").count(),
  );
  await ana.by("button", "Select nothing").click();
});

scene("every field has its key, and the result is said", async () => {
  await ana.card("Two").focus();
  await ana.press("d");
  await ana.by("textbox", "Due date").waitFor();
  await ana.type("in 3 days");
  await ana.press("Enter");
  await spoken(ana, /Changed the due date/);
  await until("the focus back on the card", () =>
    ana.card("Two").evaluate((card) => card === document.activeElement),
  );
  await ana.press("p");
  await ana.page.getByRole("combobox", { name: /How urgent/ }).waitFor();
  await ana.type("urg");
  await ana.press("Enter");
  await spoken(ana, /Priority: Urgent/);
  await ana.press("a");
  await ana.page.getByRole("combobox", { name: /Who does/ }).waitFor();
  await ana.type("ana");
  await ana.press("Enter");
  await spoken(ana, /Assigned to Ana/);
  await until("all of it at Bo's", async () =>
    /Urgent[\s\S]*Ana/.test(await bo.card("Two").innerText()),
  );
  await ana.press("t");
  await until("the title to have the focus", () =>
    ana
      .by("textbox", "Card title")
      .evaluate((field) => field === document.activeElement),
  );
  await ana.press("Escape");
  await ana.press("Escape");
  await until("the focus back on the card", () => ana.card("Two").evaluate(hasFocus));
  await ana.press("t");
  await ana.by("textbox", "Card title").waitFor();
  await ana.press("End");
  await ana.type("!");
  await ana.press("Enter");
  await ana.press("Escape");
  await until("the focus back on the renamed card", () => ana.card("Two!").evaluate(hasFocus));
  await ana.press("Control+z");
  await until("its name again", () => ana.card("Two").filter({ hasNotText: "!" }).count());
});

scene("the words to find go on being typed while a card is open", async () => {
  await ana.card("Two").click();
  await ana.by("region", "Card: Two").waitFor();
  await ana.press("f");
  await ana.type("o");
  await untilEquals("what has an o", () => ana.cards("Doing"), ["One"]);
  await ana.type("ne");
  await untilEquals("the find", () => ana.cards("Doing"), ["One"]);
  assert.equal(await ana.by("textbox", "Find a card").inputValue(), "one");
  await ana.by("textbox", "Find a card").fill("");
  await untilEquals("all again", () => ana.cards("Done"), ["Two"]);
  await ana.by("button", "Close card").click();
});

scene("from the field for new cards an arrow goes to the last one, and its key moves it", async () => {
  await startAdding(ana, "To do");
  await ana.type("Look north");
  await ana.press("Enter");
  await has(ana, "To do", "Look north");
  await ana.press("Escape");
  await ana.press("ArrowUp");
  await until("the focus on it", () => ana.card("Look north").evaluate(hasFocus));
  await ana.press(".");
  await has(ana, "Doing", "Look north");
  await ana.press("Control+z");
  await ana.press("Control+z");
  await until("no such card", async () => (await ana.card("Look north").count()) === 0);
});

scene(
  "space peeks and the focus stays on the board; the card opens over the full width",
  async () => {
    await ana.card("One").focus();
    await ana.press("Space");
    await ana.page.getByRole("region", { name: "Card: One" }).waitFor();
    await ana.press("ArrowDown");
    await ana.page.getByRole("region", { name: "Card: Three" }).waitFor();
    await ana.by("button", "Show over the full width").click();
    await ana.by("region", "Doing").waitFor({ state: "detached" });
    assert.deepEqual(await ana.accessibilityFaults(), []);
    await ana.by("button", "Show beside the board").click();
    await ana.by("button", "Next card").click();
    await ana.page.getByRole("region", { name: "Card: Two" }).waitFor();
    await ana.by("button", "Close card").click();
  },
);

scene("a date is typed as one says it, or walked to in the month", async () => {
  await ana.card("One").click();
  await ana.page.getByRole("button", { name: /^Due:/ }).click();
  await ana.by("textbox", "Due date").fill("24 dec 2031");
  assert.deepEqual(await ana.accessibilityFaults(), []);
  await ana.press("Enter");
  await ana.page.getByRole("button", { name: /^Due:.*2031/ }).waitFor();
  await ana.page.getByRole("button", { name: /^Due:/ }).click();
  await ana.by("textbox", "Due date").press("ArrowDown");
  await ana.press("ArrowRight");
  await ana.press("Enter");
  await ana.page.getByRole("button", { name: /^Due:.*25/ }).waitFor();
  await ana.by("button", "Close card").click();
});

scene(
  "a filter hides, says how much, goes into the address and into a saved view",
  async () => {
    await ana.by("button", "Mine", { exact: true }).click();
    await untilEquals(
      "the cards",
      () => ana.board().then((all) => all.flatMap(([, cards]) => cards)),
      ["Two"],
    );
    await ana.page
      .getByText(/cards are hidden/)
      .first()
      .waitFor();
    assert.match(ana.page.url(), /view=mine/);
    assert.deepEqual(await ana.accessibilityFaults(), []);
    await ana.by("button", "Saved views").click();
    await ana.by("textbox", "Name of this view").fill("My own");
    await ana.press("Enter");
    await ana.by("button", "My own").waitFor();
    await ana.press("Escape");
    await ana.page.getByRole("button", { name: /^Clear/ }).click();
    await until("all again", () => ana.card("One").count());
    await ana.by("button", "Saved views").click();
    await ana.by("button", "My own").click();
    await ana.card("One").waitFor({ state: "detached" });
    await ana.by("button", "Saved views").click();
    await ana.by("button", "Copy the link of My own").click();
    await ana.page.getByText("Link copied").waitFor();
    const link = await ana.page.evaluate(() => navigator.clipboard.readText());
    await ana.page.getByRole("button", { name: /^Clear/ }).click();
    await until("all once more", () => ana.card("One").count());
    await ana.page.evaluate((address) => {
      location.hash = `#/link/${encodeURIComponent(address)}`;
    }, link);
    await ana.card("Two").waitFor();
    await until(
      "the link's filter",
      async () => (await ana.card("One").count()) === 0,
    );
    await ana.page.getByRole("button", { name: /^Clear/ }).click();
  },
);

scene("the list groups by person, and works by keyboard", async () => {
  await ana.by("button", "Show as list").click();
  await ana.by("table", "Show as list").waitFor();
  await ana.by("button", "Sort and group").click();
  await ana.page.getByText("List by person").click();
  await ana.by("columnheader", "Nobody").waitFor();
  assert.deepEqual(await ana.accessibilityFaults(), []);
  await ana.by("button", "Show as board").click();
  await ana.by("region", "To do").waitFor();
});

scene("a column is folded, limited and moved by key and by mouse", async () => {
  await ana.by("button", "Menu of Done").click();
  await ana.by("menuitem", "Fold column").click();
  await ana.by("button", "Unfold column Done").click();
  await ana.by("button", "Rename column Done").focus();
  await ana.press("Alt+ArrowLeft");
  await spoken(ana, /Moved column Done, 2 of 3/);
  await until("the order at Bo's", () =>
    bo
      .board()
      .then(
        (board) => board.map(([name]) => name).join() === "To do,Done,Doing",
      ),
  );
  const from = await ana.by("button", "Rename column Done").boundingBox();
  const to = await ana.by("region", "Doing").boundingBox();
  const { mouse } = ana.page;
  await mouse.move(from.x + 10, from.y + 10);
  await mouse.down();
  await mouse.move(from.x + 30, from.y + 12, { steps: 3 });
  await mouse.move(to.x + to.width * 0.8, from.y + 12, { steps: 10 });
  await mouse.up();
  await until("the order", () =>
    bo
      .board()
      .then(
        (board) => board.map(([name]) => name).join() === "To do,Doing,Done",
      ),
  );
  await ana.by("button", "Menu of Doing").click();
  await ana.by("menuitem", /limit/).click();
  await ana.by("textbox", "Cards at most").fill("0");
  await ana.press("Enter");
  await bo.page.getByText("More than its limit of 0.").waitFor();
});

scene("a column is named, added and spared by keys alone, and the focus never gets lost", async () => {
  const named = () => ana.page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
  const focusOn = (label) => untilEquals("the focus", named, label);
  const pick = async (entry) => {
    await ana.press("Enter");
    await ana.by("menuitem", entry).waitFor();
    for (let at = 0; at < 10; at += 1) {
      if (await ana.by("menuitem", entry).evaluate(hasFocus)) break;
      await ana.press("ArrowDown");
    }
    await ana.press("Enter");
  };
  await ana.by("button", "Menu of Done").focus();
  await pick("Rename");
  await focusOn("Column name");
  await ana.type("Flown");
  await ana.press("Enter");
  await focusOn("Rename column Flown");
  await ana.press("Control+z");
  await ana.by("button", "Rename column Done").waitFor();
  await ana.by("button", "Menu of Done").focus();
  await pick("Delete column");
  await ana.by("dialog", /Done/).waitFor();
  await ana.press("Escape");
  await focusOn("Menu of Done");
  await ana.by("button", "Add a column").focus();
  await ana.press("Enter");
  for (const title of ["Later", "Never"]) {
    await focusOn("Column name");
    await ana.type(title);
    await ana.press("Enter");
    await ana.by("region", title).waitFor();
  }
  await ana.press("Escape");
  await until("the focus on the button", () => ana.by("button", "Add a column").evaluate(hasFocus));
  await ana.press("Control+z");
  await ana.press("Control+z");
  await ana.by("region", "Later").waitFor({ state: "detached" });
});

scene(
  "a title changed here and a move there both stay, whatever comes first",
  async () => {
    await servers.bo.stop();
    await ana.card("Two").focus();
    await ana.press("t");
    await ana.by("textbox", "Card title").fill("Two and a half");
    await ana.press("Enter");
    await has(ana, "Done", "Two and a half");
    await servers.ana.stop();
    await servers.bo.start();
    await bo.card("Two").focus();
    await bo.press("Alt+ArrowLeft");
    await has(bo, "Doing", "Two");
    await servers.ana.start();
    await untilSame("the board", boards, (board) =>
      board.some(
        ([name, cards]) => name === "Doing" && cards.includes("Two and a half"),
      ),
    );
    await ana.by("button", "Close card").click();
  },
);

scene(
  "a column deleted while somebody adds a card to it keeps that card in sight",
  async () => {
    await servers.bo.stop();
    await ana.by("button", "Menu of Done").click();
    await ana.by("menuitem", "Delete column").click();
    await ana
      .by("dialog", "Delete “Done”?")
      .getByRole("button", { name: "Delete column" })
      .click();
    await ana.by("region", "Done").waitFor({ state: "detached" });
    await servers.ana.stop();
    await servers.bo.start();
    await bo.addCards("Done", "Late arrival");
    await servers.ana.start();
    await untilSame("the board", boards, (board) =>
      board.some(([, cards]) => cards.includes("Late arrival")),
    );
  },
);

scene(
  "deleting a column can archive its cards, and the archive gives them back",
  async () => {
    await ana.by("button", "Add a column").click();
    await ana.type("Attic");
    await ana.press("Enter");
    await ana.by("region", "Attic").waitFor();
    await ana.addCards("Attic", "Old chair");
    await ana.by("button", "Menu of Attic").click();
    await ana.by("menuitem", "Delete column").click();
    const dialog = ana.by("dialog", "Delete “Attic”?");
    await dialog.getByRole("radio", { name: "Archive them" }).check();
    await dialog.getByRole("button", { name: "Delete column" }).click();
    await ana.by("region", "Attic").waitFor({ state: "detached" });
    assert.equal(await ana.card("Old chair").count(), 0);
    await ana.by("button", "Menu of this document").click();
    await ana.by("menuitem", "Archived and deleted cards").click();
    await ana.by("button", "Restore Old chair").click();
    await ana.press("Escape");
    await ana.card("Old chair").waitFor();
  },
);

scene(
  "1,000 cards: few are in the page, and a search answers at once",
  async () => {
    await ana.newBoard("Flock");
    for (const column of ["To do", "Doing", "Done"]) {
      await startAdding(ana, column);
      await paste(
        ana,
        Array.from({ length: 334 }, (_, at) => `${column} ${at}`).join("\n"),
      );
      await ana.press("Enter");
      await ana.page.getByText("334", { exact: true }).first().waitFor();
      await ana.press("Escape");
    }
    assert.ok((await ana.page.locator("[data-card]").count()) < 120);
    await ana.by("textbox", "Find a card").fill("doing 321");
    await untilEquals("the find", () => ana.cards("Doing"), ["Doing 321"]);
    await ana.press("Escape");
    await until("all again", () => ana.card("To do 1").count());
    await ana.page.locator("[data-card]").first().focus();
    for (let at = 0; at < 40; at += 1) await ana.press("j");
    await until("the focus far down", () =>
      ana.page.evaluate(
        () =>
          document.activeElement?.textContent?.includes("To do 40") ?? false,
      ),
    );
  },
);

for (const [width, height] of [
  [1280, 800],
  [900, 600],
  [640, 400],
]) {
  scene(`nothing is wider than ${width}×${height}`, async () => {
    await ana.page.setViewportSize({ width, height });
    assert.deepEqual(await ana.accessibilityFaults(), []);
    const wider = () =>
      ana.page.evaluate(
        () => document.documentElement.scrollWidth > window.innerWidth,
      );
    assert.equal(await wider(), false);
  });
}
