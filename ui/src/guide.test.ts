// Holds the list of keys in the documentation to the tables by which the keys act. `npx vitest run src/guide.test.ts -u` writes it anew.

import { expect, test } from "vitest";
import { keyTables } from "./app/keyTables";
import { tableActs } from "./editor/tableActs";
import { boardCommands } from "./features/board/commands";
import type { Desk } from "./features/board/desk.svelte";
import { documentCommands } from "./features/document/commands";
import { noteCommands } from "./features/note/commands";
import { tableCommands } from "./features/text/tableCommands";
import { t } from "./i18n";
import { offerCommands } from "./state/commands";
import { shownKey } from "./state/keys";

const PREFACE = `# Keys

Every key there is, as the list in the window shows them (\`F1\`, or \`?\` outside text). Single letters act outside text only and can be switched
off; the keys of commands can be changed; both in the settings under *Keys*.
`;

test("the documentation has every key of the window, of an open note, a table in it and an open board", async () => {
  const nothing = (): void => undefined;
  const note = noteCommands({
    find: nothing,
    replace: nothing,
    outline: nothing,
    foldAll: nothing,
    unfoldAll: nothing,
  });
  const open = documentCommands(
    { id: "", kind: "note", title: "" },
    { rename: nothing, moveTo: nothing },
  );
  const table = tableCommands(tableActs, { isInTable: () => true, editTable: nothing });
  const takeBack = offerCommands([...open, ...note, ...boardCommands({} as Desk), ...table]);
  const tables = keyTables({});
  takeBack();
  const sections = tables.map(({ title, rows }) => {
    const shown = (keys: readonly string[]) => keys.map((key) => `\`${shownKey(key)}\``);
    const lines = rows.map(({ label, keys }) => `| ${t(label)} | ${shown(keys).join(" ")} |`);
    return `\n## ${t(title)}\n\n| to | press |\n| --- | --- |\n${lines.join("\n")}\n`;
  });
  await expect(PREFACE + sections.join("")).toMatchFileSnapshot("../../docs/keys.md");
});
