// The page that asks for the passphrase of the device key: above all else, until one opens it.

import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { FakeEngine } from "../ipc/fake";
import { close, faults, loadAll, open } from "./stories/stage";

const WANTED = {
  code: "locked",
  message: "The device key /home/ana/device.key is protected by a passphrase.",
  hint: "",
} as const;
const RIGHT = "grey geese fly";

const field = () => page.getByLabelText("Passphrase", { exact: true });
const submit = () => page.getByRole("button", { name: "Open workspace" });
const asking = () => page.getByRole("dialog", { name: "This workspace is locked" });

let tries: string[] = [];

/** A shell that opens the workspace by one passphrase alone; then the line is there again. */
function desktop(fake: FakeEngine, trouble: object = WANTED): void {
  tries = [];
  const invoke = (command: string, gaps: { passphrase?: string }): Promise<void> => {
    if (command !== "unlock") return Promise.resolve();
    tries.push(gaps.passphrase ?? "");
    if (gaps.passphrase !== RIGHT) return Promise.reject(trouble);
    fake.slow = () => false;
    fake.reconnect();
    return Promise.resolve();
  };
  vi.stubGlobal("__TAURI_INTERNALS__", { invoke, transformCallback: () => 0 });
}

/** The window of a profile that does not open yet. */
async function lockedWindow(trouble?: object): Promise<FakeEngine> {
  const fake = new FakeEngine();
  fake.slow = () => true;
  desktop(fake, trouble);
  await open(fake);
  fake.cut(WANTED);
  await expect.element(asking()).toBeVisible();
  return fake;
}

async function faultsInBoth(): Promise<string[]> {
  const light = await faults();
  document.documentElement.dataset["theme"] = "dark";
  const dark = await faults(["color-contrast"]);
  delete document.documentElement.dataset["theme"];
  return [...light, ...dark];
}

beforeAll(loadAll, 120_000);
afterEach(async () => {
  await close();
  vi.unstubAllGlobals();
});

test("it says what it asks for, in words of its own, and whoever types types there", async () => {
  await lockedWindow();
  expect(document.body.textContent).not.toContain("device.key");
  await expect.element(submit()).toBeDisabled();
  await expect.element(field()).toHaveFocus();
  await expect.element(field()).toHaveAttribute("type", "password");
  expect(await faultsInBoth()).toEqual([]);
  await userEvent.keyboard("{Escape}{Escape}");
  await expect.element(asking()).toBeVisible();
});

test("a wrong passphrase is told where it was typed and the next one takes its place", async () => {
  await lockedWindow();
  await userEvent.keyboard("grey geese flew{Enter}");
  await expect.element(page.getByRole("alert")).toHaveTextContent(/does not open the key/);
  await expect.element(page.getByText(/comes back by an invite/)).toBeVisible();
  await expect.element(field()).toHaveAttribute("aria-invalid", "true");
  await expect.element(field()).toHaveFocus();
  expect(await faultsInBoth()).toEqual([]);
  await userEvent.keyboard(`${RIGHT}{Enter}`);
  await expect.element(page.getByRole("navigation", { name: "Workspace" })).toBeVisible();
  expect(tries).toEqual(["grey geese flew", RIGHT]);
  expect(asking().query()).toBeNull();
});

test("a passphrase is shown to whoever wants to see it", async () => {
  await lockedWindow();
  await userEvent.keyboard("grey");
  await page.getByRole("checkbox", { name: "Show the passphrase" }).click();
  await expect.element(field()).toHaveAttribute("type", "text");
  await expect.element(field()).toHaveValue("grey");
  expect(await faultsInBoth()).toEqual([]);
});

test("another trouble is told in its own words", async () => {
  await lockedWindow({ code: "storage", message: "The disk is full.", hint: "Make room." });
  await userEvent.keyboard("grey geese{Enter}");
  await expect.element(page.getByRole("alert")).toHaveTextContent("The disk is full. Make room.");
});

test("nothing behind it is reached while it asks, and afterwards the focus is where it was", async () => {
  const fake = new FakeEngine();
  await open(fake, "#/note/n-welcome");
  const title = page.getByRole("textbox", { name: "Note title" });
  await expect.element(title).toBeVisible();
  (title.element() as HTMLElement).focus();
  desktop(fake);
  fake.cut(WANTED);
  await expect.element(field()).toHaveFocus();
  await userEvent.keyboard("{Control>}k{/Control}");
  expect(page.getByRole("combobox").query()).toBeNull();
  expect(await faultsInBoth()).toEqual([]);
  await userEvent.keyboard(`${RIGHT}{Enter}`);
  await expect.element(title).toHaveFocus();
});

test("a browser is not asked: it is told where to give it", async () => {
  const fake = new FakeEngine();
  fake.slow = () => true;
  await open(fake);
  fake.cut(WANTED);
  await expect.element(page.getByRole("alert")).toHaveTextContent(WANTED.message);
  expect(asking().query()).toBeNull();
});
