// Files in a text: pictures and chips in place of references, and the ways by which files come in.

import { EditorView } from "@codemirror/view";
import { t } from "../../i18n";
import type { FileSource } from "../../state/files";
import { surroundings } from "../surroundings";
import { fileDoor } from "./door";
import { keepFiles } from "./keeping";

export { fileDoor, filesChanged } from "./door";
export type { FileDoor } from "./door";
export { keepFiles } from "./keeping";
export { arePlacesBusy, filePlaces } from "./places";
export { fileIdOf } from "./reference";
export { filesTheme } from "./theme";

/** Files let go over the text; folders among them cannot be kept. */
export function dropFiles(
  view: EditorView,
  sources: readonly FileSource[],
  at: number,
  hasFolders: boolean,
): void {
  if (view.state.readOnly) return;
  if (hasFolders) view.state.facet(surroundings).tell(t("files.noFolders"));
  view.dispatch({ selection: { anchor: at }, scrollIntoView: true });
  view.focus();
  keepFiles(view, sources, at);
}

/** The same at a point of the window; false when there is no text that takes them. */
export function dropAt(
  point: { x: number; y: number },
  sources: readonly FileSource[],
  hasFolders: boolean,
): boolean {
  const element = document.elementFromPoint(point.x, point.y)?.closest<HTMLElement>(".cm-editor");
  const view = element ? EditorView.findFromDOM(element) : null;
  if (view === null || view.state.readOnly) return false;
  dropFiles(view, sources, view.posAtCoords(point, false), hasFolders);
  return true;
}

/** Lets a person choose files, and puts them where the caret is. */
export async function chooseFiles(view: EditorView): Promise<void> {
  const sources = (await view.state.facet(fileDoor)?.choose()) ?? [];
  view.focus();
  keepFiles(view, sources, view.state.selection.main.to);
}
