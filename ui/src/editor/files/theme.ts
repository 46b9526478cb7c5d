// How pictures, files and the places where they are going to stand look, by the tokens of the interface.

import { growingTheme } from "../growingTheme";

const card = {
  border: "1px solid var(--border)",
  borderRadius: "var(--radius-m)",
  background: "var(--raised)",
  font: "var(--regular) 13px/20px var(--sans)",
  textIndent: "0",
  color: "var(--text-2)",
};

const action = {
  font: "var(--medium) 13px/20px var(--sans)",
  minBlockSize: "28px",
  padding: "4px 8px",
  borderRadius: "var(--radius-s)",
  color: "var(--accent)",
  whiteSpace: "nowrap",
};

export const filesTheme = growingTheme({
  ".sk-kept": {
    display: "block",
    maxInlineSize: "100%",
    margin: "8px 0 2px",
    textIndent: "0",
  },
  // A picture stands in the corner that its line begins at, whatever the direction of its words.
  ".sk-kept.sk-kept-inline": {
    display: "inline-block",
    verticalAlign: "middle",
    margin: "2px",
  },
  // Without words below it the line of a picture is as high as its reference needs, seen or not.
  ".sk-bare": { fontSize: "12px", lineHeight: "16px" },
  // Known before the picture is read: what stands below stays where it is.
  ".sk-kept-sized": { inlineSize: "min(100%, var(--width))", aspectRatio: "var(--shape)" },
  ".sk-kept > button": {
    display: "block",
    inlineSize: "100%",
    blockSize: "100%",
    padding: "0",
    borderRadius: "var(--radius-m)",
    cursor: "zoom-in",
    overflow: "hidden",
  },
  ".sk-kept:not(.sk-kept-sized) > button": { inlineSize: "auto", maxInlineSize: "100%" },
  ".sk-kept img": {
    display: "block",
    inlineSize: "100%",
    blockSize: "100%",
    objectFit: "contain",
    borderRadius: "var(--radius-m)",
    background: "var(--code)",
  },
  ".sk-kept:not(.sk-kept-sized) img": {
    inlineSize: "auto",
    blockSize: "auto",
    maxInlineSize: "100%",
    maxBlockSize: "480px",
  },
  ".sk-kept-inline > button, .sk-kept-inline img": { borderRadius: "var(--radius-s)" },
  ".sk-kept-words": {
    ...card,
    display: "flex",
    alignItems: "center",
    justifyContent: "center",
    background: "var(--code)",
    minBlockSize: "44px",
    overflow: "hidden",
  },
  ".sk-kept-words.sk-kept-inline": { display: "inline-flex" },
  ".sk-kept-words:not(.sk-kept-sized)": { justifyContent: "start" },
  ".sk-kept-line": {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    gap: "var(--space-1) var(--space-2)",
    padding: "var(--space-2) var(--space-3)",
    minInlineSize: "0",
  },
  ".sk-kept-line button": action,
  ".sk-kept-line button:hover": { background: "var(--hover)" },

  ".sk-file": {
    ...card,
    display: "inline-flex",
    maxInlineSize: "calc(100% - 4px)",
    verticalAlign: "middle",
    marginBlock: "1px",
    marginInlineEnd: "2px",
    overflow: "hidden",
    boxSizing: "border-box",
  },
  ".sk-file:hover": { borderColor: "var(--control-border)" },
  ".sk-file-seen": {
    display: "inline-flex",
    alignItems: "center",
    gap: "6px",
    minInlineSize: "0",
    maxInlineSize: "100%",
  },
  ".sk-file > button": {
    display: "inline-flex",
    alignItems: "center",
    position: "relative",
    minInlineSize: "0",
    minBlockSize: "28px",
    padding: "2px 10px",
    font: "inherit",
    color: "var(--text-2)",
    borderRadius: "7px",
  },
  ".sk-file > button:hover:not(:disabled)": { background: "var(--hover)" },
  ".sk-file > button:focus-visible, .sk-kept button:focus-visible": { outlineOffset: "-2px" },
  ".sk-file > .sk-file-save": { flex: "none", padding: "2px 8px", marginInlineStart: "-4px" },
  ".sk-file .sk-icon, .sk-place .sk-icon, .sk-kept-line .sk-icon": {
    flex: "none",
    verticalAlign: "0",
    color: "var(--text-3)",
  },
  ".sk-file-name": {
    display: "inline-flex",
    minInlineSize: "0",
    color: "var(--text)",
    fontWeight: "var(--medium)",
    whiteSpace: "pre",
  },
  ".sk-file-name > :first-child": { overflow: "hidden", textOverflow: "ellipsis" },
  ".sk-file-name > :last-child": { flex: "none" },
  ".sk-file-far": { flex: "none", whiteSpace: "nowrap", color: "var(--text-3)" },
  // How far it is gives way before its name does.
  ".sk-file-away": {
    flex: "0 1 auto",
    minInlineSize: "6em",
    overflow: "hidden",
    textOverflow: "ellipsis",
  },

  ".sk-place": {
    ...card,
    display: "inline-flex",
    flexWrap: "wrap",
    alignItems: "center",
    gap: "0 var(--space-2)",
    maxInlineSize: "100%",
    boxSizing: "border-box",
    verticalAlign: "middle",
    paddingBlock: "3px",
    paddingInline: "10px 4px",
    marginInlineEnd: "4px",
    overflowWrap: "anywhere",
  },
  // What is kept at once is not announced by a flash.
  ".sk-place-plain": { animation: "sk-place-in var(--quick) var(--ease) 150ms backwards" },
  "@keyframes sk-place-in": { from: { opacity: "0" } },
  ".sk-place-asks, .sk-place-failed": { color: "var(--text)" },
  ".sk-place-words": { fontVariantNumeric: "tabular-nums" },
  ".sk-place-hint": { color: "var(--text-2)" },
  ".sk-place button": action,
  ".sk-place button:hover": { background: "var(--hover)" },
});
