// One's own second device, what may be done by whom, and what somebody sees who is taken out.

import assert from "node:assert/strict";
import { join } from "node:path";
import { Person, startBrowser } from "../support/browser.js";
import { freshFolder, Served, skein } from "../support/skein.js";
import { noFaults, scene, tidy } from "../support/stage.js";
import { until, untilEquals } from "../support/wait.js";

const cleanup = tidy();
const folder = await freshFolder(cleanup);
const profile = (name) => join(folder, name);
await skein(profile("desk"), "init", "--name", "Ana", "--workspace", "Kestrel");
await skein(profile("desk"), "note", "new", "Harbour", "--text", "The ferry leaves at seven.");
const servers = {};
for (const name of ["desk", "lap"]) {
  servers[name] = new Served(profile(name));
  cleanup(() => servers[name].kill());
  await servers[name].start();
}
const browser = await startBrowser();
cleanup(() => browser.close());
const desk = await Person.at(browser, servers.desk.address);
const lap = await Person.at(browser, servers.lap.address);
noFaults(() => [desk, lap]);

async function openDevices(person) {
  await person.press("Control+,");
  await person.by("heading", "Your devices").waitFor();
}

scene("a second device joins by link, as the same person, without a name", async () => {
  await openDevices(desk);
  await desk.by("button", "Add a device").click();
  const link = await desk.by("textbox", "Invite link").inputValue();
  assert.deepEqual(await desk.accessibilityFaults(), []);
  await lap.by("radio", "Join with an invite").click();
  await lap.by("textbox", "Invite").fill(link);
  assert.deepEqual(await lap.accessibilityFaults(), []);
  await lap.by("button", "Join").click();
  await lap.row("Harbour").waitFor();
  await desk.page.getByText("Another device of yours").waitFor();
  await desk.press("Escape");
});

scene("there is one person with two devices, on both", async () => {
  for (const person of [desk, lap]) {
    await person.by("button", "1 person").click();
    await person.page.getByText("Owner · 2 devices").waitFor();
    await person.press("Escape");
  }
});

scene("what one types on one comes on the other", async () => {
  await lap.open("Harbour");
  await lap.editorReady();
  await desk.open("Harbour");
  await desk.editorReady();
  await desk.caret(26);
  await desk.type(" Be early.");
  await untilEquals("the text", () => lap.text(), "The ferry leaves at seven. Be early.");
});

scene("a removed device says so, and reads on without writing", async () => {
  await openDevices(desk);
  await desk.by("button", /^Remove device/).click();
  await desk.page.getByText(/stays on it and can be read there/).waitFor();
  assert.deepEqual(await desk.accessibilityFaults(), []);
  await desk.by("button", "Remove device").click();
  await until("one device", async () => (await desk.by("button", /^Remove device/).count()) === 0);
  await desk.press("Escape");
  const banner = lap.page.getByRole("alert").filter({ hasText: "no longer part of this workspace" });
  await banner.waitFor();
  assert.deepEqual(await lap.accessibilityFaults(), []);
  await untilEquals("the text", () => lap.text(), "The ferry leaves at seven. Be early.");
  assert.equal(await lap.by("button", "New note or board").count(), 0);
  await until("nothing to type into", async () => {
    return (await lap.editor().getAttribute("aria-readonly")) === "true";
  });
});

scene("what is written after is not seen there, also after a restart", async () => {
  await desk.caret(36);
  await desk.type(" Bring tea.");
  await until("it to be on disk", async () => {
    const note = await skein(profile("desk"), "note", "show", "Harbour");
    return note.text.endsWith("Bring tea.");
  });
  await servers.lap.stop();
  await servers.lap.start();
  await lap.page.goto(servers.lap.address);
  await lap.page.getByRole("alert").filter({ hasText: "no longer part" }).waitFor();
  const note = await skein(profile("lap"), "note", "show", "Harbour");
  assert.equal(note.text, "The ferry leaves at seven. Be early.");
});
