// Keys as a person has them: shown so wherever they stand, and asked about before one goes from something else.

import { afterEach, beforeAll, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { FakeEngine } from "../ipc/fake";
import { close, faults, loadAll, open } from "./stories/stage";

beforeAll(loadAll, 120_000);
afterEach(close);

function withKeys(keys: Record<string, string[]>, documents?: []): FakeEngine {
  const fake = documents === undefined ? new FakeEngine() : new FakeEngine("ready", documents);
  fake.preferences = { keys: JSON.stringify(keys) };
  return fake;
}

test("the sidebar and home show the keys that a person gave, and none where there is none", async () => {
  await open(withKeys({ search: ["Ctrl+J"], "note.new": ["Ctrl+Y"], "board.new": [] }, []));
  await expect.element(page.getByText("Start with a note (Ctrl Y) or a board.")).toBeVisible();
  const search = page.getByRole("navigation").getByRole("button", { name: "Search" });
  await expect.element(search).toHaveAttribute("aria-keyshortcuts", "Control+J");
  expect(search.element().querySelector("kbd")?.textContent).toBe("Ctrl J");
});

test("F2 and Ctrl+P do what the menu of the document says", async () => {
  await open(withKeys({ "document.print": ["Ctrl+J"] }), "#/note/n-welcome");
  const title = page.getByRole("textbox", { name: "Note title" });
  await expect.element(title).toBeVisible();
  await userEvent.keyboard("{F2}");
  await expect.element(title).toHaveFocus();
  await page.getByRole("button", { name: "Menu of this document" }).click();
  await expect.element(page.getByRole("menuitem", { name: /^Rename/ })).toHaveTextContent("F2");
  await expect.element(page.getByRole("menuitem", { name: /^Print/ })).toHaveTextContent("Ctrl J");
});

test("a key of the text, or of a board that is not open, is asked about; so is one that is given back", async () => {
  await open(withKeys({ home: ["Ctrl+J"], trash: ["G H"] }));
  await expect.element(page.getByRole("treeitem").first()).toBeVisible();
  await userEvent.keyboard("{Control>},{/Control}");
  await page.getByRole("tab", { name: "Keys" }).click();
  const alert = page.getByRole("alert");
  const change = page.getByRole("button", { name: /^Change the key of Storage,/ });

  (change.element() as HTMLElement).focus();
  await userEvent.keyboard("{Enter}{Control>}b{/Control}");
  await expect
    .element(alert)
    .toHaveTextContent("Ctrl B belongs to “Bold” (In text), which keeps it.");
  expect(await faults()).toEqual([]);
  await page.getByRole("button", { name: "Use it all the same" }).click();
  await expect.element(page.getByText("Change the key of Storage, now Ctrl B")).toBeInTheDocument();

  (change.element() as HTMLElement).focus();
  await userEvent.keyboard("{Enter}e{Enter}");
  await expect.element(alert).toHaveTextContent("E belongs to “Archive card”.");
  await page.getByRole("button", { name: "Cancel" }).click();

  await page.getByRole("button", { name: "Reset the key of Go home" }).click();
  await expect.element(alert).toHaveTextContent("G then H belongs to “Open the trash”.");
  await page.getByRole("button", { name: "Use it here" }).click();
  await expect
    .element(page.getByText("Change the key of Go home, now G then H"))
    .toBeInTheDocument();
  await expect
    .element(page.getByText("Change the key of Open the trash, now none"))
    .toBeInTheDocument();
});
