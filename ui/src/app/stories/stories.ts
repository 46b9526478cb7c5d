// Every view in every state that it can be in: how the engine comes to be in it, and what a person is told then.

import { expect } from "vitest";
import { page, userEvent } from "vitest/browser";
import type {
  ErrorCode,
  Event,
  Invitee,
  InviteeStep,
  JoiningStep,
  ListedInvite,
  Request,
} from "../../ipc/generated";
import { FakeEngine, largeBoard, manyNotes } from "../../ipc/fake";
import { sharedFolder } from "../../ipc/fake/folders";
import type { SeedDocument } from "../../ipc/fake/seed";

type Role = Parameters<typeof page.getByRole>[0];
/** Words that stand there, or something of a role, by its name. */
export type Sign = string | RegExp | readonly [Role, (string | RegExp)?];
type Act = (fake: FakeEngine) => unknown;

export type Story = {
  /** The engine, in its state. */
  engine?: () => FakeEngine;
  at?: string | ((fake: FakeEngine) => string);
  /** What is waited for before anything is done. */
  once?: Sign;
  /** What a person does then, or what happens. */
  then?: Act;
  told: readonly Sign[];
  /** What must not be there. */
  not?: readonly Sign[];
};

const GERMAN = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen und andere lange Wörter";
const ARABIC = "نكتب هنا ما قررناه هذا الأسبوع";
const JAPANESE = "週次ふりかえり、今週できたこと、できなかったこと";
const LONG = [GERMAN, ARABIC, JAPANESE];
const begins = (words: string) => new RegExp(`^${words}`);
const LINE_LOST: Sign = ["alert", /The line to Skein is broken/];
const READ_ONLY: Sign = ["alert", /open for reading only/];
const BROKEN: Sign = ["alert", /This could not be shown/];
const OPENING: Sign = ["status", "Opening…"];
const REFUSED = "The disk did not answer.";
const HINT = "Try again in a moment.";
const DENIED = "Only owners may do that.";

// How the engine is put into a state

function having(documents: SeedDocument[], change: Act = () => undefined) {
  return () => {
    const fake = new FakeEngine("ready", documents);
    change(fake);
    return fake;
  };
}

function changed(change: Act) {
  return () => {
    const fake = new FakeEngine();
    change(fake);
    return fake;
  };
}

const SIX_WORDS = "card excite marble vapor cram announce";

/** People with these names, or with one that cannot be read, ask to be let in. */
const asked = (names: (string | null)[], change: Act = () => undefined) =>
  changed((fake) => {
    fake.asking = names.map((name, index) => ({
      id: `a-${index}`,
      name,
      device: `d-9${index}`,
      words: SIX_WORDS,
      role: "editor" as const,
      invite: "i-1",
      askedAt: 1_700_000_000_000,
    }));
    return change(fake);
  });

/** Somebody who came by an invite and got so far. */
const cameBy = (
  step: InviteeStep,
  name: string | null = null,
  heard: Invitee["heard"] = { type: "not_since" },
): Invitee => ({
  name,
  device: `d-${step}`,
  openedAt: 1_700_000_000_000,
  step,
  heard,
});

/** An invite by which these came. */
const invited = (invitees: Invitee[], change: Partial<ListedInvite> = {}): ListedInvite => ({
  id: "i-1",
  role: "editor",
  uses: 1,
  used: 0,
  expiresAt: null,
  madeBy: "Ana Sousa",
  madeAt: 1_700_000_000_000,
  forMember: null,
  onPaper: false,
  approval: false,
  state: "open",
  invitees,
  more: 0,
  ...change,
});

function isView(request: Request, view: string): boolean {
  return request.type === "subscribe" && request.view.type === view;
}

/** The profile has further workspaces with these names. */
const inWorkspaces = (names: string[], trouble: string | null = null) =>
  changed((fake) => {
    fake.others = names.map((name, index) => ({
      slug: `w${index}`,
      id: `w-${index + 2}`,
      name,
      here: false,
      trouble,
    }));
  });

/** The engine does not answer a request, or a subscription of a view, yet. */
const slow = (...what: string[]) =>
  changed((fake) => {
    fake.slow = (request) => what.some((one) => request.type === one || isView(request, one));
  });

const refusing = (what: string, code: ErrorCode = "storage", message = REFUSED) =>
  changed(
    (fake) =>
      (fake.refuse = (request) =>
        request.type === what || isView(request, what) ? { code, message, hint: HINT } : null),
  );

/** An event of such a type arrives in a shape that nothing can show. */
const spoilt = (type: Event["type"]) =>
  changed(
    (fake) =>
      (fake.bend = (event) =>
        event.type === type
          ? ({ ...event, note: {}, columns: null, members: [{}] } as never)
          : event),
  );

