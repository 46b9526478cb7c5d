// The part of a text's structure that a position lies in.

import { ensureSyntaxTree, syntaxTree } from "@codemirror/language";
import type { EditorState } from "@codemirror/state";
import type { SyntaxNode } from "@lezer/common";

const PARSE_MS = 30;

/** The innermost node with such a name around a position, seen from before it (-1) or behind it (1); null if there is none. */
export function enclosing(
  state: EditorState,
  position: number,
  names: RegExp,
  side: -1 | 1 = -1,
): SyntaxNode | null {
  const tree = ensureSyntaxTree(state, position, PARSE_MS) ?? syntaxTree(state);
  let node: SyntaxNode | null = tree.resolveInner(position, side);
  while (node !== null && !names.test(node.name)) node = node.parent;
  return node;
}
