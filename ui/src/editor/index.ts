// The text editor as the rest of the view uses it.

export { mountTextEditor } from "./editor";
export type { TextEditor, TextEditorOptions } from "./editor";
