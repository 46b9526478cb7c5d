import { expect, test } from "vitest";
import { leaveItem, nestItems, outdentItems, toggleTasks } from "./lists";
import { after } from "./testing/state";

test("Tab puts an item and what it holds under the item before it", () => {
  expect(after(nestItems, "- a\n- b|\n  - c\n- d")).toBe("- a\n  - b|\n    - c\n- d");
  expect(after(nestItems, "1. a\n2. b|\n3. c")).toBe("1. a\n   1. b|\n2. c");
  expect(after(nestItems, "> - a\n> - b|")).toBe("> - a\n>   - b|");
  expect(after(nestItems, "- a\n- |b\n- c|")).toBe("- a\n  - |b\n  - c|");
  expect(after(nestItems, "- [ ] a\n- [x] b|")).toBe("- [ ] a\n  - [x] b|");
});

test("the first item stays, and outside of lists Tab is free to leave the editor", () => {
  expect(after(nestItems, "- a|")).toBe("- a|");
  expect(after(nestItems, "plain|")).toBeNull();
  expect(after(nestItems, "```\n- code|\n```")).toBeNull();
});

test("Shift+Tab brings an item out and numbers go on", () => {
  expect(after(outdentItems, "- a\n  - b|\n    - c")).toBe("- a\n- b|\n  - c");
  expect(after(outdentItems, "1. a\n   1. b|\n2. c")).toBe("1. a\n2. b|\n3. c");
  expect(after(outdentItems, "- a|")).toBe("- a|");
});

test("Backspace at the start of an item's text outdents it, then takes the marker away", () => {
  expect(after(leaveItem, "- a\n  - |b")).toBe("- a\n- |b");
  expect(after(leaveItem, "- |b")).toBe("|b");
  expect(after(leaveItem, "- [ ] |b")).toBe("|b");
  expect(after(leaveItem, "- a|b")).toBeNull();
});

test("tasks are ticked, and a box that two ticked at once is written anew", () => {
  expect(after(toggleTasks, "- [ ] a|")).toBe("- [x] a|");
  expect(after(toggleTasks, "- [xx] a|")).toBe("- [ ] a|");
  expect(after(toggleTasks, "- [  ] a|")).toBe("- [x] a|");
  expect(after(toggleTasks, "- a|")).toBe("- [ ] a|");
  expect(after(toggleTasks, "a|")).toBe("- [ ] a|");
  expect(after(toggleTasks, "|")).toBe("- [ ] |");
  expect(after(toggleTasks, "|- [x] a\n- [ ] b|")).toBe("|- [x] a\n- [x] b|");
  expect(after(toggleTasks, "```\ncode|\n```")).toBeNull();
});
