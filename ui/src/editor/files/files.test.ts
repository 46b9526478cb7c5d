import { expect, test } from "vitest";
import { syntaxTree } from "@codemirror/language";
import { stateOf } from "../testing/state";
import { insertionAt, standsApart } from "./insertion";
import { fileIdOf, referenceOf, referenceTo } from "./reference";

const file = { id: "abc", name: "Harbour.png", mime: "", size: 1, here: 1, state: "here" } as const;

function found(text: string) {
  const state = stateOf(text);
  const node = syntaxTree(state).resolveInner(1, 1);
  const whole = node.name === "Image" || node.name === "Link" ? node : node.parent;
  return whole === null ? null : referenceOf(state, { node: whole });
}

/** "|" marks the caret before, and after where one goes on. */
function inserted(marked: string, reference: string, picture: boolean): string {
  const state = stateOf(marked);
  const at = state.selection.main.head;
  const { insert, after } = insertionAt(state, at, reference, picture && standsApart(state, at));
  const text = state.sliceDoc(0, at) + insert + state.sliceDoc(at);
  return `${text.slice(0, at + after)}|${text.slice(at + after)}`;
}

test("a reference is read back as it was written", () => {
  const size = { width: 800, height: 600 };
  expect(referenceTo(file, true, size)).toBe('![Harbour](skein:file/abc "800x600")');
  expect(found(referenceTo(file, true, size))).toEqual({ id: "abc", words: "Harbour", size });
  const odd = { ...file, name: "a [draft]_*(1)*.pdf" };
  expect(found(referenceTo(odd, false, null))).toEqual({ id: "abc", words: odd.name, size: null });
});

test("a picture that nobody named has no caption, others have their name", () => {
  const captions = ["image.png", "IMG_2034.jpg", "Picture 2026-11-28 08.31.01.png", "Quay.webp"];
  const made = captions.map((name) => referenceTo({ ...file, name }, true, null));
  expect(made.map((one) => /!\[(.*?)\]/.exec(one)?.[1])).toEqual(["", "", "", "Quay"]);
});

test("only addresses of files are taken for them, and only plain sizes", () => {
  expect(fileIdOf("skein:file/abc")).toBe("abc");
  for (const other of [
    "skein:file/",
    "skein:file/../x",
    "skein:note/abc",
    "https://x/skein:file/a",
  ]) {
    expect(fileIdOf(other)).toBeNull();
  }
  for (const title of ["0x600", "800x", "<b>", "999999x1"]) {
    expect(found(`![a](skein:file/abc "${title}")`)?.size).toBeNull();
  }
});

test("a picture stands on lines of its own, and one goes on below it", () => {
  expect(inserted("|", "P", true)).toBe("P\n\n|");
  expect(inserted("above\n|", "P", true)).toBe("above\n\nP\n\n|");
  expect(inserted("above|", "P", true)).toBe("above\n\nP\n\n|");
  expect(inserted("above\n\n|\n\nbelow", "P", true)).toBe("above\n\nP\n|\nbelow");
  expect(inserted("above|\nbelow", "P", true)).toBe("above\n\nP\n|\nbelow");
});

test("what was typed behind it while it was kept comes below it", () => {
  const behind = (text: string, at: number): string => {
    const { insert, after } = insertionAt(stateOf(text), at, "P", true);
    const whole = text.slice(0, at) + insert + text.slice(at);
    return `${whole.slice(0, at + after)}|${whole.slice(at + after)}`;
  };
  expect(behind("above typed", 5)).toBe("above\n\nP\n\n| typed");
  expect(behind("typed\nbelow", 0)).toBe("P\n\n|typed\nbelow");
});

test("among words, in items and in cells a reference stays in its line", () => {
  expect(inserted("one| two", "P", true)).toBe("one P |two");
  expect(inserted("one|two", "F", false)).toBe("one F |two");
  expect(inserted("- item|", "P", true)).toBe("- item P |");
  expect(inserted("> said|", "P", true)).toBe("> said P |");
  expect(inserted("¦ a ¦ b ¦\n¦ --- ¦ --- ¦\n¦ c| ¦ d ¦", "P", true)).toBe(
    "¦ a ¦ b ¦\n¦ --- ¦ --- ¦\n¦ c P |¦ d ¦".replaceAll("¦", "|"),
  );
});
