// The text editor as features use it.

export { loadEditor } from "./editorParts";
export { default as TextEditor } from "./TextEditor.svelte";
