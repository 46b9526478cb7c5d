// The people, how they are connected, and how others are invited.

import { expect } from "vitest";
import { page, userEvent } from "vitest/browser";
import { sharedFolder } from "../../ipc/fake/folders";
import {
  ARABIC,
  CODE_SHOWN,
  DENIED,
  GERMAN,
  HINT,
  INVITED,
  JAPANESE,
  LINE_LOST,
  LONG,
  REFUSED,
  SIX_WORDS,
  asked,
  cameBy,
  changed,
  giveFile,
  inTurn,
  invited,
  press,
  readOnly,
  refusing,
  slow,
  spoilt,
} from "./kit";
import type { Stories } from "./kit";

export const people: Stories = {
  people: {
    loading: {
      engine: slow("peers"),
      then: press("button", "3 people"),
      told: [["dialog", "People and connections"], "Bea Okafor"],
    },
    offline: {
      then: inTurn(press("button", "3 people"), (fake) => fake.cut()),
      told: [LINE_LOST, ["dialog", "People and connections"], "Bea Okafor"],
    },
    "people on other clocks": {
      engine: changed((fake) => {
        const zones = ["Europe/Lisbon", "Asia/Tokyo", "Pacific/Kiritimati"];
        fake.members = fake.members.map((member, at) => ({
          ...member,
          zone: zones[at] ?? null,
          working: at === 0,
        }));
      }),
      told: [["button", "3 people"], /^\d?\d:\d\d/],
    },
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
    loading: {
      engine: slow("invites"),
      then: press("button", "Invite someone"),
      told: [["button", "Make invite"]],
    },
    offline: {
      then: inTurn(
        press("button", "Invite someone"),
        (fake) => fake.cut(),
        press("button", "Make invite"),
      ),
      told: [
        ["dialog", "Invite to the workspace"],
        ["alert", /line to Skein/],
      ],
    },
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
};
