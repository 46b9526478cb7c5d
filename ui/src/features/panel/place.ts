// Where the frame has room for the panel beside a document.

export const PANEL_PLACE = "side-panel";
