// The keys of a text by what they do: for its keymap, and for the list of keys.

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