const readOnly = () => new FakeEngine("read_only");
/** The line breaks once something is seen. */
const offlineAt = (once: Sign, at?: Story["at"]): Story => ({
  ...(at !== undefined && { at }),
  once,
  then: (fake) => fake.cut(),
  told: [LINE_LOST, once],
});

// What a person does

const keys = (pressed: string) => () => userEvent.keyboard(pressed);
const PALETTE = "{Control>}k{/Control}";
const SWITCHER = "{Control>}o{/Control}";
const SEARCH = "{Control>}{Shift>}f{/Shift}{/Control}";
const SETTINGS = "{Control>},{/Control}";
const SAFETY = "gb";
const STORAGE = "gr";
const WORKSPACES = "gw";

/** Keys are pressed once the window is there. */
const opening =
  (pressed: string, words = "") =>
  async () => {
    await expect.element(page.getByRole("navigation", { name: "Workspace" })).toBeVisible();
    await userEvent.keyboard(pressed);
    // It is loaded after the first frame.
    await expect.element(page.getByRole("combobox")).toBeVisible();
    if (words !== "") await userEvent.fill(page.getByRole("combobox"), words);
  };

const press = (role: Role, name: string | RegExp) => () => page.getByRole(role, { name }).click();
const inTurn =
  (...acts: Act[]): Act =>
  async (fake) => {
    for (const act of acts) await act(fake);
  };

/** A file with this text is chosen where bundles are taken in. */
const giveFile = (text: string) => async () => {
  await expect.element(page.getByRole("button", { name: "Take in a bundle…" })).toBeVisible();
  const input = document.querySelector<HTMLInputElement>("[role=dialog] input[type=file]");
  const files = new DataTransfer();
  files.items.add(new File([text], "Skein.skein-bundle"));
  if (input !== null) input.files = files.files;
  input?.dispatchEvent(new Event("change", { bubbles: true }));
};

const INVITED = inTurn(press("button", "Invite someone"), press("button", "Make invite"));
const CODE_SHOWN = inTurn(INVITED, press("button", "Show a short code"));

/** A join by a short code, at such a step. */
const joiningAt =
  (step: JoiningStep, reason: string | null = null) =>
  () => {
    const fake = new FakeEngine("joining");
    fake.status.joining = { step, received: 0, reason };
    return fake;
  };

function cardNamed(fake: FakeEngine, title: string): string {
  const board = fake.documents.get("b-launch");
  const cards = [...(board?.cards.values() ?? [])];
  return cards.find((card) => card.title.value === title)?.id ?? "none";
}

const onCard = (title: string) => (fake: FakeEngine) =>
  `#/board/b-launch/${cardNamed(fake, title)}`;
const GUIDE = "Write the first-week guide";
const BOARD = "#/board/b-launch";
const LIST = "#/board/b-launch?view=list";
const NOTE = "#/note/n-welcome";
const TRASHED = ["n-pricing", "n-interviews"];

const withTrash = (more: Act = () => undefined) =>
  changed((fake) => {
    for (const id of TRASHED) {
      const document = fake.documents.get(id);
      if (document) document.life = "trashed";
    }
    more(fake);
  });

const longNotes = (): SeedDocument[] => [
  ...LONG.map((title, at): SeedDocument => ({
    id: `long-${at}`,
    kind: "note",
    title,
    text: title,
  })),
  ...manyNotes(1_000),
];

const longBoard = (): SeedDocument => {
  const board = largeBoard(1_000);
  const [first] = board.columns ?? [];
  first?.cards.unshift(...LONG.map((title) => ({ title, description: title, labels: [title] })));
  return { ...board, title: GERMAN };
};

