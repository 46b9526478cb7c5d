import { EditorSelection } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { blinking } from "./blinking";

let view: EditorView;

const drawn = () => view.dom.matches(".cm-focused") && view.dom.querySelector(".cm-cursor");

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  document.documentElement.style.setProperty("--quick", "120ms");
  view = new EditorView({ doc: "Some words", extensions: blinking, parent: document.body });
  view.focus();
  view.dispatch({ selection: EditorSelection.cursor(4) });
  while (!drawn()) await new Promise(requestAnimationFrame);
});

afterEach(() => {
  view.destroy();
  document.documentElement.style.removeProperty("--quick");
  vi.useRealTimers();
});

const isShown = () => {
  const caret = view.dom.querySelector(".cm-cursor");
  if (!caret) throw new Error("there is no caret");
  return getComputedStyle(caret).visibility === "visible";
};

/** What is seen after each of so many halves of a blink. */
const seen = (halves: number) =>
  Array.from({ length: halves }, () => (vi.advanceTimersByTime(600), isShown()));

test("the caret blinks while nothing happens, and no animation runs for it", () => {
  expect([isShown(), ...seen(4)]).toEqual([true, false, true, false, true]);
  expect(document.getAnimations()).toEqual([]);
});

test("the caret is seen while one types or moves it", () => {
  expect(seen(1)).toEqual([false]);
  view.dispatch({ changes: { from: 4, insert: "!" } });
  expect([isShown(), ...seen(1)]).toEqual([true, false]);
  view.dispatch({ selection: EditorSelection.cursor(0) });
  expect(isShown()).toBe(true);
});

test("the caret stays, seen, once nobody has touched anything for some time", () => {
  expect(seen(60).filter((shown) => !shown).length).toBe(30);
  expect(seen(9)).toEqual(Array.from({ length: 9 }, () => true));
});

test("the caret does not blink where nothing is to move", () => {
  document.documentElement.style.setProperty("--quick", "0ms");
  expect(seen(3)).toEqual([true, true, true]);
});

test("a text that is closed leaves no clock behind", () => {
  view.destroy();
  expect(vi.getTimerCount()).toBe(0);
});
