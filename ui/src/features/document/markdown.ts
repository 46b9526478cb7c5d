// A whole document as Markdown, for the clipboard and for files.

import { t } from "../../i18n";
import type { AttachedFile, BoardView, CardSummary, Kind, NoteContent } from "../../ipc";
import type { Engine } from "../../state/engine";
import { shownTitle } from "../../state/documents";

export function noteAsMarkdown(note: Pick<NoteContent, "title" | "text">): string {
  return `# ${shownTitle(note)}\n\n${note.text.trimEnd()}\n`;
}

/** Outside of the workspace a file goes by its name, as where it is exported to a folder. */
export function withFileNames(text: string, files: readonly AttachedFile[]): string {
  const names = new Map(files.map(({ id, name }) => [id, name]));
  return text.replace(
    /\]\(skein:file\/([a-z0-9-]{1,64})(?: +"\d{1,5}x\d{1,5}")?\)/gi,
    (whole, id: string) => {
      const name = names.get(id);
      return name === undefined
        ? whole
        : `](${encodeURIComponent(name).replace(/\(/g, "%28").replace(/\)/g, "%29")})`;
    },
  );
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
    const { files } = await engine.ipc.request({ type: "list_files", document: document.id });
    return noteAsMarkdown({ ...note, text: withFileNames(note.text, files) });
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
  return `${short === "" ? t("untitled") : short}.md`;
}
