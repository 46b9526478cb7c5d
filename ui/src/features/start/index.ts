// The first run: a new workspace with or without its tour, or joining one.

export { default as ArrivalLine } from "./ArrivalLine.svelte";
export { arrivedSoFar } from "./arrival";
export { default as Joining } from "./Joining.svelte";
export { default as Start } from "./Start.svelte";
export { isBeginning, starterCommands } from "./starter.svelte";
export { default as StarterBanner } from "./StarterBanner.svelte";
