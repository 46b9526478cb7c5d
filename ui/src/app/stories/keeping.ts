// Settings, safety and storage.

import {
  ARABIC,
  GERMAN,
  HINT,
  LINE_LOST,
  LONG,
  REFUSED,
  SAFETY,
  SETTINGS,
  STORAGE,
  changed,
  inTurn,
  keys,
  press,
  readOnly,
  refusing,
  slow,
} from "./kit";
import type { Stories } from "./kit";

export const keeping: Stories = {
  settings: {
    loading: { engine: slow("people"), then: keys(SETTINGS), told: [["tab", "Look"]] },
    offline: {
      then: inTurn(keys(SETTINGS), (fake) => fake.cut()),
      told: [LINE_LOST, ["dialog", "Settings"]],
    },
    long: {
      engine: changed((fake) => {
        fake.members = fake.members.map((member) =>
          member.me ? { ...member, name: GERMAN } : member,
        );
      }),
      then: keys(SETTINGS),
      told: [["textbox", "Your name"]],
    },
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
    offline: {
      then: inTurn(keys(SAFETY), (fake) => fake.cut()),
      told: [LINE_LOST, ["dialog", "Safety"]],
    },
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
    offline: {
      then: inTurn(keys(STORAGE), (fake) => fake.cut()),
      told: [LINE_LOST, ["dialog", "Storage"]],
    },
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
};
