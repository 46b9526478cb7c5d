// Links in a text: where one leads, whether it is known, and following it by Ctrl or Cmd with a click or Enter.

import { syntaxTree } from "@codemirror/language";
import { Facet, Prec, StateEffect } from "@codemirror/state";
import type { EditorState, Extension } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import type { SyntaxNode } from "@lezer/common";
import { fileDoor } from "./files/door";
import { referenceOf } from "./files/reference";

/** A note by title or relative path, or an address outside. */
export type LinkTarget = { kind: "note" | "address"; target: string };

/** A file of the workspace, by its id. */
export type FileTarget = { kind: "file"; target: string; words: string };

/** What a note that is linked to says of itself. */
export type NoteGlimpse = { title: string; lines: string };

/** What lies behind links; a text without it shows them and leads nowhere. */
export type LinkDoor = {
  follow(link: LinkTarget): void;
  /** Whether a note goes by that name. */
  isKnown(target: string): boolean;
  /** The note's first lines; null when there is none. */
  glimpse(target: string): Promise<NoteGlimpse | null>;
};

export const linkDoor = Facet.define<LinkDoor, LinkDoor | null>({
  combine: (doors) => doors[0] ?? null,
});

/** Which notes there are has changed: links are drawn anew. */
export const notesChanged = StateEffect.define<null>();

export function isKnownNote(state: EditorState, target: string): boolean {
  return state.facet(linkDoor)?.isKnown(target.trim()) ?? true;
}

const ADDRESS = /^(?:[a-z][a-z0-9+.-]*:|\/\/|www\.)/i;
const SAFE_ADDRESS = /^(?:https?:|mailto:)/i;

/** Where the link around a position leads. */
export function linkAt(state: EditorState, position: number): LinkTarget | FileTarget | null {
  for (const side of [1, -1] as const) {
    let node: SyntaxNode | null = syntaxTree(state).resolveInner(position, side);
    for (; node !== null; node = node.parent) {
      const found = targetOf(state, node);
      if (found !== null) return found;
    }
  }
  return null;
}

function targetOf(state: EditorState, node: SyntaxNode): LinkTarget | FileTarget | null {
  const file = node.name === "Link" || node.name === "Image" ? referenceOf(state, { node }) : null;
  if (file !== null) return { kind: "file", target: file.id, words: file.words };
  if (node.name === "WikiLink") {
    const target = node.getChild("WikiLinkTarget");
    if (target === null) return null;
    return { kind: "note", target: state.sliceDoc(target.from, target.to).trim() };
  }
  const isLink = node.name === "Link" || node.name === "Autolink";
  const url = node.name === "URL" ? node : isLink ? node.getChild("URL") : null;
  if (url === null) return null;
  const target = state.sliceDoc(url.from, url.to).replace(/^<|>$/g, "");
  if (!ADDRESS.test(target)) {
    if (node.name === "Link") return { kind: "note", target: decoded(target) };
    return target.includes("@") ? { kind: "address", target: `mailto:${target}` } : null;
  }
  const address = /^www\./i.test(target) ? `https://${target}` : target;
  return SAFE_ADDRESS.test(address) ? { kind: "address", target: address } : null;
}

function decoded(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

function followAt(view: EditorView, position: number): boolean {
  const link = linkAt(view.state, position);
  if (link?.kind === "file") {
    const files = view.state.facet(fileDoor);
    files?.open(link.target, link.words);
    return files !== null;
  }
  const door = view.state.facet(linkDoor);
  if (door === null || link === null) return false;
  door.follow(link);
  return true;
}

function followHere(view: EditorView): boolean {
  return followAt(view, view.state.selection.main.head);
}

/** In a text that cannot be edited a plain click is enough. */
function isFollowing(event: MouseEvent, view: EditorView): boolean {
  return event.button === 0 && (event.ctrlKey || event.metaKey || view.state.readOnly);
}

export const followLinks: Extension = [
  Prec.high(
    EditorView.domEventHandlers({
      mousedown(event, view) {
        if (!isFollowing(event, view)) return false;
        const inLink = event.target instanceof Element && event.target.closest(".sk-link");
        const position = inLink ? view.posAtCoords(event) : null;
        if (position === null || !followAt(view, position)) return false;
        event.preventDefault();
        return true;
      },
    }),
  ),
  Prec.highest(keymap.of([{ key: "Alt-Enter", run: followHere }])),
  // A task's box comes first.
  Prec.highest(
    keymap.of([{ key: "Mod-Enter", run: (view) => !inTask(view.state) && followHere(view) }]),
  ),
];

function inTask(state: EditorState): boolean {
  let node: SyntaxNode | null = syntaxTree(state).resolveInner(state.selection.main.head, -1);
  while (node !== null && node.name !== "Task") node = node.parent;
  return node !== null;
}
