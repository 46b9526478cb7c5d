import { expect, test } from "vitest";
import type { TreeItem } from "../../ipc";
import { Tree } from "../../state/tree";
import { dropped, stepped, visibleRows, zoneAt } from "./rows";

function treeOf(links: Record<string, string | null>): Tree {
  const tree = new Tree();
  const items = Object.entries(links).map(([id, parent]): TreeItem => ({
    id,
    kind: "note",
    title: id,
    parent,
    position: id,
    life: "alive",
    updatedAt: 0,
    conflicts: 0,
  }));
  tree.apply(true, items, []);
  return tree;
}

const tree = treeOf({ a: null, b: null, c: null, b1: "b", b2: "b" });

test("only open branches show what lies in them", () => {
  const ids = (open: string[]) => visibleRows(tree, new Set(open)).map((row) => row.item.id);
  expect(ids([])).toEqual(["a", "b", "c"]);
  expect(ids(["b"])).toEqual(["a", "b", "b1", "b2", "c"]);
});

test("each step by keyboard names the new parent and the sibling before", () => {
  expect(stepped(tree, "c", "up")).toEqual({ parent: null, after: "a" });
  expect(stepped(tree, "a", "up")).toBeNull();
  expect(stepped(tree, "a", "down")).toEqual({ parent: null, after: "b" });
  expect(stepped(tree, "c", "in")).toEqual({ parent: "b", after: "b2" });
  expect(stepped(tree, "b1", "out")).toEqual({ parent: null, after: "b" });
  expect(stepped(tree, "c", "out")).toBeNull();
});

test("a document is never dropped into itself or what lies in it", () => {
  const rows = visibleRows(tree, new Set(["b"]));
  for (const row of rows.filter((known) => ["b", "b1", "b2"].includes(known.item.id))) {
    for (const zone of ["before", "inside", "after"] as const) {
      expect(dropped(tree, "b", row, zone)).toBeNull();
    }
  }
});

test("the part of the row decides: before, inside or after", () => {
  const [a, b] = visibleRows(tree, new Set(["b"]));
  if (a === undefined || b === undefined) throw new Error("the rows are there");
  expect(dropped(tree, "c", a, "before")).toEqual({ parent: null, after: null });
  expect(dropped(tree, "c", a, "after")).toEqual({ parent: null, after: "a" });
  expect(dropped(tree, "c", b, "inside")).toEqual({ parent: "b", after: "b2" });
  expect(dropped(tree, "c", b, "after")).toEqual({ parent: "b", after: null });
  expect([2, 15, 28].map((y) => zoneAt(y, 30))).toEqual(["before", "inside", "after"]);
});
