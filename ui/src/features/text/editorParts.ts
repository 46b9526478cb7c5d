// The editor and what it needs of files: loaded once, and from then on there without waiting.

import type { mountTextEditor } from "../../editor";
import type { fileDoorOf } from "../files";

export type EditorParts = {
  mountTextEditor: typeof mountTextEditor;
  fileDoorOf: typeof fileDoorOf;
};

let loaded: EditorParts | null = null;

/** Loads the editor, or does nothing if it is there. What fails is tried again with the next call. */
export async function loadEditor(): Promise<EditorParts> {
  const [{ mountTextEditor }, { fileDoorOf }] = await Promise.all([
    import("../../editor"),
    import("../files"),
  ]);
  loaded = { mountTextEditor, fileDoorOf };
  return loaded;
}

/** Runs at once when the editor is loaded, or as soon as it is. */
export function withEditor(
  run: (parts: EditorParts) => void,
  failed: (error: unknown) => void,
): void {
  if (loaded === null) loadEditor().then(run, failed);
  else run(loaded);
}
