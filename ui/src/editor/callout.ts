// Callouts: quotes that begin with `[!kind]` and perhaps a title.

import type { EditorState } from "@codemirror/state";

export type CalloutKind = "note" | "tip" | "warning" | "important" | "question";

/** `from` and `to` are the marker's, with the space after it; `titled` says whether words of its own follow. */
export type Callout = {
  kind: CalloutKind;
  line: number;
  from: number;
  to: number;
  titled: boolean;
};

const KINDS: Readonly<Record<string, CalloutKind>> = {
  note: "note",
  info: "note",
  abstract: "note",
  tip: "tip",
  hint: "tip",
  success: "tip",
  warning: "warning",
  caution: "warning",
  danger: "warning",
  important: "important",
  question: "question",
  help: "question",
  faq: "question",
};

/** The callout that a quote is, if it is one. */
export function calloutOf(state: EditorState, quote: { readonly from: number }): Callout | null {
  const line = state.doc.lineAt(quote.from);
  const text = line.text.slice(quote.from - line.from);
  const match = /^(>[ \t]?)(\[!([a-z]{1,20})\][+-]?[ \t]*)(.*)$/i.exec(text);
  const [, quoted = "", marker = "", name = "", title = ""] = match ?? [];
  const kind = KINDS[name.toLowerCase()];
  if (kind === undefined) return null;
  const from = quote.from + quoted.length;
  return { kind, line: line.from, from, to: from + marker.length, titled: title.trim() !== "" };
}
