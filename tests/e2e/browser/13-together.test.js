// What several people see of one another's work: tags, who wrote what, who answers for a card, and who is invited.

import assert from "node:assert/strict";
import { anaAndBo, noFaults, scene, tidy } from "../support/stage.js";
import { until, untilEquals } from "../support/wait.js";

const cleanup = tidy();
const { ana, bo } = await anaAndBo(cleanup);
noFaults(() => [ana, bo]);

scene("a tag of another note is offered", async () => {
  await ana.newNote("Route", "South #waystation");
  await ana.newNote("Weather");
  await ana.editor().click();
  // What was just typed reaches the index a moment later.
  await until("the tag", async () => {
    await ana.press("Control+a");
    await ana.type("Storm #way");
    const offer = ana.page.getByRole("option", { name: "waystation" });
    return offer.waitFor({ timeout: 2_000 }).then(
      () => true,
      () => false,
    );
  });
  await ana.press("ArrowDown");
  await ana.press("Enter");
  await untilEquals("the text", () => ana.text(), "Storm #waystation ");
});

scene("a note says who made it and who changed it last", async () => {
  await ana.open("Route");
  await bo.open("Route");
  await bo.editorReady();
  await bo.editor().click();
  await bo.press("Control+End");
  await bo.type(" and on");
  for (const person of [ana, bo]) {
    await person.page
      .getByText(/^Created by Ana, edited by Bo this minute$/)
      .waitFor();
  }
});

scene(
  "steps of a card move by key and by grip, and both see the order",
  async () => {
    await ana.newBoard("Flight");
    await ana.addCards("To do", "Pack");
    await ana.card("Pack").click();
    const step = ana.by("textbox", "Add a step");
    for (const title of ["one", "two", "three"]) {
      await step.fill(title);
      await ana.press("Enter");
      await ana.by("checkbox", title).waitFor();
    }
    const steps = (person) => () =>
      person
        .by("region", "Checklist")
        .getByRole("checkbox")
        .evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")));
    await ana.by("checkbox", "three").focus();
    await ana.press("Alt+ArrowUp");
    await untilEquals("the order", steps(ana), ["one", "three", "two"]);
    await until("the focus to go along", () =>
      ana
        .by("checkbox", "three")
        .evaluate((box) => box === document.activeElement),
    );
    const place = async (title) => {
      const row = ana.page.locator("[data-step]", {
        has: ana.by("checkbox", title),
      });
      return (await row.locator(".grip").boundingBox()) ?? assert.fail(title);
    };
    const [from, to] = [await place("two"), await place("one")];
    await ana.page.mouse.move(from.x + 8, from.y + 12);
    await ana.page.mouse.down();
    await ana.page.mouse.move(from.x + 8, from.y - 10, { steps: 4 });
    await ana.page.mouse.move(to.x + 8, to.y - 2, { steps: 8 });
    await ana.page.mouse.up();
    await untilEquals("the order after the drag", steps(ana), [
      "two",
      "one",
      "three",
    ]);
    await bo.open("Flight");
    await bo.card("Pack").click();
    await untilEquals("the order at Bo's", steps(bo), ["two", "one", "three"]);
  },
);

scene("one of those who do a card owns it and stands first", async () => {
  const people = () => ana.page.getByRole("button", { name: /^Assigned to:/ });
  for (const name of ["Ana", "Bo"]) {
    await people().click();
    await ana.by("menuitemcheckbox", name).click();
    await until(name, async () => (await people().innerText()).includes(name));
  }
  await people().click();
  assert.deepEqual(await ana.accessibilityFaults(), []);
  await ana.by("menuitem", "Make Bo the owner").click();
  await until(
    "Bo first",
    () => people().innerText(),
    (words) => /Bo\s*Owner[\s\S]*Ana/.test(words),
  );
  await ana.page.getByText(/^Created by Ana, edited this minute$/).waitFor();
});

scene("an invite is listed while it is open, and revoked", async () => {
  await ana.press("Escape");
  await ana.by("button", "Invite someone").first().click();
  await ana.by("button", "Make invite").click();
  await ana.by("button", "Make another").click();
  const open = ana.by("region", "Invites");
  await open.waitFor();
  assert.match(
    await open.innerText(),
    /Editor, made by Ana on[\s\S]*0 of 1 used/,
  );
  assert.deepEqual(await ana.accessibilityFaults(), []);
  const before = await open.getByRole("listitem").count();
  await open
    .getByRole("button", { name: /^Revoke the invite/ })
    .first()
    .click();
  await until(
    "one fewer",
    async () => (await open.getByRole("listitem").count()) < before,
  );
});
