// Everything a person can do from anywhere.

import { announce } from "../a11y/announce";
import { starterCommands } from "../features/start";
import { t } from "../i18n";
import type { Key } from "../i18n";
import { insideDesktopApp } from "../ipc";
import { quit, zoom } from "../ipc/shell";
import { TREE } from "../state/changes";
import type { Scope } from "../state/changes";
import { defineCommand } from "../state/commands";
import type { Context } from "../state/commands";
import { createDocument } from "../state/documents";
import { isFavourite, toggleFavourite } from "../state/favourites";
import { setLook } from "../state/look.svelte";
import { go, HOME, route, TRASH } from "../state/route";
import { isOpen } from "../state/writable";

/** Undo acts on what one looks at: the board, and the tree beside it. */
function scopesHere(): [Scope, ...Scope[]] {
  const at = route();
  return at.page === "board" ? [at.document, TREE] : [TREE];
}

/** The open document, as the tree knows it. */
function documentHere({ engine }: Context) {
  const at = route();
  if (!("document" in at)) return undefined;
  return engine.live.of({ type: "tree" }).current?.tree.get(at.document);
}

const going = [
  defineCommand({
    id: "palette",
    label: "palette",
    group: "keys.go",
    words: "command menu do",
    keys: ["Ctrl+K"],
    when: () => false,
    run: ({ ui }) => ui.open("palette"),
  }),
  defineCommand({
    id: "switcher",
    label: "switcher",
    group: "keys.go",
    words: "go document jump quick find",
    keys: ["Ctrl+O"],
    run: ({ ui }) => ui.open("switcher"),
  }),
  defineCommand({
    id: "search",
    label: "search",
    group: "keys.go",
    words: "find look text",
    keys: ["Ctrl+Shift+F", "/"],
    run: ({ ui }) => ui.open("search"),
  }),
  defineCommand({
    id: "back",
    label: "back",
    group: "keys.go",
    words: "history previous",
    keys: ["Alt+ArrowLeft"],
    run: () => history.back(),
  }),
  defineCommand({
    id: "forward",
    label: "forward",
    group: "keys.go",
    words: "history next",
    keys: ["Alt+ArrowRight"],
    run: () => history.forward(),
  }),
  defineCommand({
    id: "home",
    label: "home.open",
    group: "keys.go",
    words: "start overview",
    keys: ["G H"],
    run: () => go(HOME),
  }),
  defineCommand({
    id: "trash",
    label: "trash.open",
    group: "keys.go",
    words: "deleted bin restore",
    keys: ["G T"],
    run: () => go(TRASH),
  }),
  defineCommand({
    id: "peers",
    label: "peers.title",
    group: "keys.go",
    words: "connect address devices sync network who members team",
    keys: ["G P"],
    run: ({ ui }) => ui.open("peers"),
  }),
  defineCommand({
    id: "workspaces",
    label: "workspaces.switch",
    group: "keys.go",
    words: "change other team add join another account",
    keys: ["G W"],
    run: ({ ui }) => ui.open("workspaces"),
  }),
  defineCommand({
    id: "settings",
    label: "settings",
    group: "keys.go",
    words: "preferences options theme profile name configure",
    keys: ["Ctrl+,", "G S"],
    run: ({ ui }) => ui.open("settings"),
  }),
  defineCommand({
    id: "safety",
    label: "safety.title",
    group: "keys.go",
    words: "backup restore audit check damaged repair copy",
    keys: ["G B"],
    run: ({ ui }) => ui.open("safety"),
  }),
  defineCommand({
    id: "storage",
    label: "storage.title",
    group: "keys.go",
    words: "space disk room size free clean large files",
    keys: ["G R"],
    run: ({ ui }) => ui.open("storage"),
  }),
];

