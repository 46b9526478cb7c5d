// What a stretch of Markdown looks like: which markers hide, which lines are headings, items, quotes or code.

import { syntaxTree } from "@codemirror/language";
import type { EditorState, Range } from "@codemirror/state";
import { Decoration } from "@codemirror/view";
import type { DecorationSet } from "@codemirror/view";
import type { SyntaxNodeRef } from "@lezer/common";
import { taskBox } from "./markdown";
import { Bullet, TaskBox } from "./widgets";

type Stretch = { readonly from: number; readonly to: number };
type LineLook = { classes: string[]; depth: number; quotes: number; code: boolean };

/** Out of sight by style: a replaced marker would bring elements between which a line may break. */
const hidden = Decoration.mark({ class: "sk-none" });
const bullet = Decoration.replace({ widget: new Bullet() });
const LONGEST_LABEL = 120;

/** A mark as wide as it is needed to write, dimmed. */
const dim = Decoration.mark({ class: "sk-dim" });
/** A mark that hangs before its line's text, so that nothing moves when it shows. */
const hung = Decoration.mark({ class: "sk-hung" });
const listMark = Decoration.mark({ class: "sk-list-mark sk-marker" });
const link = Decoration.mark({ class: "sk-link" });
const inlineCode = Decoration.mark({ class: "sk-code" });
const done = Decoration.mark({ class: "sk-done" });

/**
 * The look of the given stretches. `shown` are the places whose markers are to be seen: the
 * selection while the editor has the focus, else none.
 */
export function decorate(
  state: EditorState,
  stretches: readonly Stretch[],
  shown: readonly Stretch[],
): DecorationSet {
  const look = new Look(state, shown);
  for (const stretch of stretches) look.add(stretch);
  return look.decorations();
}

class Look {
  readonly #state: EditorState;
  readonly #shown: readonly Stretch[];
  readonly #ranges: Range<Decoration>[] = [];
  readonly #lines = new Map<number, LineLook>();

  constructor(state: EditorState, shown: readonly Stretch[]) {
    this.#state = state;
    this.#shown = shown;
  }

  add(stretch: Stretch): void {
    for (const line of this.#linesOf(stretch, stretch)) this.#line(line.from);
    syntaxTree(this.#state).iterate({
      from: stretch.from,
      to: stretch.to,
      enter: (node) => this.#enter(node, stretch),
    });
  }

