// Whatever lies along a line is told from its start to its end, so that a language written from right to left mirrors it.

import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** What is measured on the screen, where left is left in every language. */
const PHYSICAL: Record<string, string> = {
  "components/sortable/sortable.css":
    "what is lifted follows the pointer, from the window's corner",
  "editor/carets.ts": "the editor measures where a colleague's caret is from its left edge",
};

const SIDE = "left|right|Left|Right";
const FAULTS = [
  new RegExp(`\\b(margin|padding|border|inset|scroll-margin|scroll-padding)-?(${SIDE})\\b`, "g"),
  new RegExp(`\\bborder-?(top|bottom|Top|Bottom)-?(${SIDE})`, "g"),
  new RegExp(`(?<![\\w-])(left|right)\\??:\\s*["'\`\\d-]`, "g"),
  /(?<![\w-])(left|right):\s*(auto|calc|var|-?\d)/g,
  /\b(text-align|textAlign|float|clear):\s*["']?(left|right)\b/g,
];
const FOUR =
  /\b(?:margin|padding|inset|border-width|borderWidth):\s*["']?[^\s;"']+ ([^\s;"']+) [^\s;"']+ ([^\s;"']+)["']?[;,]/g;
const ALONG = /\btranslate:\s*["']?(?!calc\([^)]*--forward)-?[1-9.]\S*/g;

/** Turned by 45 degrees it is the tick of a box, which is drawn the same way everywhere. */
const TICK = "0 2px 2px 0";

function faultsIn(style: string): string[] {
  const source = style.replaceAll(TICK, "");
  const plain = [...FAULTS, ALONG].flatMap((fault) => source.match(fault) ?? []);
  const uneven = [...source.matchAll(FOUR)].filter(([, end, start]) => end !== start);
  return [...plain, ...uneven.map(([whole]) => whole)];
}

/** Of a component its styles, of code what it hands to styles. */
function styleOf(path: string, text: string): string {
  if (!path.endsWith(".svelte")) return text;
  const parts = text.match(/<style[\s\S]*<\/style>|style:[\w-]+|\bstyle="[^"]*"/g) ?? [];
  return parts.join("\n");
}

const root = new URL("..", import.meta.url);
const sources = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.(svelte|css|ts)$/.test(path) && !/\.test\.ts$/.test(path))
  .sort();

test("no style says left or right where it means start or end", () => {
  const faulty = sources.flatMap((path) => {
    const found = faultsIn(styleOf(path, readFileSync(new URL(path, root), "utf8")));
    return found.length > 0 ? [[path, found] as const] : [];
  });
  expect(Object.fromEntries(faulty.filter(([path]) => !(path in PHYSICAL)))).toEqual({});
  // What is allowed and not needed any more leaves the list.
  expect(faulty.map(([path]) => path).filter((path) => path in PHYSICAL)).toEqual(
    Object.keys(PHYSICAL),
  );
});

test("what the lint looks for is found, and what is meant is left alone", () => {
  const physical = [
    ...["margin-left: 1px;", "paddingRight: 2", "border-left: 0;", "left: 0;", "right: auto;"],
    ...["text-align: right;", "float: left;", "border-top-left-radius: 4px;", 'textAlign: "left"'],
    ...["padding: 1px 2px 3px 4px;", "translate: 12px 0;", "inset: 0 auto 0 0;"],
  ];
  for (const style of physical) expect(faultsIn(style), style).not.toEqual([]);
  const logical = [
    ...["margin-inline-start: 1px;", "inset-inline-end: 0;", "text-align: start;", "top: 0;"],
    ...[
      "padding: 1px 2px 3px 2px;",
      "translate: 0 8px;",
      "translate: calc(8px * var(--forward)) 0;",
    ],
    "border-width: 1px 2px;",
  ];
  for (const style of logical) expect(faultsIn(style), style).toEqual([]);
});
