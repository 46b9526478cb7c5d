// Finding one's way: home, the tree, search, palette, switcher, workspaces, the trash.

import { page, userEvent } from "vitest/browser";
import { FakeEngine } from "../../ipc/fake";
import {
  ARABIC,
  BROKEN,
  DENIED,
  GERMAN,
  HINT,
  LONG,
  NOTE,
  OPENING,
  PALETTE,
  READ_ONLY,
  REFUSED,
  SEARCH,
  SWITCHER,
  WORKSPACES,
  having,
  inTurn,
  inWorkspaces,
  keys,
  longNotes,
  offlineAt,
  opening,
  press,
  readOnly,
  refusing,
  slow,
  spoilt,
  unreadable,
  withTrash,
} from "./kit";
import type { Stories } from "./kit";

export const finding: Stories = {
  home: {
    empty: {
      engine: having([]),
      told: [["heading", "An empty workspace"], ["button", "New note"], "Ctrl"],
    },
    "empty and read only": {
      engine: () => {
        const fake = readOnly();
        fake.documents.clear();
        return fake;
      },
      told: [["heading", "An empty workspace"], READ_ONLY],
      not: [
        ["button", "New note"],
        ["button", "Invite your team"],
      ],
    },
    loading: { engine: slow("tree"), told: [OPENING] },
    error: { engine: refusing("tree"), told: [["alert", new RegExp(`${REFUSED}.*${HINT}`)]] },
    "read only": {
      engine: readOnly,
      told: [READ_ONLY, ["heading", "Changed lately"]],
      not: [["button", "New note"]],
    },
    damaged: {
      engine: unreadable,
      told: [
        READ_ONLY,
        /page 214\. Nothing in it was changed/,
        ["heading", "Nothing of it can be shown"],
        "A backup or a repair can bring it back (G then B).",
      ],
      not: [new RegExp(REFUSED), ["button", "How far this got"]],
    },
    offline: offlineAt(["heading", "Changed lately"]),
    long: { engine: having(longNotes()), told: [["link", GERMAN]] },
  },
  tree: {
    loading: {
      engine: slow("tree"),
      at: NOTE,
      told: [["textbox", "Note title"]],
      not: ["No notes or boards yet."],
    },
    offline: offlineAt(["treeitem", "Start here"], NOTE),
    empty: { engine: having([]), told: ["No notes or boards yet. Ctrl N begins a note."] },
    error: {
      engine: refusing("tree"),
      at: NOTE,
      told: [["textbox", "Note title"], REFUSED],
      not: ["No notes or boards yet."],
    },
    "read only": {
      engine: readOnly,
      told: [["treeitem", "Start here"]],
      not: [["button", "New note or board"]],
    },
    "refused edit": {
      engine: refusing("edit_note", "denied", DENIED),
      once: ["treeitem", "Start here"],
      then: async () => {
        (page.getByRole("treeitem", { name: "Start here" }).element() as HTMLElement).focus();
        await userEvent.keyboard("{F2}Elsewhere{Enter}");
      },
      told: [
        ["alert", new RegExp(DENIED)],
        ["treeitem", "Start here"],
      ],
    },
    "a part that throws": { engine: spoilt("people"), told: [BROKEN, ["button", "Show it again"]] },
    long: {
      engine: having(longNotes()),
      told: [
        ["treeitem", GERMAN],
        ["treeitem", ARABIC],
      ],
    },
  },
  search: {
    unasked: { then: opening(SEARCH), told: [/^Words in titles/] },
    empty: { then: opening(SEARCH, "zzzz"), told: ["Nothing found for “zzzz”."] },
    loading: {
      engine: slow("search"),
      then: opening(SEARCH, "icon"),
      told: [["status", "Searching…"]],
    },
    error: {
      engine: refusing("search"),
      then: opening(SEARCH, "icon"),
      told: [["status", new RegExp(REFUSED)]],
    },
    offline: {
      then: inTurn(opening(SEARCH), (fake) => fake.cut(), keys("geese")),
      told: [["status", /line to Skein is broken/]],
    },
    long: {
      engine: having(longNotes()),
      then: opening(SEARCH, "wörter"),
      told: [["option", new RegExp(GERMAN)]],
    },
  },
  palette: {
    loading: {
      engine: slow("tree"),
      then: opening(PALETTE, "settings"),
      told: [["option", /Settings/]],
    },
    offline: {
      then: inTurn(opening(PALETTE), (fake) => fake.cut(), keys("settings")),
      told: [["option", /Settings/]],
    },
    empty: { then: opening(PALETTE, "zzzz"), told: ["Nothing goes by that name."] },
    "read only": {
      engine: readOnly,
      then: opening(PALETTE, "note"),
      told: [["combobox", "Command palette"]],
      not: [["option", /^New note/]],
    },
    "a document list that is refused": {
      engine: refusing("tree"),
      then: opening(PALETTE, "settings"),
      told: [["option", /Settings/]],
    },
    long: {
      engine: having(longNotes()),
      then: opening(PALETTE, "lange"),
      told: [["option", GERMAN]],
    },
  },
  switcher: {
    empty: {
      engine: having([]),
      then: opening(SWITCHER),
      told: ["There is no note or board yet. Type a title, and Enter begins a note."],
    },
    loading: { engine: slow("tree"), then: opening(SWITCHER), told: [["combobox"], OPENING] },
    error: { engine: refusing("tree"), then: opening(SWITCHER), told: [["combobox"], REFUSED] },
    long: { engine: having(longNotes()), then: opening(SWITCHER, "ا"), told: [["option", ARABIC]] },
  },
  workspaces: {
    loading: {
      engine: slow("list_workspaces"),
      then: press("button", "Kestrel"),
      told: [["menuitem", "Add a workspace…"]],
    },
    alone: {
      then: press("button", "Kestrel"),
      told: [
        ["menuitemcheckbox", "Kestrel"],
        ["menuitem", "Add a workspace…"],
      ],
    },
    "ten, long and alike": {
      engine: inWorkspaces([...LONG, ...Array<string>(6).fill("Herons")]),
      then: press("button", "Kestrel"),
      told: [
        ["menuitemcheckbox", GERMAN],
        ["menuitemcheckbox", ARABIC],
        ["menuitemcheckbox", "Herons"],
      ],
    },
    "one that did not open": {
      engine: inWorkspaces(["Herons"], "The device key is damaged."),
      then: press("button", "Kestrel"),
      told: [["menuitem", "Herons – did not open"]],
    },
    "by typing": {
      engine: inWorkspaces(["Herons", "Swans"]),
      then: opening(WORKSPACES, "swa"),
      told: [
        ["option", "Swans"],
        ["option", "Add a workspace…"],
      ],
      not: [["option", "Herons"]],
    },
    "a list that is refused": {
      engine: refusing("list_workspaces"),
      then: press("button", "Kestrel"),
      told: [["menuitem", "Add a workspace…"]],
    },
    "back from a new one": {
      engine: () => {
        const fake = new FakeEngine("empty");
        fake.others = inWorkspaces(["Herons", ARABIC])().others;
        return fake;
      },
      told: [
        ["link", "Herons"],
        ["link", ARABIC],
      ],
    },
  },
  trash: {
    empty: { at: "#/trash", told: [["heading", "The trash is empty"]] },
    loading: { engine: slow("trash"), at: "#/trash", told: [["heading", "Trash"], OPENING] },
    error: { engine: refusing("trash"), at: "#/trash", told: [["alert", REFUSED]] },
    "read only": {
      engine: withTrash((fake) => fake.setStatus({ state: "read_only", readOnlyReason: "" })),
      at: "#/trash",
      told: [READ_ONLY, ["link", "Pricing"]],
      not: [["button", "Restore Pricing"]],
    },
    "refused edit": {
      engine: withTrash(
        (fake) =>
          (fake.refuse = ({ type }) =>
            type === "place_document" || type === "edit_note"
              ? { code: "denied", message: DENIED, hint: "" }
              : null),
      ),
      at: "#/trash",
      then: press("button", "Restore Pricing"),
      told: [
        ["alert", new RegExp(DENIED)],
        ["link", "Pricing"],
      ],
    },
    offline: { engine: withTrash(), ...offlineAt(["link", "Pricing"], "#/trash") },
    long: {
      engine: having(longNotes(), (fake) => {
        for (const document of fake.documents.values()) document.life = "trashed";
      }),
      at: "#/trash",
      told: [["checkbox", "Choose all"], ["listitem"]],
    },
  },
};
