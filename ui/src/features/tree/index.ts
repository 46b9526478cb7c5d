// The tree of documents in the sidebar.

export { default as Tree } from "./Tree.svelte";
