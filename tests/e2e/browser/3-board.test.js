// Two people and one board: by mouse, by keyboard, at once and apart.

import assert from "node:assert/strict";
import { anaAndBo, noFaults, scene, tidy } from "../support/stage.js";
import { until, untilEquals, untilSame } from "../support/wait.js";

const cleanup = tidy();
const { ana, bo, servers } = await anaAndBo(cleanup);
noFaults(() => [ana, bo]);

const boards = [() => ana.board(), () => bo.board()];

/** Drags with the mouse, as slowly as a hand, and lets go. */
async function drag(person, title, target, { x = 0.5, y = 0.5 } = {}) {
  const from = await person.card(title).boundingBox();
  const to = await target.boundingBox();
  const { mouse } = person.page;
  await mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await mouse.down();
  await mouse.move(from.x + from.width / 2 + 12, from.y + from.height / 2 + 6, {
    steps: 3,
  });
  await mouse.move(to.x + to.width * x, to.y + to.height * y, { steps: 12 });
}

scene("cards are added in a row, and reach the other's board", async () => {
  await ana.newBoard("Autumn flight");
  await ana.addCards(
    "To do",
    "Check the weather",
    "Choose a leader",
    "Rest at the lake",
  );
  await ana.addCards("Done", "Count the geese");
  await bo.open("Autumn flight");
  await untilSame(
    "the board",
    boards,
    (board) => board.flatMap(([, cards]) => cards).length === 4,
  );
  assert.deepEqual(await bo.cards("To do"), [
    "Check the weather",
    "Choose a leader",
    "Rest at the lake",
  ]);
  assert.deepEqual(await ana.accessibilityFaults(), []);
});

scene(
  "a card dragged by the mouse lands where it was let go, once, at both",
  async () => {
    await drag(ana, "Choose a leader", ana.card("Count the geese"), { y: 0.1 });
    await ana.page.mouse.up();
    await untilEquals("Done at Ana's", () => ana.cards("Done"), [
      "Choose a leader",
      "Count the geese",
    ]);
    await untilEquals("Done at Bo's", () => bo.cards("Done"), [
      "Choose a leader",
      "Count the geese",
    ]);
    await untilEquals("To do", () => bo.cards("To do"), [
      "Check the weather",
      "Rest at the lake",
    ]);
  },
);

scene("Escape takes a drag back", async () => {
  await drag(ana, "Check the weather", ana.by("list", "Cards in Doing"));
  await ana.press("Escape");
  await ana.page.mouse.up();
  assert.deepEqual(await ana.cards("To do"), [
    "Check the weather",
    "Rest at the lake",
  ]);
});

scene(
  "the keyboard moves a card, keeps the focus on it and says where it lies",
  async () => {
    await ana.card("Check the weather").focus();
    await ana.press("Control+ArrowRight");
    await untilEquals("Doing", () => bo.cards("Doing"), ["Check the weather"]);
    await ana.press(".");
    await until(
      "the words",
      () => ana.spoken(),
      (words) => /Moved Check the weather to Done, \d of 3/.test(words),
    );
    await until("the focus on the card", () =>
      ana
        .card("Check the weather")
        .evaluate((card) => card === document.activeElement),
    );
    await ana.press("Control+z");
    await untilEquals("Doing again", () => bo.cards("Doing"), [
      "Check the weather",
    ]);
  },
);

scene(
  "both move one card while apart: one card, both places said, one click chooses",
  async () => {
    await servers.bo.stop();
    await ana.card("Rest at the lake").focus();
    await ana.press("Control+ArrowRight");
    await untilEquals(
      "Doing",
      () =>
        ana.cards("Doing").then((cards) => cards.includes("Rest at the lake")),
      true,
    );
    await servers.ana.stop();
    await servers.bo.start();
    await untilEquals("To do at Bo's", () => bo.cards("To do"), [
      "Rest at the lake",
    ]);
    await bo.card("Rest at the lake").focus();
    await bo.press("Control+ArrowRight");
    await bo.press("Control+ArrowRight");
    await untilEquals(
      "Done",
      () =>
        bo.cards("Done").then((cards) => cards.includes("Rest at the lake")),
      true,
    );
    await servers.ana.start();
    for (const person of [ana, bo]) {
      const group = person.page.getByRole("group", {
        name: /^Set apart, Column: /,
      });
      await group.waitFor();
      assert.equal(await person.card("Rest at the lake").count(), 1);
    }
    assert.deepEqual(await bo.accessibilityFaults(), []);
    await bo.by("button", "Choose Done").click();
    for (const person of [ana, bo]) {
      await person.page
        .getByRole("group", { name: /^Set apart/ })
        .waitFor({ state: "detached" });
      await untilEquals(
        "Done",
        () =>
          person
            .cards("Done")
            .then((cards) => cards.includes("Rest at the lake")),
        true,
      );
    }
    await untilSame("the board", boards);
  },
);

