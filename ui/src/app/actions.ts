// Everything a person can do from anywhere.

import { TREE } from "../state/changes";
import type { Scope } from "../state/changes";
import { createDocument } from "../state/documents";
import { go, HOME, route, TRASH } from "../state/route";
import { setTheme } from "../state/theme";
import { defineCommand } from "./commands";
import type { Context } from "./commands";

/** Undo acts on what one looks at: the board, else the tree. */
function scopeHere(): Scope {
  const at = route();
  return at.page === "board" ? at.document : TREE;
}

function undoHere({ engine }: Context): void {
  const here = scopeHere();
  void engine.changes.undo(engine.changes.canUndo(here) ? here : TREE);
}

export const commands = [
  defineCommand({
    id: "palette",
    label: "palette",
    words: "command menu do",
    keys: ["Ctrl+K"],
    when: () => false,
    run: ({ ui }) => ui.open("palette"),
  }),
  defineCommand({
    id: "search",
    label: "search",
    words: "find look text",
    keys: ["Ctrl+Shift+F"],
    run: ({ ui }) => ui.open("search"),
  }),
  defineCommand({
    id: "note.new",
    label: "note.new",
    words: "create add page document write",
    keys: ["Ctrl+N"],
    run: ({ engine }) => void createDocument(engine, "note"),
  }),
  defineCommand({
    id: "board.new",
    label: "board.new",
    words: "create add kanban project tasks",
    keys: ["Ctrl+Shift+B"],
    run: ({ engine }) => void createDocument(engine, "board"),
  }),
  defineCommand({
    id: "undo",
    label: "undo",
    words: "take back revert",
    keys: ["Ctrl+Z"],
    outsideText: true,
    run: undoHere,
  }),
  defineCommand({
    id: "redo",
    label: "redo",
    words: "again",
    keys: ["Ctrl+Shift+Z", "Ctrl+Y"],
    outsideText: true,
    run: ({ engine }) => void engine.changes.redo(scopeHere()),
  }),
  defineCommand({
    id: "invite",
    label: "invite.open",
    words: "add person member share link qr colleague",
    run: ({ ui }) => ui.open("invite"),
  }),
  defineCommand({
    id: "peers",
    label: "peers.title",
    words: "connect address devices sync network who",
    run: ({ ui }) => ui.open("peers"),
  }),
  defineCommand({
    id: "reconnect",
    label: "peers.reconnect",
    words: "sync network retry now",
    run: ({ engine }) =>
      void engine.ipc.request({ type: "reconnect" }).catch((error: unknown) => {
        engine.changes.fail(error);
      }),
  }),
  defineCommand({
    id: "trash",
    label: "trash.open",
    words: "deleted bin restore",
    run: () => go(TRASH),
  }),
  defineCommand({ id: "home", label: "home.open", words: "start", run: () => go(HOME) }),
  defineCommand({
    id: "sidebar",
    label: "sidebar.toggle",
    words: "hide show panel",
    keys: ["Ctrl+\\"],
    run: ({ ui }) => ui.toggleSidebar(),
  }),
  defineCommand({
    id: "back",
    label: "back",
    words: "history previous",
    keys: ["Alt+ArrowLeft"],
    outsideText: true,
    run: () => history.back(),
  }),
  defineCommand({
    id: "forward",
    label: "forward",
    words: "history next",
    keys: ["Alt+ArrowRight"],
    outsideText: true,
    run: () => history.forward(),
  }),
  defineCommand({
    id: "settings",
    label: "settings",
    words: "preferences options theme",
    keys: ["Ctrl+,"],
    run: ({ ui }) => ui.open("settings"),
  }),
  defineCommand({
    id: "theme.light",
    label: "theme.light",
    words: "bright day colour",
    run: () => setTheme("light"),
  }),
  defineCommand({
    id: "theme.dark",
    label: "theme.dark",
    words: "night black colour",
    run: () => setTheme("dark"),
  }),
  defineCommand({
    id: "theme.system",
    label: "theme.system",
    words: "automatic colour",
    run: () => setTheme("system"),
  }),
];
