// Clean Markdown from what browsers, Word and Google Docs put on the clipboard. Own code over DOMParser: a library would
// be as large again as all of this and still need rules of ours for Word's lists, Docs' wrappers and hostile depth.

import { signFor } from "./pictures";

const LONGEST = 1_500_000;
const MOST_NODES = 60_000;
const DEEPEST = 80;
/** Elements that a parser opens anew in every block until they are closed: many of them take it minutes. */
const REOPENED = /<(\/?)(?:a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)\b/gi;
const MOST_OPEN = 300;

const SILENT = new Set(
  "SCRIPT STYLE TEMPLATE HEAD NOSCRIPT SVG IFRAME OBJECT EMBED SELECT TEXTAREA BUTTON TITLE META LINK".split(
    " ",
  ),
);
const BLOCK = new Set(
  "ADDRESS ARTICLE ASIDE BLOCKQUOTE BODY CENTER DD DETAILS DIV DL DT FIELDSET FIGCAPTION FIGURE FOOTER FORM H1 H2 H3 H4 H5 H6 HEADER HR HTML LI MAIN NAV OL P PRE SECTION SUMMARY TABLE TBODY TD TFOOT TH THEAD TR UL".split(
    " ",
  ),
);
const SAFE_LINK = /^(?:https?|mailto|tel):/i;
const SAFE_PICTURE = /^https?:/i;

type Styles = { bold: boolean; italic: boolean; strike: boolean };
const PLAIN: Styles = { bold: false, italic: false, strike: false };

/** Markdown for a piece of HTML; null when it is too large to be worth it, or holds no words. */
export function markdownFromHtml(html: string): string | null {
  if (html.length > LONGEST || leavesOpen(html) > MOST_OPEN) return null;
  const body = new DOMParser().parseFromString(html, "text/html").body;
  try {
    const text = new Writer().document(body);
    return text.trim() === "" ? null : text;
  } catch (error) {
    if (error instanceof TooMuch) return null;
    throw error;
  }
}

function leavesOpen(html: string): number {
  let open = 0;
  for (const [, slash] of html.matchAll(REOPENED)) open += slash === "" ? 1 : -1;
  return open;
}

class TooMuch extends Error {}

class Writer {
  #left = MOST_NODES;
  /** Whether an element holds blocks, looked up once for each. */
  readonly #holding = new Map<Element, boolean>();

