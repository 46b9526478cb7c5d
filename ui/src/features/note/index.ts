// Notes.

export { default as Note } from "./Note.svelte";
