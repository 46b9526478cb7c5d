// The first run, and a join on its way.

import { page } from "vitest/browser";
import { FakeEngine } from "../../ipc/fake";
import { sharedFolder } from "../../ipc/fake/folders";
import {
  ARABIC,
  GERMAN,
  HINT,
  JAPANESE,
  LONG,
  OPENING,
  REFUSED,
  joiningAt,
  press,
  slow,
} from "./kit";
import type { Stories } from "./kit";

export const beginning: Stories = {
  start: {
    long: {
      engine: () => {
        const fake = new FakeEngine("empty");
        fake.refuse = ({ type }) =>
          type === "create_workspace"
            ? { code: "storage", message: `${REFUSED} ${LONG.join(" ")}`, hint: HINT }
            : null;
        return fake;
      },
      once: ["textbox", "Your name"],
      then: async () => {
        await page.getByRole("textbox", { name: "Your name" }).fill(ARABIC);
        await page.getByRole("textbox", { name: "Workspace name" }).fill(GERMAN);
        await page.getByRole("button", { name: "Create workspace" }).click();
      },
      told: [["alert", new RegExp(JAPANESE)]],
    },
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
    "a long reason": {
      engine: joiningAt("connecting", LONG.join(" ")),
      told: [new RegExp(GERMAN), ["button", "Try again now"]],
    },
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
      told: [["alert", REFUSED], /^Start over with a new invite/, ["button", "Try again now"]],
      // It does not, and there is nobody to compare words with.
      not: [/goes on by itself/, /Whoever invited you sees six words/],
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
