import fc from "fast-check";
import { expect, test } from "vitest";
import { nestItems, outdentItems } from "./lists";
import { toggleStyle } from "./formatting";
import { joinBelow, toggleShape } from "./shapes";
import type { Shape } from "./shapes";
import { after } from "./testing/state";

test("a line becomes what is wanted, whatever it was", () => {
  expect(after(toggleShape("h2"), "a|b")).toBe("## a|b");
  expect(after(toggleShape("h1"), "## a|b")).toBe("# a|b");
  expect(after(toggleShape("bullet"), "# a|b")).toBe("- a|b");
  expect(after(toggleShape("task"), "1. a|b")).toBe("- [ ] a|b");
  expect(after(toggleShape("text"), "- [x] a|b")).toBe("a|b");
  expect(after(toggleShape("quote"), "a|b")).toBe("> a|b");
  expect(after(toggleShape("h1"), "> a|b")).toBe("> # a|b");
  expect(after(toggleShape("bullet"), "|")).toBe("- |");
});

test("many lines become a list, empty ones stay", () => {
  expect(after(toggleShape("ordered"), "|a\n\nb|")).toBe("1. |a\n\n2. b|");
  expect(after(toggleShape("bullet"), "```\na|\n```")).toBeNull();
});

const words = fc.stringMatching(/^[a-z][a-z ]{0,8}[a-z]$/);

test("putting a shape on plain lines and off again gives the same text", () => {
  const shapes: Shape[] = ["h1", "h2", "h3", "bullet", "ordered", "task", "quote"];
  fc.assert(
    fc.property(
      fc.array(words, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(...shapes),
      (lines, shape) => {
        const text = `|${lines.join("\n")}|`;
        const on = after(toggleShape(shape), text) ?? "";
        const off = after(toggleShape(shape), on) ?? "";
        expect(off.replaceAll("|", "")).toBe(lines.join("\n"));
      },
    ),
    { numRuns: 100 },
  );
});

test("putting a style on and off again gives the same text", () => {
  fc.assert(
    fc.property(
      words,
      words,
      fc.constantFrom("bold" as const, "italic" as const, "code" as const, "strike" as const),
      (before, inside, style) => {
        const start = `${before} |${inside}| end`;
        const on = after(toggleStyle(style), start) ?? "";
        expect(on).not.toBe(start);
        expect(after(toggleStyle(style), on)).toBe(start);
      },
    ),
    { numRuns: 100 },
  );
});

test("an item put deeper and out again gives the same text", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(words, fc.boolean()), { minLength: 1, maxLength: 5 }),
      fc.constantFrom("-", "1."),
      (children, mark) => {
        const inner = children.map(([word]) => `${" ".repeat(mark.length + 1)}- ${word}`);
        const start = [`${mark} first`, `${mark === "1." ? "2." : "-"} second|`, ...inner].join(
          "\n",
        );
        const deeper = after(nestItems, start) ?? "";
        expect(deeper).not.toBe(start);
        expect(after(outdentItems, deeper)).toBe(start);
      },
    ),
    { numRuns: 50 },
  );
});

test("an item or a quoted line that becomes text is no part any more of what stands above it", () => {
  expect(after(toggleShape("bullet"), "- a\n- b|\n- c")).toBe("- a\n\nb|\n- c");
  expect(after(toggleShape("ordered"), "1. a\n2. b|\n3. c")).toBe("1. a\n\nb|\n\n3. c");
  expect(after(toggleShape("text"), "> - a\n> - b|")).toBe("> - a\n>\n> b|");
  expect(after(toggleShape("text"), "a\n- b|")).toBe("a\nb|");
});

test("Delete at the end of a line brings up the words of the next, without its marks", () => {
  expect(after(joinBelow, "- a|\n- b")).toBe("- a|b");
  expect(after(joinBelow, "1. a|\n2. b\n3. c")).toBe("1. a|b\n2. c");
  expect(after(joinBelow, "> a|\n> b")).toBe("> a|b");
  expect(after(joinBelow, "a|\n## b")).toBe("a|b");
  expect(after(joinBelow, "- [ ] a|\n- [x] b")).toBe("- [ ] a|b");
  expect(after(joinBelow, "|\n- b")).toBeNull();
  expect(after(joinBelow, "- |\n- b")).toBeNull();
  expect(after(joinBelow, "a|\nb")).toBeNull();
  expect(after(joinBelow, "```\na|\n- b\n```")).toBeNull();
});
