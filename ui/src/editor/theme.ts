// How the editor looks, by the tokens of the interface.

import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { tags } from "@lezer/highlight";
import { growingTheme } from "./growingTheme";
import { pieces } from "./themePieces";

const emphasis = syntaxHighlighting(
  HighlightStyle.define([
    { tag: tags.strong, fontWeight: "var(--bold)" },
    { tag: tags.emphasis, fontStyle: "italic" },
    { tag: tags.strikethrough, textDecoration: "line-through" },
    { tag: tags.monospace, fontFamily: "var(--mono)" },
    {
      tag: [tags.keyword, tags.operatorKeyword, tags.modifier, tags.self],
      color: "var(--hue-0-ink)",
    },
    { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--hue-1-ink)" },
    { tag: [tags.number, tags.bool, tags.null], color: "var(--hue-2-ink)" },
    {
      tag: [tags.typeName, tags.className, tags.tagName, tags.namespace],
      color: "var(--hue-4-ink)",
    },
    {
      tag: [
        tags.function(tags.variableName),
        tags.macroName,
        tags.propertyName,
        tags.attributeName,
      ],
      color: "var(--hue-5-ink)",
    },
    {
      tag: [tags.definition(tags.variableName), tags.standard(tags.name)],
      color: "var(--hue-4-ink)",
    },
    { tag: [tags.comment, tags.meta], color: "var(--text-3)" },
  ]),
);

