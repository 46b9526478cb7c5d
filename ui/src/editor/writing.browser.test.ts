import { userEvent } from "vitest/browser";
import axe from "axe-core";
import { afterEach, expect, test } from "vitest";
import { Connection } from "../ipc/connection";
import { FakeEngine } from "../ipc/fake";
import "../styles/index.css";
import { mountTextEditor } from "./index";
import type { KnownDocument, Surroundings, TextEditor, TextMenu } from "./index";

const documents: KnownDocument[] = [
  { id: "n-launch", kind: "note", title: "Launch plan", updatedAt: 1 },
  { id: "b-launch", kind: "board", title: "Launch board", updatedAt: 2 },
  { id: "n-c", kind: "note", title: "C# notes", updatedAt: 3 },
];

let editor: TextEditor | null = null;
let engine = new FakeEngine();
let made: string[] = [];
let menus: TextMenu[] = [];

async function open(text: string): Promise<HTMLElement> {
  engine = new FakeEngine("ready", [{ id: "n", kind: "note", title: "Note", text }]);
  made = [];
  menus = [];
  const parent = document.createElement("main");
  parent.style.padding = "80px 40px";
  document.body.append(parent);
  const around: Surroundings = {
    documents: () => documents,
    pathOf: (id) => (id === "n-launch" ? "Product / Plans" : ""),
    recent: () => ["n-launch"],
    tags: () => new Map(),
    people: () => ["Ana Sousa", "Bea Okafor"],
    read: () => Promise.resolve("# Goals\n\n## Who flies\n"),
    createNote: (title) => made.push(title),
    tell: () => undefined,
  };
  editor = mountTextEditor(parent, {
    document: "n",
    card: null,
    ipc: new Connection(engine),
    label: "Text of the note",
    around,
    tables: { open: (menu) => menus.push(menu), keyOf: (id) => `key of ${id}` },
  });
  const content = parent.querySelector<HTMLElement>(".cm-content");
  if (content === null) throw new Error("no editor");
  await expect.poll(() => content.ariaReadOnly).not.toBe("true");
  await userEvent.click(content);
  await userEvent.keyboard("{Control>}{End}{/Control}");
  return content;
}

const text = (): string => engine.documents.get("n")?.textOf(null) ?? "";
const offers = (): string[] =>
  [...document.querySelectorAll("[role=option]")].map((one) => one.textContent);
const keys = (typed: string): Promise<void> => userEvent.keyboard(typed.replaceAll("[", "[["));

afterEach(() => {
  editor?.destroy();
  document.body.replaceChildren();
});

test("the slash menu filters by names and other words, and Enter puts in what is chosen", async () => {
  const content = await open("");
  await keys("/");
  await expect.poll(() => offers().length).toBeGreaterThan(15);
  expect(content.getAttribute("aria-activedescendant")).not.toBeNull();
  await keys("todo");
  await expect.poll(offers).toEqual(["Task[]"]);
  await keys("{Enter}water the geese");
  await expect.poll(text).toBe("- [ ] water the geese");
});

test("Escape leaves the slash typed, and nothing comes again there", async () => {
  await open("");
  await keys("/h");
  await expect.poll(() => offers().length).toBeGreaterThan(0);
  await keys("{Escape}");
  await expect.poll(() => offers().length).toBe(0);
  await keys("1 x");
  await expect.poll(text).toBe("/h1 x");
  expect(offers()).toEqual([]);
});

test("a slash inside of a word or an address offers nothing", async () => {
  await open("");
  await keys("and/or https://x");
  await expect.poll(text).toBe("and/or https://x");
  expect(offers()).toEqual([]);
});

test("a table comes with the caret in its first cell", async () => {
  await open("words");
  await keys(" /table{Enter}");
  await expect.poll(text).toContain("| --- | --- | --- |");
  await keys("first");
  await expect.poll(text).toContain("| first |  |  |");
});