scene(
  "one edits a card's title while the other moves it: both stay",
  async () => {
    await bo.card("Count the geese").click();
    const panel = bo.page.getByRole("region", {
      name: "Card: Count the geese",
    });
    await panel.waitFor();
    const title = bo.by("textbox", "Card title");
    await title.fill("Count the geese twice");
    await Promise.all([
      bo.press("Enter"),
      ana
        .card("Count the geese")
        .focus()
        .then(() => ana.press("Control+ArrowLeft")),
    ]);
    await untilSame("the board", boards, (board) =>
      board.some(([, cards]) => cards.includes("Count the geese twice")),
    );
    await untilEquals(
      "Doing",
      () =>
        ana
          .cards("Doing")
          .then((cards) => cards.includes("Count the geese twice")),
      true,
    );
  },
);

scene(
  "a card holds a description that both write, steps, a date, a person and a priority",
  async () => {
    const [mine, theirs] = await Promise.all(
      [ana, bo].map(async (person) => {
        if (person === ana) await ana.card("Check the weather").click();
        else {
          await bo.by("button", "Close card").click();
          await bo.card("Check the weather").click();
        }
        await person.page
          .getByRole("region", { name: "Card: Check the weather" })
          .waitFor();
        await person.editorReady("Description");
        return person.editor("Description");
      }),
    );
    await mine.click();
    await ana.type("North wind. ");
    await untilEquals("the text", () => bo.text("Description"), "North wind. ");
    await theirs.click();
    await bo.press("Control+End");
    await Promise.all([ana.type("Strong. "), bo.type("Cold. ")]);
    await untilSame(
      "the text",
      [() => ana.text("Description"), () => bo.text("Description")],
      (text) =>
        ["North wind. ", "Strong. ", "Cold. "].every((part) =>
          text.includes(part),
        ),
    );
    await ana.by("textbox", "Add a step").fill("Ask the swallows");
    await ana.press("Enter");
    await bo.by("checkbox", "Ask the swallows").check();
    await until("the tick at Ana's", () =>
      ana.by("checkbox", "Ask the swallows").isChecked(),
    );
    await ana.page.getByRole("button", { name: /^Assigned to:/ }).click();
    await ana.page.getByRole("menuitemcheckbox", { name: "Bo" }).click();
    await bo.page.getByRole("button", { name: /^Assigned to: Bo/ }).waitFor();
    await ana.page.getByRole("menu").waitFor({ state: "detached" });
    await ana.page.getByRole("button", { name: /^Priority:/ }).click();
    await ana.page.getByText("High", { exact: true }).last().click();
    await bo.page.getByRole("button", { name: /^Priority: High/ }).waitFor();
    await ana.page.getByRole("button", { name: /^Due:/ }).click();
    await ana.by("textbox", "Due date").fill("4 may 2031");
    await ana.press("Enter");
    await bo.page.getByRole("button", { name: /^Due:.*2031/ }).waitFor();
    assert.deepEqual(await ana.accessibilityFaults(), []);
    await ana.by("button", "Close card").click();
    await bo.by("button", "Close card").click();
  },
);

scene(
  "a column is added, renamed and deleted, and its cards are asked about",
  async () => {
    await ana.by("button", "Add a column").click();
    await ana.page.keyboard.type("Waiting");
    await ana.press("Enter");
    await ana.press("Escape");
    await bo.by("region", "Waiting").waitFor();
    await bo.by("button", "Rename column Waiting").click();
    await bo.page.keyboard.press("Control+a");
    await bo.type("Later");
    await bo.press("Enter");
    await ana.by("region", "Later").waitFor();
    await ana.addCards("Later", "Look for a nest");
    await bo.card("Look for a nest").waitFor();
    await ana.by("button", "Menu of Later").click();
    await ana.by("menuitem", "Delete column").click();
    const dialog = ana.by("dialog", "Delete “Later”?");
    await dialog.waitFor();
    assert.deepEqual(await ana.accessibilityFaults(), []);
    await dialog.getByRole("radio", { name: "Move to Done" }).check();
    await dialog.getByRole("button", { name: "Delete column" }).click();
    await untilSame("the board", boards, (board) => board.length === 3);
    assert.ok((await bo.cards("Done")).includes("Look for a nest"));
  },
);

scene("a card is put in the trash and brought back", async () => {
  await ana.card("Look for a nest").focus();
  await ana.press("Delete");
  await bo.card("Look for a nest").waitFor({ state: "detached" });
  await bo.by("button", "Menu of this document").click();
  await bo.by("menuitem", "Archived and deleted cards").click();
  await bo.by("button", "Restore Look for a nest").click();
  await ana.card("Look for a nest").waitFor();
  await bo.press("Escape");
});
