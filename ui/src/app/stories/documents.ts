// Notes, boards, their lists and cards.

import { expect } from "vitest";
import { page, userEvent } from "vitest/browser";
import {
  ARABIC,
  BOARD,
  BROKEN,
  DENIED,
  GERMAN,
  GUIDE,
  HINT,
  JAPANESE,
  LIST,
  NOTE,
  OPENING,
  READ_ONLY,
  REFUSED,
  begins,
  having,
  inTurn,
  keys,
  longBoard,
  offlineAt,
  onCard,
  press,
  readOnly,
  refusing,
  slow,
  spoilt,
} from "./kit";
import type { Act, Sign, Stories, Story } from "./kit";
import type { Request } from "../../ipc";

/** A picture of one grey point. */
const POINT = "GIF89a\x01\0\x01\0\x80\0\0\x80\x80\x80\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

/** A note with a picture in it, which is shown large. */
const enlarged =
  (words: string, name = "Quay.gif", state: Act = () => undefined) =>
  (told: readonly Sign[], then: Act = () => undefined): Story => ({
    engine: having([{ id: "n", kind: "note", title: "Harbour", text: "" }], (fake) => {
      const { id } = fake.files.put("n", { name, mime: "image/gif" }, POINT);
      fake.documents.get("n")?.setText(null, `![${words}](skein:file/${id} "300x200")\n\nend`);
      return state(fake);
    }),
    at: "#/note/n",
    once: ["button", words],
    then: inTurn(press("button", words), then),
    told: [["dialog", words], ...told],
  });

const isRead = ({ type }: Request): boolean => type === "read_file";
const QUAY = "The quay";
const quay = enlarged(QUAY);
const slowQuay = enlarged(QUAY, undefined, (fake) => (fake.slow = isRead));
const refused: Act = (fake) => {
  fake.refuse = (request) =>
    isRead(request) ? { code: "storage", message: REFUSED, hint: HINT } : null;
  fake.catchUp();
};

