// What a stretch of Markdown looks like: which markers hide, which lines are headings, items, quotes or code.

import { syntaxTree } from "@codemirror/language";
import type { EditorState } from "@codemirror/state";
import { blocks } from "./blocks";
import { inline } from "./inline";
import { Look } from "./look";
import type { Draw, Drawn, Stretch } from "./look";
import { table } from "./table";

const drawings: Readonly<Record<string, Draw>> = { ...blocks, ...inline, Table: table };

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
    for (const line of look.linesOf(stretch, stretch)) look.line(line.from);
    syntaxTree(state).iterate({
      from: stretch.from,
      to: stretch.to,
      enter: (node) => drawings[node.name]?.(look, node, stretch),
    });
  }
  return look.drawn();
}
