import { expect, test } from "vitest";
import { actOf, Typing } from "./keys";
import type { Row } from "./rows";

type Held = Partial<Record<"alt" | "ctrl" | "shift", boolean>>;

const press = (key: string, held: Held = {}, mirrored = false) =>
  actOf(
    {
      key,
      altKey: held.alt ?? false,
      ctrlKey: held.ctrl ?? false,
      shiftKey: held.shift ?? false,
      metaKey: false,
    },
    mirrored,
  );

const rows = ["Plan", "Pack", "Weather", "東京", "Plane"].map((title): Row => ({
  item: {
    id: title,
    kind: "note",
    title,
    parent: null,
    position: "",
    life: "alive",
    updatedAt: 0,
    conflicts: 0,
  },
  level: 1,
  index: 0,
  siblings: 5,
  hasChildren: false,
  open: false,
}));

test("arrows walk, with Alt they move, and what belongs to the app is left to it", () => {
  expect([press("ArrowUp"), press("ArrowUp", { alt: true })]).toEqual(["previous", "up"]);
  expect(press("F10", { shift: true })).toBe("menu");
  expect([press("k", { ctrl: true }), press("F10"), press("Tab"), press("/")]).toEqual([
    null,
    null,
    null,
    null,
  ]);
});

test("in a tree that runs from right to left the arrows go where they point", () => {
  const left = ["ArrowLeft", "ArrowRight"].map((key) => press(key, {}, true));
  expect(left).toEqual(["open", "close"]);
  const held = ["ArrowLeft", "ArrowRight"].map((key) => press(key, { alt: true }, true));
  expect(held).toEqual(["in", "out"]);
  expect(press("ArrowDown", {}, true)).toBe("next");
});

test("a letter goes to the next title that begins with it, and round again", () => {
  const typing = new Typing();
  expect(typing.next("p", rows, 0, 1_000)).toBe(1);
  expect(typing.next("p", rows, 1, 1_100)).toBe(4);
  expect(typing.next("p", rows, 4, 1_200)).toBe(0);
});

test("letters in a row are one beginning; after a pause a new one begins", () => {
  const typing = new Typing();
  expect(typing.next("p", rows, 2, 1_000)).toBe(4);
  expect(typing.next("a", rows, 4, 1_100)).toBe(1);
  expect(typing.next("w", rows, 1, 5_000)).toBe(2);
  expect(typing.next("東", rows, 2, 9_000)).toBe(3);
  expect(typing.next("x", rows, 3, 19_000)).toBe(3);
});
