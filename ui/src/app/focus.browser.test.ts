// Where the focus goes when what had it closes, or when one leaves a field for something else.

import { afterEach, beforeAll, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { FakeEngine } from "../ipc/fake";
import { close, loadAll, open } from "./stories/stage";

beforeAll(loadAll, 120_000);
afterEach(close);

const text = () => page.getByRole("textbox", { name: "Note text" });
const row = (name: RegExp) => page.getByRole("treeitem", { name });

async function focus(of: { element(): Element }): Promise<void> {
  await expect.poll(() => of.element()).toBeInstanceOf(HTMLElement);
  (of.element() as HTMLElement).focus();
}

test("who leaves a title of the tree for something else stays there; Enter gives the focus to the row", async () => {
  await open(new FakeEngine(), "#/note/n-welcome");
  await focus(row(/^Start here/));
  const field = page.getByRole("textbox", { name: "Rename Start here" });
  const title = page.getByRole("textbox", { name: "Note title" });
  await userEvent.keyboard("{F2}");
  await expect.element(field).toHaveFocus();
  await title.click();
  await expect.element(field).not.toBeInTheDocument();
  await new Promise((done) => setTimeout(done, 50));
  await expect.element(title).toHaveFocus();

  await focus(row(/^Start here/));
  await userEvent.keyboard("{F2}Begin here");
  await title.click();
  await expect.element(row(/^Begin here/)).toBeVisible();
  await new Promise((done) => setTimeout(done, 50));
  await expect.element(title).toHaveFocus();

  await focus(row(/^Begin here/));
  await userEvent.keyboard("{F2}Start here{Enter}");
  await expect.element(row(/^Start here/)).toHaveFocus();
});

test("the key that opened the outline closes it, and gives the focus back to the text", async () => {
  await open(new FakeEngine(), "#/note/n-welcome");
  await focus(text());
  await userEvent.keyboard("{Control>}{Shift>}O{/Shift}{/Control}");
  await expect.element(page.getByRole("tab", { name: "Outline" })).toHaveFocus();
  await userEvent.keyboard("{Control>}{Shift>}O{/Shift}{/Control}");
  await expect.element(page.getByRole("tab", { name: "Outline" })).not.toBeInTheDocument();
  await expect.element(text()).toHaveFocus();
});

test("a sidebar that goes with the focus in it gives that to the text, or else to the page", async () => {
  await open(new FakeEngine(), "#/note/n-welcome");
  await expect.element(text()).toBeVisible();
  await focus(row(/^Start here/));
  await userEvent.keyboard("{Control>}\\{/Control}");
  await expect.element(text()).toHaveFocus();
  await userEvent.keyboard("{Control>}\\{/Control}");
  location.hash = "#/";
  await focus(page.getByRole("button", { name: "Hide sidebar" }));
  await userEvent.keyboard("{Enter}");
  await expect.element(page.getByRole("main")).toHaveFocus();
});

test("Escape closes a card also after a click on the empty board", async () => {
  await open(new FakeEngine(), "#/board/b-launch");
  await page.getByRole("button", { name: "Icon at 16 px" }).click();
  const panel = page.getByRole("region", { name: "Card: Icon at 16 px" });
  await expect.element(panel).toBeVisible();
  (document.activeElement as HTMLElement).blur();
  await userEvent.keyboard("{Escape}");
  await expect.element(panel).not.toBeInTheDocument();
});

test("what is told above a dialog is reached by Tab and by a click, and the dialog stays", async () => {
  const fake = new FakeEngine();
  await open(fake);
  const roleOf = () => fake.members.find(({ name }) => name === "Bea Okafor")?.role;
  await page.getByRole("button", { name: "3 people" }).click();
  await page.getByRole("button", { name: "Manage Bea Okafor" }).click();
  const dialog = page.getByRole("dialog", { name: "Bea Okafor" });
  const role = dialog.getByRole("combobox", { name: "Role" });
  const undo = page.getByRole("button", { name: "Undo" });
  await role.selectOptions("viewer");
  await undo.click();
  await expect.poll(roleOf).toBe("editor");
  await new Promise((done) => setTimeout(done, 50));
  await page.getByRole("button", { name: "Dismiss" }).first().click();
  await expect.element(dialog).toBeVisible();

  await role.selectOptions("viewer");
  const done = dialog.getByRole("button", { name: "Done" });
  await focus(done);
  await userEvent.keyboard("{Tab}");
  await expect.element(undo).toHaveFocus();
  await userEvent.keyboard("{Enter}");
  await expect.poll(roleOf).toBe("editor");
  await expect.element(done).toHaveFocus();
});
