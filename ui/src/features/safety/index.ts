// Whether the work is safe: where it is, backups, and a check of everything.

export const safetyDialog = () => import("./SafetyDialog.svelte");
