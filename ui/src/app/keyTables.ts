// All keys by what they belong to: the commands' own, then those that the tree, the editor and the board handle themselves.

import { boardKeys } from "../features/board";
import type { Key } from "../i18n";
import { keysOf } from "../state/commands";
import type { Remaps } from "../state/commands";
import type { KeyTable } from "../state/keys";
import { allCommands } from "./allCommands";

const treeKeys: KeyTable = {
  title: "tree.label",
  rows: [
    { label: "tree.up", keys: ["Alt+ArrowUp"] },
    { label: "tree.down", keys: ["Alt+ArrowDown"] },
    { label: "tree.in", keys: ["Alt+ArrowRight"] },
    { label: "tree.out", keys: ["Alt+ArrowLeft"] },
    { label: "rename", keys: ["F2"] },
    { label: "trash.move", keys: ["Delete"] },
  ],
};

const textKeys: KeyTable = {
  title: "keys.text",
  rows: [
    { label: "format.bold", keys: ["Ctrl+B"] },
    { label: "format.italic", keys: ["Ctrl+I"] },
    { label: "format.code", keys: ["Ctrl+E"] },
    { label: "format.strike", keys: ["Ctrl+Shift+S"] },
    { label: "format.link", keys: ["Ctrl+K"] },
    { label: "insert.h1", keys: ["Ctrl+Alt+1"] },
    { label: "insert.h2", keys: ["Ctrl+Alt+2"] },
    { label: "insert.h3", keys: ["Ctrl+Alt+3"] },
    { label: "keys.tick", keys: ["Ctrl+Enter"] },
    { label: "keys.lineUp", keys: ["Alt+ArrowUp"] },
    { label: "keys.lineDown", keys: ["Alt+ArrowDown"] },
    { label: "keys.double", keys: ["Ctrl+D"] },
    { label: "keys.nest", keys: ["Tab"] },
    { label: "keys.outdent", keys: ["Shift+Tab"] },
    { label: "insert.group", keys: ["/"] },
  ],
};

/** Commands without a key are for the palette alone. Reading it in a component follows what is offered. */
export function keyTables(remaps: Remaps): KeyTable[] {
  const groups = new Map<Key, KeyTable["rows"][number][]>();
  for (const command of allCommands()) {
    const keys = keysOf(command, remaps);
    if (keys.length === 0) continue;
    const group = command.group ?? "keys.here";
    groups.set(group, [...(groups.get(group) ?? []), { label: command.label, keys }]);
  }
  const tables = [...groups].map(([title, rows]): KeyTable => ({ title, rows }));
  return [...tables, textKeys, boardKeys, treeKeys];
}
