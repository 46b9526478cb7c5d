// Links in a text: where one leads, and following it by Ctrl or Cmd with a click, or Alt+Enter.

import { syntaxTree } from "@codemirror/language";
import { Prec } from "@codemirror/state";
import type { EditorState, Extension } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import type { SyntaxNode } from "@lezer/common";

/** A note by title or relative path, or an address outside. */
export type LinkTarget = { kind: "note" | "address"; target: string };

const ADDRESS = /^(?:[a-z][a-z0-9+.-]*:|\/\/|www\.)/i;
const SAFE_ADDRESS = /^(?:https?:|mailto:)/i;

/** Where the link around a position leads. */
export function linkAt(state: EditorState, position: number): LinkTarget | null {
  for (const side of [1, -1] as const) {
    let node: SyntaxNode | null = syntaxTree(state).resolveInner(position, side);
    for (; node !== null; node = node.parent) {
      const found = targetOf(state, node);
      if (found !== null) return found;
    }
  }
  return null;
}

function targetOf(state: EditorState, node: SyntaxNode): LinkTarget | null {
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

/** Follows links; `follow` says whether it knew what to do. */
export function followLinks(follow: (link: LinkTarget) => boolean): Extension {
  const followAt = (view: EditorView, position: number): boolean => {
    const link = linkAt(view.state, position);
    return link !== null && follow(link);
  };
  return [
    Prec.high(
      EditorView.domEventHandlers({
        mousedown(event, view) {
          if (event.button !== 0 || !(event.ctrlKey || event.metaKey)) return false;
          const inLink = event.target instanceof Element && event.target.closest(".sk-link");
          const position = inLink ? view.posAtCoords(event) : null;
          if (position === null || !followAt(view, position)) return false;
          event.preventDefault();
          return true;
        },
      }),
    ),
    keymap.of([
      { key: "Alt-Enter", run: (view) => followAt(view, view.state.selection.main.head) },
    ]),
  ];
}
