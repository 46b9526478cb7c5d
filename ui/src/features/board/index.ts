// Boards.

export { default as Board } from "./Board.svelte";
export { boardCommands } from "./commands";
export type { Desk } from "./desk.svelte";
export { boardKeys } from "./keys";
