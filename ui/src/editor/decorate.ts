// What a stretch of Markdown looks like: which markers hide, which lines are headings, items, quotes or code.

import { syntaxTree } from "@codemirror/language";
import type { EditorState, Line } from "@codemirror/state";
import type { SyntaxNode } from "@lezer/common";
import { blocks } from "./blocks";
import { inline } from "./inline";
import { Look } from "./look";
import type { Draw, Drawn, Stretch } from "./look";
import { table } from "./table";

const drawings: Readonly<Record<string, Draw>> = { ...blocks, ...inline, Table: table };

/** The level of a heading right above an empty line; at the text's end that line is where one goes on writing. */
function levelAbove(state: EditorState, line: Line): string | null {
  if (line.number === 1 || line.number === state.doc.lines || line.length > 0) return null;
  const above = state.doc.line(line.number - 1);
  if (above.length === 0) return null;
  let node: SyntaxNode | null = syntaxTree(state).resolveInner(above.to, -1);
  while (node !== null && !/Heading\d$/.test(node.name)) node = node.parent;
  return node?.name.at(-1) ?? null;
}

/**
 * The look of the given stretches. `shown` are the places whose markers are to be seen: the
 * selection while the editor has the focus, else none.
 */
export function decorate(
  state: EditorState,
  stretches: readonly Stretch[],
  shown: readonly Stretch[],
): Drawn {
  const look = new Look(state, shown);
  for (const stretch of stretches) {
    for (const line of look.linesOf(stretch, stretch)) {
      const level = levelAbove(state, line);
      if (level === null) look.line(line.from);
      else look.dress(line.from, `sk-below-h${level}`);
    }
    syntaxTree(state).iterate({
      from: stretch.from,
      to: stretch.to,
      enter: (node) => drawings[node.name]?.(look, node, stretch),
    });
  }
  return look.drawn();
}
