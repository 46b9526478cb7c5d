// The first run: a new workspace with or without its tour, or joining one.

export { default as ArrivalLine } from "./ArrivalLine.svelte";
export { arrivedSoFar } from "./arrival";
/** Loaded when there is no workspace yet: most starts have one. */
export const firstRun = {
  start: () => import("./Start.svelte"),
  joining: () => import("./Joining.svelte"),
};
export { isBeginning, starterCommands } from "./starter.svelte";
export { default as StarterBanner } from "./StarterBanner.svelte";
