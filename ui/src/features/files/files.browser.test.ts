import { userEvent } from "vitest/browser";
import axe from "axe-core";
import { afterEach, expect, test } from "vitest";
import { EditorView } from "@codemirror/view";
import type { AttachedFile } from "../../ipc";
import { mountTextEditor } from "../../editor";
import type { TextEditor } from "../../editor";
import { Connection } from "../../ipc/connection";
import { FakeEngine } from "../../ipc/fake";
import { engineOver } from "../../state/engine";
import type { Engine } from "../../state/engine";
import "../../styles/index.css";
import { fileDoorOf } from "./index";
import type { Large } from "./index";

let fake = new FakeEngine();
let engine: Engine;
let editor: TextEditor | null = null;
let large: Large[] = [];

async function open(text: string, prepare: () => void = () => undefined): Promise<HTMLElement> {
  fake = new FakeEngine("ready", [{ id: "n", kind: "note", title: "Note", text }]);
  prepare();
  const ipc = new Connection(fake);
  engine = engineOver(ipc);
  large = [];
  let files: AttachedFile[] | null = null;
  const parent = document.createElement("main");
  parent.style.inlineSize = "640px";
  document.body.append(parent);
  const door = fileDoorOf(
    engine,
    { document: "n", card: null },
    () => files,
    (shown) => large.push(shown),
  );
  editor = mountTextEditor(parent, {
    document: "n",
    card: null,
    ipc,
    label: "Text of the note",
    files: door,
  });
  ipc.subscribe({ type: "files", document: "n" }, (event) => {
    if (event.type === "files") files = event.files;
    editor?.filesChanged();
  });
  const content = parent.querySelector<HTMLElement>(".cm-content");
  if (content === null) throw new Error("no editor");
  await expect.poll(() => content.ariaReadOnly).not.toBe("true");
  await userEvent.click(content);
  await userEvent.keyboard("{Control>}{End}{/Control}");
  return content;
}

afterEach(() => {
  editor?.destroy();
  document.body.replaceChildren();
});

const text = (): string => fake.documents.get("n")?.textOf(null) ?? "";
const said = (): string[] => engine.toasts.shown.map(({ words }) => words);
const withoutIds = (): string => text().replace(/file-\d+/g, "ID");

/** A picture of one colour. */
async function picture(name: string, width = 300, height = 200): Promise<File> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("no canvas");
  context.fillStyle = "teal";
  context.fillRect(0, 0, width, height);
  return new File([await canvas.convertToBlob()], name, { type: "image/png" });
}

async function bytesOf(file: Blob): Promise<string> {
  return String.fromCharCode(...new Uint8Array(await file.arrayBuffer()));
}

function paste(content: HTMLElement, files: File[], html = "", plain = ""): void {
  const clipboardData = new DataTransfer();
  for (const file of files) clipboardData.items.add(file);
  if (html !== "") clipboardData.setData("text/html", html);
  if (plain !== "") clipboardData.setData("text/plain", plain);
  content.dispatchEvent(
    new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }),
  );
}

/** A file that claims a size. */
function heavy(name: string, size: number): File {
  const file = new File(["x"], name);
  Object.defineProperty(file, "size", { value: size });
  return file;
}

const shown = (content: HTMLElement): HTMLImageElement | null =>
  content.querySelector(".sk-kept img");
const button = (words: string | RegExp): HTMLElement | undefined =>
  [...document.querySelectorAll("button")].find(({ textContent }) => textContent.match(words));

test("a pasted picture is kept, shown in its size, and typing goes on below it", async () => {
  const content = await open("Plan");
  paste(content, [await picture("image.png")]);
  await expect.poll(withoutIds).toBe('Plan\n\n![](skein:file/ID "300x200")\n\n');
  await userEvent.keyboard("below");
  await expect.poll(withoutIds).toBe('Plan\n\n![](skein:file/ID "300x200")\n\nbelow');
  await expect.poll(() => shown(content)?.naturalWidth).toBe(300);
  expect(shown(content)?.alt).toMatch(/^Picture \d{4}-/);
  expect(content.querySelector(".sk-dim")).toBeNull();
  expect(fake.files.of("n").map(({ mime }) => mime)).toEqual(["image/png"]);
});

