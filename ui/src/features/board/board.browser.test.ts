import { afterEach, beforeAll, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { close, loadAll, open } from "../../app/stories/stage";
import type { BoardEdit } from "../../ipc";
import { FakeEngine } from "../../ipc/fake";
import type { SeedDocument } from "../../ipc/fake/seed";

let fake: FakeEngine;

async function show(hash = "#/board/b-launch", documents?: SeedDocument[]): Promise<void> {
  fake = new FakeEngine("ready", documents);
  await open(fake, hash);
}

beforeAll(loadAll, 120_000);
afterEach(close);

function edits(): BoardEdit[] {
  return fake.requests.flatMap((request) => (request.type === "edit_board" ? [request.edit] : []));
}

async function focusOn(title: string): Promise<void> {
  const card = page.getByRole("button", { name: title });
  await expect.element(card).toBeVisible();
  (card.element() as HTMLElement).focus();
}

test("Enter on a day that nobody typed or chose changes nothing, of one card or of several", async () => {
  await show();
  await focusOn("Write the first-week guide");
  await userEvent.keyboard("d");
  await expect.element(page.getByRole("textbox", { name: "Due date" })).toHaveFocus();
  await userEvent.keyboard("{Enter}");
  await expect.element(page.getByRole("textbox", { name: "Due date" })).not.toBeInTheDocument();
  await userEvent.keyboard("x{ArrowDown}xd");
  await expect.element(page.getByText("Different days")).toBeVisible();
  await userEvent.keyboard("{Enter}");
  await expect.element(page.getByRole("textbox", { name: "Due date" })).not.toBeInTheDocument();
  expect(edits()).toEqual([]);
});

test("no date is offered as soon as one of the chosen cards has one, and takes that one's", async () => {
  await show();
  await focusOn("Ask five teams to try the beta");
  await userEvent.keyboard("x{ArrowUp}xd");
  await page.getByRole("button", { name: "No date" }).click();
  await expect.poll(() => edits().map((edit) => edit.type)).toEqual(["set_due"]);
  expect(edits()).toMatchObject([{ due: null }]);
});
