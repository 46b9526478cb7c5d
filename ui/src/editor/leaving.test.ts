import { expect, test } from "vitest";
import { leaveQuote, ownParagraph } from "./leaving";
import { after } from "./testing/state";

const typed = ownParagraph("x");

test("Enter on the empty last line of a quote leaves it by one level, with an empty line between", () => {
  expect(after(leaveQuote, "> a\n> |")).toBe("> a\n\n|");
  expect(after(leaveQuote, "> a\n>\n> |")).toBe("> a\n\n|");
  expect(after(leaveQuote, "> > a\n> > |")).toBe("> > a\n>\n> |");
  expect(after(leaveQuote, "> [!tip] b\n> |\nc")).toBe("> [!tip] b\n\n|\n\nc");
  expect(after(leaveQuote, "> |")).toBe("|");
});

test("inside of a quote an empty line stays a line of it", () => {
  expect(after(leaveQuote, "> a\n> |\n> b")).toBeNull();
  expect(after(leaveQuote, "> a|")).toBeNull();
  expect(after(leaveQuote, "```\n> |\n```")).toBeNull();
});

test("words typed right below a list, a quote or a table are no part of it", () => {
  expect(after(typed, "- a\n|")).toBe("- a\n\nx|");
  expect(after(typed, "> a\n|")).toBe("> a\n\nx|");
  expect(after(typed, "¦ a ¦\n¦ --- ¦\n¦ 1 ¦\n|")).toBe("| a |\n| --- |\n| 1 |\n\nx|");
});

test("what begins a block, or goes on with a paragraph, stays where it is typed", () => {
  expect(after(ownParagraph("-"), "- a\n|")).toBeNull();
  expect(after(ownParagraph("2"), "1. a\n|")).toBeNull();
  expect(after(typed, "a\n|")).toBeNull();
  expect(after(typed, "- a\n\n|")).toBeNull();
  expect(after(typed, "- a\n  |")).toBeNull();
  expect(after(typed, "```\n- a\n|\n```")).toBeNull();
});
