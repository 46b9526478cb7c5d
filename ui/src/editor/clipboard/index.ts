// The clipboard: what comes in becomes Markdown, what goes out is Markdown and, for other programs, HTML.

import type { EditorState, Extension, TransactionSpec } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { fileSource } from "../../state/files";
import { dropFiles, fileDoor, keepFiles } from "../files";
import { markdownAddress } from "../linkForm";
import { placeAt } from "../tableKeys";
import { isInCode } from "../typing";
import { inCell, intoCells } from "./cells";
import { markdownFromHtml, tableOf } from "./fromHtml";
import { inPlace } from "./place";
import { takePictures, withoutSigns } from "./pictures";
import { htmlOf, OWN } from "./toHtml";

const ADDRESS = /^(?:https?:\/\/|mailto:|www\.)\S+$/i;
/** Without any of these the plain text says the same. */
const RICH =
  /<(?:h[1-6]|ul|ol|li|table|a|b|strong|i|em|s|del|code|pre|img|blockquote|hr)\b|font-(?:weight|style)\s*:\s*(?:bold|[6-9]00|italic)|mso-list|line-through/i;
const LONGEST_TABLE = 200_000;

/** Cells parted by tabs, as spreadsheets write them; null for anything else. */
export function tableFromTabs(text: string): string | null {
  if (text.length > LONGEST_TABLE || !text.includes("\t")) return null;
  const rows = text
    .replace(/\n+$/, "")
    .split("\n")
    .map((line) => line.split("\t"));
  const columns = rows[0]?.length ?? 0;
  const even = rows.every((row) => row.length === columns);
  if (rows.length < 2 || columns < 2 || !even || rows.every(([first]) => first === "")) return null;
  return tableOf(
    rows.map((row) => row.map((cell) => cell.trim())),
    columns,
  );
}

/** What the clipboard holds, as it comes into a text. */
export function pasted(plain: string, html: string): string {
  const lines = plain.replace(/\r\n?/g, "\n");
  if (html === "" || html.includes(OWN)) return tableFromTabs(lines) ?? lines;
  if (!RICH.test(html)) return tableFromTabs(lines) ?? lines;
  // Code that was copied with its colours is one block, or it is Markdown in its raw form.
  if (
    /^\s*(?:<meta[^>]*>)?\s*<(?:pre|div style="[^"]*white-space:\s*pre)/i.test(html) &&
    lines !== ""
  )
    return lines;
  return markdownFromHtml(html) ?? lines;
}

/** What was pasted among the lines around it; null where it comes in as it is. */
function amongLines(state: EditorState, text: string): TransactionSpec | null {
  const changes = inPlace(state, text);
  return changes && { changes, selection: { anchor: changes.mapPos(state.selection.main.to, 1) } };
}

/** An address over selected words makes them a link; null when it is not that. */
function linkOver(state: EditorState, text: string): string | null {
  const { main, ranges } = state.selection;
  const address = text.trim();
  if (main.empty || ranges.length > 1 || !ADDRESS.test(address)) return null;
  const words = state.sliceDoc(main.from, main.to);
  if (/[\n[\]]/.test(words) || words.trim() === "" || ADDRESS.test(words.trim())) return null;
  return `[${words}](${markdownAddress(address)})`;
}

/** The next paste is wanted as it is. */
let asItIs = false;

/** Files are meant where the words beside them only repeat their names or a picture's address. */
function filesOf(data: DataTransfer, plain: string, html: string): File[] {
  return html === "" || plain.trim() === "" ? [...data.files] : [];
}

function paste(event: ClipboardEvent, view: EditorView): boolean {
  const data = event.clipboardData;
  const { state } = view;
  const plainly = asItIs;
  asItIs = false;
  if (data === null || state.readOnly) return false;
  const [plain, html] = [data.getData("text/plain"), data.getData("text/html")];
  const { from, head } = state.selection.main;
  const files = filesOf(data, plain, html);
  if (files.length > 0 || data.types.length === 0) {
    event.preventDefault();
    if (files.length > 0) keepFiles(view, files.map(fileSource), from);
    else void pasteFromShell(view);
    return true;
  }
  if ((plain === "" && html === "") || plainly || isInCode(state, head)) return false;
  event.preventDefault();
  const taken = takePictures(html);
  const { text, stood } = withoutSigns(linkOver(state, plain) ?? pasted(plain, taken.html));
  const inTable = placeAt(state, head) !== null;
  const placed =
    stood.length > 0 ? null : inTable ? intoCells(state, text) : amongLines(state, text);
  view.dispatch(placed ?? state.replaceSelection(inTable ? inCell(text) : text), {
    userEvent: "input.paste",
    scrollIntoView: true,
  });
  for (const { at, index } of stood) {
    const picture = taken.pictures[index];
    if (picture) keepFiles(view, [picture], inTable ? from : from + at);
  }
  return true;
}

/** The desktop's web view names nothing at all when a picture is on the clipboard. */
async function pasteFromShell(view: EditorView): Promise<void> {
  const picture = await view.state.facet(fileDoor)?.fromClipboard();
  if (picture) keepFiles(view, [picture], view.state.selection.main.from);
}

function drop(event: DragEvent, view: EditorView): boolean {
  const data = event.dataTransfer;
  if (data === null || !data.types.includes("Files")) return false;
  event.preventDefault();
  const files = [...data.items].flatMap((item) => {
    const isFolder = item.webkitGetAsEntry()?.isDirectory === true;
    return (isFolder ? null : item.getAsFile()) ?? [];
  });
  const at = view.posAtCoords({ x: event.clientX, y: event.clientY }, false);
  dropFiles(view, files.map(fileSource), at, files.length < data.items.length);
  return true;
}

function copy(event: ClipboardEvent, view: EditorView): boolean {
  const data = event.clipboardData;
  const { main, ranges } = view.state.selection;
  if (data === null || main.empty || ranges.length > 1) return false;
  const text = view.state.sliceDoc(main.from, main.to);
  const html = isInCode(view.state, main.from) ? null : htmlOf(view.state, text);
  event.preventDefault();
  data.clearData();
  data.setData("text/plain", text);
  if (html !== null) data.setData("text/html", html);
  if (event.type === "cut" && !view.state.readOnly) {
    view.dispatch({
      changes: { from: main.from, to: main.to },
      userEvent: "delete.cut",
      scrollIntoView: true,
    });
  }
  return true;
}

export const clipboard: Extension = [
  keymap.of([
    {
      key: "Mod-Shift-v",
      run() {
        asItIs = true;
        setTimeout(() => (asItIs = false), 1000);
        return false;
      },
    },
  ]),
  EditorView.domEventHandlers({ paste, copy, cut: copy, drop }),
];
