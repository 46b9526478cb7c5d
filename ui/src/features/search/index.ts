// Search.

/** Loaded when it is opened. */
export const searchDialog = () => import("./SearchDialog.svelte");
