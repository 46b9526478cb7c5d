// Styles of the editor whose lengths grow with the size of text, as those of stylesheets do.

import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { growing } from "../styles/growing";

type Styles = { [property: string]: string | Styles };

function grown(styles: Styles): Styles {
  return Object.fromEntries(
    Object.entries(styles).map(([property, value]) => [
      property,
      typeof value === "string" ? growing(value) : grown(value),
    ]),
  );
}

/** As `EditorView.theme`. */
export function growingTheme(styles: Record<string, Styles>): Extension {
  return EditorView.theme(grown(styles) as Record<string, Styles>);
}
