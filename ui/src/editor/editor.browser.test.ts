import { cdp, userEvent } from "vitest/browser";
import axe from "axe-core";
import { afterEach, expect, test } from "vitest";
import { Connection } from "../ipc/connection";
import { FakeEngine } from "../ipc/fake";
import "../styles/index.css";
import { mountTextEditor } from "./index";
import type { TextEditor, TextEditorOptions } from "./index";

class Desk {
  readonly engine: FakeEngine;
  readonly #ipc: Connection;
  readonly editors: TextEditor[] = [];

  constructor(text: string) {
    this.engine = new FakeEngine("ready", [{ id: "n", kind: "note", title: "Note", text }]);
    this.#ipc = new Connection(this.engine);
  }

  async open(more: Partial<TextEditorOptions> = {}): Promise<HTMLElement> {
    const parent = document.createElement("main");
    document.body.append(parent);
    const options = { document: "n", card: null, ipc: this.#ipc, label: "Text of the note" };
    this.editors.push(mountTextEditor(parent, { ...options, ...more }));
    await expect.poll(() => parent.querySelector(".cm-content")?.ariaReadOnly).not.toBe("true");
    return parent;
  }

  get stored(): string {
    return this.engine.documents.get("n")?.textOf(null) ?? "";
  }
}

let desk = new Desk("");

async function open(text: string, more: Partial<TextEditorOptions> = {}): Promise<HTMLElement> {
  desk = new Desk(text);
  return desk.open(more);
}

function content(parent: HTMLElement): HTMLElement {
  const found = parent.querySelector<HTMLElement>(".cm-content");
  if (found === null) throw new Error("no editor");
  return found;
}

afterEach(() => {
  for (const editor of desk.editors) editor.destroy();
  document.body.replaceChildren();
});

test("what is typed reaches the engine, and the other window shows it", async () => {
  const parent = await open("");
  const other = await desk.open();
  await userEvent.click(content(parent));
  await userEvent.keyboard("Hello *there*{Enter}- one{Enter}two");
  await expect.poll(() => desk.stored).toBe("Hello *there*\n- one\n- two");
  await expect.poll(() => content(other).textContent).toContain("Hello *there*");
  await expect.poll(() => content(other).textContent).toContain("two");
});

test("a click on a task box ticks it and a second rewrites what a merge left", async () => {
  const parent = await open("- [ ] one\n- [xx] two");
  const boxes = parent.querySelectorAll<HTMLElement>("[role=checkbox]");
  expect([...boxes].map((box) => box.ariaChecked)).toEqual(["false", "true"]);
  expect([...boxes].map((box) => box.ariaLabel)).toEqual(["one", "two"]);
  for (const box of boxes) await userEvent.click(box);
  await expect.poll(() => desk.stored).toBe("- [x] one\n- [ ] two");
  expect(parent.querySelector("[role=checkbox]")?.ariaChecked).toBe("true");
});

test("Ctrl with a click follows a link, a plain click does not", async () => {
  const followed: string[] = [];
  const parent = await open("See [[Launch board|the board]] soon.", {
    links: {
      follow: ({ target }) => followed.push(target),
      isKnown: () => true,
      glimpse: () => Promise.resolve(null),
    },
  });
  const link = parent.querySelector<HTMLElement>(".sk-link");
  if (link === null) throw new Error("no link");
  await userEvent.click(link, { modifiers: ["ControlOrMeta"] });
  expect(followed).toEqual(["Launch board"]);
  await userEvent.click(link);
  expect(followed).toHaveLength(1);
});

test("who came for words stays where they are", async () => {
  const parent = await open("first\n\nThe pilot comes.\n\nlast pilot");
  await userEvent.click(content(parent).lastElementChild as HTMLElement);
  desk.editors[0]?.find("pilot");
  await expect.poll(() => parent.querySelector(".sk-find")?.textContent).toContain("1 of 2");
  await userEvent.keyboard("{Escape}");
  expect(getSelection()?.toString()).toBe("pilot");
  expect(getSelection()?.anchorNode?.parentElement?.textContent).toContain("The pilot comes.");
});

test("showing a heading's or a quote's marker moves nothing", async () => {
  const parent = await open("para\n\n## Title here\n\n> said so\n\nend");
  await userEvent.click(content(parent).lastElementChild as HTMLElement);
  const words = (selector: string): DOMRect => {
    const line = parent.querySelector(selector);
    const walker = document.createTreeWalker(line as Node, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    while (walker.nextNode()) {
      const at = (walker.currentNode.textContent ?? "").search(/Title|said/);
      if (at < 0) continue;
      range.setStart(walker.currentNode, at);
      range.setEnd(walker.currentNode, at + 4);
    }
    return range.getBoundingClientRect();
  };
  for (const selector of [".sk-heading", ".sk-quote"]) {
    const before = words(selector);
    await userEvent.click(parent.querySelector(selector) as HTMLElement);
    await expect.poll(() => parent.querySelector(`${selector} .sk-hung`)).not.toBeNull();
    const shown = words(selector);
    expect(Math.abs(shown.left - before.left)).toBeLessThan(1);
    expect(Math.abs(shown.top - before.top)).toBeLessThan(1);
  }
});

test("undo takes back mine and leaves what came from elsewhere", async () => {
  const parent = await open("start");
  const other = await desk.open();
  await userEvent.click(content(parent));
  await userEvent.keyboard("{Control>}{End}{/Control} mine");
  await expect.poll(() => desk.stored).toBe("start mine");
  await userEvent.click(content(other));
  await userEvent.keyboard("{Control>}{Home}{/Control}theirs ");
  await expect.poll(() => content(parent).textContent).toBe("theirs start mine");
  await userEvent.click(content(parent));
  await userEvent.keyboard("{Control>}z{/Control}");
  await expect.poll(() => desk.stored).toBe("theirs start ");
  await userEvent.keyboard("{Control>}z{/Control}");
  await expect.poll(() => desk.stored).toBe("theirs start");
});

test("what is typed over a broken line is kept, and nothing twice", async () => {
  const parent = await open("a");
  await userEvent.click(content(parent));
  await userEvent.keyboard("{Control>}{End}{/Control}");
  for (const letter of "bcdefgh") {
    await userEvent.keyboard(letter);
    desk.engine.reconnect();
  }
  await expect.poll(() => desk.stored).toBe("abcdefgh");
  expect(content(parent).textContent).toBe("abcdefgh");
});

test("leaving hands over the last letters", async () => {
  const parent = await open("");
  await userEvent.click(content(parent));
  await userEvent.keyboard("last words");
  desk.editors[0]?.destroy();
  await expect.poll(() => desk.stored).toBe("last words");
});

test("an input method composes undisturbed, also while the line breaks", async () => {
  const parent = await open("**bold** \n\n# Title");
  const other = await desk.open();
  const compose = (text: string): Promise<unknown> =>
    cdp().send("Input.imeSetComposition", {
      text,
      selectionStart: text.length,
      selectionEnd: text.length,
    });
  await userEvent.click(content(parent).firstElementChild as HTMLElement);
  await userEvent.keyboard("{End}");
  await compose("に");
  const node = getSelection()?.anchorNode;
  desk.engine.reconnect();
  await compose("にほん");
  expect(getSelection()?.anchorNode).toBe(node);
  await cdp().send("Input.insertText", { text: "日本" });
  await expect.poll(() => desk.stored).toBe("**bold** 日本\n\n# Title");
  expect(content(other).textContent).toContain("日本");
});

test("a text of 1 MB keeps a small page", async () => {
  const part = "# Title\n\nSome **bold** text with [[links]] and `code`.\n\n- [ ] a task\n\n";
  const parent = await open(part.repeat(Math.ceil(1_000_000 / part.length)));
  parent.style.cssText = "block-size: 600px; overflow: auto";
  parent.scrollTop = 400_000;
  await expect.poll(() => parent.querySelectorAll(".sk-heading").length).toBeGreaterThan(0);
  expect(parent.querySelectorAll("*").length).toBeLessThan(3_000);
});

test("the page finds nothing to complain of", async () => {
  const parent = await open(
    "# Title\n\n- [x] done\n- [ ] open\n\n> quote with `code` and [[link]]\n",
  );
  const { violations } = await axe.run(parent, { rules: { region: { enabled: false } } });
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join()}`),
  ).toEqual([]);
});
