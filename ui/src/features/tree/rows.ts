// The tree as the rows that are in sight, and where a row goes when it is moved.

import type { DocumentId, TreeItem } from "../../ipc";
import type { Tree } from "../../state/tree";

export type Row = {
  item: TreeItem;
  level: number;
  index: number;
  siblings: number;
  hasChildren: boolean;
  open: boolean;
};

export type Destination = { parent: DocumentId | null; after: DocumentId | null };
export type Step = "up" | "down" | "in" | "out";
export type Zone = "before" | "inside" | "after";

export function visibleRows(tree: Tree, open: ReadonlySet<DocumentId>): Row[] {
  const rows: Row[] = [];
  const visit = (parent: DocumentId | null, level: number) => {
    const children = tree.childrenOf(parent);
    children.forEach((item, index) => {
      const hasChildren = tree.childrenOf(item.id).length > 0;
      const isOpen = hasChildren && open.has(item.id);
      rows.push({ item, level, index, siblings: children.length, hasChildren, open: isOpen });
      if (isOpen) visit(item.id, level + 1);
    });
  };
  visit(null, 1);
  return rows;
}

/** One step by keyboard; null when there is nowhere to go. */
export function stepped(tree: Tree, id: DocumentId, step: Step): Destination | null {
  const parent = tree.parentOf(id);
  const siblings = tree.childrenOf(parent);
  const at = siblings.findIndex((item) => item.id === id);
  const previous = siblings[at - 1];
  switch (step) {
    case "up":
      return previous === undefined ? null : { parent, after: siblings[at - 2]?.id ?? null };
    case "down": {
      const next = siblings[at + 1];
      return next === undefined ? null : { parent, after: next.id };
    }
    case "in":
      return previous === undefined
        ? null
        : { parent: previous.id, after: tree.childrenOf(previous.id).at(-1)?.id ?? null };
    case "out":
      return parent === null ? null : { parent: tree.parentOf(parent), after: parent };
  }
}

/** Where `id` goes when it is dropped on `target`; null when that is inside itself. */
export function dropped(tree: Tree, id: DocumentId, target: Row, zone: Zone): Destination | null {
  if (tree.isWithin(target.item.id, id)) return null;
  if (zone === "inside") {
    const last = tree
      .childrenOf(target.item.id)
      .filter((item) => item.id !== id)
      .at(-1);
    return { parent: target.item.id, after: last?.id ?? null };
  }
  if (zone === "after" && target.open) return { parent: target.item.id, after: null };
  const parent = tree.parentOf(target.item.id);
  if (zone === "after") return { parent, after: target.item.id };
  const siblings = tree.childrenOf(parent).filter((item) => item.id !== id);
  const at = siblings.findIndex((item) => item.id === target.item.id);
  return { parent, after: siblings[at - 1]?.id ?? null };
}

/** Which part of a row a point lies in. */
export function zoneAt(offset: number, height: number): Zone {
  if (offset < height * 0.28) return "before";
  return offset > height * 0.72 ? "after" : "inside";
}
