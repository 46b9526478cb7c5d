// The panel beside a document.

export { panelCovers } from "./cover.svelte";
export { PANEL_PLACE } from "./place";
/** Loaded when it is opened. */
export const sidePanel = () => import("./SidePanel.svelte");
export type { default as SidePanel } from "./SidePanel.svelte";
