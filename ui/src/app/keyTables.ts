// All keys by what they belong to: the commands' own, then those that the text, the board and the tree handle themselves.

import { furtherTextKeys, textKeys } from "../editor/keyTable";
import { boardKeys } from "../features/board";
import type { Key } from "../i18n";
import "../i18n/dialogs";
import { keysOf } from "../state/commands";
import type { Remaps } from "../state/commands";
import type { KeyTable } from "../state/keys";
import { allCommands } from "./allCommands";

export const treeKeys: KeyTable = {
  title: "tree.label",
  rows: [
    { label: "tree.keys.walk", keys: ["Arrows"] },
    { label: "tree.keys.find", keys: ["Letters"] },
    { label: "tree.keys.open", keys: ["Enter"] },
    { label: "tree.keys.show", keys: ["Space"] },
    { label: "tree.up", keys: ["Alt+ArrowUp"] },
    { label: "tree.down", keys: ["Alt+ArrowDown"] },
    { label: "tree.in", keys: ["Alt+ArrowRight"] },
    { label: "tree.out", keys: ["Alt+ArrowLeft"] },
    { label: "rename", keys: ["F2"] },
    { label: "trash.move", keys: ["Delete"] },
  ],
};

export const writingKeys: KeyTable = {
  title: "keys.text",
  rows: [
    ...textKeys.map(({ label, key }) => ({ label, keys: [key] })),
    ...furtherTextKeys,
    { label: "insert.group", keys: ["/"] },
  ],
};

/**
 * Commands without a key are for the palette alone. What a part handles itself stands with the commands of the same
 * title. Reading it in a component follows what is offered.
 */
export function keyTables(remaps: Remaps): KeyTable[] {
  const groups = new Map<Key, KeyTable["rows"][number][]>();
  const add = (title: Key, rows: KeyTable["rows"]): void => {
    groups.set(title, [...(groups.get(title) ?? []), ...rows]);
  };
  for (const command of allCommands()) {
    const keys = keysOf(command, remaps);
    if (keys.length > 0) add(command.group ?? "keys.here", [{ label: command.label, keys }]);
  }
  for (const { title, rows } of [writingKeys, boardKeys, treeKeys]) add(title, rows);
  return [...groups].map(([title, rows]) => ({ title, rows }));
}