test("undo takes the reference away in one step, redo brings the picture back", async () => {
  const content = await open("Plan");
  paste(content, [await picture("Quay.png")]);
  await expect.poll(withoutIds).toContain("![Quay]");
  await userEvent.keyboard("{Control>}z{/Control}");
  await expect.poll(text).toBe("Plan");
  await userEvent.keyboard("{Control>}{Shift>}z{/Shift}{/Control}");
  await expect.poll(() => shown(content)?.naturalWidth).toBe(300);
});

test("several files come in the order in which they were given", async () => {
  const content = await open("");
  paste(content, [
    await picture("b.png"),
    new File(["1"], "a.txt"),
    await picture("c.png", 10, 10),
  ]);
  await expect
    .poll(withoutIds)
    .toBe(
      '![b](skein:file/ID "300x200")\n\n[a.txt](skein:file/ID) \n\n![c](skein:file/ID "10x10")\n\n',
    );
});

test("nothing stands in the text before the file is kept, and what is typed there comes behind it", async () => {
  const content = await open("one ");
  const view = EditorView.findFromDOM(content);
  paste(content, [new File([new Uint8Array(3 * 512 * 1024)], "a.bin")]);
  expect(view?.state.sliceDoc()).toBe("one ");
  expect(content.querySelector(".sk-place")?.textContent).toContain("Keeping a.bin, 0 %");
  view?.dispatch({ changes: { from: 4, insert: "two" }, selection: { anchor: 7 } });
  await expect.poll(withoutIds).toBe("one [a.bin](skein:file/ID) two");
  expect(content.querySelector(".sk-place")).toBeNull();
});

test("a file that is given up while it is kept leaves nothing", async () => {
  const content = await open("one");
  paste(content, [new File([new Uint8Array(20 * 512 * 1024)], "a.bin")]);
  button("Cancel")?.click();
  await expect.poll(() => content.querySelector(".sk-place")).toBeNull();
  await expect.poll(() => fake.files.begun).toBe(0);
  expect(text()).toBe("one");
  expect(fake.files.of("n")).toEqual([]);
});

test("what could not be kept says why and can be tried again", async () => {
  const content = await open("");
  fake.files.refuses = "The disk is full.";
  paste(content, [new File(["1"], "a.txt")]);
  await expect
    .poll(() => content.querySelector(".sk-place")?.textContent)
    .toContain("“a.txt” was not kept: The disk is full.");
  fake.files.refuses = null;
  button("Try again")?.click();
  await expect.poll(withoutIds).toBe("[a.txt](skein:file/ID) ");
  expect(content.querySelector(".sk-place")).toBeNull();
});

test("above one gigabyte it is asked first, above two it is refused, and both can be left out", async () => {
  const content = await open("");
  paste(content, [heavy("film.mkv", 1_400_000_000), heavy("disk.img", 3_000_000_000)]);
  await expect.poll(() => content.querySelectorAll(".sk-place").length).toBe(2);
  expect(content.textContent).toContain("“film.mkv” has 1.4 GB. Every machine");
  expect(content.textContent).toContain(
    "“disk.img” has 3.0 GB; a workspace keeps files of up to 2 GB.",
  );
  for (let left = 2; left > 0; left--) {
    button("Leave it out")?.click();
    await expect.poll(() => content.querySelectorAll(".sk-place").length).toBe(left - 1);
  }
  expect(fake.requests.some(({ type }) => type === "begin_file")).toBe(false);
});

