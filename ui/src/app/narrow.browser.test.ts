// On a narrow window what lies over the document has it alone: what is behind is out of reach until it is put away.

import { afterEach, beforeAll, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { FakeEngine } from "../ipc/fake";
import { close, faults, loadAll, open } from "./stories/stage";

beforeAll(loadAll, 120_000);
afterEach(close);

const CARD = "Icon at 16 px";
const card = () => page.getByRole("button", { name: CARD });
const panel = () => page.getByRole("region", { name: `Card: ${CARD}` });
const board = () => document.querySelector("article.board > .main");

async function boardOf(width: number): Promise<void> {
  await open(new FakeEngine(), "#/board/b-launch");
  await page.viewport(width, 600);
  await expect.element(card()).toBeVisible();
}

/** Goes round the window by Tab; tells what had the focus and lay behind the panel. */
async function reachedBehind(): Promise<string[]> {
  const behind = new Set<string>();
  for (let step = 0; step < 16; step += 1) {
    await userEvent.keyboard("{Tab}");
    const at = document.activeElement;
    if (at !== null && board()?.contains(at)) behind.add(at.outerHTML.slice(0, 120));
  }
  return [...behind];
}

for (const width of [600, 700, 800, 900]) {
  test(`at ${width} px an open card lies over the board, and Escape gives the focus back`, async () => {
    await boardOf(width);
    await card().click();
    await expect.element(panel()).toHaveFocus();
    expect(board()?.matches("[inert]")).toBe(true);
    expect(await reachedBehind()).toEqual([]);
    await expect.element(panel().getByRole("heading", { level: 1 })).toBeVisible();
    if (width === 800) expect(await faults()).toEqual([]);
    panel().element().querySelector<HTMLElement>("header button:last-child")?.focus();
    await userEvent.keyboard("{Escape}");
    await expect.element(panel()).not.toBeInTheDocument();
    await expect.element(card()).toHaveFocus();
    expect(board()?.matches("[inert]")).toBe(false);
  });
}

test("a look at a card has the focus where the panel lies over the board", async () => {
  await boardOf(800);
  (card().element() as HTMLElement).focus();
  await userEvent.keyboard(" ");
  await expect.element(panel()).toHaveFocus();
  await userEvent.keyboard("{Escape}");
  await expect.element(card()).toHaveFocus();
});

test("a click behind the panel puts the card away", async () => {
  await boardOf(800);
  await card().click();
  await expect.element(panel()).toBeVisible();
  document.querySelector<HTMLElement>("article.board > .scrim")?.click();
  await expect.element(panel()).not.toBeInTheDocument();
  await expect.element(card()).toHaveFocus();
});

test("a window that becomes narrow takes the focus along, and a wide one has the board beside the card", async () => {
  await boardOf(1280);
  (card().element() as HTMLElement).focus();
  await userEvent.keyboard(" ");
  await expect.element(panel()).toBeVisible();
  await expect.element(card()).toHaveFocus();
  expect(board()?.matches("[inert]")).toBe(false);
  await page.viewport(800, 600);
  await expect.element(panel()).toHaveFocus();
  expect(board()?.matches("[inert]")).toBe(true);
});

test("under the sidebar of a narrow window nothing is reached, and its button has the focus afterwards", async () => {
  await open(new FakeEngine(), "#/note/n-welcome");
  await page.viewport(700, 600);
  await page.getByRole("button", { name: "Show sidebar" }).click();
  const main = document.querySelector("main");
  expect(main?.matches("[inert]")).toBe(true);
  await userEvent.keyboard("{Escape}");
  await expect.element(page.getByRole("button", { name: "Show sidebar" })).toHaveFocus();
  expect(main?.matches("[inert]")).toBe(false);
});

test("under the panel of a narrow window nothing is reached, and the text has the focus afterwards", async () => {
  await open(new FakeEngine(), "#/note/n-welcome");
  await page.viewport(640, 600);
  const text = page.getByRole("textbox", { name: "Note text" });
  (text.element() as HTMLElement).focus();
  await userEvent.keyboard("{Control>}{Shift>}o{/Shift}{/Control}");
  await expect.element(page.getByRole("tab", { name: "Outline" })).toHaveFocus();
  const main = document.querySelector("main");
  expect(main?.matches("[inert]")).toBe(true);
  await page.viewport(1000, 600);
  await expect.poll(() => main?.matches("[inert]")).toBe(false);
  await page.viewport(640, 600);
  await userEvent.keyboard("{Escape}");
  await expect.element(text).toHaveFocus();
  expect(main?.matches("[inert]")).toBe(false);
});

test("who chooses in the sidebar of a narrow window what is open already is led there, too", async () => {
  await open(new FakeEngine(), "#/note/n-welcome");
  await page.viewport(700, 600);
  const show = page.getByRole("button", { name: "Show sidebar" });
  await show.click();
  await page.getByRole("treeitem", { name: "Start here" }).click();
  await expect.element(show).toBeVisible();
  await show.click();
  await page.getByRole("link", { name: "Home" }).click();
  await show.click();
  await page.getByRole("link", { name: "Home" }).click();
  await expect.element(show).toBeVisible();
});
