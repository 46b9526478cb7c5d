// The keys of a text by what they do: for its keymap, and for the list of keys.

import type { KeyTable } from "../state/keys";

export const textKeys = [
  { act: "bold", label: "format.bold", key: "Ctrl+B" },
  { act: "italic", label: "format.italic", key: "Ctrl+I" },
  { act: "code", label: "format.code", key: "Ctrl+E" },
  { act: "strike", label: "format.strike", key: "Ctrl+Shift+S" },
  { act: "link", label: "format.link", key: "Ctrl+K" },
  { act: "h1", label: "insert.h1", key: "Ctrl+Alt+1" },
  { act: "h2", label: "insert.h2", key: "Ctrl+Alt+2" },
  { act: "h3", label: "insert.h3", key: "Ctrl+Alt+3" },
  { act: "tick", label: "keys.tick", key: "Ctrl+Enter" },
  { act: "lineUp", label: "keys.lineUp", key: "Alt+ArrowUp" },
  { act: "lineDown", label: "keys.lineDown", key: "Alt+ArrowDown" },
  { act: "double", label: "keys.double", key: "Ctrl+D" },
  { act: "nest", label: "keys.nest", key: "Tab" },
  { act: "outdent", label: "keys.outdent", key: "Shift+Tab" },
] as const;

export type TextAct = (typeof textKeys)[number]["act"];

/** Those that a part of the editor handles itself, for the list alone. */
export const furtherTextKeys: KeyTable["rows"] = [
  { label: "keys.follow", keys: ["Alt+Enter"] },
  { label: "keys.formatBar", keys: ["Alt+F10"] },
  { label: "table.openMenu", keys: ["Alt+F10"] },
  { label: "keys.pastePlain", keys: ["Ctrl+Shift+V"] },
  { label: "keys.findNext", keys: ["F3", "Ctrl+G"] },
  { label: "keys.findPrevious", keys: ["Shift+F3", "Ctrl+Shift+G"] },
  { label: "keys.fold", keys: ["Ctrl+Shift+["] },
  { label: "keys.unfold", keys: ["Ctrl+Shift+]"] },
  { label: "note.foldAll", keys: ["Ctrl+Alt+["] },
  { label: "note.unfoldAll", keys: ["Ctrl+Alt+]"] },
];
