// The people of the workspace, their devices, and how others are invited.

export { default as InviteDialog } from "./InviteDialog.svelte";
export { default as PeersDialog } from "./PeersDialog.svelte";
export { default as PeopleFoot } from "./PeopleFoot.svelte";
