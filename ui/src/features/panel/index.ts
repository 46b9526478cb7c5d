// The panel beside a document.

export { default as SidePanel, PANEL_PLACE } from "./SidePanel.svelte";
