import fc from "fast-check";
import { expect, test } from "vitest";
import type { TreeItem } from "../ipc/generated";
import { Tree } from "./tree";

function item(id: string, parent: string | null, position = id): TreeItem {
  return {
    id,
    kind: "note",
    title: id,
    parent,
    position,
    life: "alive",
    updatedAt: 0,
    conflicts: 0,
  };
}

function treeOf(items: TreeItem[]): Tree {
  const tree = new Tree();
  tree.apply(true, items, []);
  return tree;
}

function reachable(tree: Tree): string[] {
  const seen: string[] = [];
  const visit = (parent: string | null) => {
    for (const child of tree.childrenOf(parent)) {
      seen.push(child.id);
      visit(child.id);
    }
  };
  visit(null);
  return seen.sort();
}

const ids = ["a", "b", "c", "d", "e", "f"];
const anyItems = fc
  .tuple(
    ...ids.map((id) =>
      fc.record({ id: fc.constant(id), to: fc.option(fc.constantFrom(...ids, "z")) }),
    ),
  )
  .map((links) => links.map(({ id, to }) => item(id, to)));

test("every document is shown exactly once, whatever circles and gaps the parents make", () => {
  fc.assert(
    fc.property(anyItems, (items) => {
      expect(reachable(treeOf(items))).toEqual(ids);
    }),
  );
});

test("a title leads to who has it, and its case does not matter, whatever was renamed, added and removed", () => {
  const title = fc.constantFrom("Geese", "GEESE", "Cranes", "");
  const step = fc.record({
    id: fc.constantFrom(...ids),
    title: fc.option(title),
    ask: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const tree = new Tree();
      /** Titles by id. */
      const titles = new Map<string, string>();
      for (const { id, title: now, ask } of steps) {
        const names = tree.names;
        const other = titles.get(id) !== (now ?? undefined);
        if (now === null) tree.apply(false, [], [id]);
        else tree.apply(false, [{ ...item(id, null), title: now }], []);
        if (now === null) titles.delete(id);
        else titles.set(id, now);
        expect(tree.names !== names).toBe(other);
        if (!ask) continue;
        for (const wanted of ["geese", "Cranes", ""]) {
          const having = [...titles].filter(
            ([, had]) => had.toLowerCase() === wanted.toLowerCase(),
          );
          const found = tree.titled(wanted)?.id;
          expect(having.map(([known]) => known).includes(found ?? "-")).toBe(having.length > 0);
        }
      }
    }),
  );
});

test("changes one by one lead to the tree that the whole leads to", () => {
  fc.assert(
    fc.property(anyItems, anyItems, (before, after) => {
      const tree = treeOf(before);
      reachable(tree);
      for (const changed of after) tree.apply(false, [changed], []);
      const whole = treeOf(after);
      for (const id of ids) expect(tree.parentOf(id)).toBe(whole.parentOf(id));
      expect(tree.childrenOf(null).map((known) => known.id)).toEqual(
        whole.childrenOf(null).map((known) => known.id),
      );
    }),
  );
});

test("siblings stand by position, equal positions by id", () => {
  const tree = treeOf([item("c", null, "1"), item("a", null, "2"), item("b", null, "1")]);
  expect(tree.childrenOf(null).map((known) => known.id)).toEqual(["b", "c", "a"]);
});

test("a new title reaches the list without a new order", () => {
  const tree = treeOf([item("a", null), item("b", "a")]);
  tree.childrenOf(null);
  tree.apply(false, [{ ...item("b", "a"), title: "New" }], []);
  expect(tree.childrenOf("a").map((known) => known.title)).toEqual(["New"]);
  expect(tree.pathTo("b").map((known) => known.id)).toEqual(["a"]);
});
