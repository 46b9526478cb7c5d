// What can be done on a board, for the list of all keys: a door of its own, so that the list needs no view.

export { boardCommands } from "./commands";
export type { Desk } from "./desk.svelte";
