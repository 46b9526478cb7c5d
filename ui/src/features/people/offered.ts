// Under which name it is kept that the recovery sheet was offered, or made.

export const OFFERED = "recovery.offered";
