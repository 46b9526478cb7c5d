import { afterEach, beforeAll, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { close, faults, loadAll, open } from "./stories/stage";
import type { BoardEdit } from "../ipc";
import { FakeEngine } from "../ipc/fake";
import type { SeedDocument } from "../ipc/fake/seed";

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

const card = (title: string, labels: string[]) => ({ title, labels });

/** Column by column it reads: One, Three, Two. */
const labelled: SeedDocument[] = [
  {
    id: "b-list",
    kind: "board",
    title: "Labelled",
    columns: [
      { title: "To do", cards: [card("One", ["a", "b"]), card("Three", ["b"])] },
      { title: "Done", cards: [card("Two", ["a"])] },
    ],
  },
];

function rows(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('[role="row"] [data-card]')];
}

function focusedRow(): number {
  return rows().findIndex((row) => row === document.activeElement);
}

function selected(): string[] {
  const titles = [...document.querySelectorAll(".row.selected .title")];
  return [...new Set(titles.map((title) => title.textContent))].sort();
}

/** By label, "One" below both heads; the focus on the first. */
async function showByLabel(): Promise<void> {
  await show("#/board/b-list?view=group:label~list", labelled);
  await expect
    .poll(() => rows().map((row) => row.textContent))
    .toEqual(["One", "Two", "One", "Three"]);
  rows()[0]?.focus();
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

test("arrows and J and K go through the rows of the list, past a card that stands below two heads", async () => {
  await showByLabel();
  for (const [keys, row] of [
    ["{ArrowDown}", 1],
    ["{ArrowDown}", 2],
    ["{ArrowDown}", 3],
    ["k", 2],
    ["k", 1],
    ["j", 2],
    ["{ArrowUp}{ArrowUp}", 0],
  ] as const) {
    await userEvent.keyboard(keys);
    await expect.poll(focusedRow, { message: keys }).toBe(row);
  }
});

test("Shift selects what lies between as the list shows it, by click and by arrow", async () => {
  await showByLabel();
  await userEvent.keyboard("x");
  await userEvent.keyboard("{Shift>}");
  await userEvent.click(page.elementLocator(rows()[1] as Element));
  await userEvent.keyboard("{/Shift}");
  await expect.poll(selected).toEqual(["One", "Two"]);
  await userEvent.keyboard("{Escape}");
  await expect.poll(selected).toEqual([]);
  rows()[2]?.focus();
  await userEvent.keyboard("x{Shift>}{ArrowDown}{/Shift}");
  await expect.poll(selected).toEqual(["One", "Three"]);
});

test("in the list, too, Enter goes into the card that is looked at, and Escape puts it away", async () => {
  await showByLabel();
  const panel = page.getByRole("region", { name: "Card: Two" });
  await userEvent.keyboard("{ArrowDown} ");
  await expect.element(panel).toBeVisible();
  await expect.poll(focusedRow).toBe(1);
  await userEvent.keyboard("{Escape}");
  await expect.element(panel).not.toBeInTheDocument();
  await userEvent.keyboard(" ");
  await expect.element(panel).toBeVisible();
  await userEvent.keyboard("{Enter}");
  await expect.element(panel).toHaveFocus();
  await userEvent.keyboard("{Escape}");
  await expect.poll(focusedRow).toBe(1);
});

test("what is open about a card is said and settled in the list as on the board", async () => {
  await show("#/board/b-launch?view=list");
  fake.editFromAfar("b-launch", (board) => {
    const kept = [...board.cards.values()].find(({ title }) => title.value === "Name the app");
    if (kept === undefined) throw new Error("the seed has it");
    kept.life = "kept_despite_trash";
    return [kept.id];
  });
  await expect.element(page.getByText(/so it stays/)).toBeVisible();
  expect(await faults()).toEqual([]);
  await page.getByRole("button", { name: "Keep it" }).click();
  await expect.element(page.getByText(/so it stays/)).not.toBeInTheDocument();
  await page.getByRole("button", { name: "Choose Done" }).click();
  await expect.element(page.getByRole("button", { name: "Choose Done" })).not.toBeInTheDocument();
  expect(edits().map((edit) => edit.type)).toEqual(["restore_card", "choose_place"]);
});

test("where cards are not seen as they lie, keys move none up or down and say so; across they go to the end", async () => {
  await show("#/board/b-launch?view=sort:title");
  await focusOn("Ask five teams to try the beta");
  await userEvent.keyboard("{Alt>}{ArrowDown}{/Alt}");
  await expect.element(page.getByText(/Here cards are not shown as they lie/)).toBeVisible();
  expect(edits()).toEqual([]);
  await userEvent.keyboard("{Alt>}{ArrowRight}{/Alt}");
  const last = [...(fake.documents.get("b-launch")?.cards.values() ?? [])].find(
    ({ title }) => title.value === "Icon at 16 px",
  );
  await expect.poll(edits).toMatchObject([{ type: "move_card", after: last?.id }]);
});

test("a card that is thrown away from its own menu leaves the focus to its neighbour", async () => {
  await show();
  await page.getByRole("button", { name: "Icon at 16 px" }).click();
  await page.getByRole("button", { name: "Menu of the card" }).click();
  await page.getByRole("menuitem", { name: "Move to trash" }).click();
  await expect
    .element(page.getByRole("button", { name: "Relay on a five-euro machine" }))
    .toHaveFocus();
  await expect.element(page.getByRole("button", { name: "Icon at 16 px" })).not.toBeInTheDocument();
});