export const STORIES: Record<string, Record<string, Story>> = {
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
    offline: offlineAt(["heading", "Changed lately"]),
    long: { engine: having(longNotes()), told: [["link", GERMAN]] },
  },
  tree: {
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
    loading: { engine: slow("card"), at: onCard(GUIDE), told: [OPENING, ["button", "Close card"]] },
    error: { engine: refusing("card"), at: onCard(GUIDE), told: [["alert", REFUSED]] },
    gone: { at: `${BOARD}/none`, told: ["This card is not here any more."] },
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
  people: {
    alone: {
      engine: changed((fake) => {
        fake.members = fake.members.slice(0, 1);
        fake.peers = [];
      }),
      then: press("button", "1 person"),
      told: ["Ana Sousa", /^No other device yet/],
    },
    "read only": {
      engine: readOnly,
      then: press("button", "3 people"),
      told: [["dialog", "People and connections"], "Bea Okafor"],
      not: [["button", /^Connect$/]],
    },
    "refused edit": {
      then: inTurn(press("button", "3 people"), async () => {
        await page.getByRole("textbox", { name: "Address" }).fill("10.0.0.9:1");
        await userEvent.keyboard("{Enter}");
      }),
      told: [["alert", /Nobody answered/]],
    },
    "somebody who asks": {
      engine: asked(["Dora Nagy"]),
      then: press("button", "1 person asks to be let in"),
      told: [
        ["region", "Asking to be let in"],
        "Dora Nagy",
        /as editor, asked/,
        SIX_WORDS,
        ["button", "Approve Dora Nagy"],
        ["button", "Decline Dora Nagy"],
      ],
    },
    "somebody who was let in": {
      engine: asked(["Dora Nagy"]),
      then: inTurn(
        press("button", "1 person asks to be let in"),
        press("button", "Approve Dora Nagy"),
      ),
      told: ["Dora Nagy", ["button", "Manage Dora Nagy"]],
      not: [["region", "Asking to be let in"]],
    },
    "somebody to decline": {
      engine: asked(["Dora Nagy"]),
      then: inTurn(
        press("button", "1 person asks to be let in"),
        press("button", "Decline Dora Nagy"),
      ),
      told: [
        ["dialog", "Decline Dora Nagy?"],
        /They have read nothing/,
        ["button", "Decline Dora Nagy"],
      ],
    },
    "an approval that is refused": {
      engine: asked(["Dora Nagy"], (fake) => {
        fake.refuse = ({ type }) =>
          type === "approve" ? { code: "wrong_state", message: REFUSED, hint: HINT } : null;
      }),
      then: inTurn(
        press("button", "1 person asks to be let in"),
        press("button", "Approve Dora Nagy"),
      ),
      told: [
        ["alert", new RegExp(REFUSED)],
        ["button", "Approve Dora Nagy"],
      ],
    },
    "many who ask, with long names": {
      engine: asked([...LONG, null]),
      then: press("button", "4 people ask to be let in"),
      told: [GERMAN, ARABIC, JAPANESE, "Somebody whose name cannot be read"],
    },
    "nobody to decide about for an editor": {
      engine: asked(["Dora Nagy"], (fake) => {
        fake.status = { ...fake.status, role: "editor" };
      }),
      then: press("button", "3 people"),
      told: [["dialog", "People and connections"]],
      not: [
        ["button", "Approve Dora Nagy"],
        ["button", /asks to be let in/],
      ],
    },
    "a bundle taken in": {
      then: inTurn(press("button", "3 people"), giveFile("what is carried")),
      told: [["status", /2 changes are new here. 1 was here already./]],
    },
    "no bundle": {
      then: inTurn(press("button", "3 people"), giveFile("something else")),
      told: [["alert", /not a bundle of Skein/]],
    },
    "why somebody is not connected": {
      then: inTurn(
        press("button", "3 people"),
        press("button", "Why is Kenji Mori not connected?"),
      ),
      told: [
        ["region", "Why Kenji Mori is not connected"],
        ["status", /seems to be away: it is at none of the relays/],
        "relay.example.org:4711",
        "connected, and the device is not there",
      ],
    },
    "a relay that is full": {
      engine: changed((fake) => {
        const [one] = fake.peers;
        if (one === undefined) return;
        const place = { device: "relay", name: "relay.example.org:4711", relay: true };
        fake.peers = [...fake.peers, { ...one, ...place, state: "syncing", withheld: 4 }];
      }),
      then: press("button", "3 people"),
      told: [
        /it takes no more/,
        ["button", "Remove relay relay.example.org:4711"],
        ["button", "Add relay"],
      ],
    },
    "a relay that did not keep what it said": {
      engine: changed((fake) => {
        const [one] = fake.peers;
        if (one === undefined) return;
        const relay = { ...one, relay: true, state: "syncing" as const };
        const forgot = { changes: 12, times: 1, at: Date.now(), missing: 12 };
        fake.peers = [
          { ...one, forgot: { ...forgot, changes: 1, missing: 0 } },
          { ...relay, device: "r-1", name: "relay.example.org:4711", forgot },
          { ...relay, device: "r-2", name: GERMAN, forgot: { ...forgot, times: 3, missing: 0 } },
          { ...relay, device: "r-3", name: "far.example.org:4711", state: "away", forgot },
        ];
      }),
      then: press("button", "3 people"),
      told: [
        /This relay said it kept 12 changes that it no longer has. They are being sent again. That was/,
        /It says that it has them again. That was so 3 times, last .*: do not rely on it./,
        /They go to it again when it is there./,
        /This device said it held 1 change that it no longer has, as after an older backup./,
      ],
    },
    "a relay that is added": {
      then: inTurn(press("button", "3 people"), async () => {
        const address = "/dns/relay.example.org/tcp/4711/p2p/12D3KooW";
        await page.getByRole("textbox", { name: "Where the relay answers" }).fill(address);
        await userEvent.keyboard("{Enter}");
      }),
      told: [["button", "Remove relay relay.example.org:4711"]],
    },
    "shared folders, each in another state": {
      engine: changed((fake) => {
        const at = Date.now();
        const well = sharedFolder("/home/ana/Team", at - 60_000);
        const trouble = {
          code: "storage" as const,
          message: "The folder's disk is full. What others put there is read.",
          hint: "Free some space there; then it goes on by itself.",
        };
        fake.folders.all = [
          { ...well, readAt: at - 3_600_000, waiting: 2, unfinished: 1, leftAlone: 3 },
          { ...well, path: `/home/ana/${GERMAN.replaceAll(" ", "-")}`, state: "exchanging" },
          { ...well, path: `/media/ana/${ARABIC}`, state: "away", waiting: 12 },
          { ...well, path: `/mnt/${JAPANESE}`, state: "hindered", trouble },
          { ...well, path: "/srv/new", state: "unseen", lookedAt: null, wroteAt: null },
        ];
      }),
      then: press("button", "3 people"),
      told: [
        /2 changes not in it yet · 1 file not whole/,
        /^Not there now/,
        /disk is full/,
        ["button", "Remove folder /home/ana/Team"],
        ["button", "Exchange now"],
      ],
    },
    "a shared folder that is added": {
      then: inTurn(press("button", "3 people"), async () => {
        await page.getByRole("textbox", { name: /^Full path/ }).fill("/home/ana/Team");
        await userEvent.keyboard("{Enter}");
      }),
      told: [["button", "Remove folder /home/ana/Team"], /^Looked through/],
    },
    "a shared folder that is given up": {
      engine: changed((fake) => {
        fake.folders.all = [sharedFolder("/home/ana/Team", Date.now())];
      }),
      then: inTurn(press("button", "3 people"), press("button", "Remove folder /home/ana/Team")),
      told: [/what lies there stays there/, ["button", "Undo"]],
      not: [["button", "Exchange now"]],
    },
    "no folder": {
      then: inTurn(press("button", "3 people"), async () => {
        await page.getByRole("textbox", { name: /^Full path/ }).fill("Team");
        await userEvent.keyboard("{Enter}");
      }),
      told: [["alert", /named by its full path/]],
    },
    "a part that throws": {
      engine: spoilt("peers"),
      then: press("button", "3 people"),
      told: [["dialog", "People and connections"]],
    },
    long: {
      engine: changed((fake) => {
        const [one] = fake.members;
        if (one === undefined) return;
        const others = Array.from({ length: 40 }, (_, at) => ({
          ...one,
          id: `other-${at}`,
          me: false,
          name: LONG[at % LONG.length] ?? "",
        }));
        fake.members = [one, ...others];
      }),
      then: press("button", "41 people"),
      told: [
        ["dialog", "People and connections"],
        ["button", "Invite someone"],
      ],
    },
  },
  invites: {
    fresh: {
      then: press("button", "Invite someone"),
      told: [
        ["dialog", "Invite to the workspace"],
        ["button", "Make invite"],
      ],
    },
    refused: {
      engine: refusing("create_invite", "denied", DENIED),
      then: inTurn(press("button", "Invite someone"), press("button", "Make invite")),
      told: [["alert", new RegExp(DENIED)]],
    },
    "a list that is refused": {
      engine: refusing("invites"),
      then: press("button", "Invite someone"),
      told: [
        ["alert", new RegExp(REFUSED)],
        ["button", "Make invite"],
      ],
    },
    "read only": {
      engine: readOnly,
      told: [["button", "3 people"]],
      not: [["button", "Invite someone"]],
    },
    "made with approval": {
      then: inTurn(
        press("button", "Invite someone"),
        press("switch", "Ask me before they get in"),
        press("button", "Make invite"),
      ),
      told: [/You are told who asks/, ["button", "Show a short code"]],
    },
    "open, and asked by": {
      engine: asked(["Dora Nagy"], (fake) => {
        fake.invites = [invited([cameBy("asking", "Dora Nagy")], { uses: 5, approval: true })];
      }),
      then: press("button", "Invite someone"),
      told: [
        /Editor, with approval/,
        /1 person asks by it, and is declined if you revoke it/,
        /asks to be let in/,
      ],
    },
    "opened by nobody": {
      engine: changed((fake) => (fake.invites = [invited([])])),
      then: press("button", "Invite someone"),
      told: [
        /0 of 1 used. It does not expire. Nobody has opened it, as far as is known here/,
        ["button", /^Revoke the invite of/],
      ],
    },
    "who came, and how far each got": {
      engine: changed((fake) => {
        fake.invites = [
          invited(
            [
              cameBy("let_in", LONG[0]),
              cameBy("has_keys", LONG[1], { type: "last", at: Date.now() - 7_200_000 }),
              cameBy("receiving", LONG[2], { type: "now" }),
              cameBy("done", "Kenji Mori", { type: "last", at: Date.now() - 7_200_000 }),
              cameBy("turned_away", null),
              cameBy("out", "Dora Nagy"),
              { ...cameBy("done", "Ana Sousa", { type: "now" }), device: "d-1" },
            ],
            { uses: 25, used: 6, more: 2 },
          ),
        ];
      }),
      then: press("button", "Invite someone"),
      told: [
        ["list", /^Who came by the invite of/],
        /is let in; the keys lie ready · not heard of since/,
        /how much more shows when your devices meet · last heard of 2 hours ago/,
        /has the keys and the first documents · connected now/,
        /has everything that was here then · last heard of 2 hours ago/,
        /was not let in$/,
        /was in, and is out$/,
        /has everything that was here then · this device/,
        "And 2 more.",
      ],
    },
    "one that ran out, and one that is closed": {
      engine: changed((fake) => {
        fake.invites = [
          invited([], {
            role: "viewer",
            uses: 5,
            state: "expired",
            expiresAt: Date.now() - 60_000,
          }),
          invited([], { id: "i-2", state: "closed" }),
          invited([cameBy("done", "Kenji Mori")], { id: "i-3", state: "used_up", used: 1 }),
        ];
      }),
      then: inTurn(press("button", "Invite someone"), async () => {
        await page.getByText("2 that are over").click();
        const again = page.getByRole("button", { name: /^Invite again/ }).first();
        await again.click();
        await expect.element(page.getByRole("combobox", { name: "They can be" })).toHaveFocus();
      }),
      told: [
        /0 of 5 used. It expired on/,
        /0 of 1 used. It is closed/,
        "Used.",
        ["combobox", "They can be"],
      ],
    },
    "somebody comes while one looks": {
      engine: changed((fake) => (fake.invites = [invited([])])),
      then: inTurn(press("button", "Invite someone"), (fake) => {
        const came = cameBy("has_keys", "Kenji Mori", { type: "now" });
        fake.invites = [invited([came], { used: 1, state: "used_up" })];
        fake.tellInvites();
      }),
      told: ["Kenji Mori", /has the keys; how much more/, "Used."],
      not: [["button", /^Revoke the invite of/]],
    },
    made: {
      then: INVITED,
      told: [
        ["textbox", "Invite link"],
        ["region", "Short code"],
        ["button", "Show a short code"],
      ],
    },
    "with a code": {
      then: CODE_SHOWN,
      told: [
        "K7QM-2XPD",
        "K, 7, Q, M, 2, X, P, D",
        /Good for 15 more minutes/,
        "K7QM-2XPD@192.168.1.20:4711",
        ["button", "Copy code"],
      ],
    },
    "with a wrong try": {
      then: inTurn(CODE_SHOWN, (fake) => fake.changeCode({ attemptsLeft: 1 })),
      told: [/One more and it is over/],
    },
    "with a code that was used": {
      then: inTurn(CODE_SHOWN, (fake) => fake.changeCode({ ended: "used" })),
      told: [/somebody has the invite by it/],
      not: ["K7QM-2XPD"],
    },
    "with a new code for one that is over": {
      then: inTurn(
        CODE_SHOWN,
        (fake) => fake.changeCode({ ended: "expired" }),
        press("button", "Show a new code"),
      ),
      told: ["9HTR-4WCB"],
    },
    "with a code that was guessed at": {
      then: inTurn(CODE_SHOWN, (fake) => fake.changeCode({ ended: "guessed" })),
      told: [/too many wrong ones/, ["button", "Show a new code"]],
    },
    "with a code that is refused": {
      engine: refusing("show_code", "denied", DENIED),
      then: CODE_SHOWN,
      told: [["alert", new RegExp(DENIED)]],
    },
  },
  settings: {
    open: {
      then: keys(SETTINGS),
      told: [
        ["dialog", "Settings"],
        ["tab", "Look"],
      ],
    },
    refused: {
      engine: refusing("set_preference"),
      then: inTurn(keys(SETTINGS), press("tab", "Look"), press("radio", "Compact")),
      told: [["status", new RegExp(REFUSED)]],
    },
    "read only": { engine: readOnly, then: keys(SETTINGS), told: [["dialog", "Settings"]] },
    "a recovery sheet": {
      then: inTurn(keys(SETTINGS), press("button", "Recovery sheet…")),
      told: [["dialog", "Recovery sheet"], /Whoever has it can be you here/],
    },
    "a recovery sheet, made": {
      then: inTurn(
        keys(SETTINGS),
        press("button", "Recovery sheet…"),
        press("button", "Make the sheet"),
      ),
      told: [
        ["article", "Recovery sheet"],
        ["button", "Print…"],
      ],
    },
    "a recovery sheet, refused": {
      engine: refusing("recovery_sheet"),
      then: inTurn(
        keys(SETTINGS),
        press("button", "Recovery sheet…"),
        press("button", "Make the sheet"),
      ),
      told: [["alert", new RegExp(REFUSED)]],
    },
  },
  safety: {
    open: {
      then: keys(SAFETY),
      told: [
        ["dialog", "Safety"],
        ["list", "Backups of this machine"],
        ["button", /^Try the backup of Nov 21, 2026/],
        /sealed by a key in the system’s keychain/,
      ],
    },
    "a key in a file": {
      engine: changed((fake) => (fake.status.keyProtection = "owner_only_file")),
      then: keys(SAFETY),
      told: [/in a file that only your account can read/],
    },
    "a key under a passphrase": {
      engine: changed((fake) => (fake.status.keyProtection = "passphrase")),
      then: keys(SAFETY),
      told: [/sealed by a passphrase/],
    },
    empty: {
      engine: changed((fake) => (fake.backups = { ...fake.backups, backups: [] })),
      then: keys(SAFETY),
      told: [/There is none yet/],
    },
    loading: { engine: slow("backups"), then: keys(SAFETY), told: [["status", "Opening…"]] },
    unreadable: {
      engine: refusing("backups"),
      then: keys(SAFETY),
      told: [["alert", new RegExp(REFUSED)]],
    },
    "backing up": {
      engine: slow("back_up"),
      then: inTurn(keys(SAFETY), press("button", "Back up now")),
      told: [["status", "Copying and checking…"]],
    },
    "backed up": {
      then: inTurn(keys(SAFETY), press("button", "Back up now")),
      told: [["status", "Made, and checked."]],
    },
    "a full disk": {
      engine: refusing("back_up"),
      then: inTurn(keys(SAFETY), press("button", "Back up now")),
      told: [["alert", new RegExp(REFUSED)]],
    },
    trouble: {
      engine: changed((fake) => (fake.backups = { ...fake.backups, trouble: REFUSED })),
      then: keys(SAFETY),
      told: [new RegExp(`The last backup was not made. ${REFUSED}`)],
    },
    "a backup tried": {
      then: inTurn(keys(SAFETY), press("button", /^Try the backup of Nov 21/)),
      told: [/All of it can be had back: 24 documents with 1312 changes/],
    },
    "a backup that is not whole": {
      engine: changed((fake) => (fake.tried.differences = [{ subject: ARABIC, what: "page 9" }])),
      then: inTurn(keys(SAFETY), press("button", /^Try the backup of Nov 21/)),
      told: [/Not all of it could be loaded/, new RegExp(ARABIC)],
    },
    "about to restore": {
      then: inTurn(keys(SAFETY), press("button", /^Restore the backup of Nov 21/)),
      told: [/it takes back nothing/, ["button", "Restore at the next start"]],
    },
    "restored at the next start": {
      then: inTurn(
        keys(SAFETY),
        press("button", /^Restore the backup of Nov 21/),
        press("button", "Restore at the next start"),
      ),
      told: [
        ["alert", /When Skein starts next, the backup of Nov 21/],
        ["button", "Keep what is here"],
      ],
      not: [["button", "Restore at the next start"]],
    },
    "work that is only here": {
      engine: changed(
        (fake) => (fake.delivery = { ...fake.delivery, state: "saved_here", pending: 2 }),
      ),
      then: keys(SAFETY),
      told: [/Only on this machine so far is the newest of 2:/],
    },
    checked: {
      then: inTurn(keys(SAFETY), press("button", "Check everything")),
      told: [/Everything fits: 24 documents/],
      not: [["button", "Repair at the next start"]],
    },
    "checked, and some of it is not here": {
      engine: changed((fake) => {
        const one = {
          person: "Kenji Mori",
          device: "d-3",
          mine: false,
          count: 5,
          ranges: [
            { first: 4, last: 7 },
            { first: 9, last: 9 },
          ],
          moreRanges: 0,
          laterAt: 1_700_000_000_000,
          outlook: "nobody_connected_has_them" as const,
        };
        fake.missing = [
          one,
          { ...one, device: "d-4", person: ARABIC, outlook: "coming" },
          { ...one, device: "d-5", person: GERMAN, moreRanges: 3, outlook: "nobody_connected" },
          { ...one, device: "d-6", person: null, count: 1, outlook: "in_pack" },
          { ...one, device: "d-1", mine: true },
        ];
      }),
      then: inTurn(keys(SAFETY), press("button", "Check everything")),
      told: [
        /Everything fits: 24 documents/,
        ["list", "Some of it is not here"],
        /5 changes of .*Kenji Mori.*d-3.* missing here: numbers .*4–7 and 9.* Later ones, from/,
        /An exchange is under way/,
        /They come by themselves from whoever has them/,
        /1 change of device d-6 is missing here: number/,
        /5 changes of this device are missing here/,
      ],
      not: [["button", "Repair at the next start"]],
    },
    "what does not fit": {
      engine: changed((fake) => (fake.tried.differences = [{ subject: ARABIC, what: "page 9" }])),
      then: inTurn(keys(SAFETY), press("button", "Check everything")),
      told: [/Not everything fits/, /put this machine’s file together anew/],
    },
    "repaired at the next start": {
      engine: changed((fake) => (fake.tried.differences = [{ subject: ARABIC, what: "page 9" }])),
      then: inTurn(
        keys(SAFETY),
        press("button", "Check everything"),
        press("button", "Repair at the next start"),
      ),
      told: [
        ["alert", /When Skein starts next, this machine’s file is put together anew/],
        ["status", "Planned: close Skein and open it again."],
        ["button", "Keep what is here"],
      ],
    },
    "read only": {
      engine: readOnly,
      then: press("button", "Backups…"),
      told: [
        ["dialog", "Safety"],
        ["button", /^Restore the backup of Nov 21/],
        ["button", "Repair at the next start"],
      ],
    },
  },
  storage: {
    open: {
      then: keys(STORAGE),
      told: [
        ["dialog", "Storage"],
        /141 MB on this machine/,
        ["list", "What takes room"],
        ["list", "Largest files on this machine"],
        /Bo and another device of yours had it, too/,
        /not known to be anywhere else/,
        ["button", "See what can go"],
      ],
    },
    loading: { engine: slow("storage"), then: keys(STORAGE), told: [["status", "Opening…"]] },
    unreadable: {
      engine: refusing("storage"),
      then: keys(STORAGE),
      told: [["alert", new RegExp(REFUSED)]],
    },
    empty: {
      engine: changed((fake) => {
        fake.storage.storage = { ...fake.storage.storage, files: [], documents: [], parts: [] };
      }),
      then: keys(STORAGE),
      told: [/No attached file is on this machine/],
      not: [["list", "Largest notes and boards, with their history"]],
    },
    "what can go": {
      then: inTurn(keys(STORAGE), press("button", "See what can go")),
      told: [
        ["list", "Files that can go"],
        ["checkbox", /^Walk through the hall.mp4 Can be had again from Bo and another/],
        ["button", "Free up 99 MB"],
        /1 file, 1.0 MB, must stay/,
      ],
    },
    "less is chosen": {
      then: inTurn(
        keys(STORAGE),
        press("button", "See what can go"),
        press("checkbox", /^Plan.pdf/),
        press("checkbox", /^Write the workspace’s file anew/),
      ),
      told: [["button", "Free up 84 MB"]],
    },
    "it went": {
      then: inTurn(
        keys(STORAGE),
        press("button", "See what can go"),
        press("button", "Free up 99 MB"),
      ),
      told: [["status", "2 files went; there is 99 MB more room."]],
      not: [["list", "Files that can go"]],
    },
    "some of it stayed": {
      engine: changed((fake) => {
        const trouble = { code: "storage" as const, message: REFUSED, hint: HINT };
        fake.storage.freed = { files: 0, bytes: 0, compacted: 0, kept: LONG, trouble };
      }),
      then: inTurn(
        keys(STORAGE),
        press("button", "See what can go"),
        press("button", "Free up 99 MB"),
      ),
      told: [/^These stayed/, new RegExp(ARABIC), new RegExp(REFUSED)],
    },
    looking: {
      engine: slow("preview_freeing"),
      then: inTurn(keys(STORAGE), press("button", "See what can go")),
      told: [["status", "Asking the connected devices…"]],
    },
    refused: {
      engine: refusing("free_space"),
      then: inTurn(
        keys(STORAGE),
        press("button", "See what can go"),
        press("button", "Free up 99 MB"),
      ),
      told: [
        ["alert", new RegExp(REFUSED)],
        ["list", "Files that can go"],
      ],
    },
    "nothing can go": {
      engine: changed((fake) => {
        const { freeable } = fake.storage;
        fake.storage.freeable = { ...freeable, files: [], compactable: 0 };
      }),
      then: inTurn(keys(STORAGE), press("button", "See what can go")),
      told: [["status", /^Nothing can go/]],
    },
    "nobody is there": {
      engine: changed((fake) => {
        const { freeable } = fake.storage;
        fake.storage.freeable = { ...freeable, files: [], compactable: 0, asked: 0 };
      }),
      then: inTurn(keys(STORAGE), press("button", "See what can go")),
      told: [["status", /^No other device is connected/]],
    },
    "long names": {
      engine: changed((fake) => {
        const named = <T extends { name: string }>(files: T[]): T[] =>
          files.map((file, at) => ({ ...file, name: LONG[at % LONG.length] ?? "" }));
        fake.storage.storage.files = named(fake.storage.storage.files);
        fake.storage.freeable.files = named(fake.storage.freeable.files);
      }),
      then: inTurn(keys(STORAGE), press("button", "See what can go")),
      told: [["checkbox", new RegExp(`^${ARABIC}`)]],
    },
    "read only": {
      engine: readOnly,
      then: inTurn(press("button", "Backups…"), press("button", "Storage…")),
      told: [["dialog", "Storage"], /open for reading only: nothing can be let go/],
      not: [["button", "See what can go"]],
    },
  },
  start: {
    empty: {
      engine: () => new FakeEngine("empty"),
      told: [
        ["textbox", "Your name"],
        ["button", "Create workspace"],
      ],
    },
    "no line": { engine: slow("status"), told: [OPENING] },
    "no answer": {
      engine: slow("status"),
      once: OPENING,
      then: (fake) => fake.cut(),
      told: [["alert", /Skein does not answer/]],
    },
    refused: {
      engine: () => {
        const fake = new FakeEngine("empty");
        fake.refuse = ({ type }) =>
          type === "create_workspace" ? { code: "storage", message: REFUSED, hint: HINT } : null;
        return fake;
      },
      once: ["textbox", "Your name"],
      then: async () => {
        await page.getByRole("textbox", { name: "Your name" }).fill("Ana");
        await page.getByRole("textbox", { name: "Workspace name" }).fill("Geese");
        await page.getByRole("button", { name: "Create workspace" }).click();
      },
      told: [["alert", `${REFUSED} ${HINT}`]],
    },
  },
  joining: {
    "on its way": {
      engine: () => new FakeEngine("joining"),
      told: [["heading", "Joining"], "Looking for a device of the workspace"],
    },
    "by a folder that is away": {
      engine: () => {
        const fake = new FakeEngine("joining");
        const stick = sharedFolder("/media/ana/Stick", Date.now());
        fake.folders.all = [{ ...stick, state: "away" }];
        return fake;
      },
      told: [/^Not there now/, ["button", "Add folder"]],
    },
    failed: {
      engine: joiningAt("failed", REFUSED),
      told: [
        ["alert", REFUSED],
        ["button", "Try again now"],
      ],
    },
    "waiting for an owner": {
      engine: joiningAt("waiting"),
      told: [
        "Waiting for an owner of the workspace to approve",
        ["status", /has reached a device/],
        /Until then you read nothing/,
        ["button", "Look for an answer now"],
        ["button", "Save a bundle…"],
      ],
      not: [["button", "Give up and start over"]],
    },
    "waiting, and nobody knows yet": {
      engine: () => {
        const fake = joiningAt("waiting")();
        fake.delivery = { ...fake.delivery, state: "saved_here" };
        return fake;
      },
      told: [["status", /has reached nobody yet/]],
    },
    "waiting at the relay": {
      engine: () => {
        const fake = joiningAt("waiting")();
        fake.delivery = { ...fake.delivery, state: "on_relay" };
        return fake;
      },
      told: [["status", /lies at the relay/]],
    },
    "by a code": {
      engine: joiningAt("looking"),
      told: ["Looking on this network for whoever shows this code"],
    },
    "comparing a code": { engine: joiningAt("found"), told: ["Comparing the code"] },
    "with a wrong code": {
      engine: joiningAt("wrong_code"),
      told: [
        ["alert", /not the code that is shown there/],
        ["button", "Type it again"],
        /QR code or file/,
      ],
      not: [["button", "Try again now"]],
    },
    "with nobody who shows it": {
      engine: joiningAt("nobody_shows"),
      told: [
        ["alert", "Nobody on this network shows this code."],
        ["button", "Try again now"],
      ],
    },
    "with an address that led nowhere": {
      engine: joiningAt("nobody_shows", REFUSED),
      told: [["alert", REFUSED]],
    },
    "with a code that is over": {
      engine: joiningAt("no_longer"),
      told: [["alert", /shows no code now/]],
    },
    "refused retry": {
      engine: () => {
        const fake = new FakeEngine("joining");
        fake.refuse = ({ type }) =>
          type === "reconnect" ? { code: "network", message: REFUSED, hint: HINT } : null;
        return fake;
      },
      once: ["heading", "Joining"],
      then: press("button", "Try again now"),
      told: [["alert", new RegExp(REFUSED)]],
    },
  },
};
