// The people of the workspace, their devices, and how others are invited.

/** Loaded when they are opened. */
export const dialogs = {
  invite: () => import("./InviteDialog.svelte"),
  peers: () => import("./PeersDialog.svelte"),
  recovery: () => import("./RecoverySheet.svelte"),
};
/** Taking in what was carried by hand, for whoever is on the way in. */
export const carry = () => import("./Carry.svelte");
/** Taking up a folder that the others exchange through, for the same. */
export const folders = () => import("./Folders.svelte");
/** What the settings show of this person's devices. */
export const myDevices = () => import("./MyDevices.svelte");
export { default as PeopleFoot } from "./PeopleFoot.svelte";
export { default as RecoveryOffer } from "./RecoveryOffer.svelte";
