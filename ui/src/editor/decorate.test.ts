import { ensureSyntaxTree } from "@codemirror/language";
import type { EditorState } from "@codemirror/state";
import { expect, test } from "vitest";
import { decorate } from "./decorate";
import { FenceName } from "./fence";
import { linkAt } from "./links";
import { Bullet, CalloutName, ItemNumber, TaskBox } from "./widgets";
import { stateOf } from "./testing/state";

/** What is seen: hidden text left out, a task box as ☑ or ☐, a bullet as •. */
function seen(marked: string, focused = true): string {
  const state = stateOf(marked);
  const whole = { from: 0, to: state.doc.length };
  const { parts } = decorate(state, [whole], focused ? state.selection.ranges : []);
  const text = Array.from(state.sliceDoc());
  const put: [number, string][] = [];
  parts.between(0, state.doc.length, (from, to, { spec }) => {
    const widget: unknown = spec.widget;
    if (spec.class !== "sk-none" && (widget === undefined || from === to)) return;
    if (!(widget instanceof FenceName)) text.fill("", from, to);
    if (widget instanceof TaskBox) put.push([from, widget.ticked ? "☑" : "☐"]);
    else if (widget instanceof ItemNumber) put.push([from, widget.number]);
    else if (widget instanceof Bullet) put.push([from, "•"]);
    else if (widget instanceof CalloutName) put.push([from, `<${widget.kind}>`]);
  });
  for (const [at, sign] of put) text[at] = sign;
  return text.join("");
}

function lineClasses(state: EditorState, shown: EditorState["selection"]["ranges"] = []): string[] {
  const classes: string[] = [];
  const whole = { from: 0, to: state.doc.length };
  decorate(state, [whole], shown).parts.between(0, state.doc.length, (from, to, { spec }) => {
    const attributes = spec.attributes as Record<string, string> | undefined;
    if (from === to && attributes) classes.push(attributes["class"] ?? "");
  });
  return classes;
}

/** The looks of the lines for somebody who is writing there. */
function dressed(marked: string): string[] {
  const state = stateOf(marked);
  return lineClasses(state, state.selection.ranges);
}

test("markers of an element show when the selection touches it", () => {
  expect(seen("|a **b** *c* ~~d~~ `e`")).toBe("a b c d e");
  expect(seen("a **b|** *c*")).toBe("a **b** c");
  expect(seen("a |**b** *c*")).toBe("a **b** c");
  expect(seen("a **b** |*c*")).toBe("a b *c*");
  expect(seen("a \\*b|")).toBe("a *b");
});

test("markers of a block show when the selection touches its line", () => {
  expect(seen("# One|\n## Two\n> said")).toBe("# One\nTwo\nsaid");
  expect(seen("# One\n> sa|id\n> more")).toBe("One\n> said\nmore");
  expect(seen("## Two ##\n|")).toBe("Two \n");
});

test("all markers hide while the editor has no focus", () => {
  expect(seen("# |One **b**", false)).toBe("One b");
});

test("tasks are boxes and bullets dots, unless the caret stands in their marker", () => {
  expect(seen("- [ ] a\n- [x] b|\n- c")).toBe("☐a\n☑b\n•c");
  expect(seen("- [xx] a\n- [x+] b\n- [  ] c|")).toBe("☑a\n☑b\n☐c");
  expect(seen("- [|x] a\n|- b".replace("\n|", "\n"))).toBe("- [x] a\n•b");
  expect(seen("- |b")).toBe("•b");
  expect(seen("-| b")).toBe("- b");
  expect(seen("- a\n  - b|")).toBe("•a\n•b");
  expect(seen("1. [ ] a|")).toBe("1. ☐a");
});

test("ordered items count on from the first, whatever two wrote at once", () => {
  expect(seen("1. a\n2. b\n2. c\n3. d|")).toBe("1. a\n2. b\n3.c\n4.d");
  // As two leave it who each put an item after the first: both counted on below.
  expect(seen("1. a\n2. x\n2. y\n33. b\n44. c|")).toBe("1. a\n2. x\n3.y\n4.b\n5.c");
  expect(seen("7) a\n7) b\n   1. c\n   1. d\n7) e|")).toBe("7) a\n8)b\n1. c\n2.d\n9)e");
  expect(seen("1. a\n1|. b")).toBe("1. a\n1. b");
  expect(seen("1. a\n1. [x] b|")).toBe("1. a\n2.☑b");
});

test("an item that is not yet written is one below a paragraph too", () => {
  expect(seen("a\n- |")).toBe("a\n•");
  expect(lineClasses(stateOf("a\n- \nb"))[0]).toBe("");
});

test("a paragraph is no heading while the line below it is being written", () => {
  expect(dressed("a\n---|")).toEqual(["", ""]);
  expect(dressed("|a\n---")[0]).toContain("sk-h2");
});

