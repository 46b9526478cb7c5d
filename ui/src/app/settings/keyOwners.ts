// To whom a key belongs already: to other commands, of what is not open now as well, or to the text, the board or the tree.

import { boardKeys } from "../../features/board";
import { boardCommands } from "../../features/board/index.commands";
import type { Desk } from "../../features/board/index.commands";
import { documentCommands } from "../../features/document/index.commands";
import { noteCommands } from "../../features/note/index.commands";
import type { Key } from "../../i18n";
import { actsInText, clashes, keysOf } from "../../state/commands";
import type { Command, Remaps } from "../../state/commands";
import type { KeyTable } from "../../state/keys";
import { allCommands } from "../allCommands";
import { treeKeys, writingKeys } from "../keyTables";

const nothing = (): void => undefined;

/** The commands of what may be open, for their names and keys: they are never run. */
const elsewhere: readonly Command[] = [
  ...documentCommands({ id: "", kind: "note", title: "" }, { rename: nothing, moveTo: nothing }),
  ...noteCommands({
    find: nothing,
    replace: nothing,
    outline: nothing,
    foldAll: nothing,
    unfoldAll: nothing,
  }),
  ...boardCommands({} as Desk),
];

/** Every command that a person can meet. Reading it in a component follows what is offered. */
export function knownCommands(): Command[] {
  const offered = allCommands();
  const ids = new Set(offered.map(({ id }) => id));
  return [...elsewhere.filter(({ id }) => !ids.has(id)), ...offered];
}

/** The other commands that have one of `keys`, or keys that begin with it, or with which it begins. */
export function commandsWith(
  keys: readonly string[],
  id: string,
  commands: readonly Command[],
  remaps: Remaps,
): Command[] {
  const found = clashes(commands, { ...remaps, [id]: keys }).filter(({ ids }) => ids.includes(id));
  const others = new Set(found.flatMap(({ ids }) => ids).filter((other) => other !== id));
  return commands.filter((command) => others.has(command.id));
}

/** What a part of the window does by a key itself: nothing takes it from there. */
export type Fixed = { label: Key; where: Key };

/** Whose a key is already. */
export type Clash = {
  keys: readonly string[];
  others: readonly Command[];
  fixed: readonly Fixed[];
};

const ARROWS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];

function isOf(row: KeyTable["rows"][number], key: string): boolean {
  return row.keys
    .flatMap((known) => ARROWS.map((arrow) => known.replace("Arrows", arrow)))
    .includes(key);
}

/** What would keep `key` from a command, wherever both can be meant. */
export function fixedWith(
  key: string,
  command: Command,
  commands: readonly Command[],
  remaps: Remaps,
): Fixed[] {
  const ofBoard = command.group === boardKeys.title;
  const meets = [
    ...(actsInText(command, key) ? [writingKeys] : []),
    ...(ofBoard ? [] : [treeKeys]),
    boardKeys,
  ];
  const [stroke = key] = key.split(" ");
  return meets.flatMap(({ title, rows }) => {
    // Some keys of the board's table are those of commands, and as free as these.
    const ofCommand = commands.some((known) => {
      return known.group === title && (known.keys?.includes(stroke) ?? false);
    });
    if (ofCommand || keysOf(command, remaps).includes(key)) return [];
    return rows.filter((row) => isOf(row, stroke)).map(({ label }) => ({ label, where: title }));
  });
}
