// What can be put into a text, and done with a table in it, as commands while the text has the focus.

import type { Attachment } from "svelte/attachments";
import type { TextEditor } from "../../editor";
import { defineCommand, offerCommands } from "../../state/commands";
import type { Command } from "../../state/commands";
import { tableCommands } from "./tableCommands";

type Use = (run: (editor: TextEditor) => void) => void;

/** They stay while something lies above the document, as the palette does, and go when the focus goes elsewhere in it. */
export function textCommands(use: Use): Attachment<HTMLElement> {
  return (element) => {
    let commands: Command[] = [];
    let takeBack: (() => void) | null = null;
    // With the editor, which is loaded by now or soon will be.
    use((editor) => {
      void import("../../editor").then(({ inserts, tableActs }) => {
        const puts = inserts.map(({ id, label, words }) =>
          defineCommand({
            id: `insert.${id}`,
            label,
            group: "insert.group",
            edits: true,
            words: `insert add ${words}`,
            run: () => editor.insert(id),
          }),
        );
        commands = [...puts, ...tableCommands(tableActs, editor)];
        if (element.contains(document.activeElement)) takeBack ??= offerCommands(commands);
      });
    });
    const watch = ({ target }: FocusEvent): void => {
      if (!(target instanceof HTMLElement)) return;
      if (element.contains(target) && commands.length > 0) takeBack ??= offerCommands(commands);
      else if (!element.contains(target) && target.closest("[role=dialog]") === null) leave();
    };
    const leave = (): void => {
      takeBack?.();
      takeBack = null;
    };
    document.addEventListener("focusin", watch);
    return () => {
      document.removeEventListener("focusin", watch);
      leave();
    };
  };
}