  decorations(): DecorationSet {
    for (const [from, look] of this.#lines) this.#ranges.push(lineDecoration(look).range(from));
    return Decoration.set(this.#ranges, true);
  }

  #enter(node: SyntaxNodeRef, stretch: Stretch): boolean {
    const { name } = node;
    const heading = /^(ATX|Setext)Heading(\d)$/.exec(name);
    if (heading) this.#heading(node, Number(heading[2]), heading[1] === "ATX", stretch);
    switch (name) {
      case "Blockquote":
        for (const line of this.#linesOf(node, stretch)) this.#line(line.from).quotes++;
        return true;
      case "QuoteMark":
        this.#quoteMark(node);
        return true;
      case "ListItem":
        this.#listItem(node, stretch);
        return true;
      case "FencedCode":
      case "CodeBlock":
        this.#code(node, stretch);
        return false;
      case "HorizontalRule":
        if (!this.#touches(node)) this.#line(node.from).classes.push("sk-rule");
        return false;
      case "Table":
        this.#classes(node, stretch, "sk-table");
        return true;
      case "TableDelimiter":
      case "LinkReference":
      case "HTMLBlock":
      case "Comment":
      case "CommentBlock":
        this.#mark(dim, node.from, node.to);
        return true;
      case "Emphasis":
      case "StrongEmphasis":
      case "Strikethrough":
        this.#hideMarks(node, /^(Emphasis|Strikethrough)Mark$/);
        return true;
      case "InlineCode":
        this.#mark(inlineCode, node.from, node.to);
        this.#hideMarks(node, /^CodeMark$/);
        return false;
      case "Escape":
        if (!this.#touches(node)) this.#hide(node.from, node.from + 1);
        return false;
      case "Link":
        this.#link(node);
        return true;
      case "Autolink":
        this.#mark(link, node.from, node.to);
        this.#hideMarks(node, /^LinkMark$/);
        return false;
      case "URL":
        if (node.node.parent?.name !== "Link") this.#mark(link, node.from, node.to);
        return false;
      case "Image":
        return false;
      case "WikiLink":
        this.#wikiLink(node);
        return false;
    }
    return true;
  }

  #heading(node: SyntaxNodeRef, level: number, atx: boolean, stretch: Stretch): void {
    const text = this.#state.doc.lineAt(node.from);
    this.#classes(node, stretch, "sk-heading", `sk-h${level}`);
    for (const mark of node.node.getChildren("HeaderMark")) {
      const opens = atx && mark.from === node.from;
      const gap = /^[ \t]*/.exec(this.#state.sliceDoc(mark.to, Math.min(text.to, mark.to + 20)));
      const to = opens ? mark.to + (gap?.[0].length ?? 0) : mark.to;
      if (!atx) this.#mark(dim, mark.from, mark.to);
      else if (!this.#touches(text)) this.#hide(mark.from, to);
      else this.#mark(opens && mark.from === text.from ? hung : dim, mark.from, to);
    }
  }

  #quoteMark({ from, to }: SyntaxNodeRef): void {
    const line = this.#state.doc.lineAt(from);
    const end = this.#state.sliceDoc(to, to + 1) === " " ? to + 1 : to;
    if (!this.#touches(line)) this.#hide(from, end);
    else this.#mark(from === line.from ? hung : dim, from, end);
  }

  #listItem(node: SyntaxNodeRef, stretch: Stretch): void {
    let depth = 1;
    for (let up = node.node.parent; up !== null; up = up.parent) {
      if (up.name === "ListItem") depth++;
    }
    const mark = node.node.getChild("ListMark");
    if (mark === null) return;
    const first = this.#state.doc.lineAt(node.from);
    for (const line of this.#linesOf(node, stretch)) {
      const look = this.#line(line.from);
      look.depth = depth;
      if (line.from === first.from) look.classes.push("sk-item");
      else if (/^[ \t]/.test(line.text)) {
        const space = /^[ \t]*/.exec(line.text)?.[0].length ?? 0;
        this.#hideUnlessInside(line.from, line.from + space);
      }
    }
    if (mark.from < stretch.from || mark.from > stretch.to) return;
    if (/^[ \t]+$/.test(first.text.slice(0, mark.from - first.from))) {
      this.#hideUnlessInside(first.from, mark.from);
    }
    this.#itemMark(node, mark);
  }

  #itemMark(node: SyntaxNodeRef, mark: Stretch): void {
    const { doc } = this.#state;
    const line = doc.lineAt(mark.from);
    const isBullet = node.node.parent?.name === "BulletList";
    const gap = /^[ \t]*/.exec(line.text.slice(mark.to - line.from))?.[0].length ?? 0;
    const text = mark.to + gap;
    const task = node.node.getChild("Task")?.getChild("TaskMarker");
    const box = task && taskBox(doc.sliceString(task.from, line.to));
    if (!task || !box) {
      if (isBullet && !this.#inside(mark.from, text)) this.#replace(bullet, mark.from, text);
      else this.#mark(listMark, mark.from, text);
      return;
    }
    const to = Math.min(line.to, task.to + 1);
    const from = isBullet ? mark.from : task.from;
    if (!isBullet) this.#mark(listMark, mark.from, text);
    if (box.ticked) this.#mark(done, to, node.node.getChild("Task")?.to ?? to);
    if (this.#inside(from, to)) {
      this.#mark(dim, from, to);
      return;
    }
    const label = doc.sliceString(to, Math.min(line.to, to + LONGEST_LABEL)).trim();
    const widget = new TaskBox(box.ticked, label, isBullet);
    this.#replace(Decoration.replace({ widget }), from, to);
  }

  #code(node: SyntaxNodeRef, stretch: Stretch): void {
    const { doc } = this.#state;
    const fenced = node.name === "FencedCode";
    const [first, last] = [doc.lineAt(node.from), doc.lineAt(node.to)];
    const marks = node.node.getChildren("CodeMark");
    const closed = fenced && marks.length > 1;
    for (const line of this.#linesOf(node, stretch)) {
      const look = this.#line(line.from);
      look.code = true;
      look.classes.push("sk-block");
      if (line.from === first.from) look.classes.push("sk-block-first");
      if (line.from === last.from) look.classes.push("sk-block-last");
      const isFence = line.from === first.from || (closed && line.from === last.from);
      if (fenced && isFence) look.classes.push("sk-fence");
    }
    if (!fenced) return;
    const touched = this.#touches({ from: first.from, to: last.to });
    for (const mark of marks) {
      if (touched) this.#mark(dim, mark.from, mark.to);
      else this.#hide(mark.from, mark.to);
    }
  }

  #link(node: SyntaxNodeRef): void {
    const marks = node.node.getChildren("LinkMark");
    const [open, close] = [marks[0], marks[1]];
    if (node.node.getChild("URL") === null || open === undefined || close === undefined) return;
    this.#mark(link, open.to, close.from);
    const empty = this.#state.sliceDoc(open.to, close.from).trim() === "";
    if (!this.#touches(node) && !empty) {
      this.#hide(open.from, open.to);
      this.#hide(close.from, node.to);
      return;
    }
    this.#mark(dim, open.from, open.to);
    this.#mark(dim, close.from, node.to);
  }

  #wikiLink(node: SyntaxNodeRef): void {
    const [open, close] = node.node.getChildren("WikiLinkMark");
    if (open === undefined || close === undefined) return;
    const alias = node.node.getChild("WikiLinkAlias");
    const shows = alias !== null && alias.to > alias.from ? alias.from : open.to;
    this.#mark(link, shows, close.from);
    const decoration = this.#touches(node) ? dim : hidden;
    this.#mark(decoration, open.from, shows);
    this.#mark(decoration, close.from, close.to);
  }

  #hideMarks(node: SyntaxNodeRef, names: RegExp): void {
    const decoration = this.#touches(node) ? dim : hidden;
    for (let child = node.node.firstChild; child !== null; child = child.nextSibling) {
      if (names.test(child.name)) this.#mark(decoration, child.from, child.to);
    }
  }