export const documents: Stories = {
  note: {
    empty: {
      engine: having([{ id: "n", kind: "note", title: "", text: "" }]),
      at: "#/note/n",
      told: [
        ["textbox", "Note title"],
        ["textbox", "Note text"],
      ],
    },
    loading: { engine: slow("note", "tree"), at: NOTE, told: [OPENING] },
    "a slow note that is listed": {
      engine: slow("note"),
      at: NOTE,
      told: [
        ["textbox", "Note title"],
        ["textbox", "Note text"],
      ],
    },
    "a slow text": { engine: slow("text"), at: NOTE, told: [["textbox", "Note title"], OPENING] },
    error: { engine: refusing("note"), at: NOTE, told: [["alert", REFUSED]] },
    "a refused text": {
      engine: refusing("text"),
      at: NOTE,
      told: [["textbox", "Note title"], new RegExp(REFUSED)],
    },
    "a part that throws": { engine: spoilt("note"), at: NOTE, told: [BROKEN] },
    gone: { at: "#/note/none", told: [["heading", "This is not on this machine"]] },
    "read only": { engine: readOnly, at: NOTE, told: [READ_ONLY, ["textbox", "Note text"]] },
    "refused edit": {
      engine: refusing("edit_note", "denied", DENIED),
      at: NOTE,
      then: async () => {
        await page.getByRole("textbox", { name: "Note title" }).fill("Elsewhere");
        await userEvent.keyboard("{Enter}");
      },
      told: [["alert", new RegExp(DENIED)]],
    },
    offline: offlineAt(["textbox", "Note text"], NOTE),
    long: {
      engine: having([
        { id: "n", kind: "note", title: GERMAN, text: `${ARABIC}\n\n${JAPANESE}\n` },
      ]),
      at: "#/note/n",
      told: [["textbox", "Note title"], ARABIC, JAPANESE],
    },
  },
  "a picture, large": {
    here: quay([
      ["img", QUAY],
      ["button", "Download"],
    ]),
    loading: slowQuay([OPENING]),
    error: slowQuay([["alert", `${REFUSED} ${HINT}`]], refused),
    "tried again": slowQuay(
      [/^1 × 1/],
      inTurn(
        refused,
        () => expect.element(page.getByRole("dialog").getByText(REFUSED)).toBeVisible(),
        (fake) => (fake.refuse = () => null),
        () => page.getByRole("dialog").getByRole("button", { name: "Try again" }).click(),
      ),
    ),
    long: enlarged(ARABIC, `${GERMAN}.gif`)([`${GERMAN}.gif`]),
  },
  board: {
    empty: {
      engine: having([{ id: "b", kind: "board", title: "Bare", columns: [] }]),
      at: "#/board/b",
      told: [["button", "Add a column"]],
    },
    loading: { engine: slow("board"), at: BOARD, told: [OPENING] },
    error: { engine: refusing("board"), at: BOARD, told: [["alert", REFUSED]] },
    "a part that throws": { engine: spoilt("board"), at: BOARD, told: [BROKEN] },
    gone: { at: "#/board/none", told: [["heading", "This is not on this machine"]] },
    "read only": {
      engine: readOnly,
      at: BOARD,
      told: [READ_ONLY, ["button", GUIDE]],
      not: [["button", "Add a card to Done"]],
    },
    "refused edit": {
      engine: refusing("edit_board", "denied", DENIED),
      at: BOARD,
      then: inTurn(press("button", "Add a card to Done"), keys("Another{Enter}")),
      told: [["alert", new RegExp(DENIED)]],
    },
    offline: offlineAt(["button", GUIDE], BOARD),
    long: {
      engine: having([longBoard()]),
      at: "#/board/b-large",
      told: [
        ["button", begins(GERMAN)],
        ["button", begins(ARABIC)],
        ["button", begins(JAPANESE)],
      ],
    },
  },
  list: {
    loading: { engine: slow("board"), at: LIST, told: [OPENING] },
    error: { engine: refusing("board"), at: LIST, told: [["alert", REFUSED]] },
    filtered: {
      at: `${BOARD}?view=group:label~list`,
      once: ["button", GUIDE],
      then: () => page.getByRole("textbox", { name: "Find a card" }).fill("zzzz"),
      told: [["status", "No card fits the filter."]],
    },
    "refused edit": {
      engine: refusing("edit_board", "denied", DENIED),
      at: LIST,
      once: ["button", GUIDE],
      then: async () => {
        (page.getByRole("button", { name: GUIDE }).element() as HTMLElement).focus();
        await userEvent.keyboard("e");
      },
      told: [
        ["alert", new RegExp(DENIED)],
        ["button", GUIDE],
      ],
    },
    empty: {
      engine: having([{ id: "b", kind: "board", title: "Bare", columns: [] }]),
      at: "#/board/b?view=list",
      told: [["status", "There is no card yet. C adds one."]],
    },
    "read only": { engine: readOnly, at: LIST, told: [READ_ONLY, ["button", GUIDE]] },
    offline: offlineAt(["button", GUIDE], LIST),
    long: {
      engine: having([longBoard()]),
      at: "#/board/b-large?view=list",
      told: [
        ["button", begins(GERMAN)],
        ["button", begins(ARABIC)],
      ],
    },
  },
  card: {
    empty: {
      engine: having([
        {
          id: "b",
          kind: "board",
          title: "Bare",
          columns: [{ title: "To do", cards: [{ title: "Nothing said yet" }] }],
        },
      ]),
      at: (fake) => `#/board/b/${[...(fake.documents.get("b")?.cards.keys() ?? [])][0]}`,
      told: [
        ["region", "Card: Nothing said yet"],
        ["textbox", "Add a step"],
      ],
    },
    loading: { engine: slow("card"), at: onCard(GUIDE), told: [OPENING, ["button", "Close card"]] },
    error: { engine: refusing("card"), at: onCard(GUIDE), told: [["alert", REFUSED]] },
    gone: { at: `${BOARD}/none`, told: [/^This card is not here/] },
    "read only": {
      engine: readOnly,
      at: onCard(GUIDE),
      told: [
        ["region", `Card: ${GUIDE}`],
        ["textbox", "Description"],
      ],
      not: [["textbox", "Add a step"]],
    },
    "refused edit": {
      engine: refusing("edit_board", "denied", DENIED),
      at: onCard(GUIDE),
      then: press("checkbox", "Outline"),
      told: [["alert", new RegExp(DENIED)]],
    },
    offline: offlineAt(["region", `Card: ${GUIDE}`], onCard(GUIDE)),
    long: {
      engine: having([longBoard()]),
      at: (fake) =>
        `#/board/b-large/${[...(fake.documents.get("b-large")?.cards.keys() ?? [])][1]}`,
      told: [["region", `Card: ${ARABIC}`]],
    },
  },
};
