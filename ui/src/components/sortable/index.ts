// Drag and drop with the pointer.

export { sortable } from "./sortable";
export { beginLift } from "./lift";
export type { LiftHandlers, Point } from "./lift";
