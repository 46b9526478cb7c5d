// How the list of offers looks: as every other menu.

import { growingTheme } from "../growingTheme";

export const look = growingTheme({
  ".cm-tooltip": { border: "0", background: "transparent", zIndex: "var(--layer-menu)" },
  ".cm-tooltip.sk-offers": {
    border: "1px solid var(--border)",
    borderRadius: "var(--radius-m)",
    background: "var(--raised)",
    boxShadow: "var(--float)",
    overflow: "hidden",
  },
  ".cm-tooltip.sk-offers > ul": {
    fontFamily: "var(--sans)",
    fontSize: "13px",
    lineHeight: "20px",
    inlineSize: "min(340px, 90vw)",
    minInlineSize: "0",
    maxInlineSize: "none",
    maxHeight: "min(308px, 45vh)",
    padding: "var(--space-1)",
    scrollPaddingBlock: "var(--space-1)",
  },
  ".cm-tooltip.sk-offers > ul > li": {
    display: "flex",
    alignItems: "center",
    gap: "var(--space-2)",
    minBlockSize: "30px",
    padding: "3px var(--space-2)",
    borderRadius: "var(--radius-s)",
    lineHeight: "20px",
    color: "var(--text)",
    cursor: "default",
  },
  ".cm-tooltip.sk-offers > ul > li[aria-selected]": {
    background: "var(--hover)",
    color: "var(--text)",
  },
  ".cm-tooltip-autocomplete.sk-offers.cm-tooltip-autocomplete-disabled ul li[aria-selected]": {
    background: "var(--hover)",
    color: "var(--text)",
  },
  ".sk-offers .cm-completionLabel": {
    flex: "0 1 auto",
    minInlineSize: "0",
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
    unicodeBidi: "plaintext",
  },
  ".sk-offers .cm-completionDetail": {
    flex: "0 100 auto",
    minInlineSize: "0",
    marginInlineStart: "auto",
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
    unicodeBidi: "plaintext",
    fontStyle: "normal",
    fontSize: "12px",
    color: "var(--text-3)",
  },
  ".sk-menu-icon": {
    flex: "none",
    display: "inline-flex",
    inlineSize: "16px",
    color: "var(--text-2)",
  },
  ".sk-offer-new .cm-completionLabel": { color: "var(--accent)" },
  ".sk-offer-new .sk-menu-icon": { color: "var(--accent)" },
});
