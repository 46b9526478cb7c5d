import { expect, test } from "vitest";
import { toggleStyle } from "./formatting";
import { after } from "./testing/state";

const bold = toggleStyle("bold");

test("a style is put on the selection, on the word at the caret, or where one will be typed", () => {
  expect(after(bold, "a |word| b")).toBe("a **|word|** b");
  expect(after(bold, "a wo|rd b")).toBe("a **wo|rd** b");
  expect(after(bold, "a | b")).toBe("a **|** b");
  expect(after(toggleStyle("italic"), "|a|")).toBe("*|a|*");
  expect(after(toggleStyle("code"), "|a|")).toBe("`|a|`");
  expect(after(toggleStyle("strike"), "|a|")).toBe("~~|a|~~");
});

test("white space and what begins a block stay outside", () => {
  expect(after(bold, "|a  |b")).toBe("**|a**  |b");
  expect(after(bold, "|- one\n- [ ] two\n\n> three|")).toBe(
    "|- **one**\n- [ ] **two**\n\n> **three|**",
  );
});

test("a style is taken off whole, also where a merge doubled it", () => {
  expect(after(bold, "a **wo|rd** b")).toBe("a wo|rd b");
  expect(after(bold, "a |**word**| b")).toBe("a |word| b");
  expect(after(bold, "a **|word|** b")).toBe("a |word| b");
  expect(after(bold, "a ****wo|rd**** b")).toBe("a wo|rd b");
});

test("at the end of what has a style its key ends it, and between empty marks takes them away", () => {
  expect(after(bold, "a **word|** b")).toBe("a **word**| b");
  expect(after(bold, "a **word**| b")).toBe("a word| b");
  expect(after(bold, "***both|***")).toBe("***both**|*");
  expect(after(bold, "a **|** b")).toBe("a | b");
  expect(after(toggleStyle("italic"), "a **|** b")).toBe("a ***|*** b");
});

test("behind a word its style ends", () => {
  expect(after(bold, "a word|")).toBe("a **word**|");
  expect(after(bold, "a |word")).toBe("a **|word**");
});
