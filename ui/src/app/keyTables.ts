// All keys by what they belong to: the commands' own, then those that the text, the board and the tree handle themselves.

import { textKeys } from "../editor/keyTable";
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

const writingKeys: KeyTable = {
  title: "keys.text",
  rows: [
    ...textKeys.map(({ label, key }) => ({ label, keys: [key] })),
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
  return [...tables, writingKeys, boardKeys, treeKeys];
}
