// The Markdown that notes are written in: CommonMark with tables, strikethrough, bare links, tasks, footnotes,
// front matter and [[links]].

import { commonmarkLanguage, markdown } from "@codemirror/lang-markdown";
import type { Extension } from "@codemirror/state";
import { tags } from "@lezer/highlight";
import { Autolink, Strikethrough, Table } from "@lezer/markdown";
import type { Element, MarkdownConfig } from "@lezer/markdown";
import { codeLanguage } from "./languages";

/** Two people ticking one box apart leave `[xx]`, unticking it `[  ]`: both still are boxes. */
const TASK_BOX = /^\[(?: {1,4}|[xX +]{0,6}[xX][xX +]{0,6})\](?=\s|$)/;

/** The task box that `text` begins with, if it does. */
export function taskBox(text: string): { length: number; ticked: boolean } | null {
  const box = TASK_BOX.exec(text)?.[0];
  return box === undefined ? null : { length: box.length, ticked: /x/i.test(box) };
}

const tasks: MarkdownConfig = {
  defineNodes: [
    { name: "Task", block: true, style: tags.list },
    { name: "TaskMarker", style: tags.atom },
  ],
  parseBlock: [
    {
      name: "TaskList",
      after: "SetextHeading",
      leaf(context, leaf) {
        if (context.parentType().name !== "ListItem" || taskBox(leaf.content) === null) return null;
        return {
          nextLine: () => false,
          finish(cx, { start, content }) {
            const length = taskBox(content)?.length ?? 0;
            const inside = cx.parser.parseInline(content.slice(length), start + length);
            const marker = cx.elt("TaskMarker", start, start + length);
            cx.addLeafElement(
              leaf,
              cx.elt("Task", start, start + content.length, [marker, ...inside]),
            );
            return true;
          },
        };
      },
    },
  ],
};

const EMPTY_ITEM = /^[-+*][ \t]*$/;

/** An item that is not yet written is one under a paragraph too, where CommonMark would make the paragraph a heading. */
const emptyItems: MarkdownConfig = {
  parseBlock: [
    { name: "EmptyItem", endLeaf: (_, { text, pos }) => EMPTY_ITEM.test(text.slice(pos)) },
  ],
};

const WIKI_LINK = /^\[\[([^[\]|\n]{1,300})(?:\|([^[\]|\n]{1,300}))?\]\]/;
const LONGEST_WIKI_LINK = 610;

const wikiLinks: MarkdownConfig = {
  defineNodes: ["WikiLink", "WikiLinkMark", "WikiLinkTarget", "WikiLinkAlias"].map((name) => ({
    name,
  })),
  parseInline: [
    {
      name: "WikiLink",
      before: "Link",
      parse(cx, next, from) {
        if (next !== 91 || cx.char(from + 1) !== 91) return -1;
        const match = WIKI_LINK.exec(cx.slice(from, Math.min(cx.end, from + LONGEST_WIKI_LINK)));
        if (match === null) return -1;
        const to = from + match[0].length;
        const targetTo = from + 2 + (match[1]?.length ?? 0);
        const parts = [
          cx.elt("WikiLinkMark", from, from + 2),
          cx.elt("WikiLinkTarget", from + 2, targetTo),
        ];
        if (match[2] !== undefined) parts.push(cx.elt("WikiLinkAlias", targetTo + 1, to - 2));
        parts.push(cx.elt("WikiLinkMark", to - 2, to));
        return cx.addElement(cx.elt("WikiLink", from, to, parts));
      },
    },
  ],
};

const FOOTNOTE = /^\[\^[^[\]\s^]{1,60}\]/;

const footnotes: MarkdownConfig = {
  defineNodes: [{ name: "Footnote" }],
  parseInline: [
    {
      name: "Footnote",
      before: "Link",
      parse(cx, next, from) {
        if (next !== 91 || cx.char(from + 1) !== 94) return -1;
        const match = FOOTNOTE.exec(cx.slice(from, Math.min(cx.end, from + 64)));
        return match === null
          ? -1
          : cx.addElement(cx.elt("Footnote", from, from + match[0].length));
      },
    },
  ],
};

/** `---` on the first line, with `key: value` right below and a second `---` before the first empty line. */
const frontMatter: MarkdownConfig = {
  defineNodes: [{ name: "FrontMatter", block: true, style: tags.meta }],
  parseBlock: [
    {
      name: "FrontMatter",
      before: "HorizontalRule",
      parse(cx, line) {
        if (cx.lineStart !== 0 || !/^---\s*$/.test(line.text)) return false;
        if (!/^[A-Za-z][\w -]*:(\s|$)/.test(cx.peekLine())) return false;
        const ruleTo = line.text.length;
        const bodyFrom = ruleTo + 1;
        let body = "";
        while (cx.nextLine() && line.text.trim() !== "") {
          if (/^(---|\.\.\.)\s*$/.test(line.text)) {
            const to = cx.lineStart + line.text.length;
            cx.nextLine();
            cx.addElement(cx.elt("FrontMatter", 0, to));
            return true;
          }
          body += `${body === "" ? "" : "\n"}${line.text}`;
        }
        const inside: Element[] = cx.parser.parseInline(body, bodyFrom);
        cx.addElement(cx.elt("HorizontalRule", 0, ruleTo));
        cx.addElement(cx.elt("Paragraph", bodyFrom, bodyFrom + body.length, inside));
        return true;
      },
    },
  ],
};

export const noteMarkdown: Extension = markdown({
  base: commonmarkLanguage,
  codeLanguages: codeLanguage,
  extensions: [
    Table,
    Strikethrough,
    Autolink,
    tasks,
    emptyItems,
    wikiLinks,
    footnotes,
    frontMatter,
  ],
  addKeymap: false,
  completeHTMLTags: false,
});
