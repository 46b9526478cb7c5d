// Under which names it is kept since when a person is here, and that the recovery sheet was offered to them, or made.

export const SINCE = "home.since";
export const OFFERED = "recovery.offered";
