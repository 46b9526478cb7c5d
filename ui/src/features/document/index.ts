// What notes and boards share around their content.

export { default as DocumentBar } from "./DocumentBar.svelte";
export { default as Gone } from "./Gone.svelte";
export { default as LifeBanner } from "./LifeBanner.svelte";
export { documentItems, trashItem } from "./menu";
export { movingDialog } from "./moving";
