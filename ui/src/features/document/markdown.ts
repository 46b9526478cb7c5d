// A whole document as Markdown, for the clipboard and for files.

import type { BoardView, CardSummary, Kind, NoteContent } from "../../ipc";
import type { Engine } from "../../state/engine";
import { shownTitle } from "../../state/documents";

export function noteAsMarkdown(note: Pick<NoteContent, "title" | "text">): string {
  return `# ${shownTitle(note)}\n\n${note.text.trimEnd()}\n`;
}

function cardLine(card: CardSummary): string {
  const due = card.due === null ? "" : ` (${card.due})`;
  const labels = card.labels.map((label) => ` #${label.replace(/\s+/g, "-")}`).join("");
  return `- ${shownTitle(card)}${due}${labels}`;
}

export function boardAsMarkdown(board: Pick<BoardView, "title" | "columns" | "cards">): string {
  const shown = board.cards.filter((card) => card.life !== "trashed" && !card.archived);
  const columns = board.columns.map((column) => {
    const cards = shown.filter((card) => card.place.value.column === column.id).map(cardLine);
    return [`## ${column.title.value}`, "", ...cards, ""].join("\n");
  });
  return [`# ${shownTitle({ title: board.title.value })}`, "", ...columns].join("\n");
}

export async function readAsMarkdown(
  engine: Engine,
  document: { id: string; kind: Kind },
): Promise<string> {
  if (document.kind === "note") {
    const { note } = await engine.ipc.request({ type: "read_note", document: document.id });
    return noteAsMarkdown(note);
  }
  const { board } = await engine.ipc.request({ type: "read_board", document: document.id });
  return boardAsMarkdown(board);
}

/** A name that every file system takes, from a title in any language. */
export function fileNameOf(title: string): string {
  const plain = title
    .replace(/[\p{Cc}<>:"/\\|?*]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim()
    .replace(/^\.+|\.+$/g, "");
  const short = [...plain].slice(0, 80).join("").trim();
  return `${short === "" ? "Untitled" : short}.md`;
}
