// Loaded when it is opened.

export const movingDialog = () => import("./MoveDialog.svelte");
