// What the open document offers to the palette.

import { copyLink } from "../../state/clipboard";
import { defineCommand } from "../../state/commands";
import type { Command } from "../../state/commands";
import { duplicateNote, moveToTrash } from "../../state/documents";
import type { Named } from "../../state/documents";
import { hrefOf } from "../../state/route";
import { copyMarkdown, exportMarkdown, print } from "./menu";
import type { DocumentActs } from "./menu";

export function documentCommands(document: Named, acts: DocumentActs): Command[] {
  return [
    defineCommand({
      id: "document.rename",
      edits: true,
      label: "rename",
      words: "title name call",
      keys: ["F2"],
      run: acts.rename,
    }),
    defineCommand({
      id: "document.print",
      label: "document.print",
      words: "paper pdf",
      keys: ["Ctrl+P"],
      run: ({ engine }) => print(engine),
    }),
    defineCommand({
      id: "document.move",
      edits: true,
      label: "document.moveTo",
      words: "folder parent place inside tree",
      run: acts.moveTo,
    }),
    defineCommand({
      id: "document.duplicate",
      edits: true,
      label: "document.duplicate",
      words: "copy clone again",
      when: () => document.kind === "note",
      run: ({ engine }) => void duplicateNote(engine, document),
    }),
    defineCommand({
      id: "document.link",
      label: "document.copyLink",
      words: "address url share skein",
      run: ({ engine }) => void copyLink(engine, hrefOf(document.kind, document.id)),
    }),
    defineCommand({
      id: "document.copyMarkdown",
      label: "document.copyMarkdown",
      words: "clipboard text md",
      run: ({ engine }) => void copyMarkdown(engine, document),
    }),
    defineCommand({
      id: "document.export",
      label: "document.export",
      words: "save file download md",
      run: ({ engine }) => void exportMarkdown(engine, document),
    }),
    defineCommand({
      id: "document.trash",
      edits: true,
      label: "trash.move",
      words: "delete remove bin",
      run: ({ engine }) => void moveToTrash(engine, document),
    }),
  ];
}
