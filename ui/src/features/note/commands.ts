// What can be done in an open note.

import { defineCommand } from "../../state/commands";
import type { Command } from "../../state/commands";

type Acts = Readonly<Record<"find" | "replace" | "outline" | "foldAll" | "unfoldAll", () => void>>;

export function noteCommands(acts: Acts): Command[] {
  return [
    defineCommand({
      id: "note.find",
      label: "find.inNote",
      words: "search look text page",
      keys: ["Ctrl+F"],
      run: acts.find,
    }),
    defineCommand({
      id: "note.replace",
      edits: true,
      label: "find.replaceInNote",
      words: "search exchange change text",
      keys: ["Ctrl+H"],
      run: acts.replace,
    }),
    defineCommand({
      id: "note.outline",
      label: "note.showOutline",
      words: "headings contents table toc sections",
      keys: ["Ctrl+Shift+O"],
      run: acts.outline,
    }),
    defineCommand({
      id: "note.foldAll",
      label: "note.foldAll",
      words: "collapse headings",
      run: acts.foldAll,
    }),
    defineCommand({
      id: "note.unfoldAll",
      label: "note.unfoldAll",
      words: "expand headings",
      run: acts.unfoldAll,
    }),
  ];
}
