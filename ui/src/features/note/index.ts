// Notes.

export { noteCommands } from "./commands";
export { default as Note } from "./Note.svelte";
