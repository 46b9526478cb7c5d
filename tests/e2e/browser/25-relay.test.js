// A relay in the window: an owner names it, what is written reaches it, somebody comes in by it while all are away, and one that was emptied is told of.

import assert from "node:assert/strict";
import { join } from "node:path";
import { Person } from "../support/browser.js";
import { freshFolder, RelayProcess, Served, skein } from "../support/skein.js";
import { alone, noFaults, scene, tidy } from "../support/stage.js";
import { untilEquals } from "../support/wait.js";

const cleanup = tidy();
const folder = await freshFolder(cleanup);
const profile = join(folder, "ana");
await skein(profile, "init", "--name", "Ana", "--workspace", "Marsh");
const { workspace } = await skein(profile, "relays");
const relay = new RelayProcess(join(folder, "relay"), workspace);
cleanup(() => relay.stop());
await relay.start();
const { server, browser, person } = await alone(cleanup, profile);
let ana = person;
const people = [ana];
noFaults(() => people);

const onTheRelay = (person) => untilEquals("the words", () => person.delivery(), "On the relay");

async function connections() {
  await ana.by("button", /^\d+ (person|people)$/).click();
  return ana.by("dialog", "People and connections");
}

scene("an owner names a relay, and what is written says when the relay has it", async () => {
  await ana.newNote("Cranes", "Two cranes crossed the marsh at dawn.");
  const dialog = await connections();
  const place = dialog.getByRole("textbox", { name: "Where the relay answers" });
  await place.fill("not an address");
  await place.press("Enter");
  await dialog.getByRole("alert").waitFor();
  await place.fill(relay.address);
  await place.press("Enter");
  await dialog.getByRole("button", { name: /^Remove relay/ }).waitFor();
  await dialog.getByText("Connected, both hold the same").waitFor();
  assert.deepEqual(await ana.accessibilityFaults(), []);
  await ana.press("Escape");
  await onTheRelay(ana);
});

scene(
  "somebody comes in by the relay while everybody is away, and reads what there is",
  async () => {
    const { ticket } = await skein(profile, "invite");
    await onTheRelay(ana);
    await server.stop();
    const bo = new Served(join(folder, "bo"));
    cleanup(() => bo.kill());
    await skein(bo.profile, "join", ticket, "--name", "Bo");
    await bo.start();
    const page = await Person.at(browser, bo.address);
    await page.open("Cranes");
    await page.page.getByText("Two cranes crossed the marsh at dawn.").waitFor();
    await page.editor().click();
    await page.press("Control+End");
    await page.press("Enter");
    await page.type("I saw them too.");
    await onTheRelay(page);
    assert.deepEqual(page.faults, []);
    await page.page.context().close();
    await bo.stop();
    await server.start();
    ana = await Person.at(browser, server.address);
    people.splice(0, 1, ana);
    await ana.open("Cranes");
    await ana.page.getByText("I saw them too.").waitFor();
  },
);

scene("a relay that was emptied is told of in words, and gets everything again", async () => {
  await relay.stop();
  await relay.empty();
  await relay.start();
  await ana.page
    .getByText(/said it kept \d+ changes that it no longer has/)
    .first()
    .waitFor();
  const dialog = await connections();
  await dialog.getByText(/^This relay said it kept \d+ changes/).waitFor();
  await dialog.getByText("Connected, both hold the same").waitFor();
  assert.deepEqual(await ana.accessibilityFaults(), []);
  await ana.press("Escape");
  const status = await (await fetch(new URL("metrics", relay.page))).text();
  assert.match(status, /skein_relay_\w*envelopes\S* [1-9]/);
});
