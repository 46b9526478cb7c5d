// The trash.

export { default as Trash } from "./Trash.svelte";