  /** Whether the selection touches a stretch, its ends included. */
  #touches({ from, to }: Stretch): boolean {
    return this.#shown.some((place) => place.from <= to && place.to >= from);
  }

  /** Whether an end of the selection stands in a stretch or right before it. */
  #inside(from: number, to: number): boolean {
    const within = (position: number): boolean => from <= position && position < to;
    return this.#shown.some((place) => within(place.from) || within(place.to));
  }

  #hide(from: number, to: number): void {
    this.#mark(hidden, from, to);
  }

  #hideUnlessInside(from: number, to: number): void {
    if (!this.#inside(from, to)) this.#hide(from, to);
  }

  /** A line break can never be replaced here. */
  #replace(decoration: Decoration, from: number, to: number): void {
    if (from < to && to <= this.#state.doc.lineAt(from).to) {
      this.#ranges.push(decoration.range(from, to));
    }
  }

  #mark(decoration: Decoration, from: number, to: number): void {
    if (from < to) this.#ranges.push(decoration.range(from, to));
  }

  #classes(node: Stretch, stretch: Stretch, ...classes: string[]): void {
    for (const line of this.#linesOf(node, stretch)) this.#line(line.from).classes.push(...classes);
  }

  #line(from: number): LineLook {
    let look = this.#lines.get(from);
    if (look === undefined) {
      look = { classes: [], depth: 0, quotes: 0, code: false };
      this.#lines.set(from, look);
    }
    return look;
  }

  /** The lines of a node that lie in the stretch. */
  *#linesOf(
    node: Stretch,
    stretch: Stretch,
  ): Generator<{ from: number; to: number; text: string }> {
    const { doc } = this.#state;
    const end = Math.min(node.to, stretch.to);
    let line = doc.lineAt(Math.max(node.from, stretch.from));
    for (;;) {
      yield line;
      if (line.to >= end || line.number >= doc.lines) return;
      line = doc.line(line.number + 1);
    }
  }
}

const lineDecorations = new Map<string, Decoration>();

function lineDecoration({ classes, depth, quotes, code }: LineLook): Decoration {
  const key = `${[...new Set(classes)].join(" ")}|${depth}|${quotes}|${code}`;
  let decoration = lineDecorations.get(key);
  if (decoration === undefined) {
    const all = new Set(classes);
    if (quotes > 0) all.add("sk-quote");
    if (depth > 0) all.add("sk-list");
    const attributes: Record<string, string> = { dir: code ? "ltr" : "auto" };
    if (all.size > 0) attributes["class"] = [...all].join(" ");
    if (depth + quotes > 0) attributes["style"] = `--depth: ${depth}; --quotes: ${quotes}`;
    decoration = Decoration.line({ attributes });
    lineDecorations.set(key, decoration);
  }
  return decoration;
}
