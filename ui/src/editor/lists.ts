// Lists as a word processor edits them: nest, outdent, leave, tick.

import { ensureSyntaxTree } from "@codemirror/language";
import { countColumn } from "@codemirror/state";
import type { ChangeSet, ChangeSpec, EditorState, Line, StateCommand } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import type { SyntaxNode } from "@lezer/common";
import { enclosing } from "./enclosing";
import { taskBox } from "./markdown";

const PARSE_MS = 30;
/** Quote marks and indentation, list mark, gap. */
const ITEM = /^((?:[ \t]*>)*[ \t]*)([-+*]|\d{1,9}[.)])([ \t]+|$)/;
export const QUOTES = /^(?:[ \t]*>[ \t]?)*/;

type ItemLine = {
  line: Line;
  /** Where the list mark, the task box and the text begin. */
  mark: number;
  box: { from: number; to: number; ticked: boolean } | null;
  text: number;
};

function readItem(line: Line): ItemLine | null {
  const match = ITEM.exec(line.text);
  if (match === null) return null;
  const mark = line.from + (match[1]?.length ?? 0);
  const start = line.from + match[0].length;
  const rest = line.text.slice(match[0].length);
  const found = taskBox(rest);
  if (found === null) return { line, mark, box: null, text: start };
  const gap = /^[ \t]?/.exec(rest.slice(found.length))?.[0].length ?? 0;
  const to = start + found.length;
  return { line, mark, box: { from: start, to, ticked: found.ticked }, text: to + gap };
}

export type FoundItem = { item: ItemLine; node: SyntaxNode };

/** The list item that begins on a line; code that looks like one is none. */
export function itemOn(state: EditorState, line: Line): FoundItem | null {
  const item = readItem(line);
  if (item === null) return null;
  const node = enclosing(state, item.mark, /^ListItem$/, 1);
  return node === null || node.from < line.from ? null : { item, node };
}

/** Outermost items that begin on the selected lines. */
export function selectedItems(state: EditorState): FoundItem[] {
  const items: FoundItem[] = [];
  for (const range of state.selection.ranges) {
    const last = state.doc.lineAt(range.to).number;
    for (let number = state.doc.lineAt(range.from).number; number <= last; number++) {
      const found = itemOn(state, state.doc.line(number));
      const inside = items.some(({ node }) => found !== null && found.node.to <= node.to);
      if (found !== null && !inside) items.push(found);
    }
  }
  return items;
}

/** How far a line is indented behind its quote marks, in columns. */
function indentOf(line: Line): { from: number; to: number; columns: number } {
  const quotes = QUOTES.exec(line.text)?.[0].length ?? 0;
  const space = /^[ \t]*/.exec(line.text.slice(quotes))?.[0] ?? "";
  const from = line.from + quotes;
  return { from, to: from + space.length, columns: countColumn(space, 4) };
}

/** Moves all lines of an item by some columns. */
function shift(state: EditorState, node: SyntaxNode, columns: number): ChangeSpec[] {
  const changes: ChangeSpec[] = [];
  const last = state.doc.lineAt(node.to).number;
  for (let number = state.doc.lineAt(node.from).number; number <= last; number++) {
    const line = state.doc.line(number);
    if (line.text.trim() === "") continue;
    const indent = indentOf(line);
    const insert = " ".repeat(Math.max(0, indent.columns + columns));
    changes.push({ from: indent.from, to: indent.to, insert });
  }
  return changes;
}

/** The item before it in its list; in a quote, quote marks stand between. */
export function itemBefore(node: SyntaxNode): SyntaxNode | null {
  let before = node.prevSibling;
  while (before !== null && before.name !== "ListItem") before = before.prevSibling;
  return before;
}

/** How far the item has to move to stand one level deeper or less deep; 0 if it cannot. */
export function stepTo(state: EditorState, node: SyntaxNode, deeper: boolean): number {
  const own = indentOf(state.doc.lineAt(node.from)).columns;
  if (!deeper) {
    const parent = node.parent?.parent;
    return parent?.name === "ListItem" ? indentOf(state.doc.lineAt(parent.from)).columns - own : 0;
  }
  const before = itemBefore(node);
  if (before === null) return 0;
  const line = state.doc.lineAt(before.from);
  const mark = ITEM.exec(line.text)?.[2]?.length ?? 1;
  return indentOf(line).columns + mark + 1 - own;
}

function moveItems(deeper: boolean): StateCommand {
  return ({ state, dispatch }) => {
    const items = selectedItems(state);
    if (items.length === 0) return false;
    if (state.readOnly) return true;
    const specs: ChangeSpec[] = [];
    let step = 0;
    items.forEach(({ node }, index) => {
      const follows = index > 0 && itemBefore(node)?.from === items[index - 1]?.node.from;
      if (!follows) step = stepTo(state, node, deeper);
      if (step !== 0) specs.push(...shift(state, node, step));
    });
    const [first, last] = [items[0]?.node.from ?? 0, items.at(-1)?.node.to ?? 0];
    const changes = renumbered(state, state.changes(specs), first, last);
    if (!changes.empty) {
      dispatch(state.update({ changes, scrollIntoView: true, userEvent: "input.indent" }));
    }
    return true;
  };
}

