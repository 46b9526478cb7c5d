// A short code: one person shows it, the other types it with the address, and is in.

import assert from "node:assert/strict";
import { join } from "node:path";
import { Person, startBrowser } from "../support/browser.js";
import { freshFolder, Served, skein } from "../support/skein.js";
import { noFaults, scene, tidy } from "../support/stage.js";
import { untilEquals } from "../support/wait.js";

const cleanup = tidy();
const folder = await freshFolder(cleanup);
const profile = (name) => join(folder, name);
await skein(profile("ana"), "init", "--name", "Ana", "--workspace", "Kestrel");
await skein(profile("ana"), "note", "new", "Harbour", "--text", "The ferry leaves at seven.");
const servers = {};
for (const name of ["ana", "bo"]) {
  servers[name] = new Served(profile(name));
  cleanup(() => servers[name].kill());
  await servers[name].start();
}
const browser = await startBrowser();
cleanup(() => browser.close());
const ana = await Person.at(browser, servers.ana.address);
const bo = await Person.at(browser, servers.bo.address);
noFaults(() => [ana, bo]);
let shown = "";

async function enter(code) {
  await bo.by("radio", "Join with an invite").click();
  await bo.by("textbox", "Invite").fill(code);
  await bo.by("textbox", "Your name").fill("Bo");
  await bo.by("button", "Join").click();
}

scene("whoever invites shows a code, with where it can be asked for", async () => {
  await ana.by("button", "Invite someone").click();
  await ana.by("button", "Make invite").click();
  await ana.by("button", "Show a short code").press("Enter");
  shown = await ana.page.locator("code").filter({ hasText: "@" }).innerText();
  assert.match(shown, /^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}@127\.0\.0\.1:\d+$/);
  await ana.page.getByText("Good for 15 more minutes").waitFor();
  const focused = () => ana.page.evaluate(() => document.activeElement?.textContent?.trim());
  await untilEquals("the focus in the place of the button", focused, "Copy code");
  assert.deepEqual(await ana.accessibilityFaults(), []);
});

scene("a wrong code lets nobody in, and both are told", async () => {
  const other = shown.startsWith("0") ? "1" : "0";
  await enter(other + shown.slice(1));
  const told = bo.page.getByRole("alert").filter({ hasText: "not the code" });
  await told.waitFor();
  assert.deepEqual(await bo.accessibilityFaults(), []);
  await ana.page.getByText("After 4 more it is over").waitFor();
  await bo.by("button", "Type it again").click();
});

scene("the code in small letters, without its hyphen, is enough to join", async () => {
  const [code, address] = shown.split("@");
  await enter(`${code.toLowerCase().replace("-", " ")}@${address}`);
  await bo.row("Harbour").waitFor();
  await ana.by("region", "Short code").getByText("The code was used").waitFor();
  await ana.press("Escape");
  await ana.by("button", "2 people").waitFor();
});
