// People at browsers: each has a context of their own and is spoken to by role and name.

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import { chromium } from "playwright-core";
import { until } from "./wait.js";

const CANDIDATES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const PATIENCE = 20_000;
const axeSource = await readFile(
  createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
  "utf8",
);

export function startBrowser() {
  const executablePath = process.env.SKEIN_CHROMIUM ?? CANDIDATES.find((path) => existsSync(path));
  if (executablePath === undefined)
    throw new Error("no Chromium found; name one in SKEIN_CHROMIUM");
  return chromium.launch({ executablePath, args: FLAGS });
}

/** A person at a page of their own. */
export class Person {
  static async at(browser, address, options = {}) {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      colorScheme: "light",
      reducedMotion: "reduce",
      permissions: ["clipboard-read", "clipboard-write"],
      ...options,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    const person = new Person(page);
    await page.goto(address);
    return person;
  }

  /** What went wrong in the page; a test ends by looking here. */
  faults = [];

  constructor(page) {
    this.page = page;
    page.on("pageerror", (error) => this.faults.push(String(error.stack ?? error)));
    page.on("console", (message) => {
      // A refused or broken socket is the browser's own line about what a test does on purpose.
      if (message.type() === "error" && !/WebSocket connection/.test(message.text())) {
        this.faults.push(message.text());
      }
    });
  }

  by(role, name, options = {}) {
    return this.page.getByRole(role, { name, exact: typeof name === "string", ...options });
  }

  press(keys) {
    return this.page.keyboard.press(keys);
  }

  type(text) {
    return this.page.keyboard.type(text);
  }

  /** A row of the tree. */
  row(title) {
    return this.by("treeitem", title);
  }

  async open(title) {
    await this.row(title).click();
  }

  async newNote(title, text = "") {
    await this.by("button", "New note or board").click();
    await this.by("menuitem", /^New note/).click();
    await this.#giveTitle("Note title", "Untitled note", title);
    await this.editorReady();
    if (text !== "") {
      await this.editor().click();
      await this.type(text);
    }
  }

  async newBoard(title) {
    await this.by("button", "New note or board").click();
    await this.by("menuitem", /^New board/).click();
    await this.#giveTitle("Board title", "Untitled board", title);
  }

  /** Another document may stand there until the new one is open. */
  async #giveTitle(label, fresh, title) {
    const field = this.by("textbox", label);
    await until(fresh, () =>
      field.evaluateAll((fields, name) => fields.some((one) => one.value === name), fresh),
    );
    await field.fill(title);
    await this.press("Enter");
    await this.row(title).waitFor();
  }

  editor(label = "Note text") {
    return this.by("textbox", label);
  }

  /** The editor is there and takes text. */
  async editorReady(label = "Note text") {
    await until(`${label} to take text`, () =>
      this.editor(label).evaluateAll((found) =>
        found.some((one) => one.isContentEditable && one.getAttribute("aria-readonly") !== "true"),
      ),
    );
  }

  /** The editor's whole text, from the editor itself: the page holds only the lines in view. */
  text(label = "Note text") {
    return this.editor(label).evaluate((content) => content.cmTile.root.view.state.doc.toString());
  }

  /** Puts the caret by position. */
  async caret(position, label = "Note text") {
    await this.editor(label).focus();
    await this.editor(label).evaluate(
      (content, at) =>
        content.cmTile.root.view.dispatch({ selection: { anchor: at }, scrollIntoView: true }),
      position,
    );
  }

  caretAt(label = "Note text") {
    return this.editor(label).evaluate(
      (content) => content.cmTile.root.view.state.selection.main.head,
    );
  }

  /** Titles of the cards in a column, from the top. */
  async cards(column) {
    return this.by("list", `Cards in ${column}`).evaluate((list) =>
      [...list.querySelectorAll("[data-card] .title")].map((title) => title.textContent),
    );
  }

  card(title) {
    return this.page.locator("[data-card]", { hasText: title });
  }

  /** Columns with their cards, as seen. */
  board() {
    return this.page.evaluate(() =>
      [...document.querySelectorAll("section[aria-label]")]
        .filter((lane) => lane.querySelector("[data-list]"))
        .map((lane) => [
          lane.getAttribute("aria-label"),
          [...lane.querySelectorAll("[data-card] .title")].map((title) => title.textContent),
        ]),
    );
  }

  /** What the live regions say. */
  spoken() {
    return this.page.evaluate(() =>
      [...document.querySelectorAll('[aria-live="polite"]')]
        .map((one) => one.textContent)
        .join(" "),
    );
  }

  async addCards(column, ...titles) {
    await this.by("button", `Add a card to ${column}`).click();
    const field = this.by("textbox", `New card in ${column}`);
    for (const title of titles) {
      await field.fill(title);
      await this.press("Enter");
      await this.card(title).waitFor();
    }
    await this.press("Escape");
  }

  /** The person's name for how far the open document got. */
  delivery() {
    return this.page.locator(".delivery").last().innerText();
  }

  /** Rules of accessibility that what is seen breaks, in light and dark. */
  async accessibilityFaults() {
    const faults = [];
    for (const colorScheme of ["dark", "light"]) {
      await this.page.emulateMedia({ colorScheme });
      faults.push(...(await this.accessibilityFaultsHere()).map((fault) => `${colorScheme}: ${fault}`));
    }
    return faults;
  }

  /** Rules of accessibility that what is seen breaks, as it looks now. */
  async accessibilityFaultsHere() {
    await this.page.evaluate(axeSource);
    return this.page.evaluate(async () => {
      // Half-faded words have half the contrast. A caret that blinks never ends.
      const ending = document
        .getAnimations()
        .filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime));
      await Promise.all(ending.map((one) => one.finished.catch(() => undefined)));
      const { violations } = await window.axe.run(document);
      // An open menu belongs to its button, as a dialog does; the rule of landmarks knows dialogs only.
      const isMenu = ({ target }) =>
        document.querySelector(target[0])?.querySelector("[role=menu]");
      return violations
        .map(({ id, nodes }) => ({
          id,
          nodes: id === "region" ? nodes.filter((node) => !isMenu(node)) : nodes,
        }))
        .filter(({ nodes }) => nodes.length > 0)
        .map(
          ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`,
        );
    });
  }
}
