// Drag and drop with the pointer.

export { Sortable } from "./sortable.svelte";
export type { Slot, SortList } from "./sortable.svelte";
export { beginLift } from "./lift";
export type { LiftHandlers, Point } from "./lift";
export { stacked } from "./geometry";
export type { ItemBox } from "./geometry";