test("pictures inside of pasted HTML are kept where they stood", async () => {
  const content = await open("");
  const data = btoa(await bytesOf(await picture("x.png", 4, 4)));
  const html = `<p>one</p><p><img alt="Quay" src="data:image/png;base64,${data}"></p><p><b>two</b><img src="skein-embedded:7"></p>`;
  paste(content, [], html, "one two");
  await expect.poll(withoutIds).toBe('one\n\n![Quay](skein:file/ID "4x4")\n\n**two**');
});

test("words win over the picture that some programs put beside them", async () => {
  const content = await open("");
  paste(content, [await picture("image.png")], "<table><tr><td><b>a</b></td></tr></table>", "a");
  await expect.poll(text).toContain("**a**");
  expect(fake.files.of("n")).toEqual([]);
});

test("a picture that arrives is told in words and then shown, and no line moves", async () => {
  let id = "";
  const bytes = await bytesOf(await picture("Quay.png"));
  const about = { name: "Quay.png", size: bytes.length, here: 0, state: "away" } as const;
  const content = await open("", () => {
    id = fake.files.put("n", about, bytes).id;
    const note = fake.documents.get("n");
    note?.setText(null, `![The quay](skein:file/${id} "300x200")\n\nbelow`);
  });
  const frame = (): HTMLElement | null => content.querySelector(".sk-kept");
  const below = (): number => content.lastElementChild?.getBoundingClientRect().top ?? 0;
  await expect.poll(() => frame()?.textContent).toContain("Comes when a device that has it");
  const before = below();
  button("Ask for it now")?.click();
  await expect.poll(() => frame()?.textContent).toContain("on its way");
  expect(fake.requests.at(-1)?.type).toBe("fetch_file");
  fake.changeFile(id, { here: Math.floor(bytes.length / 2) });
  await expect.poll(() => frame()?.textContent).toMatch(/Arriving: (49|50) % of/);
  fake.changeFile(id, { here: bytes.length, state: "here" });
  await expect.poll(() => shown(content)?.naturalWidth).toBe(300);
  expect(shown(content)?.alt).toBe("The quay");
  expect(below()).toBe(before);
});

test("what calls itself a picture and is none says so", async () => {
  const content = await open("", () => {
    const { id } = fake.files.put(
      "n",
      { name: "a.png", mime: "image/png" },
      "<svg onload=alert(1)>",
    );
    fake.documents.get("n")?.setText(null, `![a](skein:file/${id})\n\nend`);
  });
  await expect.poll(() => content.textContent).toContain("“a.png” cannot be shown.");
});

test("a picture that could not be read says why, and comes once it is tried again", async () => {
  const bytes = await bytesOf(await picture("Quay.png"));
  const refusal = { code: "storage", message: "The disk did not answer.", hint: "" } as const;
  const content = await open("", () => {
    const { id } = fake.files.put("n", { name: "Quay.png" }, bytes);
    fake.documents.get("n")?.setText(null, `![The quay](skein:file/${id} "300x200")\n\nend`);
    fake.refuse = ({ type }) => (type === "read_file" ? refusal : null);
  });
  await expect.poll(() => content.textContent).toContain("The disk did not answer.");
  expect(content.textContent).not.toContain("damaged");
  fake.refuse = () => null;
  button("Try again")?.click();
  await expect.poll(() => shown(content)?.naturalWidth).toBe(300);
  expect(content.textContent).not.toContain("The disk did not answer.");
});

test("SVG, foreign ids and large pictures are never shown as pictures", async () => {
  const content = await open("", () => {
    const svg = fake.files.put("n", { name: "a.svg", mime: "image/svg+xml" }, "<svg/>");
    const wide = fake.files.put("n", { name: "b.png", size: 100_000_000 }, "");
    fake.documents
      .get("n")
      ?.setText(
        null,
        `![a](skein:file/${svg.id})\n\n![b](skein:file/${wide.id})\n\n![c](skein:file/x)\n\nend`,
      );
  });
  await expect.poll(() => content.querySelectorAll(".sk-file").length).toBe(2);
  expect(content.textContent).toContain("This file is not kept in this document.");
  expect(shown(content)).toBeNull();
});

