// How headings, quotes, callouts, items, code and other blocks look.

import { Decoration } from "@codemirror/view";
import type { SyntaxNode, SyntaxNodeRef } from "@lezer/common";
import { calloutOf } from "./callout";
import { CopyCode, FenceName } from "./fence";
import { drawFold } from "./folding";
import { countedAs } from "./lists";
import { dim, drawDim, hung } from "./look";
import type { Draw, Look, Stretch } from "./look";
import { taskBox } from "./markdown";
import { Bullet, CalloutName, ItemNumber, TaskBox } from "./widgets";

const LONGEST_LABEL = 120;
const DEEPEST_QUOTE = 8;

const listMark = Decoration.mark({ class: "sk-list-mark sk-marker" });
const done = Decoration.mark({ class: "sk-done" });

function drawHeading(level: number, atx: boolean): Draw {
  return (look, node, stretch) => {
    const text = look.state.doc.lineAt(node.from);
    // Whoever stands in the line below a paragraph may still be writing a rule.
    if (!atx && look.touches(look.state.doc.lineAt(node.to))) return drawUnderline(look, node);
    look.classes(node, stretch, "sk-heading", `sk-h${level}`);
    if (node.from >= stretch.from) drawFold(look, text);
    for (const mark of node.node.getChildren("HeaderMark")) {
      const opens = atx && mark.from === node.from;
      const gap = /^[ \t]*/.exec(look.state.sliceDoc(mark.to, Math.min(text.to, mark.to + 20)));
      const to = opens ? mark.to + (gap?.[0].length ?? 0) : mark.to;
      if (!atx) look.mark(dim, mark.from, mark.to);
      else if (!look.touches(text)) look.hide(mark.from, to);
      else look.mark(opens && mark.from === text.from ? hung : dim, mark.from, to);
    }
    return true;
  };
}

function drawUnderline(look: Look, node: SyntaxNodeRef): boolean {
  for (const { from, to } of node.node.getChildren("HeaderMark")) look.mark(dim, from, to);
  return true;
}

const drawQuote: Draw = (look, node, stretch) => {
  const { doc } = look.state;
  const callout = calloutOf(look.state, node);
  const last = doc.lineAt(node.to).from;
  for (const line of look.linesOf(node, stretch)) {
    const own = look.line(line.from);
    own.quotes = Math.min(own.quotes + 1, DEEPEST_QUOTE);
    if (callout === null) continue;
    look.dress(line.from, "sk-callout", `sk-callout-${callout.kind}`);
    if (line.from === callout.line) look.dress(line.from, "sk-callout-first");
    if (line.from === last) look.dress(line.from, "sk-callout-last");
  }
  if (callout !== null && callout.from >= stretch.from && callout.to <= stretch.to) {
    const { kind, from, to, titled } = callout;
    if (look.touches(doc.lineAt(from))) look.mark(dim, from, to);
    else look.replace(new CalloutName(kind, titled), from, to);
  }
  return true;
};

const drawQuoteMark: Draw = (look, { from, to }) => {
  const line = look.state.doc.lineAt(from);
  const end = look.state.sliceDoc(to, to + 1) === " " ? to + 1 : to;
  if (!look.touches(line)) look.hide(from, end);
  else look.mark(from === line.from ? hung : dim, from, end);
  return true;
};

const drawItem: Draw = (look, node, stretch) => {
  let depth = 1;
  for (let up = node.node.parent; up !== null; up = up.parent) {
    if (up.name === "ListItem") depth++;
  }
  const mark = node.node.getChild("ListMark");
  if (mark === null) return true;
  const first = look.state.doc.lineAt(node.from);
  for (const line of look.linesOf(node, stretch)) {
    look.line(line.from).depth = depth;
    if (line.from === first.from) look.dress(line.from, "sk-item");
    else if (/^[ \t]/.test(line.text)) {
      const space = /^[ \t]*/.exec(line.text)?.[0].length ?? 0;
      look.hideUnlessInside(line.from, line.from + space);
    }
  }
  if (mark.from < stretch.from || mark.from > stretch.to) return true;
  if (/^[ \t]+$/.test(first.text.slice(0, mark.from - first.from))) {
    look.hideUnlessInside(first.from, mark.from);
  }
  if (node.to > first.to) drawFold(look, first);
  drawItemMark(look, node, mark);
  return true;
};

