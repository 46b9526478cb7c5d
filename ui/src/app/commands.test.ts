import { expect, test } from "vitest";
import {
  actsInText,
  beginsSequence,
  clashes,
  commandFor,
  keysOf,
  offerCommands,
  offeredCommands,
} from "../state/commands";
import type { Command } from "../state/commands";
import { keyName } from "../state/keys";
import { commands } from "./actions";
import { commandsMatching } from "./finding";

const press = (key: string, held: Partial<KeyboardEvent> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

const ids = (query: string) => commandsMatching(commands, query).map(({ thing }) => thing.id);

test("no two commands claim one key or one id", () => {
  expect(clashes(commands)).toEqual([]);
  expect(new Set(commands.map((command) => command.id)).size).toBe(commands.length);
});

test("a clash names both commands, also where one key begins another's sequence", () => {
  const remaps = { "note.new": ["Ctrl+K"], trash: ["G"] };
  const found = clashes(commands, remaps);
  expect(found).toContainEqual({ key: "Ctrl+K", ids: ["palette", "note.new"] });
  expect(found.some(({ ids }) => ids.includes("trash") && ids.includes("home"))).toBe(true);
});

test("every command is reached by a key or from the palette", () => {
  const unreached = commands.filter(
    (command) => keysOf(command).length === 0 && command.when?.toString() === "() => false",
  );
  expect(unreached).toEqual([]);
});

test("keys are written as they are pressed", () => {
  for (const key of commands.flatMap((command) => command.keys ?? [])) {
    for (const stroke of key.split(" ")) {
      expect(stroke).toMatch(/^(Ctrl\+)?(Alt\+)?(Shift\+)?([A-Z0=+\-,\\/?]|F\d+|Arrow\w+)$/);
    }
  }
});

test("a key is named alike on every keyboard", () => {
  expect(keyName(press("ArrowLeft", { altKey: true }))).toBe("Alt+ArrowLeft");
  expect(keyName(press("?", { shiftKey: true }))).toBe("?");
  expect(keyName(press("?"))).toBe("?");
  expect(keyName({ ...press("л", { ctrlKey: true }), code: "KeyK" })).toBe("Ctrl+K");
  expect(keyName(press("Shift", { shiftKey: true }))).toBeNull();
});

test("a key finds its command, and leaves undo and letters to a field that is being typed in", () => {
  const find = (key: string, inText = false) => commandFor(commands, key, inText)?.id;
  expect(find("Ctrl+K", true)).toBe("palette");
  expect(find("Ctrl+Shift+F")).toBe("search");
  expect(find("Ctrl+Z")).toBe("undo");
  expect(find("Ctrl+Z", true)).toBeUndefined();
  expect(find("G H")).toBe("home");
  expect(find("?", true)).toBeUndefined();
  expect(beginsSequence(commands, "G")).toBe(true);
  expect(beginsSequence(commands, "Ctrl+K")).toBe(false);
  const letters = commands.filter((command) => command.keys?.some((key) => /^.$/.test(key)));
  for (const command of letters)
    expect(actsInText(command, command.keys?.at(-1) ?? "")).toBe(false);
});

test("a person's own key replaces the given one", () => {
  const remaps = { search: ["Ctrl+J"] };
  expect(commandFor(commands, "Ctrl+J", false, remaps)?.id).toBe("search");
  expect(commandFor(commands, "Ctrl+Shift+F", false, remaps)).toBeUndefined();
});

test("what is open offers its commands first, and takes them back", () => {
  const own: Command = { id: "own", label: "search", keys: ["Ctrl+K"], run: () => undefined };
  const takeBack = offerCommands([own]);
  const all = [...offeredCommands(), ...commands];
  expect(commandFor(all, "Ctrl+K", false)?.id).toBe("own");
  takeBack();
  expect(offeredCommands()).toEqual([]);
});

test("commands are found by name, by other words, by initials and in spite of a slip", () => {
  expect(ids("new no")[0]).toBe("note.new");
  expect(ids("nn")[0]).toBe("note.new");
  expect(ids("kanban")).toEqual(["board.new"]);
  expect(ids("serach")[0]).toBe("search");
  expect(ids("SÉTTINGS")[0]).toBe("settings");
  expect(ids("zzz")).toEqual([]);
});

test("other words for a command rank below its name, and need three letters", () => {
  expect(ids("kan")).toEqual(["board.new"]);
  expect(ids("ka")).toEqual([]);
  const byName = commandsMatching(commands, "serach")[0]?.distance ?? Infinity;
  expect(commandsMatching(commands, "kanban")[0]?.distance).toBeGreaterThan(byName);
});

test("among equals the command that is used more comes first", () => {
  const weight = (command: Command) => (command.id === "board.new" ? 2 : 0);
  expect(commandsMatching(commands, "new", weight)[0]?.thing.id).toBe("board.new");
});
