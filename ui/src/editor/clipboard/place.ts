// Pasted lines take their place: in a list they become items of it, in a quotation lines of it.

import type { ChangeSet, EditorState, Line } from "@codemirror/state";
import { holderAt } from "../lineBreaks";
import { itemOn, QUOTES, renumbered } from "../lists";
import type { FoundItem } from "../lists";

const ITEM = /^[ \t]*(?:[-+*]|\d{1,9}[.)])[ \t]/;
/** What is a block of its own and no item's words. */
const BLOCK = /^[ \t]*(?:#{1,6}[ \t]|>|```|~~~|\||[-*_]{3,}[ \t]*$)/;

/** The change that puts several pasted lines in place of the selection; null where they come in as they are. */
export function inPlace(state: EditorState, text: string): ChangeSet | null {
  const { main, ranges } = state.selection;
  const lines = text.replace(/\n+$/, "").split("\n");
  const line = state.doc.lineAt(main.from);
  if (ranges.length > 1 || main.to > line.to) return null;
  const found = itemOn(state, line);
  if (found !== null) {
    if (main.from < found.item.text) return null;
    return lines.every((one) => ITEM.test(one) || /^[ \t]+\S/.test(one))
      ? asList(state, line, found, lines)
      : asItems(state, line, found, lines);
  }
  if (lines.length === 1 || holderAt(state, main.from) !== "Blockquote") return null;
  const quotes = QUOTES.exec(line.text)?.[0] ?? "";
  if (!quotes.includes(">") || main.from < line.from + quotes.length) return null;
  const insert = lines.map((one, at) => (at === 0 ? one : (quotes + one).trimEnd())).join("\n");
  return state.changes({ from: main.from, to: main.to, insert });
}

/** A pasted list stands at the depth of the item: in its place while it has no words, else below it. */
function asList(
  state: EditorState,
  line: Line,
  { item, node }: FoundItem,
  lines: readonly string[],
): ChangeSet | null {
  const { main } = state.selection;
  if (main.to < line.to || !ITEM.test(lines[0] ?? "")) return null;
  const lead = state.sliceDoc(line.from, item.mark);
  const indent = Math.min(...lines.map((one) => one.length - one.trimStart().length));
  const list = lines.map((one) => lead + one.slice(indent)).join("\n");
  const isEmpty = main.from === item.text;
  const from = isEmpty ? line.from : main.from;
  const changes = state.changes({ from, to: main.to, insert: isEmpty ? list : `\n${list}` });
  return renumbered(state, changes, node.from, node.to);
}

/** Each line of words is an item like the one that it comes into. */
function asItems(
  state: EditorState,
  line: Line,
  { item, node }: FoundItem,
  lines: readonly string[],
): ChangeSet | null {
  const { main } = state.selection;
  const isWords = (one: string): boolean =>
    one.trim() !== "" && !BLOCK.test(one) && !ITEM.test(one);
  if (!lines.every(isWords)) return null;
  const start = state.sliceDoc(line.from, item.box?.from ?? item.text) + (item.box ? "[ ] " : "");
  const insert = lines.map((one, at) => (at === 0 ? one : start + one.trim())).join("\n");
  const changes = state.changes({ from: main.from, to: main.to, insert });
  return renumbered(state, changes, node.from, node.to);
}