const look = growingTheme({
  "&": { color: "var(--text)", background: "transparent" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": {
    overflow: "visible",
    fontFamily: "var(--font-note)",
    fontSize: "16px",
    lineHeight: "26px",
  },
  ".cm-content": {
    padding: "0",
    // What is one piece, as a file's name is, does not make the text wider than its column.
    minInlineSize: "0",
    caretColor: "var(--accent)",
    tabSize: "4",
  },
  // Not "anywhere", which a browser answers by measuring every letter of a paragraph at every key.
  "& .cm-content.cm-lineWrapping": { overflowWrap: "break-word", wordBreak: "normal" },
  ".cm-line": { padding: "0" },
  ".cm-placeholder": { color: "var(--text-3)" },
  ".cm-cursor, .cm-dropCursor": {
    borderInlineStart: "2px solid var(--accent)",
    marginInlineStart: "-1px",
  },
  "& .cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground":
    { background: "color-mix(in srgb, var(--accent) 24%, transparent)" },
  ".cm-specialChar": { color: "var(--warn)" },
  ".cm-panels": { background: "transparent", color: "inherit" },
  // Above the text, in room of its own: what is open for it is scrolled away, so that nothing moves.
  ".cm-panels-top": {
    position: "sticky",
    insetBlockStart: "var(--space-2)",
    border: "0",
    zIndex: "var(--layer-floating)",
    display: "flex",
    justifyContent: "flex-end",
  },
  ".sk-find": { maxInlineSize: "100%", paddingBlockEnd: "var(--space-2)" },
  ".cm-searchMatch": { background: "var(--mark)", borderRadius: "2px" },
  ".cm-searchMatch-selected": {
    background: "color-mix(in srgb, var(--warn) 25%, var(--mark))",
    outline: "1px solid var(--warn)",
  },
  ".cm-panels-bottom": {
    border: "0",
    insetBlockEnd: "var(--space-3)",
    zIndex: "var(--layer-floating)",
  },

  ".sk-none": { fontSize: "0", lineHeight: "0", whiteSpace: "nowrap", unicodeBidi: "isolate" },
  ".sk-dim": { color: "var(--text-3)" },
  ".sk-done": {
    color: "var(--text-3)",
    textDecoration: "line-through",
    textDecorationColor: "var(--control-border)",
  },
  ".sk-hung": {
    display: "inline-block",
    width: "2.75rem",
    marginInlineStart: "-2.75rem",
    paddingInlineEnd: "6px",
    boxSizing: "border-box",
    textAlign: "end",
    textIndent: "0",
    whiteSpace: "pre",
    overflowWrap: "normal",
    font: "var(--regular) 11px/1 var(--mono)",
    letterSpacing: "-0.5px",
    color: "var(--text-3)",
  },

  ".sk-heading": { fontWeight: "var(--bold)", letterSpacing: "-0.011em" },
  ".sk-foldable": { position: "relative" },
  ".sk-h1": { fontSize: "28px", lineHeight: "36px", padding: "24px 0 6px" },
  ".sk-h2": { fontSize: "23px", lineHeight: "32px", padding: "20px 0 4px" },
  ".sk-h3": { fontSize: "19px", lineHeight: "28px", padding: "16px 0 2px" },
  ".sk-h4, .sk-h5, .sk-h6": { padding: "10px 0 0" },
  ".sk-h5, .sk-h6": { color: "var(--text-2)" },
  // Markdown parts a heading from its text by an empty line, which here is but a gap, as small as arrow keys still meet
  // both it and the heading.
  ".sk-below-h1, .sk-below-h2": { lineHeight: "16px" },
  ".sk-below-h3": { lineHeight: "20px" },
  ".cm-line.sk-heading:first-child": { paddingBlockStart: "0" },

  ".sk-link": {
    color: "var(--accent)",
    textDecoration: "underline",
    textDecorationColor: "color-mix(in srgb, var(--accent) 40%, transparent)",
    textUnderlineOffset: "3px",
  },
  ".sk-code": {
    fontSize: "0.875em",
    background: "color-mix(in srgb, var(--text) 6%, transparent)",
    borderRadius: "var(--radius-s)",
    padding: "2px 4px",
    boxDecorationBreak: "clone",
    WebkitBoxDecorationBreak: "clone",
  },
  ".sk-code .sk-dim": { fontSize: "inherit" },

  ".sk-quote": {
    paddingInlineStart: "calc(var(--quotes) * 18px + var(--depth) * 26px)",
    color: "var(--text-2)",
    position: "relative",
  },
  ".sk-quote::before": {
    content: "''",
    position: "absolute",
    insetBlock: "0",
    insetInlineStart: "0",
    width: "calc(var(--quotes) * 18px - 15px)",
    background: "repeating-linear-gradient(to right, var(--border) 0 3px, transparent 3px 18px)",
  },
  ".sk-list": { paddingInlineStart: "calc(var(--quotes) * 18px + var(--depth) * 26px)" },
  ".sk-item": { textIndent: "-26px" },
  ".sk-marker": {
    display: "inline-block",
    minWidth: "26px",
    textIndent: "0",
    whiteSpace: "pre",
    color: "var(--text-3)",
  },
  ".sk-bullet": { paddingInlineStart: "5px", boxSizing: "border-box" },
  ".sk-list-mark": { fontVariantNumeric: "tabular-nums" },
  ".sk-box": { textIndent: "0", whiteSpace: "nowrap" },
  ".sk-box button": {
    // An empty inline-block has its baseline elsewhere in WebKit, and stands too low.
    display: "inline-flex",
    position: "relative",
    width: "16px",
    height: "16px",
    marginInlineEnd: "10px",
    verticalAlign: "-2.5px",
    padding: "0",
    border: "1.5px solid var(--control-border)",
    borderRadius: "var(--radius-s)",
    background: "var(--ground)",
    cursor: "pointer",
    boxSizing: "border-box",
  },
  ".sk-box button::before": { content: "''", position: "absolute", inset: "-7.5px" },
  ".sk-box button:hover": { borderColor: "var(--accent)" },
  ".sk-box button[aria-checked=true]": {
    background: "var(--accent)",
    borderColor: "var(--accent)",
  },
  ".sk-box button[aria-checked=true]::after": {
    content: "''",
    position: "absolute",
    insetBlockStart: "1px",
    insetInlineStart: "4.5px",
    width: "4px",
    height: "8px",
    // Apart: WebKit does not write out a shorthand with a variable that is overridden in part, and the window's picture lacks it.
    borderStyle: "solid",
    borderColor: "var(--on-accent)",
    borderWidth: "0 2px 2px 0",
    transform: "rotate(45deg)",
    boxSizing: "content-box",
  },

  ".sk-block": {
    fontFamily: "var(--mono)",
    fontSize: "13.5px",
    lineHeight: "22px",
    paddingInline: "16px",
    textIndent: "0",
    position: "relative",
  },
  // Behind the selection, which is drawn behind the text.
  ".sk-block::after": {
    content: "''",
    position: "absolute",
    inset: "0",
    zIndex: "-3",
    background: "var(--code)",
    borderRadius: "inherit",
  },
  ".sk-list.sk-block": {
    marginInlineStart: "calc(var(--quotes) * 18px + var(--depth) * 26px)",
  },
  ".sk-block.sk-fence": { lineHeight: "20px", fontSize: "11.5px", color: "var(--text-3)" },
  ".sk-block.sk-fence.sk-block-last": { lineHeight: "14px" },
  ".sk-block-first": {
    borderStartStartRadius: "var(--radius-m)",
    borderStartEndRadius: "var(--radius-m)",
    paddingBlockStart: "4px",
  },
  ".sk-block-last": {
    borderEndStartRadius: "var(--radius-m)",
    borderEndEndRadius: "var(--radius-m)",
    paddingBlockEnd: "4px",
  },
  ".sk-rule": {
    color: "transparent",
    background: "linear-gradient(var(--border), var(--border)) center / 100% 1px no-repeat",
  },
  ".sk-rule *": { color: "transparent" },

  ".sk-trouble": {
    display: "inline-block",
    maxWidth: "100%",
    font: "var(--regular) 13px/20px var(--sans)",
    padding: "var(--space-2) var(--space-3)",
    borderRadius: "var(--radius-m)",
    border: "1px solid var(--border)",
    boxShadow: "var(--float)",
    background: "var(--raised)",
    color: "var(--text)",
  },
  ".sk-trouble::before": {
    content: "''",
    display: "inline-block",
    width: "8px",
    height: "8px",
    borderRadius: "50%",
    marginInlineEnd: "var(--space-2)",
    background: "var(--warn)",
  },
});

// What comes first wins.
export const theme: Extension = [pieces, look, emphasis];
