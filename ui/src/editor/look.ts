// The drawing board of the live preview: what is hidden, dimmed or dressed in the stretches that are in view.

import type { EditorState, Line, Range } from "@codemirror/state";
import { Decoration } from "@codemirror/view";
import type { DecorationSet, WidgetType } from "@codemirror/view";
import type { SyntaxNodeRef } from "@lezer/common";

export type Stretch = { readonly from: number; readonly to: number };
type LineLook = { classes: Set<string>; depth: number; quotes: number; code: boolean };

/** What was drawn: marks that others may split, and those that wrap around all others. */
export type Drawn = { readonly parts: DecorationSet; readonly wholes: DecorationSet };

/** Draws one kind of node; false leaves out what is inside of it. */
export type Draw = (look: Look, node: SyntaxNodeRef, stretch: Stretch) => boolean;

/** Out of sight by style: a replaced marker would bring elements between which a line may break. */
const hidden = Decoration.mark({ class: "sk-none" });
/** A mark as wide as it is needed to write, dimmed. */
export const dim = Decoration.mark({ class: "sk-dim" });
/** A mark that hangs before its line's text, so that nothing moves when it shows. */
export const hung = Decoration.mark({ class: "sk-hung" });

export class Look {
  readonly state: EditorState;
  /** The places whose markers are to be seen: the selection while the editor has the focus, else none. */
  readonly #shown: readonly Stretch[];
  /** What ordered items count as, by their beginnings. */
  readonly numbers = new Map<number, number>();
  readonly #ranges: Range<Decoration>[] = [];
  readonly #wholes: Range<Decoration>[] = [];
  readonly #lines = new Map<number, LineLook>();

  constructor(state: EditorState, shown: readonly Stretch[]) {
    this.state = state;
    this.#shown = shown;
  }

  drawn(): Drawn {
    for (const [from, look] of this.#lines) this.#ranges.push(lineDecoration(look).range(from));
    return {
      parts: Decoration.set(this.#ranges, true),
      wholes: Decoration.set(this.#wholes, true),
    };
  }

  /** Whether the selection touches a stretch, its ends included. */
  touches({ from, to }: Stretch): boolean {
    return this.#shown.some((place) => place.from <= to && place.to >= from);
  }

  /** Whether an end of the selection stands in a stretch or right before it. */
  inside(from: number, to: number): boolean {
    const within = (position: number): boolean => from <= position && position < to;
    return this.#shown.some((place) => within(place.from) || within(place.to));
  }

  hide(from: number, to: number): void {
    this.mark(hidden, from, to);
  }

  hideUnlessInside(from: number, to: number): void {
    if (!this.inside(from, to)) this.hide(from, to);
  }

  /** Hides markers that nobody touches and dims them for who does. */
  hideOrDim(touched: boolean, from: number, to: number): void {
    this.mark(touched ? dim : hidden, from, to);
  }

  /** A line break can never be replaced here. */
  replace(widget: WidgetType, from: number, to: number): void {
    if (from < to && to <= this.state.doc.lineAt(from).to) {
      this.#ranges.push(Decoration.replace({ widget }).range(from, to));
    }
  }

  widget(widget: WidgetType, at: number, side: number): void {
    this.#ranges.push(Decoration.widget({ widget, side }).range(at));
  }

  mark(decoration: Decoration, from: number, to: number): void {
    if (from < to) this.#ranges.push(decoration.range(from, to));
  }

  /** A mark that stays in one piece, whatever else is marked inside of it. */
  whole(decoration: Decoration, from: number, to: number): void {
    if (from < to) this.#wholes.push(decoration.range(from, to));
  }

  classes(node: Stretch, stretch: Stretch, ...classes: string[]): void {
    for (const line of this.linesOf(node, stretch)) this.dress(line.from, ...classes);
  }

  dress(from: number, ...classes: string[]): void {
    for (const name of classes) this.line(from).classes.add(name);
  }

  /** The look of the line that begins there. */
  line(from: number): LineLook {
    let look = this.#lines.get(from);
    if (look === undefined) {
      look = { classes: new Set(), depth: 0, quotes: 0, code: false };
      this.#lines.set(from, look);
    }
    return look;
  }

  /** The lines of a node that lie in the stretch. */
  *linesOf(node: Stretch, stretch: Stretch): Generator<Line> {
    const { doc } = this.state;
    const end = Math.min(node.to, stretch.to);
    let line = doc.lineAt(Math.max(node.from, stretch.from));
    for (;;) {
      yield line;
      if (line.to >= end || line.number >= doc.lines) return;
      line = doc.line(line.number + 1);
    }
  }
}

export const drawDim: Draw = (look, { from, to }) => {
  look.mark(dim, from, to);
  return true;
};

const lineDecorations = new Map<string, Decoration>();

function lineDecoration({ classes, depth, quotes, code }: LineLook): Decoration {
  const all = new Set(classes);
  if (quotes > 0) all.add("sk-quote");
  if (depth > 0) all.add("sk-list");
  const names = [...all].join(" ");
  const key = `${names}|${depth}|${quotes}|${code}`;
  let decoration = lineDecorations.get(key);
  if (decoration === undefined) {
    const attributes: Record<string, string> = { dir: code ? "ltr" : "auto" };
    if (names !== "") attributes["class"] = names;
    if (depth + quotes > 0) attributes["style"] = `--depth: ${depth}; --quotes: ${quotes}`;
    decoration = Decoration.line({ attributes });
    lineDecorations.set(key, decoration);
  }
  return decoration;
}
