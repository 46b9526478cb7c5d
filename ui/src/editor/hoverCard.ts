// The card over a link: the address that it leads to, or the first lines of the note.

import { hoverTooltip } from "@codemirror/view";
import type { Extension } from "@codemirror/state";
import { t } from "../i18n";
import { sizeWords } from "../i18n/sizes";
import { shownName } from "../state/files";
import { fileDoor } from "./files/door";
import type { FileDoor } from "./files/door";
import { whereabouts } from "./files/words";
import { growingTheme } from "./growingTheme";
import { linkAt, linkDoor } from "./links";
import type { FileTarget, LinkDoor, LinkTarget } from "./links";
import { plainWords } from "./outline";

const LINGER_MS = 350;

/** Lines of Markdown as they are read. */
function plain(lines: string): string {
  const marker = /^[\s>]*(?:#{1,6}\s|[-*+]\s(?:\[.\]\s)?)?/;
  return lines
    .split("\n")
    .map((line) => plainWords(line.replace(marker, "")))
    .join("\n");
}

type Doors = { links: LinkDoor | null; files: FileDoor | null };

async function cardOf(link: LinkTarget | FileTarget, doors: Doors): Promise<HTMLElement> {
  const card = document.createElement("div");
  card.className = "sk-card";
  const add = (className: string, text: string): void => {
    const part = document.createElement("div");
    part.className = className;
    part.dir = "auto";
    part.textContent = text;
    card.append(part);
  };
  if (link.kind === "file") {
    const file = doors.files?.find(link.target);
    add("sk-card-title", file ? shownName(file.name) : t("files.unnamed"));
    add("sk-card-lines", whereabouts(file) ?? sizeWords(file?.size ?? 0));
  } else if (link.kind === "address") add("sk-card-address", link.target);
  else {
    const note = (await doors.links?.glimpse(link.target)) ?? null;
    add("sk-card-title", note?.title ?? t("link.creatable", { title: link.target }));
    if (note !== null) add("sk-card-lines", plain(note.lines) || t("link.emptyNote"));
  }
  add("sk-card-hint", t("link.howToOpen"));
  return card;
}

export const hoverCard: Extension = [
  hoverTooltip(
    async (view, position) => {
      const doors = { links: view.state.facet(linkDoor), files: view.state.facet(fileDoor) };
      const link = linkAt(view.state, position);
      if (link === null || doors[link.kind === "file" ? "files" : "links"] === null) return null;
      const dom = await cardOf(link, doors);
      return { pos: position, above: true, create: () => ({ dom }) };
    },
    { hoverTime: LINGER_MS, hideOnChange: true },
  ),
  growingTheme({
    ".cm-tooltip.cm-tooltip-hover": { border: "0", background: "transparent" },
    ".sk-card": {
      maxInlineSize: "340px",
      padding: "var(--space-2) var(--space-3)",
      borderRadius: "var(--radius-m)",
      border: "1px solid var(--border)",
      background: "var(--raised)",
      boxShadow: "var(--float)",
      font: "var(--regular) 13px/20px var(--sans)",
      color: "var(--text-2)",
      overflowWrap: "anywhere",
    },
    ".sk-card-title": { color: "var(--text)", fontWeight: "var(--medium)" },
    ".sk-card-lines": {
      whiteSpace: "pre-line",
      display: "-webkit-box",
      WebkitLineClamp: "4",
      WebkitBoxOrient: "vertical",
      overflow: "hidden",
    },
    ".sk-card-hint": { fontSize: "11px", lineHeight: "16px", color: "var(--text-3)" },
  }),
];