test("names of any length and direction stay within the text, their ending in sight", async () => {
  const names = [
    `${"Donaudampfschifffahrt".repeat(12)}.xlsx`,
    "ملاحظات الفريق.pdf",
    "a\u202efdp.exe",
  ];
  const content = await open("", () => {
    const made = names.map((name) => fake.files.put("n", { name }, "x"));
    const links = made.map(({ id, name }) => `- [${name}](skein:file/${id})`);
    fake.documents.get("n")?.setText(null, `${links.join("\n")}\n\nend`);
  });
  await expect.poll(() => content.querySelectorAll(".sk-file").length).toBe(3);
  const edge = content.getBoundingClientRect().right;
  for (const part of content.querySelectorAll(".sk-file, .sk-file-name > :last-child")) {
    expect(part.getBoundingClientRect().right).toBeLessThanOrEqual(edge);
    expect(part.getBoundingClientRect().width).toBeGreaterThan(10);
  }
});

test("the caret brings out how a file is referred to, and Alt+Enter opens it", async () => {
  const bytes = await bytesOf(await picture("Quay.png"));
  const content = await open("", () => {
    const { id } = fake.files.put("n", { name: "Quay.png" }, bytes);
    fake.documents.get("n")?.setText(null, `end\n\n![The quay](skein:file/${id})`);
  });
  await expect
    .poll(() => content.querySelector(".sk-dim")?.textContent)
    .toContain("![The quay](skein:file/");
  await userEvent.keyboard("{Alt>}{Enter}{/Alt}");
  expect(large.map(({ words }) => words)).toEqual(["The quay"]);
  await userEvent.keyboard("{Control>}{Home}{/Control}");
  await expect.poll(() => content.querySelector(".sk-dim")).toBeNull();
  shown(content)?.closest("button")?.click();
  expect(large).toHaveLength(2);
});

test("a file whose text was closed meanwhile stands at its end", async () => {
  const content = await open("one\n");
  paste(content, [new File([new Uint8Array(20 * 512 * 1024)], "a.bin")]);
  editor?.destroy();
  content.closest("main")?.remove();
  await expect.poll(said).toEqual(["a.bin is kept, at the end of the text that it was put into."]);
  const edits = fake.requests.flatMap((request) =>
    request.type === "edit_note" ? [request.edit] : [],
  );
  expect(edits).toEqual([
    {
      type: "append_text",
      text: expect.stringMatching(/^\[a\.bin\]\(skein:file\/[\w-]+\)$/) as string,
    },
  ]);
});

test("inside code nothing is kept, and it is said why", async () => {
  const content = await open("```\ncode");
  paste(content, [new File(["1"], "a.txt")]);
  await userEvent.keyboard("x");
  await expect.poll(text).toBe("```\ncodex");
  expect(fake.files.of("n")).toEqual([]);
});

test("the page finds nothing to complain of", async () => {
  const bytes = await bytesOf(await picture("Quay.png"));
  const content = await open("", () => {
    const put = (file: Partial<AttachedFile> & { name: string }): string =>
      fake.files.put("n", file, bytes).id;
    const references = [
      `![The quay](skein:file/${put({ name: "Quay.png" })})`,
      `![](skein:file/${put({ name: "b.png", state: "away", here: 0 })} "300x200")`,
      `![](skein:file/${put({ name: "c.png", state: "arriving", here: 1 })})`,
      `[plan.pdf](skein:file/${put({ name: "plan.pdf" })}) and [none](skein:file/none)`,
    ];
    fake.documents.get("n")?.setText(null, `${references.join("\n\n")}\n\nend`);
  });
  await expect.poll(() => shown(content)?.naturalWidth).toBe(300);
  paste(content, [heavy("film.mkv", 1_400_000_000)]);
  await expect.poll(() => content.querySelector(".sk-place")).not.toBeNull();
  const { violations } = await axe.run(document.body, { rules: { region: { enabled: false } } });
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join()}`),
  ).toEqual([]);
});
