// What a link from another program leads to.

import { hrefOf } from "./route";

export type Target =
  | { at: "here"; href: string }
  | { at: "invite"; ticket: string }
  | { at: "elsewhere" }
  | { at: "nowhere" };

/** Reads a `skein:` link for whoever has `workspace` open (null: none yet). */
export function targetOf(link: string, workspace: string | null): Target {
  const parts = link.replace(/^skein:(\/\/)?/i, "").split("/");
  const [action, first, kind, document, card] = parts.map(decoded);
  if (action?.toLowerCase() === "join" && first) return { at: "invite", ticket: link };
  if (action?.toLowerCase() !== "open" || !first || !document) return { at: "nowhere" };
  if (kind !== "note" && kind !== "board") return { at: "nowhere" };
  if (first !== workspace) return { at: "elsewhere" };
  return { at: "here", href: hrefOf(kind, document, card || null) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}
