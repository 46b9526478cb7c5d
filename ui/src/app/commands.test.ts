import { expect, test } from "vitest";
import { commands } from "./actions";
import { clashes, commandFor, keyName, matching } from "./commands";

const press = (key: string, held: Partial<KeyboardEvent> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

test("no two commands claim one key or one id", () => {
  expect(clashes(commands)).toEqual([]);
  expect(new Set(commands.map((command) => command.id)).size).toBe(commands.length);
});

test("keys are written as they are pressed", () => {
  const parts = commands.flatMap((command) => command.keys ?? []);
  for (const key of parts) expect(key).toMatch(/^(Ctrl\+)?(Alt\+)?(Shift\+)?([A-Z,\\]|Arrow\w+)$/);
});

test("a key finds its command, and leaves undo to a field that is being typed in", () => {
  const find = (event: ReturnType<typeof press>, inText = false) =>
    commandFor(commands, event, inText)?.id;
  expect(find(press("k", { ctrlKey: true }))).toBe("palette");
  expect(find(press("k", { metaKey: true }), true)).toBe("palette");
  expect(find(press("F", { ctrlKey: true, shiftKey: true }))).toBe("search");
  expect(find(press("z", { ctrlKey: true }))).toBe("undo");
  expect(find(press("z", { ctrlKey: true }), true)).toBeUndefined();
  expect(keyName(press("ArrowLeft", { altKey: true }))).toBe("Alt+ArrowLeft");
});

test("commands are found by their name first, then by other words for it", () => {
  expect(matching(commands, "new no")[0]?.id).toBe("note.new");
  expect(matching(commands, "kanban").map((command) => command.id)).toEqual(["board.new"]);
  expect(matching(commands, "zzz")).toEqual([]);
});
