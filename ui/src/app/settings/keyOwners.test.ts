import { expect, test } from "vitest";
import { commandsWith, fixedWith, knownCommands } from "./keyOwners";

const commands = knownCommands();
const command = (id: string) => {
  const found = commands.find((known) => known.id === id);
  if (found === undefined) throw new Error(`no command ${id}`);
  return found;
};
const fixed = (key: string, id: string) =>
  fixedWith(key, command(id), commands, {}).map(({ label, where }) => [label, where]);

test("commands of a board, a note and a document are known while none is open", () => {
  const ids = commands.map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining(["board.archive", "note.outline", "document.print"]));
  expect(new Set(ids).size).toBe(ids.length);
  expect(commandsWith(["E"], "search", commands, {}).map(({ id }) => id)).toEqual([
    "board.archive",
  ]);
});

test("a key of the text belongs to it for every command that acts in text", () => {
  expect(fixed("Ctrl+B", "search")).toEqual([["format.bold", "keys.text"]]);
  expect(fixed("Ctrl+B", "undo")).toEqual([]);
  expect(fixed("B", "search")).toEqual([]);
});

test("a key of the tree or of a board belongs to it, but to the tree never for a command of a board", () => {
  expect(fixed("Alt+ArrowUp", "search")).toEqual([
    ["keys.lineUp", "keys.text"],
    ["tree.up", "tree.label"],
    ["board.keys.move", "board.keys"],
  ]);
  expect(fixed("F2", "search")).toEqual([["rename", "tree.label"]]);
  expect(fixed("F2", "board.archive")).toEqual([]);
  expect(fixed("Delete", "board.archive")).toEqual([["board.keys.trash", "board.keys"]]);
});

test("keys of a board's table that are a command's are as free as that", () => {
  expect(fixed("J", "search")).toEqual([]);
  expect(commandsWith(["J"], "search", commands, {}).map(({ id }) => id)).toEqual(["board.next"]);
  expect(commandsWith(["J"], "search", commands, { "board.next": [] })).toEqual([]);
});

test("the key that a command came with clashes where another has it by now", () => {
  const remaps = { search: ["Ctrl+J"], home: ["Ctrl+Shift+F"] };
  const own = command("search").keys ?? [];
  expect(commandsWith(own, "search", commands, remaps).map(({ id }) => id)).toEqual(["home"]);
});
