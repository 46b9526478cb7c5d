// From the words that one types to the place where they stand: answers may be late, many, or asked for once more.

import { afterEach, beforeAll, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { FakeEngine } from "../ipc/fake";
import { close, loadAll, open } from "./stories/stage";

beforeAll(loadAll, 120_000);
afterEach(close);

const option = (name: RegExp) => page.getByRole("option", { name });
const panel = () => page.getByRole("search", { name: "Find in text" });

async function search(words: string): Promise<void> {
  await expect.element(page.getByRole("treeitem").first()).toBeVisible();
  await userEvent.keyboard("{Control>}{Shift>}F{/Shift}{/Control}");
  const field = page.getByRole("combobox", { name: "Search" });
  await expect.element(field).toHaveFocus();
  await field.fill(words);
}

const harbour = (): FakeEngine =>
  new FakeEngine("ready", [
    { id: "n-tide", kind: "note", title: "Tides", text: "High water at noon." },
    {
      id: "n-pilot",
      kind: "note",
      title: "Arrivals",
      text: "A ship.\n\nThe pilot comes.\n\nA pilot.",
    },
  ]);

test("Enter before the answer opens what the words find, not what other words found", async () => {
  const fake = harbour();
  await open(fake);
  await search("noon");
  await expect.element(option(/Tides/)).toBeVisible();
  fake.slow = ({ type }) => type === "search";
  await page.getByRole("combobox", { name: "Search" }).fill("pilot");
  await userEvent.keyboard("{Enter}");
  expect(location.hash).toBe("#/");
  fake.catchUp();
  await expect.poll(() => location.hash).toBe("#/note/n-pilot?find=pilot");
});

test("what was found is marked, in titles and in the words below them", async () => {
  await open(harbour());
  const marked = (where: string) =>
    [...document.querySelectorAll(`[role=option] ${where} mark`)].map((one) => one.textContent);
  await search("arri");
  await expect.poll(() => marked(".title")).toEqual(["Arri"]);
  await page.getByRole("combobox", { name: "Search" }).fill("pilot");
  await expect.poll(() => marked(".snippet")).toEqual(["pilot"]);
  expect(marked(".title")).toEqual([]);
});

test("the same hit leads there again, and the window opens later without what was looked for", async () => {
  await open(harbour());
  for (let times = 0; times < 2; times += 1) {
    await search("pilot");
    await expect.element(option(/Arrivals/)).toBeVisible();
    await userEvent.keyboard("{Enter}");
    await expect.element(panel()).toBeVisible();
    await expect.element(panel().getByText("1 of 2")).toBeVisible();
    await userEvent.keyboard("{Escape}");
    await expect.element(panel()).not.toBeInTheDocument();
  }
  expect(Object.values(localStorage)).toContain("#/note/n-pilot");
});

test("a kind is looked for beyond the first hits, and more than were told are not counted", async () => {
  const notes = Array.from({ length: 70 }, (_, at) => at);
  const fake = new FakeEngine("ready", [
    ...notes.map((at) => ({ id: `n-${at}`, kind: "note" as const, title: `Geese ${at}` })),
    { id: "b-geese", kind: "board", title: "Geese of the year" },
  ]);
  await open(fake);
  await search("geese");
  await expect.element(page.getByText("60+ found")).toBeInTheDocument();
  await page.getByRole("radio", { name: "Boards" }).click();
  await expect.element(option(/Geese of the year/)).toBeVisible();
  await expect.element(page.getByText("1 found")).toBeInTheDocument();
});