test("in a table a line that moves is a row, its key copies none, and the menu stands at the row", async () => {
  const content = await open("| a | b |\n| --- | --- |\n| c | d |\n| e | f |");
  await keys("{ArrowUp}{Alt>}{ArrowUp}{/Alt}");
  await expect.poll(text).toBe("| a | b |\n| --- | --- |\n| c | d |\n| e | f |");
  await keys("{Alt>}{ArrowDown}{/Alt}");
  await expect.poll(text).toBe("| a | b |\n| --- | --- |\n| e | f |\n| c | d |");
  await keys("{Alt>}{Shift>}{ArrowUp}{/Shift}{/Alt}{Control>}{Enter}{/Control}");
  expect(text()).toBe("| a | b |\n| --- | --- |\n| e | f |\n| c | d |");
  expect(editor?.isInTable()).toBe(true);
  editor?.editTable("columnLeft");
  await expect.poll(text).toBe("| b | a |\n| --- | --- |\n| f | e |\n| d | c |");
  const button = content.querySelector<HTMLElement>("button[aria-haspopup=menu]");
  expect(button?.ariaLabel).toBe("Rows and columns");
  button?.click();
  await keys("{Alt>}{F10}{/Alt}");
  expect(menus).toHaveLength(2);
  const [menu] = menus;
  const can = menu?.items.filter(({ disabled }) => !disabled).map(({ key }) => key);
  expect(can).not.toContain("key of rowDown");
  expect(can).not.toContain("key of columnLeft");
  expect(menu?.items.find(({ checked }) => checked)?.label).toBe("Align column left");
  menu?.items.find(({ label }) => label === "Delete row")?.run();
  await expect.poll(text).toBe("| b | a |\n| --- | --- |\n| f | e |");
});

test("links are offered by what was opened last, by word and by initials, and closed", async () => {
  await open("");
  await keys("See [[");
  await expect.poll(offers).toEqual(["Launch planProduct / Plans", "C# notes", "Launch board"]);
  await keys("lb");
  await expect.poll(() => offers()[0]).toBe("Launch board");
  await keys("{Enter}.");
  await expect.poll(text).toBe("See [[Launch board]].");
});

test("a missing note is made and linked", async () => {
  await open("");
  await keys("[[Autumn");
  await expect.poll(offers).toEqual(["Create “Autumn”New note below this one"]);
  await keys("{Enter}");
  await expect.poll(text).toBe("[[Autumn]]");
  expect(made).toEqual(["Autumn"]);
});

test("a link takes a heading after # and words after |", async () => {
  await open("");
  await keys("[[launch p");
  await expect.poll(() => offers()[0]).toContain("Launch plan");
  await keys("#");
  await expect.poll(offers).toEqual(["Goals", "Who flies"]);
  await keys("who");
  await expect.poll(offers).toEqual(["Who flies"]);
  await keys("{Enter} [[launch b");
  await expect.poll(() => offers()[0]).toContain("Launch board");
  await keys("|the board");
  await expect.poll(offers).toEqual(["Show it as “the board”"]);
  await keys("{Enter}");
  await expect.poll(text).toBe("[[Launch plan#Who flies]] [[Launch board|the board]]");
});

test("people and days come after @, and in an address nothing does", async () => {
  await open("");
  await keys("@bea");
  await expect.poll(offers).toEqual(["Bea Okafor"]);
  await keys("{Enter}by @tomorrow");
  await expect.poll(() => offers().length).toBe(1);
  await keys("{Enter}ask a@bea");
  await expect.poll(text).toMatch(/^@Bea Okafor by \d{4}-\d\d-\d\d ask a@bea$/);
  expect(offers()).toEqual([]);
});

test("a short name between colons becomes its emoji, and undo brings the letters back", async () => {
  await open("");
  await keys(":smil");
  await expect.poll(() => offers().length).toBeGreaterThan(0);
  await keys("e:");
  await expect.poll(text).toBe("😄");
  await keys("{Control>}z{/Control}");
  await expect.poll(text).toBe(":smile:");
});