const doing = [
  defineCommand({
    id: "note.new",
    edits: true,
    label: "note.new",
    group: "keys.do",
    words: "create add page document write",
    keys: ["Ctrl+N"],
    run: ({ engine }) => void createDocument(engine, "note"),
  }),
  defineCommand({
    id: "board.new",
    edits: true,
    label: "board.new",
    group: "keys.do",
    words: "create add kanban project tasks",
    keys: ["Ctrl+Shift+B"],
    run: ({ engine }) => void createDocument(engine, "board"),
  }),
  defineCommand({
    id: "favourite",
    label: "favourite.add",
    group: "keys.do",
    words: "star pin bookmark keep",
    when: (context) => {
      const document = documentHere(context);
      return document !== undefined && !isFavourite(context.engine, document.id);
    },
    run: (context) => {
      const document = documentHere(context);
      if (document !== undefined) toggleFavourite(context.engine, document);
    },
  }),
  defineCommand({
    id: "unfavourite",
    label: "favourite.remove",
    group: "keys.do",
    words: "star pin bookmark",
    when: (context) => {
      const document = documentHere(context);
      return document !== undefined && isFavourite(context.engine, document.id);
    },
    run: (context) => {
      const document = documentHere(context);
      if (document !== undefined) toggleFavourite(context.engine, document);
    },
  }),
  defineCommand({
    id: "undo",
    edits: true,
    label: "undo",
    group: "keys.do",
    words: "take back revert",
    keys: ["Ctrl+Z"],
    outsideText: true,
    run: ({ engine }) => void engine.changes.undo(...scopesHere()),
  }),
  defineCommand({
    id: "redo",
    edits: true,
    label: "redo",
    group: "keys.do",
    words: "again",
    keys: ["Ctrl+Shift+Z", "Ctrl+Y"],
    outsideText: true,
    run: ({ engine }) => void engine.changes.redo(...scopesHere()),
  }),
  defineCommand({
    id: "invite",
    rules: true,
    label: "invite.open",
    group: "keys.do",
    words: "add person member share link qr colleague",
    run: ({ ui }) => ui.open("invite"),
  }),
  defineCommand({
    id: "recovery",
    label: "recovery.open",
    group: "keys.do",
    words: "paper kit backup lost stolen device key emergency",
    when: ({ engine }) => isOpen(engine),
    run: ({ ui }) => ui.open("recovery"),
  }),
  defineCommand({
    id: "reconnect",
    label: "peers.reconnect",
    group: "keys.do",
    words: "sync network retry now",
    run: ({ engine }) =>
      void engine.ipc.request({ type: "reconnect" }).catch((error: unknown) => {
        engine.changes.fail(error);
      }),
  }),
];

const looking = [
  defineCommand({
    id: "sidebar",
    label: "sidebar.toggle",
    group: "keys.window",
    words: "hide show panel",
    keys: ["Ctrl+\\"],
    run: ({ ui }) => ui.toggleSidebar(),
  }),
  defineCommand({
    id: "keys",
    label: "keys.title",
    group: "keys.window",
    words: "help shortcuts keyboard bindings cheat sheet",
    keys: ["F1", "?"],
    run: ({ ui }) => ui.open("keys"),
  }),
  defineCommand({
    id: "theme.light",
    label: "theme.light",
    group: "keys.window",
    words: "bright day colour",
    run: ({ engine }) => setLook(engine, "theme", "light"),
  }),
  defineCommand({
    id: "theme.dark",
    label: "theme.dark",
    group: "keys.window",
    words: "night black colour",
    run: ({ engine }) => setLook(engine, "theme", "dark"),
  }),
  defineCommand({
    id: "theme.system",
    label: "theme.system",
    group: "keys.window",
    words: "automatic colour",
    run: ({ engine }) => setLook(engine, "theme", "system"),
  }),
  defineCommand({
    id: "theme.contrast",
    label: "theme.contrast",
    group: "keys.window",
    words: "high contrast readable accessibility",
    run: ({ engine }) => setLook(engine, "theme", "contrast"),
  }),
  defineCommand({
    id: "quit",
    label: "quit",
    group: "keys.window",
    words: "exit end close stop leave",
    keys: ["Ctrl+Q"],
    when: insideDesktopApp,
    run: ({ engine }) => void quit().catch((error: unknown) => engine.changes.fail(error)),
  }),
];

/** A browser does this by itself, by the same keys. */
function zooming(id: string, label: Key, towards: Parameters<typeof zoom>[0], keys: string[]) {
  return defineCommand({
    id,
    label,
    group: "keys.window",
    words: "zoom in out magnify text size scale accessibility",
    keys,
    when: insideDesktopApp,
    run: ({ engine }) =>
      void zoom(towards)
        .then((percent) => announce(t("zoom.at", { percent })))
        .catch((error: unknown) => engine.changes.fail(error)),
  });
}

const zooms = [
  zooming("zoom.larger", "zoom.larger", "larger", ["Ctrl+=", "Ctrl++"]),
  zooming("zoom.smaller", "zoom.smaller", "smaller", ["Ctrl+-"]),
  zooming("zoom.normal", "zoom.normal", "normal", ["Ctrl+0"]),
];

export const commands = [...going, ...doing, ...looking, ...zooms, ...starterCommands];
