// How emphasis, code, links, pictures and footnotes look inside a line.

import { Decoration } from "@codemirror/view";
import { drawKeptFile, drawKeptPicture } from "./files/draw";
import { isKnownNote } from "./links";
import { dim, drawDim } from "./look";
import type { Draw, Look, Stretch } from "./look";
import { Picture, pictureOf } from "./picture";

const link = Decoration.mark({ class: "sk-link" });
const unknownLink = Decoration.mark({ class: "sk-link sk-link-new" });
const inlineCode = Decoration.mark({ class: "sk-code" });
const footnote = Decoration.mark({ class: "sk-note-mark" });
const caption = Decoration.mark({ class: "sk-caption" });

function drawMarked(names: RegExp, whole: Decoration | null = null): Draw {
  return (look, node) => {
    if (whole !== null) look.whole(whole, node.from, node.to);
    const touched = look.touches(node);
    for (let child = node.node.firstChild; child !== null; child = child.nextSibling) {
      if (names.test(child.name)) look.hideOrDim(touched, child.from, child.to);
    }
    return whole === null;
  };
}

const drawEscape: Draw = (look, node) => {
  if (!look.touches(node)) look.hide(node.from, node.from + 1);
  return false;
};

const drawLink: Draw = (look, node) => {
  const [open, close] = node.node.getChildren("LinkMark");
  if (node.node.getChild("URL") === null || open === undefined || close === undefined) return true;
  if (drawKeptFile(look, node)) return false;
  look.mark(link, open.to, close.from);
  const empty = look.state.sliceDoc(open.to, close.from).trim() === "";
  const touched = look.touches(node) || empty;
  look.hideOrDim(touched, open.from, open.to);
  look.hideOrDim(touched, close.from, node.to);
  return true;
};

const drawWikiLink: Draw = (look, node) => {
  const [open, close] = node.node.getChildren("WikiLinkMark");
  const target = node.node.getChild("WikiLinkTarget");
  if (open === undefined || close === undefined || target === null) return false;
  const alias = node.node.getChild("WikiLinkAlias");
  const shows = alias !== null && alias.to > alias.from ? alias.from : open.to;
  const known = isKnownNote(look.state, look.state.sliceDoc(target.from, target.to));
  look.mark(known ? link : unknownLink, shows, close.from);
  const touched = look.touches(node);
  look.hideOrDim(touched, open.from, shows);
  look.hideOrDim(touched, close.from, close.to);
  return false;
};

const drawAddress: Draw = (look, node) => {
  if (node.node.parent?.name !== "Link") look.mark(link, node.from, node.to);
  return false;
};

/** The picture stands above its line; the line holds its caption, or the source while it is touched. */
const drawImage: Draw = (look, node) => {
  if (drawKeptPicture(look, node)) return false;
  const picture = pictureOf(look.state, node);
  if (picture === null) return false;
  look.widget(new Picture(picture), node.from, -1);
  if (look.touches(node)) look.mark(dim, node.from, node.to);
  else {
    const [open, close] = node.node.getChildren("LinkMark");
    if (open === undefined || close === undefined) return false;
    look.hide(node.from, open.to);
    look.mark(caption, open.to, close.from);
    look.hide(close.from, node.to);
  }
  return false;
};

const drawFootnote: Draw = (look, node) => {
  drawFootnoteMark(look, node);
  const line = look.state.doc.lineAt(node.from);
  if (node.from === line.from && look.state.sliceDoc(node.to, node.to + 1) === ":") {
    look.dress(line.from, "sk-footnote");
  }
  return false;
};

/** What is one word after a footnote's mark is a reference's address to the parser. */
const drawReference: Draw = (look, node, stretch) => {
  const label = node.node.getChild("LinkLabel");
  if (label === null || look.state.sliceDoc(label.from, label.from + 2) !== "[^") {
    return drawDim(look, node, stretch);
  }
  drawFootnoteMark(look, label);
  look.classes(node, stretch, "sk-footnote");
  return false;
};

function drawFootnoteMark(look: Look, { from, to }: Stretch): void {
  const touched = look.touches({ from, to });
  look.mark(footnote, from + 2, to - 1);
  look.hideOrDim(touched, from, from + 2);
  look.hideOrDim(touched, to - 1, to);
}

export const inline: Readonly<Record<string, Draw>> = {
  Emphasis: drawMarked(/^EmphasisMark$/),
  StrongEmphasis: drawMarked(/^EmphasisMark$/),
  Strikethrough: drawMarked(/^StrikethroughMark$/),
  InlineCode: drawMarked(/^CodeMark$/, inlineCode),
  Autolink: drawMarked(/^LinkMark$/, link),
  Escape: drawEscape,
  Link: drawLink,
  URL: drawAddress,
  WikiLink: drawWikiLink,
  Image: drawImage,
  Footnote: drawFootnote,
  LinkReference: drawReference,
};