test("what only looks like a task is none", () => {
  expect(seen("- [y] a|")).toBe("•[y] a");
  expect(seen("[ ] a|")).toBe("[ ] a");
  expect(seen("- [x]a|")).toBe("•[x]a");
  expect(seen("    - [ ] code|")).toBe("    - [ ] code");
});

test("links show their words", () => {
  expect(seen("|a [site](https://example.org) b")).toBe("a site b");
  expect(seen("a [si|te](https://example.org) b")).toBe("a [site](https://example.org) b");
  expect(seen("|a [[Note]] and [[Note#Part¦his]] b")).toBe("a Note and his b");
  expect(seen("a [[Note]] and [[Note#Part¦h|is]] b")).toBe("a Note and [[Note#Part|his]] b");
  expect(seen("a [word] b|")).toBe("a [word] b");
});

test("a link leads to a note, a path or an address, and never to a script", () => {
  const leads = (text: string): unknown => linkAt(stateOf(text), 4);
  expect(leads("a [[Note#Part]]")).toEqual({ kind: "note", target: "Note#Part" });
  expect(leads("a [x](notes/b%20c.md)")).toEqual({ kind: "note", target: "notes/b c.md" });
  expect(leads("a [x](https://example.org)")).toEqual({
    kind: "address",
    target: "https://example.org",
  });
  expect(leads("a [x](javascript:alert)")).toBeNull();
  expect(leads("a www.example.org")).toEqual({
    kind: "address",
    target: "https://www.example.org",
  });
  expect(leads("a plain")).toBeNull();
});

test("code keeps its fence while the caret is inside, and its lines have a ground", () => {
  expect(seen("```rust\nlet **a**;\n```\n|")).toBe("rust\nlet **a**;\n\n");
  expect(seen("```rust\nlet| a;\n```")).toBe("```rust\nlet a;\n```");
  expect(lineClasses(stateOf("```\na\n```\nb"))).toEqual([
    "sk-block sk-block-first sk-fence sk-foldable",
    "sk-block",
    "sk-block sk-block-last sk-fence",
    "",
  ]);
});

test("only the empty line between a heading and what follows is a gap, wherever the caret is", () => {
  expect(lineClasses(stateOf("a\n=\n\n\nb"))[2]).toBe("sk-below-h1");
  expect(lineClasses(stateOf("a\n=\n\n\nb"))[3]).toBe("");
  expect(lineClasses(stateOf("# a\n"))[1]).toBe("");
  expect(lineClasses(stateOf("a\n\nb"))[1]).toBe("");
});

test("headings, quotes, items and rules have their lines", () => {
  expect(lineClasses(stateOf("## a\n\n> b\n\n- c\n\n---"))).toEqual([
    "sk-heading sk-h2 sk-foldable",
    "sk-below-h2",
    "sk-quote",
    "",
    "sk-item sk-list",
    "",
    "sk-rule",
  ]);
});

test("in a text of 1 MB only what is in view is decorated", { timeout: 30_000 }, () => {
  const part = "# Title\n\nSome **bold** text with [[links]] and `code`.\n\n- [ ] a task\n\n";
  const state = stateOf(part.repeat(Math.ceil(1_000_000 / part.length)));
  const middle = 500_000;
  const { parts } = decorate(state, [{ from: middle, to: middle + 3_000 }], []);
  expect(parts.size).toBeGreaterThan(100);
  expect(parts.size).toBeLessThan(1_500);
});

test("any text can be decorated at any place", () => {
  const text =
    "> - [x] **a `b\n>\n> ```\n> c\n- d\n\n  e\n1. [[f¦g]]\n***\n[h](<i j> 'k\nl')\n¦ m ¦\n¦-¦\n";
  for (let from = 0; from < text.length; from++) {
    for (const to of [from, text.length]) {
      const state = stateOf(text);
      decorate(state, [{ from, to }], [{ from, to }]);
    }
  }
});

test("a callout shows its kind, and its marker while its line is touched", () => {
  expect(seen("> [!note]\n> body\n|")).toBe("<note>\nbody\n");
  expect(seen("> [!Warning] Title\n|")).toBe("<warning>Title\n");
  expect(seen("> [!tip]|")).toBe("> [!tip]");
  expect(seen("> [!nonsense]\n|")).toBe("[!nonsense]\n");
});

test("footnotes, pictures and front matter are read without their markers", () => {
  expect(seen("said[^1].\n\n[^1]: why\n|")).toBe("said1.\n\n1: why\n");
  expect(seen("![a map](https://example.org/m.png)\n|")).toBe("a map\n");
  const front = stateOf("---\ntitle: a\n---\ntext\n===");
  expect(
    lineClasses(front)
      .slice(0, 3)
      .every((name) => name.includes("sk-front")),
  ).toBe(true);
  expect(lineClasses(stateOf("---\ntitle: a\n\ntext"))[0]).toBe("sk-rule");
});

test("fenced code is parsed by its own language", () => {
  const state = stateOf("```ts\nconst a: number = 1;\n```");
  expect(ensureSyntaxTree(state, state.doc.length, 5000)?.resolveInner(8, 1).name).toBe("const");
});
