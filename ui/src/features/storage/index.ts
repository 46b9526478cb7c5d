// Room on this machine: what takes it, and giving some of it back.

export const storageDialog = () => import("./StorageDialog.svelte");
