// What stories are told with: how the engine comes to be in a state, what a person does then, and what is told.

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
import type { SeedDocument } from "../../ipc/fake/seed";

export type Role = Parameters<typeof page.getByRole>[0];
/** Words that stand there, or something of a role, by its name. */
export type Sign = string | RegExp | readonly [Role, (string | RegExp)?];
export type Act = (fake: FakeEngine) => unknown;

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

/** The stories of some views: for each its states, by what they are called. */
export type Stories = Record<string, Record<string, Story>>;

export const GERMAN =
  "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen und andere lange Wörter";
export const ARABIC = "نكتب هنا ما قررناه هذا الأسبوع";
export const JAPANESE = "週次ふりかえり、今週できたこと、できなかったこと";
export const LONG = [GERMAN, ARABIC, JAPANESE];
export const begins = (words: string) => new RegExp(`^${words}`);
export const LINE_LOST: Sign = ["alert", /The line to Skein is broken/];
export const READ_ONLY: Sign = ["alert", /open for reading only/];
export const BROKEN: Sign = ["alert", /This could not be shown/];
export const OPENING: Sign = ["status", "Opening…"];
export const REFUSED = "The disk did not answer.";
export const HINT = "Try again in a moment.";
export const DENIED = "Only owners may do that.";

// How the engine is put into a state

export function having(documents: SeedDocument[], change: Act = () => undefined) {
  return () => {
    const fake = new FakeEngine("ready", documents);
    change(fake);
    return fake;
  };
}

export function changed(change: Act) {
  return () => {
    const fake = new FakeEngine();
    change(fake);
    return fake;
  };
}

export const SIX_WORDS = "card excite marble vapor cram announce";

/** People with these names, or with one that cannot be read, ask to be let in. */
export const asked = (names: (string | null)[], change: Act = () => undefined) =>
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
export const cameBy = (
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
export const invited = (invitees: Invitee[], change: Partial<ListedInvite> = {}): ListedInvite => ({
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

export function isView(request: Request, view: string): boolean {
  return request.type === "subscribe" && request.view.type === view;
}

/** The profile has further workspaces with these names. */
export const inWorkspaces = (names: string[], trouble: string | null = null) =>
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
export const slow = (...what: string[]) =>
  changed((fake) => {
    fake.slow = (request) => what.some((one) => request.type === one || isView(request, one));
  });

export const refusing = (what: string, code: ErrorCode = "storage", message = REFUSED) =>
  changed(
    (fake) =>
      (fake.refuse = (request) =>
        request.type === what || isView(request, what) ? { code, message, hint: HINT } : null),
  );

/** An event of such a type arrives in a shape that nothing can show. */
export const spoilt = (type: Event["type"]) =>
  changed(
    (fake) =>
      (fake.bend = (event) =>
        event.type === type
          ? ({ ...event, note: {}, columns: null, members: [{}] } as never)
          : event),
  );

export const readOnly = () => new FakeEngine("read_only");
/** The file is damaged where its documents are listed. */
export const unreadable = () => {
  const fake = readOnly();
  fake.setStatus({ readOnlyReason: "a part of it is damaged: page 214." });
  fake.refuse = (request) =>
    isView(request, "tree") ? { code: "storage", message: REFUSED, hint: HINT } : null;
  return fake;
};
/** The line breaks once something is seen. */
export const offlineAt = (once: Sign, at?: Story["at"]): Story => ({
  ...(at !== undefined && { at }),
  once,
  then: (fake) => fake.cut(),
  told: [LINE_LOST, once],
});

// What a person does

export const keys = (pressed: string) => () => userEvent.keyboard(pressed);
export const PALETTE = "{Control>}k{/Control}";
export const SWITCHER = "{Control>}o{/Control}";
export const SEARCH = "{Control>}{Shift>}f{/Shift}{/Control}";
export const SETTINGS = "{Control>},{/Control}";
export const SAFETY = "gb";
export const STORAGE = "gr";
export const WORKSPACES = "gw";

/** Keys are pressed once the window is there. */
export const opening =
  (pressed: string, words = "") =>
  async () => {
    await expect.element(page.getByRole("navigation", { name: "Workspace" })).toBeVisible();
    await userEvent.keyboard(pressed);
    // It is loaded after the first frame.
    await expect.element(page.getByRole("combobox")).toBeVisible();
    if (words !== "") await userEvent.fill(page.getByRole("combobox"), words);
  };

export const press = (role: Role, name: string | RegExp) => () =>
  page.getByRole(role, { name }).click();
export const inTurn =
  (...acts: Act[]): Act =>
  async (fake) => {
    for (const act of acts) await act(fake);
  };

/** A file with this text is chosen where bundles are taken in. */
export const giveFile = (text: string) => async () => {
  await expect.element(page.getByRole("button", { name: "Take in a bundle…" })).toBeVisible();
  const input = document.querySelector<HTMLInputElement>("[role=dialog] input[type=file]");
  const files = new DataTransfer();
  files.items.add(new File([text], "Skein.skein-bundle"));
  if (input !== null) input.files = files.files;
  input?.dispatchEvent(new Event("change", { bubbles: true }));
};

export const INVITED = inTurn(press("button", "Invite someone"), press("button", "Make invite"));
export const CODE_SHOWN = inTurn(INVITED, press("button", "Show a short code"));

/** A join by a short code, at such a step. */
export const joiningAt =
  (step: JoiningStep, reason: string | null = null) =>
  () => {
    const fake = new FakeEngine("joining");
    fake.status.joining = { step, received: 0, reason };
    return fake;
  };

export function cardNamed(fake: FakeEngine, title: string): string {
  const board = fake.documents.get("b-launch");
  const cards = [...(board?.cards.values() ?? [])];
  return cards.find((card) => card.title.value === title)?.id ?? "none";
}

export const onCard = (title: string) => (fake: FakeEngine) =>
  `#/board/b-launch/${cardNamed(fake, title)}`;
export const GUIDE = "Write the first-week guide";
export const BOARD = "#/board/b-launch";
export const LIST = "#/board/b-launch?view=list";
export const NOTE = "#/note/n-welcome";
export const TRASHED = ["n-pricing", "n-interviews"];

export const withTrash = (more: Act = () => undefined) =>
  changed((fake) => {
    for (const id of TRASHED) {
      const document = fake.documents.get(id);
      if (document) document.life = "trashed";
    }
    more(fake);
  });

export const longNotes = (): SeedDocument[] => [
  ...LONG.map((title, at): SeedDocument => ({
    id: `long-${at}`,
    kind: "note",
    title,
    text: title,
  })),
  ...manyNotes(1_000),
];

export const longBoard = (): SeedDocument => {
  const board = largeBoard(1_000);
  const [first] = board.columns ?? [];
  first?.cards.unshift(...LONG.map((title) => ({ title, description: title, labels: [title] })));
  return { ...board, title: GERMAN };
};