function drawItemMark(look: Look, node: SyntaxNodeRef, mark: Stretch): void {
  const { doc } = look.state;
  const line = doc.lineAt(mark.from);
  const isBullet = node.node.parent?.name === "BulletList";
  const gap = /^[ \t]*/.exec(line.text.slice(mark.to - line.from))?.[0].length ?? 0;
  const text = mark.to + gap;
  const task = node.node.getChild("Task")?.getChild("TaskMarker");
  const box = task && taskBox(doc.sliceString(task.from, line.to));
  if (!task || !box) {
    if (isBullet && !look.inside(mark.from, text)) look.replace(new Bullet(), mark.from, text);
    else drawNumber(look, node.node, mark, text);
    return;
  }
  const to = Math.min(line.to, task.to + 1);
  const from = isBullet ? mark.from : task.from;
  if (!isBullet) drawNumber(look, node.node, mark, text);
  if (box.ticked) look.mark(done, to, node.node.getChild("Task")?.to ?? to);
  if (look.inside(from, to)) {
    look.mark(dim, from, to);
    return;
  }
  const label = doc.sliceString(to, Math.min(line.to, to + LONGEST_LABEL)).trim();
  look.replace(new TaskBox(box.ticked, label, isBullet, look.state.readOnly), from, to);
}

/** Items count on from their list's first, whatever is written: two who add one apart write the same number. */
function drawNumber(look: Look, item: SyntaxNode, mark: Stretch, text: number): void {
  const written = look.state.sliceDoc(mark.from, mark.to);
  const counted = `${countedAs(look.state, item, look.numbers)}${written.slice(-1)}`;
  if (counted === written || look.inside(mark.from, text)) look.mark(listMark, mark.from, text);
  else look.replace(new ItemNumber(counted), mark.from, text);
}

const drawCode: Draw = (look, node, stretch) => {
  const { doc } = look.state;
  const fenced = node.name === "FencedCode";
  const [first, last] = [doc.lineAt(node.from), doc.lineAt(node.to)];
  const marks = node.node.getChildren("CodeMark");
  const closed = fenced && marks.length > 1;
  for (const line of look.linesOf(node, stretch)) {
    look.line(line.from).code = true;
    look.dress(line.from, "sk-block");
    if (line.from === first.from) look.dress(line.from, "sk-block-first");
    if (line.from === last.from) look.dress(line.from, "sk-block-last");
    const isFence = line.from === first.from || (closed && line.from === last.from);
    if (fenced && isFence) look.dress(line.from, "sk-fence");
  }
  if (!fenced) return false;
  const touched = look.touches({ from: first.from, to: last.to });
  for (const mark of marks) look.hideOrDim(touched, mark.from, mark.to);
  if (first.from < stretch.from) return false;
  const info = node.node.getChild("CodeInfo");
  if (info !== null && !touched) {
    look.replace(new FenceName(doc.sliceString(info.from, info.to)), info.from, info.to);
  }
  drawFold(look, first);
  look.widget(new CopyCode(), first.to, 1);
  return false;
};

const drawRule: Draw = (look, node) => {
  if (!look.touches(node)) look.dress(look.state.doc.lineAt(node.from).from, "sk-rule");
  return false;
};

const drawFrontMatter: Draw = (look, node, stretch) => {
  for (const line of look.linesOf(node, stretch)) {
    look.line(line.from).code = true;
    look.dress(line.from, "sk-front");
  }
  if (stretch.from > 0) return false;
  const first = look.state.doc.line(1);
  if (drawFold(look, first) && !look.touches(first)) look.hide(first.from, first.to);
  return false;
};

export const blocks: Readonly<Record<string, Draw>> = {
  ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [`ATXHeading${n}`, drawHeading(n, true)])),
  SetextHeading1: drawHeading(1, false),
  SetextHeading2: drawHeading(2, false),
  Blockquote: drawQuote,
  QuoteMark: drawQuoteMark,
  ListItem: drawItem,
  FencedCode: drawCode,
  CodeBlock: drawCode,
  HorizontalRule: drawRule,
  FrontMatter: drawFrontMatter,
  HTMLBlock: drawDim,
  Comment: drawDim,
  CommentBlock: drawDim,
};
