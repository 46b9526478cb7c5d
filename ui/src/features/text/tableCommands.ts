// What can be done with a table, as commands: in the palette and by their keys while the caret stands in one.

import type { TableAct, TextEditor } from "../../editor";
import { defineCommand } from "../../state/commands";
import type { Command } from "../../state/commands";

export const TABLE = "table.";

export function tableCommands(
  acts: readonly TableAct[],
  editor: Pick<TextEditor, "isInTable" | "editTable">,
): Command[] {
  return acts.map(({ id, label, words, key }) =>
    defineCommand({
      id: `${TABLE}${id}`,
      label,
      group: "table.group",
      edits: true,
      words: `table ${words}`,
      ...(key !== undefined && { keys: [key] }),
      when: () => editor.isInTable(),
      run: () => editor.editTable(id),
    }),
  );
}
