// The first run: a new workspace, or joining one.

export { default as Joining } from "./Joining.svelte";
export { default as Start } from "./Start.svelte";
