// What most tests need: a browser, two people of one workspace, and everything put away afterwards.

import { after, afterEach, test } from "node:test";
import assert from "node:assert/strict";
import { Person, startBrowser } from "./browser.js";
import { foundedAndJoined, freshFolder, Served } from "./skein.js";

/** A test that fails when it hangs. */
export function scene(name, run) {
  test(name, { timeout: 90_000 }, run);
}

/** Put away in reverse order, also when a test failed half-way. */
export function tidy() {
  const tasks = [];
  after(async () => {
    for (const task of tasks.reverse()) await task();
  });
  return (task) => tasks.push(task);
}

/** Somebody at a browser, on a server of a profile that is there. */
export async function alone(cleanup, profile) {
  const server = new Served(profile);
  cleanup(() => server.kill());
  await server.start();
  const browser = await startBrowser();
  cleanup(() => browser.close());
  const person = await Person.at(browser, server.address);
  return { server, browser, person };
}

/** Ana and Bo at their browsers, each on a server and a profile of their own. */
export async function anaAndBo(cleanup, options) {
  const folder = await freshFolder(cleanup);
  const served = (server) => cleanup(() => server.kill());
  const servers = await foundedAndJoined(folder, { served, ...options });
  served(servers.bo);
  await servers.bo.start();
  const browser = await startBrowser();
  cleanup(() => browser.close());
  const [ana, bo] = await Promise.all([
    Person.at(browser, servers.ana.address),
    Person.at(browser, servers.bo.address),
  ]);
  await Promise.all([
    ana.by("navigation", "Workspace").waitFor(),
    bo.by("navigation", "Workspace").waitFor(),
  ]);
  return { browser, servers, ana, bo };
}

/** No test may leave an error in a page behind, whatever else it looked at. */
export function noFaults(people) {
  afterEach(() => {
    for (const person of people()) assert.deepEqual(person.faults.splice(0), []);
  });
}
