// The text editor as features use it.

export { default as TextEditor } from "./TextEditor.svelte";
