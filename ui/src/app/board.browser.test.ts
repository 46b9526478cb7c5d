import { afterEach, beforeAll, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { close, faults, loadAll, open } from "./stories/stage";
import type { BoardEdit } from "../ipc";
import { FakeEngine } from "../ipc/fake";
import type { FakeDocument } from "../ipc/fake/document";
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

test.each(["sort:title", "group:label~list"])(
  "where cards are not seen as they lie (%s), keys move none up or down and say so; across they go to the end",
  async (view) => {
    await show(`#/board/b-launch?view=${view}`);
    await focusOn("Ask five teams to try the beta");
    await userEvent.keyboard("{Alt>}{ArrowDown}{/Alt}");
    await expect.element(page.getByText(/Here cards are not shown as they lie/)).toBeVisible();
    expect(edits()).toEqual([]);
    await userEvent.keyboard("{Alt>}{ArrowRight}{/Alt}");
    const last = [...(fake.documents.get("b-launch")?.cards.values() ?? [])].find(
      ({ title }) => title.value === "Icon at 16 px",
    );
    await expect.poll(edits).toMatchObject([{ type: "move_card", after: last?.id }]);
  },
);

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

test("a question goes when somebody takes away what it is about, and the focus is back at the cards", async () => {
  await show();
  const dialog = page.getByRole("dialog");
  const takeAway = (change: (board: FakeDocument) => string[]) =>
    fake.editFromAfar("b-launch", change);
  await page.getByRole("button", { name: "Menu of Doing" }).click();
  await page.getByRole("menuitem", { name: "Set a limit…" }).click();
  await expect.element(dialog).toBeVisible();
  takeAway((board) => {
    for (const column of board.columns) if (column.title.value === "Doing") column.life = "trashed";
    return [];
  });
  await expect.element(dialog).not.toBeInTheDocument();
  await expect.poll(() => document.activeElement?.matches("[data-card]")).toBe(true);
  await focusOn("Name the app");
  await userEvent.keyboard("d");
  await expect.element(dialog).toBeVisible();
  takeAway((board) =>
    [...board.cards.values()].flatMap((card) => {
      if (card.title.value !== "Name the app") return [];
      card.life = "trashed";
      return [card.id];
    }),
  );
  await expect.element(dialog).not.toBeInTheDocument();
  await expect.poll(() => document.activeElement?.matches("[data-card]")).toBe(true);
  await userEvent.keyboard("d");
  await expect.element(dialog).toBeVisible();
});

test("a saved view that is removed or replaced comes back as it was", async () => {
  await show();
  const named = () =>
    [...document.querySelectorAll(".popover .open")].map((view) => view.textContent);
  const save = async (name: string) => {
    await page.getByRole("textbox", { name: "Name of this view" }).fill(name);
    await userEvent.keyboard("{Enter}");
  };
  const views = () => JSON.parse(fake.preferences["board.b-launch.view"] ?? "{}").presets;
  // A press outside closes the list unless what was pressed is gone within 10 ms, which only a test is quick enough for.
  const undo = async () => {
    await userEvent.keyboard("{Escape}");
    await expect.element(page.getByRole("dialog", { name: "Saved views" })).not.toBeInTheDocument();
    await page.getByRole("button", { name: "Undo" }).click();
  };
  await page.getByRole("button", { name: "Saved views" }).click();
  for (const name of ["All", "Mine"]) await save(name);
  await expect.poll(named).toEqual(["All", "Mine"]);
  const before = views();
  await page.getByRole("button", { name: "Remove the view All" }).click();
  await expect.poll(named).toEqual(["Mine"]);
  await undo();
  await expect.poll(views).toEqual(before);
  await page.getByRole("button", { name: "Mine", exact: true }).click();
  await page.getByRole("button", { name: "Saved views" }).click();
  await save("All");
  await expect.poll(views).not.toEqual(before);
  await undo();
  await expect.poll(views).toEqual(before);
});

test("a limit that is no number is refused where it was typed, and the column keeps its own", async () => {
  await show();
  await page.getByRole("button", { name: "Menu of Doing" }).click();
  await page.getByRole("menuitem", { name: "Set a limit…" }).click();
  const field = page.getByRole("textbox", { name: "Cards at most" });
  await field.fill("five");
  await userEvent.keyboard("{Enter}");
  await expect.element(page.getByRole("alert")).toHaveTextContent("a whole number");
  expect(await faults()).toEqual([]);
  await field.fill("");
  await userEvent.keyboard("{Enter}");
  await expect.poll(edits).toMatchObject([{ type: "set_column_limit", limit: null }]);
});

test("two people of one name are two filters", async () => {
  await show();
  fake.members = fake.members.map((member) => ({ ...member, name: "Kim" }));
  fake.reconnect();
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByRole("menuitemcheckbox", { name: "Kim" }).nth(0).click();
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByRole("menuitemcheckbox", { name: "Kim" }).nth(1).click();
  await expect.poll(() => document.querySelectorAll(".bar .chip").length).toBe(2);
});

test("a column that stays although somebody deleted it is kept, or deleted, by a button", async () => {
  await show();
  const stay = () =>
    fake.editFromAfar("b-launch", (board) => {
      for (const column of board.columns)
        if (column.title.value === "Done") column.life = "kept_despite_trash";
      return [];
    });
  stay();
  await expect.element(page.getByText(/so it stays/)).toBeVisible();
  expect(await faults()).toEqual([]);
  await page.getByRole("button", { name: "Keep it" }).click();
  await expect.element(page.getByText(/so it stays/)).not.toBeInTheDocument();
  expect(edits()).toMatchObject([{ type: "restore_column" }]);
  stay();
  await page.getByRole("button", { name: "Delete column" }).click();
  await expect.element(page.getByRole("dialog", { name: "Delete “Done”?" })).toBeVisible();
});

test("who only reads chooses no title of a board", async () => {
  await show();
  fake.setStatus({ role: "viewer" });
  fake.editFromAfar("b-launch", (board) => {
    board.title = { ...board.title, others: ["Take-off"] };
    return [];
  });
  await expect.element(page.getByRole("button", { name: "Choose Take-off" })).toBeDisabled();
});

test("in the list a card with a title from right to left moves where the arrow points", async () => {
  await show("#/board/b-launch?view=list");
  const card = page.getByRole("button", { name: "مراجعة صفحة البداية" });
  await expect.element(card).toBeVisible();
  (card.element() as HTMLElement).focus();
  await userEvent.keyboard("{Alt>}{ArrowRight}{/Alt}");
  const doing = fake.documents.get("b-launch")?.columns[1]?.id;
  await expect.poll(edits).toMatchObject([{ type: "move_card", column: doing }]);
});

test("the list is sorted and grouped as one chooses, and the cards lie where they lay", async () => {
  const documents: SeedDocument[] = [
    {
      id: "b-sorted",
      kind: "board",
      title: "Sorted",
      columns: [
        {
          title: "To do",
          cards: [
            { title: "Zebra", priority: "low", due: "2026-12-03" },
            { title: "Ape", priority: "urgent", due: "2026-12-05" },
            { title: "Moth", due: "2026-12-01" },
          ],
        },
      ],
    },
  ];
  await show("#/board/b-sorted?view=list", documents);
  const titles = () => rows().map((row) => row.textContent?.trim());
  /** The button says what holds now. */
  const button = () => page.getByRole("button", { name: /^(Sort and group|By [a-z ]+)$/ });
  const choose = async (name: string): Promise<void> => {
    await button().click();
    await page.getByRole("menuitemcheckbox", { name, exact: true }).click();
  };
  await expect.poll(titles).toEqual(["Zebra", "Ape", "Moth"]);
  for (const [name, order] of [
    ["By title", ["Ape", "Moth", "Zebra"]],
    ["By due date", ["Moth", "Zebra", "Ape"]],
    ["By priority", ["Ape", "Zebra", "Moth"]],
    ["As they lie", ["Zebra", "Ape", "Moth"]],
  ] as const) {
    await choose(name);
    await expect.poll(titles, { message: name }).toEqual(order);
  }
  await choose("List by priority");
  const heads = () =>
    [...document.querySelectorAll('[role="row"].head')].map((head) => head.textContent?.trim());
  await expect.poll(heads).toHaveLength(3);
  expect(heads()[0]).toMatch(/^Urgent/);
  expect(edits()).toEqual([]);
  expect(await faults()).toEqual([]);
});
