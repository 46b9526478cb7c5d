import { expect, test } from "vitest";
import { Connection } from "../ipc/connection";
import { FakeEngine } from "../ipc/fake";
import { isNumber, isStrings, oneOf, Preferences } from "./preferences.svelte";

function setUp(values: Record<string, string> = {}) {
  const fake = new FakeEngine();
  fake.preferences = values;
  return { fake, preferences: new Preferences(new Connection(fake)) };
}

test("what was chosen holds at once and is kept by the engine", async () => {
  const { fake, preferences } = setUp();
  preferences.set("panel.width", 300);
  expect(preferences.get("panel.width", 320, isNumber)).toBe(300);
  await expect.poll(() => fake.preferences).toEqual({ "panel.width": "300" });
});

test("what the engine keeps is told, also when another window changes it", async () => {
  const { fake, preferences } = setUp({ favourites: '["a"]' });
  await expect.poll(() => preferences.told).toBe(true);
  expect(preferences.get("favourites", [], isStrings)).toEqual(["a"]);
  fake.send({ id: 99, request: { type: "set_preference", key: "favourites", value: '["b"]' } });
  await expect.poll(() => preferences.get("favourites", [], isStrings)).toEqual(["b"]);
});

test("a value that is not what it should be counts as none", async () => {
  const { preferences } = setUp({ theme: '"purple"', "panel.width": "{", density: "7" });
  await expect.poll(() => preferences.told).toBe(true);
  expect(preferences.get("theme", "system", oneOf(["system", "dark"]))).toBe("system");
  expect(preferences.get("panel.width", 320, isNumber)).toBe(320);
  expect(preferences.get("density", "comfortable", oneOf(["comfortable"]))).toBe("comfortable");
});

test("what the engine tells of a key that is just being set is older, and does not undo it", async () => {
  const { fake, preferences } = setUp({ "panel.width": "300" });
  await expect.poll(() => preferences.told).toBe(true);
  for (const width of [310, 320, 330]) preferences.set("panel.width", width);
  const seen: number[] = [];
  while (fake.preferences["panel.width"] !== "330") {
    seen.push(preferences.get("panel.width", 0, isNumber));
    await Promise.resolve();
  }
  expect(new Set(seen)).toEqual(new Set([330]));
});

test("a refused choice holds in this window and says why", async () => {
  const { fake, preferences } = setUp();
  const message = "The workspace is open for reading only.";
  fake.refuse = ({ type }) =>
    type === "set_preference" ? { code: "read_only", message, hint: "" } : null;
  preferences.set("theme", "dark");
  await expect.poll(() => preferences.refusal?.message).toBe(message);
  expect(preferences.get("theme", "system", oneOf(["system", "dark"]))).toBe("dark");
});
