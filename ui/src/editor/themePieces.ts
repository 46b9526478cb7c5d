// How the larger pieces of a text look: tables, callouts, pictures, fences' buttons, folds, footnotes.

import type { Extension } from "@codemirror/state";
import { growingTheme } from "./growingTheme";

function callout(soft: string, ink: string): Record<string, string> {
  return { "--callout": `var(${soft})`, "--callout-ink": `var(${ink})` };
}

export const pieces: Extension = growingTheme({
  ".sk-link-new": {
    color: "var(--text-2)",
    textDecorationStyle: "dashed",
    textDecorationColor: "var(--control-border)",
  },

  ".sk-row": {
    fontSize: "15px",
    lineHeight: "24px",
    whiteSpace: "nowrap",
    borderBlockEnd: "1px solid var(--border)",
    padding: "4px 0",
  },
  ".sk-row-head": { fontWeight: "var(--medium)", borderBlockEnd: "0" },
  ".sk-row-last": { marginBlockEnd: "4px" },
  ".sk-row-dashes": {
    fontSize: "0",
    lineHeight: "0",
    padding: "0",
    borderBlockEnd: "1px solid var(--control-border)",
  },
  ".sk-row-dashes *": { fontSize: "0", lineHeight: "0" },
  ".sk-cell": {
    display: "inline-block",
    boxSizing: "border-box",
    verticalAlign: "top",
    whiteSpace: "break-spaces",
    paddingInlineEnd: "16px",
    minBlockSize: "24px",
  },

  ".sk-callout": {
    "--callout": "var(--hue-0-soft)",
    "--callout-ink": "var(--hue-0-ink)",
    color: "var(--text)",
    background: "none",
  },
  ".sk-callout.sk-quote": { paddingInlineEnd: "16px" },
  ".sk-callout.sk-quote::before": {
    insetInlineEnd: "0",
    width: "auto",
    zIndex: "-3",
    background: "var(--callout)",
    borderInlineStart: "3px solid var(--callout-ink)",
  },
  ".sk-callout-note": callout("--hue-0-soft", "--hue-0-ink"),
  ".sk-callout-tip": callout("--hue-1-soft", "--hue-1-ink"),
  ".sk-callout-warning": callout("--hue-2-soft", "--hue-2-ink"),
  ".sk-callout-important": callout("--hue-3-soft", "--hue-3-ink"),
  ".sk-callout-question": callout("--hue-5-soft", "--hue-5-ink"),
  ".sk-callout-first": {
    fontWeight: "var(--medium)",
    color: "var(--callout-ink)",
    paddingBlockStart: "8px",
  },
  ".sk-callout-last": { paddingBlockEnd: "8px" },
  ".sk-callout-first::before": { borderStartEndRadius: "var(--radius-m)" },
  ".sk-callout-last::before": { borderEndEndRadius: "var(--radius-m)" },
  ".sk-callout-name": {
    display: "inline-flex",
    alignItems: "center",
    gap: "8px",
    blockSize: "26px",
    verticalAlign: "top",
    marginInlineEnd: "8px",
  },
  ".sk-icon": { display: "inline-flex", verticalAlign: "-3px" },

  ".sk-picture": { display: "block", textIndent: "0", margin: "8px 0 2px" },
  ".sk-picture img": {
    display: "block",
    maxInlineSize: "100%",
    maxBlockSize: "480px",
    borderRadius: "var(--radius-m)",
  },
  ".sk-picture-away": {
    display: "flex",
    alignItems: "center",
    gap: "var(--space-2)",
    margin: "8px 0 2px",
    padding: "10px 14px",
    border: "1px solid var(--border)",
    borderRadius: "var(--radius-m)",
    font: "var(--regular) 13px/20px var(--sans)",
    textIndent: "0",
    color: "var(--text-2)",
  },
  ".sk-picture-away > span:nth-child(2)": { flex: "1", minInlineSize: "0" },
  ".sk-picture-away button": {
    font: "var(--medium) 13px/20px var(--sans)",
    padding: "4px 8px",
    borderRadius: "var(--radius-s)",
    color: "var(--accent)",
  },
  ".sk-picture-away button:hover": { background: "var(--hover)" },
  ".sk-caption": { fontSize: "13px", color: "var(--text-3)" },

  ".sk-copy": {
    position: "absolute",
    insetBlockStart: "3px",
    insetInlineEnd: "6px",
    padding: "4px 8px",
    borderRadius: "var(--radius-s)",
    font: "var(--medium) 12px/20px var(--sans)",
    color: "var(--text-3)",
    opacity: "0",
    transition: "opacity var(--quick) var(--ease)",
  },
  ".sk-block:hover .sk-copy, .sk-copy:focus-visible": { opacity: "1" },
  ".sk-copy:hover": { background: "var(--hover)", color: "var(--text)" },

  ".sk-fold": {
    position: "absolute",
    insetInlineStart: "calc(max(0, var(--depth, 0) - 1) * 26px - 30px)",
    insetBlockStart: "-1px",
    inlineSize: "28px",
    blockSize: "28px",
    display: "grid",
    placeItems: "center",
    textIndent: "0",
    borderRadius: "var(--radius-s)",
    color: "var(--text-3)",
    opacity: "0",
    transition: "opacity var(--quick) var(--ease)",
  },
  ".sk-h1 .sk-fold": { insetBlock: "auto 10px" },
  ".sk-h2 .sk-fold": { insetBlock: "auto 6px" },
  ".sk-h4 .sk-fold, .sk-h5 .sk-fold, .sk-h6 .sk-fold": { insetBlock: "auto -1px" },
  ".sk-h3 .sk-fold": { insetBlock: "auto 2px" },
  ".cm-line:hover .sk-fold, .sk-folded .sk-fold, .sk-fold:focus-visible": { opacity: "1" },
  // Where a marker hangs there is no room for both.
  ".cm-line:not(.sk-folded):has(> .sk-hung) .sk-fold": { display: "none" },
  ".sk-folded > .sk-hung": { visibility: "hidden" },
  ".sk-fold:hover": { background: "var(--hover)", color: "var(--text)" },
  ".sk-fold svg": { transition: "rotate var(--quick) var(--ease)" },
  ".sk-folded .sk-fold svg": { rotate: "-90deg" },
  "[dir=rtl] .sk-folded .sk-fold svg": { rotate: "90deg" },
  ".sk-folded-rest": {
    font: "var(--regular) 12px/16px var(--sans)",
    padding: "2px 8px",
    marginInlineStart: "6px",
    borderRadius: "var(--radius-s)",
    background: "color-mix(in srgb, var(--text) 6%, transparent)",
    color: "var(--text-3)",
    verticalAlign: "middle",
  },
  ".sk-folded-rest:hover": { color: "var(--text)" },

  ".sk-front": {
    font: "var(--regular) 12.5px/20px var(--mono)",
    color: "var(--text-3)",
  },
  ".sk-note-mark": {
    fontSize: "0.75em",
    verticalAlign: "super",
    lineHeight: "0",
    color: "var(--accent)",
  },
  ".sk-footnote": { fontSize: "14px", lineHeight: "22px", color: "var(--text-2)" },
});
