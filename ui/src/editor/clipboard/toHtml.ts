// HTML for a piece of Markdown, so that what is copied arrives in other programs as it looks.

import { language } from "@codemirror/language";
import type { EditorState } from "@codemirror/state";
import type { SyntaxNode } from "@lezer/common";
import { t } from "../../i18n";
import { taskBox } from "../markdown";

const LONGEST = 200_000;
/** By this what comes back from here is known: its plain text is the better one. */
export const OWN = "data-skein";

const ELEMENTS: Readonly<Record<string, string>> = {
  Paragraph: "p",
  Blockquote: "blockquote",
  BulletList: "ul",
  OrderedList: "ol",
  ListItem: "li",
  Emphasis: "em",
  StrongEmphasis: "strong",
  Strikethrough: "s",
  Table: "table",
  TableHeader: "tr",
  TableRow: "tr",
};
const SILENT =
  /(Mark|MarkerHidden|Delimiter|CodeInfo|LinkTitle|LinkLabel|LinkReference|Comment|CommentBlock|FrontMatter)$/;

/** Null when it is too long to be worth it. */
export function htmlOf(state: EditorState, text: string): string | null {
  const parser = state.facet(language)?.parser;
  if (parser === undefined || text.length > LONGEST) return null;
  return `<div ${OWN}>${new Writer(text).inside(parser.parse(text).topNode)}</div>`;
}

function escaped(text: string): string {
  const signs: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (sign) => signs[sign] ?? sign);
}

class Writer {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** What is in a node: its children, and the words between them. */
  inside(node: SyntaxNode, from = node.from, to = node.to): string {
    let html = "";
    let at = from;
    const isBlock =
      /^(Document|BulletList|OrderedList|ListItem|Blockquote|Table|TableHeader|TableRow)$/.test(
        node.name,
      );
    const words = (until: number): void => {
      if (!isBlock && until > at) html += this.#words(at, until);
    };
    for (let child = node.firstChild; child !== null; child = child.nextSibling) {
      if (child.to <= from || child.from >= to) continue;
      words(child.from);
      html += this.#node(child);
      at = child.to;
    }
    words(to);
    return html;
  }

  #words(from: number, to: number): string {
    return escaped(this.#text.slice(from, to)).replace(/\n[ \t>]*/g, "<br>");
  }

  #node(node: SyntaxNode): string {
    const { name } = node;
    const level = /^(?:ATX|Setext)Heading(\d)$/.exec(name)?.[1];
    if (level !== undefined) return `<h${level}>${this.inside(node).trim()}</h${level}>`;
    switch (name) {
      case "HorizontalRule":
        return "<hr>";
      case "FencedCode":
      case "CodeBlock":
        return this.#fence(node);
      case "InlineCode":
        return `<code>${escaped(this.#between(node, "CodeMark"))}</code>`;
      case "Escape":
        return escaped(this.#text.slice(node.from + 1, node.to));
      case "Link":
      case "Image":
        return this.#link(node);
      case "Autolink":
      case "URL":
        return this.#address(this.#text.slice(node.from, node.to).replace(/^<|>$/g, ""));
      case "WikiLink": {
        const words = node.getChild("WikiLinkAlias") ?? node.getChild("WikiLinkTarget");
        return words === null ? "" : escaped(this.#text.slice(words.from, words.to));
      }
      case "Task": {
        const box = taskBox(this.#text.slice(node.from, node.to));
        const ticked = box?.ticked === true ? " checked" : "";
        return `<input type="checkbox"${ticked}> ${this.inside(node, node.from + (box?.length ?? 0)).trim()}`;
      }
      case "TableCell":
        return `<td>${this.inside(node)}</td>`;
      case "HardBreak":
        return "<br>";
      case "HTMLBlock":
      case "HTMLTag":
        return escaped(this.#text.slice(node.from, node.to));
    }
    if (SILENT.test(name)) return "";
    const element = ELEMENTS[name];
    const inside = this.inside(node);
    if (element === undefined) return inside;
    return `<${element}>${inside}</${element}>`;
  }

  #fence(node: SyntaxNode): string {
    const info = node.getChild("CodeInfo");
    const language = info === null ? "" : this.#text.slice(info.from, info.to).trim();
    const code = node.getChildren("CodeText").map(({ from, to }) => this.#text.slice(from, to));
    const named = language === "" ? "" : ` class="language-${escaped(language)}"`;
    return `<pre><code${named}>${escaped(code.join(""))}\n</code></pre>`;
  }

  #between(node: SyntaxNode, mark: string): string {
    const marks = node.getChildren(mark);
    return this.#text.slice(marks[0]?.to ?? node.from, marks.at(-1)?.from ?? node.to);
  }

  #link(node: SyntaxNode): string {
    const url = node.getChild("URL");
    const [open, close] = node.getChildren("LinkMark");
    if (url === null || open === undefined || close === undefined) {
      return escaped(this.#text.slice(node.from, node.to));
    }
    const address = this.#text.slice(url.from, url.to).replace(/^<|>$/g, "");
    if (node.name === "Image") {
      const words = escaped(this.#text.slice(open.to, close.from).trim() || t("files.picture"));
      return /^https?:/i.test(address) ? `<img src="${escaped(address)}" alt="${words}">` : words;
    }
    const words = this.inside(node, open.to, close.from);
    return /^(?:https?|mailto):/i.test(address)
      ? `<a href="${escaped(address)}">${words}</a>`
      : words;
  }

  #address(address: string): string {
    const safe = /^(?:https?|mailto):/i.test(address);
    return safe ? `<a href="${escaped(address)}">${escaped(address)}</a>` : escaped(address);
  }
}
