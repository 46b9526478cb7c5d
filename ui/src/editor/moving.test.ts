import { expect, test } from "vitest";
import { duplicateBlock, moveBlockDown, moveBlockUp } from "./moving";
import { after } from "./testing/state";

test("a line moves past its neighbour", () => {
  expect(after(moveBlockUp, "a\nb|")).toBe("b|\na");
  expect(after(moveBlockDown, "a|\nb")).toBe("b\na|");
  expect(after(moveBlockDown, "|a\nb|\nc")).toBe("c\n|a\nb|");
  expect(after(moveBlockUp, "a|")).toBe("a|");
});

test("an item moves with what it holds, past the whole item beside it", () => {
  expect(after(moveBlockDown, "- a|\n  - b\n- c\n  - d\n- e")).toBe("- c\n  - d\n- a|\n  - b\n- e");
  expect(after(moveBlockUp, "- a\n  - b\n- c|\n  - d")).toBe("- c|\n  - d\n- a\n  - b");
});

test("an item does not leave its parent by moving", () => {
  expect(after(moveBlockUp, "- a\n  - b|")).toBe("- a\n  - b|");
  expect(after(moveBlockDown, "- a\n  - b|\n- c")).toBe("- a\n  - b|\n- c");
});

test("numbers stay in order when items change places", () => {
  expect(after(moveBlockUp, "1. a\n2. b|\n3. c")).toBe("1. b|\n2. a\n3. c");
  expect(after(moveBlockDown, "4. a|\n5. b")).toBe("4. b\n5. a|");
});

test("up and then down again is where one was", () => {
  const start = "- a\n- b\n  - c\n- |d";
  const up = after(moveBlockUp, start) ?? "";
  expect(up).toBe("- a\n- |d\n- b\n  - c");
  expect(after(moveBlockDown, up)).toBe(start);
});

test("a line or an item with its children is doubled below", () => {
  expect(after(duplicateBlock, "a|b\nc")).toBe("ab\na|b\nc");
  expect(after(duplicateBlock, "- a|\n  - b\n- c")).toBe("- a\n  - b\n- a|\n  - b\n- c");
  expect(after(duplicateBlock, "1. a|\n2. b")).toBe("1. a\n2. a|\n3. b");
});
