// The headings of a text, found by its lines alone, so that a long text need not be parsed for them.

import type { EditorState, Text } from "@codemirror/state";
import { ViewPlugin } from "@codemirror/view";
import type { EditorView, PluginValue, ViewUpdate } from "@codemirror/view";
import type { Extension } from "@codemirror/state";

export type Heading = { level: number; text: string; from: number };
/** The headings, and which of them the caret or else the top of the page is under. */
export type Outline = { headings: readonly Heading[]; current: number };

const QUIET_MS = 180;
const LONGEST = 200;
/** Below the window's bars. */
const UPPER_EDGE = 90;

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const ATX = /^ {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#*)?[ \t]*$/;
const SETEXT = /^ {0,3}(=+|-{2,})[ \t]*$/;
const NOT_PARAGRAPH = /^(?: {0,3}(?:[#>]|[-*+][ \t]|\d{1,9}[.)][ \t])|\s*$|(?: {4}|\t))/;

/** A heading's words as they are read. */
export function plainWords(markdown: string): string {
  return markdown
    .replace(/!?\[\[(?:[^\]|]*\|)?([^\]]*)\]\]/g, "$1")
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/(\*\*|__|~~|`)/g, "")
    .replace(/(^|\s)[*_](\S.*?)[*_](?=\s|$|[.,;:!?])/g, "$1$2")
    .trim()
    .slice(0, LONGEST);
}

/** Where the text begins after its front matter, judged as the parser does. */
function endOfFrontMatter(doc: Text): number {
  if (doc.lines < 3 || !/^---\s*$/.test(doc.line(1).text)) return 0;
  if (!/^[A-Za-z][\w -]*:(\s|$)/.test(doc.line(2).text)) return 0;
  for (let number = 3; number <= doc.lines; number++) {
    const line = doc.line(number);
    if (/^(---|\.\.\.)\s*$/.test(line.text)) return line.to + 1;
    if (line.text.trim() === "") return 0;
  }
  return 0;
}

export function headingsOf(doc: Text): Heading[] {
  const headings: Heading[] = [];
  let fence: string | null = null;
  let from = 0;
  let before = "";
  const start = endOfFrontMatter(doc);
  for (const line of doc.iterLines()) {
    if (from < start) {
      from += line.length + 1;
      continue;
    }
    const mark = FENCE.exec(line)?.[1] ?? null;
    if (fence !== null) {
      if (mark?.startsWith(fence) === true) fence = null;
    } else if (mark !== null) fence = mark;
    else if (line.length > 0 && line.length < 2000) {
      const atx = ATX.exec(line);
      const setext = atx === null ? SETEXT.exec(line)?.[1] : undefined;
      if (atx !== null) {
        headings.push({ level: atx[1]?.length ?? 1, text: plainWords(atx[2] ?? ""), from });
      } else if (setext !== undefined && before !== "" && !NOT_PARAGRAPH.test(before)) {
        const above = from - before.length - 1;
        headings.push({
          level: setext.startsWith("=") ? 1 : 2,
          text: plainWords(before),
          from: above,
        });
      }
    }
    before = fence === null ? line : "";
    from += line.length + 1;
  }
  return headings;
}

/** The place of the heading with these words, as a link `[[note#words]]` names it. */
export function findHeading(state: EditorState, words: string): Heading | null {
  const fold = (text: string): string => plainWords(text).toLocaleLowerCase().replace(/\s+/g, " ");
  const wanted = fold(words);
  return headingsOf(state.doc).find(({ text }) => fold(text) === wanted) ?? null;
}

function currentOf(headings: readonly Heading[], position: number): number {
  let current = -1;
  for (const [index, { from }] of headings.entries()) {
    if (from > position) break;
    current = index;
  }
  return current;
}

/** Tells of the outline when typing rests, and of the heading that one is under when the caret or the page moves. */
export function watchOutline(tell: (outline: Outline) => void): Extension {
  return ViewPlugin.define((view) => new OutlineWatch(view, tell));
}

class OutlineWatch implements PluginValue {
  readonly #view: EditorView;
  readonly #window: Window;
  readonly #tell: (outline: Outline) => void;
  #headings: readonly Heading[] | null = null;
  #current = -2;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(view: EditorView, tell: (outline: Outline) => void) {
    this.#view = view;
    this.#window = view.dom.ownerDocument.defaultView ?? window;
    this.#tell = tell;
    this.#window.addEventListener("scroll", this.#plan, { capture: true, passive: true });
    this.#plan();
  }

  update(update: ViewUpdate): void {
    if (update.docChanged) this.#headings = null;
    if (update.docChanged || update.selectionSet || update.viewportChanged) this.#plan();
  }

  destroy(): void {
    this.#window.removeEventListener("scroll", this.#plan, { capture: true });
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  readonly #plan = (): void => {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), QUIET_MS);
  };

  #look(): void {
    const { state } = this.#view;
    const known = this.#headings;
    this.#headings ??= headingsOf(state.doc);
    const current = currentOf(this.#headings, this.#position());
    if (known !== null && current === this.#current) return;
    this.#current = current;
    this.#tell({ headings: this.#headings, current });
  }

  /** The caret while it is in sight, else what stands at the upper edge. */
  #position(): number {
    const view = this.#view;
    const lineAt = (y: number): { from: number; to: number } =>
      view.lineBlockAtHeight(y - view.documentTop);
    const [first, last] = [lineAt(UPPER_EDGE), lineAt(this.#window.innerHeight)];
    const { head } = view.state.selection.main;
    return head >= first.from && head <= last.to ? head : first.from;
  }
}
