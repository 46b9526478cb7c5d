import { expect, test } from "vitest";
import { indentCode, outdentCode } from "./codeKeys";
import { after } from "./testing/state";

test("Tab in fenced code goes to the next step, and moves selected lines deeper", () => {
  expect(after(indentCode, "```\n|code\n```")).toBe("```\n  |code\n```");
  expect(after(indentCode, "```\na|\n```")).toBe("```\na |\n```");
  expect(after(indentCode, "```\n|a\nb|\n```")).toBe("```\n  |a\n  b|\n```");
  expect(after(outdentCode, "```\n    a|\n```")).toBe("```\n  a|\n```");
});

test("outside of fenced code, and on the line that opens it, Tab is free to leave the editor", () => {
  expect(after(indentCode, "plain|")).toBeNull();
  expect(after(indentCode, "a `b|` c")).toBeNull();
  expect(after(indentCode, "```js|\ncode\n```")).toBeNull();
  expect(after(outdentCode, "plain|")).toBeNull();
});
