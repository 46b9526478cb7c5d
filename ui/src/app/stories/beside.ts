// What opens beside a document and above it: the panel, delivery, views, cards out of sight, moving, finding in a text, the keys.

import { page, userEvent } from "vitest/browser";
import {
  BOARD,
  DENIED,
  GERMAN,
  HINT,
  LINE_LOST,
  LONG,
  NOTE,
  REFUSED,
  having,
  inTurn,
  keys,
  longBoard,
  press,
  readOnly,
  refusing,
} from "./kit";
import type { Stories } from "./kit";

const OUTLINE = "{Control>}{Shift>}o{/Shift}{/Control}";
const FIND = "{Control>}f{/Control}";
const inText = ["textbox", "Note text"] as const;
const ofDocument = (entry: string) =>
  inTurn(press("button", "Menu of this document"), press("menuitem", entry));
const SHELF = ofDocument("Archived and deleted cards");
const MOVE = ofDocument("Move to…");
const bare = having([{ id: "n", kind: "note", title: "Bare", text: "No heading." }]);

export const beside: Stories = {
  panel: {
    empty: {
      engine: bare,
      at: "#/note/n",
      once: inText,
      then: keys(OUTLINE),
      told: [/^Headings of this note stand here/],
    },
    "no links": {
      engine: bare,
      at: "#/note/n",
      once: inText,
      then: inTurn(keys(OUTLINE), press("tab", "Links here")),
      told: [/^Nothing links to this note yet/],
    },
    "read only": {
      engine: readOnly,
      at: NOTE,
      once: inText,
      then: keys(OUTLINE),
      told: [["tab", "Links here"], "How we work apart"],
    },
    offline: {
      at: NOTE,
      once: inText,
      then: inTurn(keys(OUTLINE), (fake) => fake.cut()),
      told: [LINE_LOST, ["tab", "Links here"]],
    },
    long: {
      engine: having([
        {
          id: "n",
          kind: "note",
          title: GERMAN,
          text: LONG.map((line) => `# ${line}\n`).join("\n"),
        },
      ]),
      at: "#/note/n",
      once: inText,
      then: keys(OUTLINE),
      told: [["button", new RegExp(`^${GERMAN}$`)]],
    },
  },
  views: {
    empty: {
      at: BOARD,
      then: press("button", "Saved views"),
      told: [/^Set filters, then give this view a name/, ["textbox", "Name of this view"]],
    },
  },
  shelf: {
    empty: { at: BOARD, then: SHELF, told: [/No card is archived.*E archives a card/] },
    "read only": {
      engine: readOnly,
      at: BOARD,
      then: SHELF,
      told: ["No card is archived or in the trash."],
    },
    long: {
      engine: having([longBoard()], (fake) => {
        const cards = [...(fake.documents.get("b-large")?.cards.values() ?? [])];
        for (const card of cards.slice(0, 3)) card.archived.value = true;
      }),
      at: "#/board/b-large",
      then: SHELF,
      told: [["button", `Restore ${GERMAN}`]],
    },
  },
  moving: {
    open: { at: NOTE, then: MOVE, told: [["dialog", /^Move “/], ["combobox"]] },
    empty: {
      at: NOTE,
      then: inTurn(MOVE, async () => {
        await page.getByRole("combobox").fill("zzzz");
      }),
      told: ["No document goes by that name."],
    },
    refused: {
      engine: refusing("place_document", "denied", DENIED),
      at: NOTE,
      then: inTurn(MOVE, async () => {
        await page.getByRole("combobox").fill("Product");
        await userEvent.keyboard("{Enter}");
      }),
      told: [["alert", new RegExp(`${DENIED}.*${HINT}`)]],
    },
  },
  "find in a text": {
    open: { at: NOTE, once: inText, then: keys(FIND), told: [["search", "Find in text"]] },
    empty: {
      at: NOTE,
      once: inText,
      then: inTurn(keys(FIND), keys("zzzz")),
      told: ["Nothing found"],
    },
    "read only": {
      engine: readOnly,
      at: NOTE,
      once: inText,
      then: keys(FIND),
      told: [["search", "Find in text"]],
      not: [["button", "Replace"]],
    },
  },
  keys: {
    open: { then: keys("{F1}"), told: [["dialog", "Keys"], "Command palette"] },
    empty: {
      then: inTurn(keys("{F1}"), async () => {
        await page.getByRole("searchbox", { name: "Find a key" }).fill("zzzz");
      }),
      told: ["No key for “zzzz”."],
    },
  },
  delivery: {
    open: {
      then: press("button", /^On \d devices/),
      told: [
        ["dialog", "How far this got"],
        ["button", "People and connections"],
      ],
    },
    refused: { engine: refusing("delivery"), told: [["button", "3 people"]], not: [REFUSED] },
  },
};
