// How a text refers to a file: `![words](skein:file/ID "800x600")` shows a picture, `[words](skein:file/ID)` names a file.
// The size stands in the title, so that lines below stay where they are while a picture is read, on every machine.

import type { EditorState } from "@codemirror/state";
import type { SyntaxNodeRef } from "@lezer/common";
import type { AttachedFile } from "../../ipc";

export type Size = { readonly width: number; readonly height: number };

/** A reference as it is written. */
export type Reference = { readonly id: string; readonly words: string; readonly size: Size | null };

const ADDRESS = /^skein:file\/([a-z0-9-]{1,64})$/i;
const SIZE = /^["'(]\s*(\d{1,5})x(\d{1,5})\s*["')]$/;

/** The file that an address leads to. */
export function fileIdOf(address: string): string | null {
  return ADDRESS.exec(address)?.[1] ?? null;
}

function sizeOf(title: string): Size | null {
  const [, width, height] = SIZE.exec(title) ?? [];
  const size = { width: Number(width), height: Number(height) };
  return size.width > 0 && size.height > 0 ? size : null;
}

/** What a link or a picture of the text refers to, if it is a file. */
export function referenceOf(
  state: EditorState,
  { node }: Pick<SyntaxNodeRef, "node">,
): Reference | null {
  const url = node.getChild("URL");
  const [open, close] = node.getChildren("LinkMark");
  if (url === null || open === undefined || close === undefined) return null;
  const id = fileIdOf(state.sliceDoc(url.from, url.to).replace(/^<|>$/g, ""));
  if (id === null) return null;
  const title = node.getChild("LinkTitle");
  return {
    id,
    words: state.sliceDoc(open.to, close.from).replace(/\\(.)/g, "$1").trim(),
    size: title === null ? null : sizeOf(state.sliceDoc(title.from, title.to)),
  };
}

function inBrackets(words: string): string {
  return words.replace(/\s+/g, " ").replace(/[\\[\]`*_<>]/g, "\\$&");
}

/** What a picture is called below itself: its name without the ending, unless that is no name. */
function captionOf(name: string): string {
  const stem = name.replace(/\.[A-Za-z0-9]{1,5}$/, "");
  return /^(?:image|picture|img|clipboard|screenshot)?[\d\s:._-]*$/i.test(stem) ? "" : stem;
}

/** The Markdown that refers to a file; `size` is that of a picture to show. */
export function referenceTo(
  { id, name }: AttachedFile,
  picture: boolean,
  size: Size | null,
): string {
  if (!picture) return `[${inBrackets(name)}](skein:file/${id})`;
  const title = size === null ? "" : ` "${size.width}x${size.height}"`;
  return `![${inBrackets(captionOf(name))}](skein:file/${id}${title})`;
}