  document(root: Element): string {
    this.#scan(root);
    return joined(this.#blocks(root, 0));
  }

  /** Counts the nodes and notes which hold blocks, without recursion: depth is anybody's choice. */
  #scan(root: Element): void {
    const walker = root.ownerDocument.createTreeWalker(root, NodeFilter.SHOW_ALL);
    while (walker.nextNode()) {
      if (--this.#left < 0) throw new TooMuch();
      const node = walker.currentNode;
      if (!(node instanceof Element) || !BLOCK.has(node.tagName)) continue;
      let up = node.parentElement;
      while (up !== null && up !== root && !this.#holding.has(up)) {
        this.#holding.set(up, true);
        up = up.parentElement;
      }
    }
  }

  /** The blocks in an element; words between them are paragraphs. */
  #blocks(element: Element, depth: number): Block[] {
    if (depth > DEEPEST) return paragraph(collapse(element.textContent));
    const blocks: Block[] = [];
    let run = "";
    const flush = (): void => {
      blocks.push(...paragraph(run));
      run = "";
    };
    for (const node of element.childNodes) {
      if (node instanceof Element && isSilent(node)) continue;
      const isBlock =
        node instanceof Element && (BLOCK.has(node.tagName) || this.#holding.get(node) === true);
      if (!isBlock) {
        run += this.#inline(node, PLAIN, depth + 1);
        continue;
      }
      flush();
      blocks.push(...this.#block(node, depth + 1));
    }
    flush();
    return blocks;
  }

  #block(element: Element, depth: number): Block[] {
    const { tagName } = element;
    const level = /^H([1-6])$/.exec(tagName)?.[1];
    if (level !== undefined) {
      const words = this.#line(element, { ...PLAIN, bold: true }, depth);
      return words === "" ? [] : [{ text: `${"#".repeat(Number(level))} ${words}` }];
    }
    switch (tagName) {
      case "HR":
        return [{ text: "---" }];
      case "PRE":
        return [fenced(element)];
      case "BLOCKQUOTE":
        return quoted(this.#blocks(element, depth));
      case "UL":
      case "OL":
        return this.#list(element, depth);
      case "LI":
        return this.#item(element, "-", depth);
      case "TABLE":
        return this.#table(element, depth);
      case "DT":
        return paragraph(wrapped("**", this.#line(element, { ...PLAIN, bold: true }, depth)));
    }
    return this.#wordItem(element, depth) ?? this.#blocks(element, depth);
  }

  #list(list: Element, depth: number): Block[] {
    const blocks: Block[] = [];
    let number = Number(list.getAttribute("start") ?? 1) || 1;
    for (const child of list.children) {
      const isItem = child.tagName === "LI";
      const mark = list.tagName === "OL" ? `${number}.` : "-";
      // Google Docs and Word put a deeper list beside the item, not into it.
      if (isItem) blocks.push(...this.#item(child, mark, depth));
      else if (!isSilent(child)) {
        const inner = indented(this.#block(child, depth + 1), mark.length + 1);
        blocks.push(...inner.map((block) => ({ ...block, tight: true })));
      }
      if (isItem) number++;
    }
    return blocks.map((block, at) => (at === 0 ? { ...block, tight: false, list: true } : block));
  }

  #item(item: Element, mark: string, depth: number): Block[] {
    const box = boxOf(item);
    const [first, ...rest] = this.#blocks(item, depth + 1);
    const text = `${mark} ${box}${first?.text ?? ""}`.trimEnd();
    const width = mark.length + 1;
    const head = { text: text.split("\n").join(`\n${" ".repeat(width)}`), tight: true };
    // A list right below the words of its item stays close to them.
    const inner = rest.map((block) => (block.list === true ? { ...block, tight: true } : block));
    return [head, ...indented(inner, width)];
  }

  /** A paragraph that Word means as a list item. */
  #wordItem(element: Element, depth: number): Block[] | null {
    const level = /mso-list:\s*l\d+\s+level(\d)/i.exec(element.getAttribute("style") ?? "")?.[1];
    if (level === undefined) return null;
    let mark = "-";
    for (const span of element.querySelectorAll("span")) {
      if (!/mso-list:\s*ignore/i.test(span.getAttribute("style") ?? "")) continue;
      if (/^\s*\w{1,4}[.)]/.test(span.textContent)) mark = "1.";
      span.remove();
    }
    const words = this.#line(element, PLAIN, depth);
    const indent = " ".repeat((Number(level) - 1) * (mark.length + 1));
    return [{ text: `${indent}${mark} ${words}`, tight: true }];
  }

  #table(table: Element, depth: number): Block[] {
    const rows = [...table.querySelectorAll("tr")].filter((row) => row.closest("table") === table);
    const cells = rows.map((row) =>
      [...row.children].filter((cell) => /^T[HD]$/.test(cell.tagName)),
    );
    const columns = Math.max(0, ...cells.map((row) => row.length));
    // Tables that only lay out a page are read cell by cell.
    if (columns < 2 || table.querySelector("table") !== null) return this.#blocks(table, depth);
    const lines = cells
      .filter((row) => row.length > 0)
      .map((row) => row.map((cell) => this.#line(cell, PLAIN, depth)));
    return [{ text: tableOf(lines, columns) }];
  }

  /** The words of an element on one line. */
  #line(element: Element, styles: Styles, depth: number): string {
    const parts = [...element.childNodes].map((node) => {
      const words = this.#inline(node, styles, depth + 1);
      return node instanceof Element && BLOCK.has(node.tagName) ? ` ${words} ` : words;
    });
    return parts.join("").replace(/\s+/g, " ").trim();
  }

  #inline(node: Node, styles: Styles, depth: number): string {
    if (node.nodeType === Node.TEXT_NODE) return escaped(collapse(node.nodeValue ?? ""));
    if (!(node instanceof Element) || isSilent(node)) return "";
    if (depth > DEEPEST) return collapse(node.textContent);
    switch (node.tagName) {
      case "BR":
        return "\n";
      case "IMG":
        return picture(node);
      case "INPUT":
        return "";
      case "CODE":
      case "KBD":
      case "SAMP":
      case "TT":
        return code(collapse(node.textContent).trim());
    }
    const own = stylesOf(node);
    const inside: Styles = {
      bold: own.bold ?? styles.bold,
      italic: own.italic ?? styles.italic,
      strike: own.strike ?? styles.strike,
    };
    let words = "";
    for (const child of node.childNodes) words += this.#inline(child, inside, depth + 1);
    if (node.tagName === "A") words = linked(node, words);
    if (inside.strike && !styles.strike) words = wrapped("~~", words);
    if (inside.italic && !styles.italic) words = wrapped("*", words);
    if (inside.bold && !styles.bold) words = wrapped("**", words);
    return words;
  }
}

/** `tight` joins the line above it without an empty one between. */
type Block = { text: string; tight?: boolean; list?: boolean };

function joined(blocks: readonly Block[]): string {
  return blocks
    .map(({ text, tight }, at) => (at === 0 ? "" : tight === true ? "\n" : "\n\n") + text)
    .join("");
}

function paragraph(words: string): Block[] {
  const text = words
    .split("\n")
    .map((line) => line.trim())
    .join("\n")
    .trim();
  return text === ""
    ? []
    : [{ text: text.replace(/^(#{1,6} |[-+*] |>|\d+[.)] |```|~~~|---)/gm, "\\$1") }];
}

function indented(blocks: readonly Block[], width: number): Block[] {
  const indent = " ".repeat(width);
  return blocks.map((block) => ({ ...block, text: block.text.replace(/^(?=.)/gm, indent) }));
}

function quoted(blocks: readonly Block[]): Block[] {
  const text = joined(blocks);
  return text === "" ? [] : [{ text: text.replace(/^(.*)$/gm, "> $1").replace(/^> $/gm, ">") }];
}

export function tableOf(rows: readonly (readonly string[])[], columns: number): string {
  const line = (cells: readonly string[]): string =>
    `| ${Array.from({ length: columns }, (_, at) => (cells[at] ?? "").replace(/\|/g, "\\|")).join(" | ")} |`;
  const [head = [], ...rest] = rows;
  const dashes = Array.from({ length: columns }, () => "---");
  return [line(head), line(dashes), ...rest.map(line)].join("\n");
}

function isSilent(element: Element): boolean {
  return (
    SILENT.has(element.tagName.toUpperCase()) ||
    element.hasAttribute("hidden") ||
    /display:\s*none|mso-hide:\s*all/i.test(element.getAttribute("style") ?? "")
  );
}

function collapse(text: string): string {
  return text.replace(/[\s\u00a0]+/g, " ").replace(/[\u200b\ufeff\ufffc]/g, "");
}

/** Only what Markdown would take for something else. */
function escaped(text: string): string {
  return text
    .replace(/[\\`*]/g, "\\$&")
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_")
    .replace(/\[(?=\[|[^\]]{0,200}\]\()/g, "\\[")
    .replace(/<(?=[a-z/!?])/gi, "\\<")
    .replace(/~~/g, "\\~~");
}

/** The marks touch the words; the space around them stays outside. */
function wrapped(mark: string, words: string): string {
  const inner = words.trim();
  if (inner === "" || inner.includes("\n\n")) return words;
  const [before = ""] = /^\s*/.exec(words) ?? [];
  const [after = ""] = /\s*$/.exec(words) ?? [];
  return before + mark + inner + mark + after;
}

function code(text: string): string {
  if (text === "") return "";
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const mark = "`".repeat(longest + 1);
  const gap = text.startsWith("`") || text.endsWith("`") ? " " : "";
  return mark + gap + text + gap + mark;
}

function fenced(element: Element): Block {
  const text = element.textContent.replace(/\n$/, "");
  const named = element.querySelector("code")?.className ?? element.className;
  const language = /\blang(?:uage)?-([\w+#.-]{1,30})/.exec(named)?.[1] ?? "";
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([run]) => run.length));
  const mark = "`".repeat(longest + 1);
  return { text: `${mark}${language}\n${text}\n${mark}` };
}

function addressOf(raw: string): string {
  return raw
    .trim()
    .replace(/[\s()<>]/g, (sign) =>
      encodeURIComponent(sign).replace("(", "%28").replace(")", "%29"),
    );
}

function linked(element: Element, words: string): string {
  const address = addressOf(element.getAttribute("href") ?? "");
  const inner = words.trim();
  if (!SAFE_LINK.test(address) || inner === "" || /\n/.test(inner)) return words;
  if (inner === address) return words;
  return words.replace(inner, () => `[${inner}](${address})`);
}

function picture(element: Element): string {
  const address = addressOf(element.getAttribute("src") ?? "");
  const sign = signFor(address);
  if (sign !== null) return sign;
  const words = collapse(element.getAttribute("alt") ?? "").replace(/[[\]]/g, "");
  return SAFE_PICTURE.test(address) ? `![${words}](${address})` : "";
}

function boxOf(item: Element): string {
  const box = item.querySelector("input[type=checkbox]");
  if (box !== null && box.closest("li") === item)
    return box.hasAttribute("checked") ? "[x] " : "[ ] ";
  const said = item.getAttribute("aria-checked");
  return said === null ? "" : said === "true" ? "[x] " : "[ ] ";
}

function stylesOf(element: Element): Partial<Styles> {
  const style = element.getAttribute("style") ?? "";
  const styles: Partial<Styles> = {};
  if (/^(B|STRONG)$/.test(element.tagName)) styles.bold = true;
  if (/^(I|EM|CITE|VAR|DFN)$/.test(element.tagName)) styles.italic = true;
  if (/^(S|DEL|STRIKE)$/.test(element.tagName)) styles.strike = true;
  const weight = /font-weight:\s*(\w+)/i.exec(style)?.[1];
  if (weight !== undefined) styles.bold = weight === "bold" || Number(weight) >= 600;
  const slant = /font-style:\s*(\w+)/i.exec(style)?.[1];
  if (slant !== undefined) styles.italic = slant === "italic" || slant === "oblique";
  if (/text-decoration[^;]*line-through/i.test(style)) styles.strike = true;
  return styles;
}
