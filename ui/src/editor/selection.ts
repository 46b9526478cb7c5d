// Tells where the selection is, whenever the person moves it or types.

import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

/** Where the selection begins and where it ends, the caret. */
export type Selection = { anchor: number; head: number };

export function watchSelection(tell: (selection: Selection) => void): Extension {
  return EditorView.updateListener.of(({ selectionSet, docChanged, view }) => {
    if (!view.hasFocus || !(selectionSet || docChanged)) return;
    const { anchor, head } = view.state.selection.main;
    tell({ anchor, head });
  });
}
