// What can be done on an open board, for its keys, the palette and the list of keys.

import type { Key } from "../../i18n";
import { offeredCommands } from "../../state/commands";
import type { Command } from "../../state/commands";
import { shownKeyOf } from "../../state/remaps";
import type { Desk } from "./desk.svelte";
import { moveBy, putAway } from "./moves";

/** Where keys have a meaning of their own. */
const ELSEWHERE = "[role=dialog], [role=menu], [role=tree], [role=listbox]";

function here(): boolean {
  return !document.activeElement?.closest(ELSEWHERE);
}

export function boardCommands(desk: Desk): Command[] {
  const command = (
    id: string,
    label: Key,
    keys: string[],
    run: () => void,
    words = "",
    edits = false,
  ): Command => ({
    id: `board.${id}`,
    label,
    group: "board.keys",
    words: `card board ${words}`,
    keys,
    outsideText: true,
    edits,
    when: () => desk.board !== null && desk.question === null,
    run: () => {
      if (here()) run();
    },
  });
  const edit: typeof command = (id, label, keys, run, words) =>
    command(id, label, keys, run, words, true);
  return [
    command("next", "board.do.next", ["J"], () => desk.step("down"), "down"),
    command("previous", "board.do.previous", ["K"], () => desk.step("up"), "up"),
    edit("left", "board.do.left", [","], () => void moveBy(desk, "left"), "column back"),
    edit("right", "board.do.right", ["."], () => void moveBy(desk, "right"), "column forward"),
    edit("assign", "board.do.assign", ["A"], () => desk.ask("assignee"), "person who owner"),
    edit("label", "board.do.label", ["L"], () => desk.ask("label"), "tag"),
    edit("due", "board.do.due", ["D"], () => desk.ask("due"), "date deadline when"),
    edit("priority", "board.do.priority", ["P"], () => desk.ask("priority"), "urgent high low"),
    edit("title", "board.do.title", ["T"], () => desk.editTitle(), "rename name"),
    edit("archive", "board.do.archive", ["E"], () => putAway(desk, "archive"), "done away"),
    edit("select", "board.do.select", ["X"], () => {
      if (desk.at !== null) desk.selected.toggle(desk.at);
    }),
    edit("add", "board.do.add", ["C"], () => desk.startAdding(), "new create"),
    command("filter", "board.do.filter", ["F"], () => (desk.filtering = true), "find search show"),
    command("mine", "board.do.mine", ["Q"], () => desk.setLook({ mine: !desk.look.mine }), "my me"),
    command("layout", "board.do.layout", ["V"], () => desk.toggleLayout(), "list table view"),
    command("shelf", "shelf.title", [], () => (desk.question = { ask: "shelf" }), "archive trash"),
  ];
}

/** The key of a command of the board as it is shown to this person; nothing where it cannot be used. */
export function boardKeyOf({ engine, writable }: Desk, id: "add" | "archive"): string | undefined {
  return writable ? shownKeyOf(engine, offeredCommands(), `board.${id}`) : undefined;
}
