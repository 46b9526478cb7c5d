import { expect, test } from "vitest";
import type { Delivery, Peer } from "../../ipc";
import { standingOf, standingSentence, standingWords } from "./standing";

const delivery = (more: Partial<Delivery>): Delivery => ({
  state: "saved_here",
  devices: 0,
  total: 1,
  relays: 0,
  pending: 0,
  words: "",
  ...more,
});

const peer = (state: Peer["state"]): Peer => ({
  device: "d",
  name: "Bo",
  relay: false,
  state,
  address: null,
  since: null,
  ahead: 0,
  behind: 1,
  withheld: 0,
  forgot: null,
  lastSeen: null,
  bytesSent: 0,
  bytesReceived: 0,
});

test("without anybody else, work is simply saved", () => {
  const alone = delivery({ total: 0 });
  expect(standingWords(standingOf(alone, []), alone)).toBe("Saved here");
});

test("with nobody connected it says offline, and that nothing is at risk", () => {
  const waiting = delivery({});
  expect(standingWords(standingOf(waiting, [peer("away")]), waiting)).toBe(
    "Offline: all saved here",
  );
  expect(standingOf(waiting, [peer("away"), peer("syncing")])).toBe("saved_here");
});

test("what others hold stays delivered although they are away", () => {
  const held = delivery({ state: "delivered", devices: 1, total: 2 });
  const standing = standingOf(held, [peer("away")]);
  expect(standingWords(standing, held)).toBe("On 2 devices");
  expect(standingSentence(standing, held)).not.toBe(
    standingSentence(standing, { ...held, devices: 2 }),
  );
});

test("what only a relay holds is on the relay, and on no further device", () => {
  const held = delivery({ state: "on_relay", relays: 1 });
  const standing = standingOf(held, [peer("away")]);
  expect(standingWords(standing, held)).toBe("On the relay");
  expect(standingWords(standing, { ...held, relays: 2 })).toBe("On 2 relays");
  expect(standingSentence(standing, held)).toContain("cannot read it");
});
