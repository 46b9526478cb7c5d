import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { BoardEdit, Request } from "../ipc";
import { FakeEngine } from "../ipc/fake";
import { close, loadAll, open } from "./stories/stage";

let fake: FakeEngine;

async function show(hash: string): Promise<void> {
  fake = new FakeEngine();
  await open(fake, hash);
}

function boardEdits(): BoardEdit[] {
  return fake.requests.flatMap((request) => (request.type === "edit_board" ? [request.edit] : []));
}

function edits(): Request[] {
  return fake.requests.filter(({ type }) => type.startsWith("edit_") || type === "set_profile");
}

function cardId(title: string): string {
  const cards = fake.documents.get("b-launch")?.cards.values() ?? [];
  return [...cards].find((card) => card.title.value === title)?.id ?? "";
}

/** Some browsers tell a field nothing when it goes with the focus in it. */
function hush(event: Event): void {
  event.stopImmediatePropagation();
}

const TOLD = ["blur", "focusout", "change"];

async function write(name: string, words: string): Promise<void> {
  await page.getByLabelText(name, { exact: true }).click();
  await userEvent.keyboard(words);
}

beforeAll(loadAll, 120_000);
afterEach(async () => {
  vi.restoreAllMocks();
  for (const type of TOLD) window.removeEventListener(type, hush, true);
  await close();
});

describe.each([{ told: true }, { told: false }])(
  "where a field is told that it goes: $told",
  ({ told }) => {
    async function begin(hash: string): Promise<void> {
      await show(hash);
      for (const type of told ? [] : TOLD) window.addEventListener(type, hush, true);
    }

    test("the title of a note is kept once, and by that note, when one goes elsewhere from it", async () => {
      await begin("#/note/n-interviews");
      await write("Note title", "{Control>}a{/Control}Calls");
      location.hash = "#/note/n-rtl";
      await expect
        .poll(edits)
        .toEqual([
          { type: "edit_note", document: "n-interviews", edit: { type: "rename", title: "Calls" } },
        ]);
      await expect.element(page.getByRole("treeitem", { name: "Calls" })).toBeVisible();
      expect(edits()).toHaveLength(1);
    });

    test("what was typed on a card is kept once, and by that card, when another takes its place", async () => {
      await begin("#/board/b-launch");
      await expect.element(page.getByRole("button", { name: "Name the app" })).toBeVisible();
      const [one, other] = [cardId("Icon at 16 px"), cardId("Name the app")];
      for (const [field, edit] of [
        ["Add a step", { type: "add_checklist_item", card: one, title: "words" }],
        ["Add a label", { type: "change_labels", card: one, add: ["words"] }],
        ["Card title", { type: "set_card_title", card: one, title: "words" }],
      ] as const) {
        const before = boardEdits().length;
        // Both are known, so that one takes the place of the other at once.
        for (const card of [other, one]) {
          location.hash = `#/board/b-launch/${card}`;
          await expect.element(page.getByRole("textbox", { name: "Add a step" })).toBeVisible();
          await expect.poll(() => location.hash).toContain(card);
        }
        await write(field, "{Control>}a{/Control}words");
        location.hash = `#/board/b-launch/${other}`;
        await expect.poll(() => boardEdits().slice(before)).toMatchObject([edit]);
      }
      expect(boardEdits()).toHaveLength(3);
    });

    test("a line for a new card is added when one goes elsewhere, but not what Escape threw away", async () => {
      await begin("#/board/b-launch");
      await page.getByRole("button", { name: "Add a card to Done" }).click();
      await userEvent.keyboard("Thrown away{Escape}");
      await page.getByRole("button", { name: "Add a card to Done" }).click();
      await userEvent.keyboard("Half typed");
      location.hash = "#/note/n-rtl";
      await expect
        .poll(boardEdits)
        .toMatchObject([{ type: "add_cards", cards: [{ title: "Half typed" }] }]);
      await expect.element(page.getByRole("textbox", { name: "Note title" })).toBeVisible();
      expect(boardEdits()).toHaveLength(1);
    });

    test("Escape in the list's line for cards, and in a name in the tree, keeps nothing", async () => {
      await begin("#/board/b-launch?view=list");
      await page.getByRole("button", { name: "Add a card to Done" }).click();
      await userEvent.keyboard("Thrown away{Escape}");
      await userEvent.dblClick(page.getByRole("treeitem", { name: "Start here" }));
      await userEvent.keyboard("Thrown away{Escape}");
      await expect.element(page.getByRole("textbox", { name: /^Rename/ })).not.toBeInTheDocument();
      expect(edits()).toEqual([]);
    });

    test("one's own name is kept when the settings are closed by key", async () => {
      await begin("#/");
      await userEvent.keyboard("{Control>},{/Control}");
      await write("Your name", "{Control>}a{/Control}Ana S.{Escape}");
      await expect.poll(edits).toEqual([{ type: "set_profile", name: "Ana S." }]);
    });
  },
);

test("who looks at another window comes back to what was begun", async () => {
  await show("#/board/b-launch");
  const leave = async (words: string) => {
    await userEvent.keyboard(words);
    const field = document.activeElement as HTMLInputElement;
    vi.spyOn(document, "hasFocus").mockReturnValue(false);
    field.dispatchEvent(new FocusEvent("blur"));
    field.dispatchEvent(new FocusEvent("focusout", { bubbles: true }));
    vi.restoreAllMocks();
    await new Promise((done) => requestAnimationFrame(done));
    expect(field.isConnected && field.value, words).toBe(words);
    expect(edits(), words).toEqual([]);
    await userEvent.keyboard("{Control>}a{/Control}{Delete}{Escape}");
  };
  await page.getByRole("button", { name: "Add a card to Done" }).click();
  await leave("A card");
  await page.getByRole("button", { name: "Add a column" }).click();
  await leave("A column");
  await userEvent.dblClick(page.getByRole("treeitem", { name: "Start here" }));
  await leave("A name");
  for (const field of ["Add a label", "Add a step"]) {
    location.hash = `#/board/b-launch/${cardId("Icon at 16 px")}`;
    await page.getByLabelText(field, { exact: true }).click();
    await leave("words");
  }
});

test("a step that is typed is kept when its field is left, and when Escape closes the card", async () => {
  await show("#/board/b-launch");
  await page.getByRole("button", { name: "Icon at 16 px" }).click();
  await write("Add a step", "One{Tab}");
  await expect.poll(boardEdits).toMatchObject([{ title: "One" }]);
  await write("Add a step", "Two{Escape}");
  await expect.poll(boardEdits).toMatchObject([{ title: "One" }, { title: "Two" }]);
});

test("pasted lines as one card stand behind what was typed before them", async () => {
  await show("#/board/b-launch");
  await page.getByRole("button", { name: "Add a card to Done" }).click();
  const field = page.getByRole("textbox", { name: "New card in Done" });
  await userEvent.keyboard("Ask about");
  const clipboard = new DataTransfer();
  clipboard.setData("text/plain", "the price\nthe term\n");
  field
    .element()
    .dispatchEvent(new ClipboardEvent("paste", { clipboardData: clipboard, bubbles: true }));
  await page.getByRole("button", { name: "As one card" }).click();
  await expect.element(field).toHaveValue("Ask about the price the term");
  await expect.element(field).toHaveFocus();
});
