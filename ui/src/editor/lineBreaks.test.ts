import { expect, test } from "vitest";
import { continueList, softBreak } from "./lineBreaks";
import { after } from "./testing/state";

test("Enter goes on with a list, a task or a quote", () => {
  expect(after(continueList, "- a|")).toBe("- a\n- |");
  expect(after(continueList, "- [x] a|")).toBe("- [x] a\n- [ ] |");
  expect(after(continueList, "- [xx] a|")).toBe("- [x] a\n- [ ] |");
  expect(after(continueList, "1. a|\n2. b")).toBe("1. a\n2. |\n3. b");
  expect(after(continueList, "> a|")).toBe("> a\n> |");
});

test("Enter on an empty item leaves the list by one level, and from the outermost with an empty line between", () => {
  expect(after(continueList, "- a\n- |")).toBe("- a\n\n|");
  expect(after(continueList, "- |")).toBe("|");
  expect(after(continueList, "- [ ] a\n- [ ] |\n\nb")).toBe("- [ ] a\n\n|\n\nb");
  expect(after(continueList, "> - a\n> - |")).toBe("> - a\n>\n> |");
  expect(after(continueList, "- a\n- |\n- b")).toBe("- a\n\n|\n\n- b");
  expect(after(continueList, "- a\n  - |")).toBe("- a\n- |");
  expect(after(continueList, "plain|")).toBeNull();
});

test("Enter before an item's text brings an item above it", () => {
  expect(after(continueList, "- |a")).toBe("- \n- |a");
  expect(after(continueList, "b\n1. [x] |a\n2. c")).toBe("b\n1. [ ] \n2. [x] |a\n3. c");
  expect(after(continueList, "> - a\n>   - |b")).toBe("> - a\n>   - \n>   - |b");
});

test("Enter in a later line of an item is one more line of it", () => {
  expect(after(continueList, "1. a\n\n   b|\n2. c")).toBe("1. a\n\n   b\n   |\n2. c");
  expect(after(continueList, "- a\n  b |c")).toBe("- a\n  b\n  |c");
});

test("Shift+Enter begins a line within the item or the quote", () => {
  expect(after(softBreak, "- a|")).toBe("- a\n  |");
  expect(after(softBreak, "> 10. [ ] a|b")).toBe("> 10. [ ] a\n>     |b");
  expect(after(softBreak, "- a\n  b|")).toBe("- a\n  b\n  |");
  expect(after(softBreak, "> a\n> |")).toBe("> a\n>\n> |");
  expect(after(softBreak, "plain|")).toBeNull();
  expect(after(softBreak, "```\n- a|\n```")).toBeNull();
});
