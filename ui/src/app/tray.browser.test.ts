// What the icon beside the clock is told to say, and what is chosen about closing the window.

import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { FakeEngine } from "../ipc/fake";
import type { TrayWords } from "../ipc/tray";
import { close, faults, loadAll, open } from "./stories/stage";

type Asked = {
  words?: TrayWords;
  channel?: { onmessage: (what: string) => void };
  stays?: boolean;
};

let said: TrayWords[] = [];
let chosen: boolean[] = [];
let press: () => void = () => undefined;

/** A shell on a desktop that shows icons. */
function desktop(inTray = true): void {
  said = [];
  chosen = [];
  let stays = false;
  const invoke = (command: string, { words, channel, stays: wanted }: Asked): Promise<unknown> => {
    if (command === "stand_in_tray" && words) {
      said.push(words);
      press = () => channel?.onmessage("new_note");
    }
    if (command !== "closing") return Promise.resolve();
    if (wanted !== undefined && wanted !== null) chosen.push((stays = wanted));
    return Promise.resolve({ inTray, stays });
  };
  vi.stubGlobal("__TAURI_INTERNALS__", { invoke, transformCallback: () => 0 });
}

beforeAll(loadAll, 120_000);
afterEach(async () => {
  await close();
  vi.unstubAllGlobals();
});

test("the icon says how far the work got, and what can be done", async () => {
  desktop();
  const fake = new FakeEngine();
  await open(fake);
  await expect
    .poll(() => said.at(-1))
    .toEqual({
      state: "On 2 devices",
      open: "Open Skein",
      newNote: "New note",
      quit: "Quit Skein",
    });
});

test("a note that is begun from the icon is there to be written in", async () => {
  desktop();
  const fake = new FakeEngine();
  await open(fake);
  await expect.poll(() => said.length).toBeGreaterThan(0);
  press();
  await expect
    .poll(() => fake.requests)
    .toContainEqual(expect.objectContaining({ type: "create_note" }));
});

test("who may not write any more is offered no note from then on", async () => {
  desktop();
  const fake = new FakeEngine();
  await open(fake);
  await expect.poll(() => said.at(-1)?.newNote).toBe("New note");
  fake.setStatus({ role: "viewer" });
  await expect.poll(() => said.at(-1)?.newNote).toBeNull();
});

const settings = async () => {
  await userEvent.keyboard("{Control>},{/Control}");
  await page.getByRole("tab", { name: "Workspace" }).click();
  await expect.element(page.getByRole("button", { name: /^Copy the id/ })).toBeVisible();
};
const stays = () => page.getByRole("switch", { name: /^Keep Skein running/ });

test("closing the window can leave Skein running, where an icon brings it back", async () => {
  desktop();
  await open(new FakeEngine());
  await settings();
  await expect.element(stays()).not.toBeChecked();
  expect(await faults()).toEqual([]);
  await stays().click();
  await expect.element(stays()).toBeChecked();
  expect(chosen).toEqual([true]);
});

test("where there is no icon nothing is offered that would need it", async () => {
  desktop(false);
  await open(new FakeEngine());
  await settings();
  await expect.element(stays()).not.toBeInTheDocument();
});