/** Puts items one level deeper, under the item before them. Outside of lists Tab leaves the editor. */
export const nestItems = moveItems(true);
export const outdentItems = moveItems(false);

/**
 * Completes a change of list structure: numbers around it count on from their list's first, or from its lowest
 * where items changed places.
 */
export function renumbered(
  state: EditorState,
  changes: ChangeSet,
  from: number,
  to: number,
  begin: "first" | "lowest" = "first",
): ChangeSet {
  const next = state.update({ changes, filter: false }).state;
  const [start, end] = [changes.mapPos(from, -1), changes.mapPos(to, 1)];
  const tree = ensureSyntaxTree(next, Math.min(next.doc.length, end + 1000), PARSE_MS);
  if (tree === null) return changes;
  const specs: ChangeSpec[] = [];
  tree.iterate({
    from: Math.max(0, start - 1),
    to: Math.min(next.doc.length, end + 1),
    enter(node) {
      if (node.name !== "OrderedList") return;
      const items = node.node.getChildren("ListItem");
      let expected: number | null =
        begin === "lowest" ? Math.min(...items.map((item) => Number(digitsOf(next, item)))) : null;
      for (const item of items) {
        const digits = digitsOf(next, item);
        expected ??= item.from >= start && item.from <= end && isNested(item) ? 1 : Number(digits);
        const insert = String(expected++);
        if (insert !== digits)
          specs.push({ from: item.from, to: item.from + digits.length, insert });
      }
    },
  });
  return specs.length === 0 ? changes : changes.compose(next.changes(specs));
}

function digitsOf(state: EditorState, { from }: SyntaxNode): string {
  return /^\d+/.exec(state.sliceDoc(from, from + 9))?.[0] ?? "1";
}

/** What an ordered item counts as: its list's first number, and one more for each item between. `known` keeps it by item. */
export function countedAs(
  state: EditorState,
  item: SyntaxNode,
  known: Map<number, number>,
): number {
  const uncounted: SyntaxNode[] = [];
  let before: SyntaxNode | null = item;
  for (; before !== null && !known.has(before.from); before = itemBefore(before)) {
    uncounted.push(before);
  }
  const first = Number(digitsOf(state, uncounted.at(-1) ?? item));
  let number = before === null ? first - 1 : (known.get(before.from) ?? first);
  for (const { from } of uncounted.reverse()) known.set(from, ++number);
  return number;
}

function isNested(item: SyntaxNode): boolean {
  return item.parent?.parent?.name === "ListItem";
}

/** Backspace at the start of an item's text: one level out, and from the outermost level out of the list. */
export const leaveItem: StateCommand = (target) => {
  const { state, dispatch } = target;
  const { main, ranges } = state.selection;
  if (!main.empty || ranges.length > 1 || state.readOnly) return false;
  const found = itemOn(state, state.doc.lineAt(main.head));
  if (found === null || found.item.text !== main.head) return false;
  if (stepTo(state, found.node, false) !== 0) return outdentItems(target);
  const { line, mark, text } = found.item;
  const quotes = line.from + (QUOTES.exec(line.text)?.[0].length ?? 0);
  const from = Math.min(mark, quotes);
  dispatch(state.update({ changes: { from, to: text }, userEvent: "delete.backward" }));
  return true;
};

export function writeBox(box: { from: number; to: number }, ticked: boolean): ChangeSpec {
  return { from: box.from, to: box.to, insert: ticked ? "[x]" : "[ ]" };
}

/** Ticks or unticks the task on a position's line. */
export function toggleTaskAt(view: EditorView, position: number): boolean {
  const { state } = view;
  const box = itemOn(state, state.doc.lineAt(position))?.item.box;
  if (!box || state.readOnly) return false;
  view.dispatch({ changes: writeBox(box, !box.ticked), userEvent: "input.toggle" });
  return true;
}

/** Toggles the tasks on the selected lines; a line without a box gets one. */
export const toggleTasks: StateCommand = ({ state, dispatch }) => {
  if (state.readOnly) return false;
  const lines = new Map<number, Line>();
  for (const range of state.selection.ranges) {
    const last = state.doc.lineAt(range.to).number;
    for (let number = state.doc.lineAt(range.from).number; number <= last; number++) {
      lines.set(number, state.doc.line(number));
    }
  }
  const all = [...lines.values()].filter((line) => lines.size === 1 || line.text.trim() !== "");
  const items = all.map((line) => itemOn(state, line)?.item ?? null);
  const tick = items.some((item) => item?.box?.ticked === false);
  const changes = all.flatMap((line, index): ChangeSpec[] => {
    const item = items[index];
    if (item?.box) return [writeBox(item.box, tick)];
    if (item) return [{ from: item.text, insert: "[ ] " }];
    if (enclosing(state, line.from, /Code|HTML|Table/, 1) !== null) return [];
    return [{ from: indentOf(line).to, insert: "- [ ] " }];
  });
  if (changes.length === 0) return false;
  const set = state.changes(changes);
  const selection = state.selection.map(set, 1);
  dispatch(state.update({ changes: set, selection, userEvent: "input.toggle" }));
  return true;
};
