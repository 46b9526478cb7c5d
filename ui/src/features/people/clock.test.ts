import { expect, test } from "vitest";
import type { Member } from "../../ipc";
import { clockWords, span } from "./clock";

const NOW = Date.UTC(2026, 10, 22, 18, 12);
const HOUR = 3_600_000;

const bo = (more: Partial<Member>): Member => ({
  id: "m",
  name: "Bo",
  role: "editor",
  devices: [{ id: "d-2", words: "" }],
  me: false,
  zone: null,
  hours: null,
  working: null,
  changesAt: null,
  ...more,
});

test("a colleague's clock says when their day begins or ends", () => {
  const asleep = bo({ zone: "Asia/Tokyo", working: false, changesAt: NOW + 5 * HOUR });
  expect(clockWords(asleep, NOW)).toMatch(/^0?3:12.*, day starts in 5 h$/);
  const awake = bo({ zone: "Europe/Lisbon", working: true, changesAt: NOW + 20 * 60_000 });
  expect(clockWords(awake, NOW)).toMatch(/^0?6:12.*, day ends in 20 min$/);
});

test("who told no zone has no clock, and an unknown zone breaks nothing", () => {
  expect(clockWords(bo({}), NOW)).toBe("");
  expect(clockWords(bo({ zone: null }), NOW)).toBe("");
  expect(clockWords(bo({ zone: "Mars/Olympus" }), NOW)).toBe("");
});

test("a clock without hours, or with a moment that is past, is only a clock", () => {
  expect(clockWords(bo({ zone: "UTC" }), NOW)).toMatch(/^0?6:12/);
  expect(clockWords(bo({ zone: "UTC", working: true, changesAt: NOW - 1 }), NOW)).not.toContain(
    "day",
  );
});

test("spans are coarse", () => {
  expect([30_000, 59 * 60_000, 90 * 60_000, 50 * HOUR].map(span)).toEqual([
    "1 min",
    "59 min",
    "2 h",
    "2 days",
  ]);
});