test("a time of day keeps its colons", async () => {
  await open("");
  await keys("at 10:30: go");
  await expect.poll(text).toBe("at 10:30: go");
});

test("in code nothing is offered", async () => {
  await open("```\n");
  await keys("/h @a [[l");
  await expect.poll(text).toBe("```\n/h @a [[l");
  expect(offers()).toEqual([]);
});

test("Enter twice ends a list, what comes after it is no part of it, and undo goes back into it", async () => {
  await open("");
  await keys("- one{Enter}two{Enter}{Enter}");
  await expect.poll(text).toBe("- one\n- two\n\n");
  await keys("{Control>}z{/Control}");
  await expect.poll(text).toBe("- one\n- two\n- ");
  await keys("{Enter}after");
  await expect.poll(text).toBe("- one\n- two\n\nafter");
});

test("a paragraph stays one while a list or a divider is begun below it", async () => {
  const content = await open("");
  await keys("words{Enter}-");
  await expect.poll(text).toBe("words\n-");
  expect(content.querySelector(".sk-heading")).toBeNull();
  await keys("--");
  expect(content.querySelector(".sk-heading")).toBeNull();
  await keys("{Enter}more");
  await expect.poll(text).toBe("words\n\n---\nmore");
});

test("Home goes to the words of an item, and bold ends with its key", async () => {
  await open("");
  await keys("- {Control>}b{/Control}geese{Control>}b{/Control} fly{Home}x {Shift>}{End}{/Shift}");
  await expect.poll(text).toBe("- x **geese** fly");
  await keys("{Backspace}y{Home}{Home}z");
  await expect.poll(text).toBe("z- x y");
});

test("the bar comes over a selection, and Alt+F10 goes into it", async () => {
  await open("some words");
  await keys("{Shift>}{Control>}{ArrowLeft}{/Control}{/Shift}");
  await expect.poll(() => document.querySelector("[role=toolbar]")).not.toBeNull();
  await keys("{Alt>}{F10}{/Alt}");
  await expect.poll(() => document.activeElement?.getAttribute("aria-label")).toBe("Bold");
  const { violations } = await axe.run(document.body, { rules: { region: { enabled: false } } });
  expect(violations.map(({ id }) => id)).toEqual([]);
  await keys("{ArrowRight}{Enter}");
  await expect.poll(text).toBe("some *words*");
  await keys("x");
  await expect.poll(() => document.querySelector("[role=toolbar]")).toBeNull();
});

test("Ctrl+K on a selection asks for the address", async () => {
  await open("some words");
  await keys("{Shift>}{Control>}{ArrowLeft}{/Control}{/Shift}{Control>}k{/Control}");
  await expect
    .poll(() => document.activeElement?.getAttribute("aria-label"))
    .toBe("Address of the link");
  await keys("example.com/a b{Enter}");
  await expect.poll(text).toBe("some [words](<https://example.com/a b>)");
});

function paste(content: HTMLElement, plain: string, html = ""): void {
  const clipboardData = new DataTransfer();
  if (plain !== "") clipboardData.setData("text/plain", plain);
  if (html !== "") clipboardData.setData("text/html", html);
  content.dispatchEvent(
    new ClipboardEvent("paste", { clipboardData, cancelable: true, bubbles: true }),
  );
}

test("an address over a selection makes a link, HTML comes as Markdown, cells as a table", async () => {
  const content = await open("some words");
  await keys("{Shift>}{Control>}{ArrowLeft}{/Control}{/Shift}");
  paste(content, "https://example.com");
  await expect.poll(text).toBe("some [words](https://example.com)");
  await keys("{Control>}a{/Control}");
  paste(content, "x", "<h2>Title</h2><p>a <b>bold</b> word</p>");
  await expect.poll(text).toBe("## Title\n\na **bold** word");
  await keys("{Control>}a{/Control}");
  paste(content, "a\tb\n1\t2\n");
  await expect.poll(text).toBe("| a | b |\n| --- | --- |\n| 1 | 2 |");
});
