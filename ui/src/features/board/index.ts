// Boards.

export { default as Board } from "./Board.svelte";
export { boardKeys } from "./keys";
