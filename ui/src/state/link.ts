// Links to what is here that other programs hold, and what such a link leads to.

import { hrefOf } from "./route";

export type Target =
  | { at: "here"; href: string }
  | { at: "invite"; ticket: string }
  | { at: "elsewhere"; workspace: string }
  | { at: "nowhere" };

/** The address `href` for other programs; it opens here wherever the workspace is known. */
export function linkOf(workspace: string, href: string): string {
  return `skein://open/${encodeURIComponent(workspace)}${href.replace(/^#/, "")}`;
}

/** What an address asks for beyond a document: how a board is looked at, what to find in a note. */
const ASKED = ["view", "find", "heading"];

function askedIn(words: string): string {
  const given = new URLSearchParams(words);
  const asked = ASKED.flatMap((name) => {
    const value = given.get(name);
    return value ? [`${name}=${encodeURIComponent(value)}`] : [];
  });
  return asked.length === 0 ? "" : `?${asked.join("&")}`;
}

/** Reads a `skein:` link for whoever has `workspace` open (null: none yet). */
export function targetOf(link: string, workspace: string | null): Target {
  const [path = "", asked = ""] = link.replace(/^skein:(\/\/)?/i, "").split(/\?(.*)/s);
  const [action, first, kind, document, card] = path.split("/").map(decoded);
  if (action?.toLowerCase() === "join" && first) return { at: "invite", ticket: link };
  if (action?.toLowerCase() !== "open" || !first || !document) return { at: "nowhere" };
  if (kind !== "note" && kind !== "board") return { at: "nowhere" };
  if (first !== workspace) return { at: "elsewhere", workspace: first };
  return { at: "here", href: hrefOf(kind, document, card || null) + askedIn(asked) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}
