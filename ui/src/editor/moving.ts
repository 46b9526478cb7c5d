// Whole lines and list items with what they hold: moved up and down, and doubled.

import { EditorSelection } from "@codemirror/state";
import type { EditorState, StateCommand } from "@codemirror/state";
import type { SyntaxNode } from "@lezer/common";
import { itemBefore, itemOn, renumbered, selectedItems } from "./lists";

type Lines = { readonly from: number; readonly to: number };

/** The lines that are selected, items with their children. `item` is the outermost one they begin with. */
type Block = Lines & { first: SyntaxNode | null; last: SyntaxNode | null };

function selectedBlock(state: EditorState): Block {
  const { from, to, empty } = state.selection.main;
  const last = state.doc.lineAt(to);
  // A selection that ends before the first letter of a line does not mean that line.
  const reaches = !empty && to === last.from && to > from ? to - 1 : to;
  const block = { from: state.doc.lineAt(from).from, to: state.doc.lineAt(reaches).to };
  const items = selectedItems(state).filter(({ node }) => node.from <= block.to);
  for (const { node } of items) {
    block.to = Math.max(block.to, state.doc.lineAt(node.to).to);
  }
  const begins = itemOn(state, state.doc.lineAt(block.from)) !== null;
  const first = begins ? (items[0]?.node ?? null) : null;
  return { ...block, first, last: begins ? (items.at(-1)?.node ?? null) : null };
}

function itemAfter(node: SyntaxNode): SyntaxNode | null {
  let after = node.nextSibling;
  while (after !== null && after.name !== "ListItem") after = after.nextSibling;
  return after;
}

function wholeLines(state: EditorState, { from, to }: Lines): Lines {
  return { from: state.doc.lineAt(from).from, to: state.doc.lineAt(to).to };
}

/** What a block changes places with: the item beside it, or the line; an item never leaves its parent this way. */
function neighbour(state: EditorState, block: Block, up: boolean): Lines | null {
  const node = up ? block.first : block.last;
  const sibling = node === null ? null : up ? itemBefore(node) : itemAfter(node);
  if (sibling !== null) return wholeLines(state, sibling);
  if (node?.parent?.parent?.name === "ListItem") return null;
  if (up) return block.from === 0 ? null : state.doc.lineAt(block.from - 1);
  if (block.to === state.doc.length) return null;
  const line = state.doc.lineAt(block.to + 1);
  const item = itemOn(state, line)?.node;
  return item === undefined ? line : wholeLines(state, item);
}

function moveBlock(up: boolean): StateCommand {
  return ({ state, dispatch }) => {
    if (state.readOnly) return false;
    const block = selectedBlock(state);
    const other = neighbour(state, block, up);
    if (other === null) return true;
    const text = state.sliceDoc(other.from, other.to);
    const gap = up ? state.sliceDoc(other.to, block.from) : state.sliceDoc(block.to, other.from);
    // The neighbour is written anew, not the block: what colleagues write in the block stays in it.
    const swapped = state.changes(
      up
        ? [
            { from: other.from, to: block.from },
            { from: block.to, insert: gap + text },
          ]
        : [
            { from: block.from, insert: text + gap },
            { from: block.to, to: other.to },
          ],
    );
    const [from, to] = [Math.min(other.from, block.from), Math.max(other.to, block.to)];
    const changes = renumbered(state, swapped, from, to, "lowest");
    dispatch(
      state.update({
        changes,
        selection: mapped(state, changes.mapPos.bind(changes), block),
        scrollIntoView: true,
        userEvent: "move.line",
      }),
    );
    return true;
  };
}

/** The selection stays on the block: its ends are the block's own when text comes there. */
function mapped(
  state: EditorState,
  mapPos: (position: number, side: number) => number,
  block: Lines,
): EditorSelection {
  const place = (position: number): number =>
    mapPos(position, position >= block.to && position > block.from ? -1 : 1);
  const ranges = state.selection.ranges.map(({ anchor, head }) =>
    EditorSelection.range(place(anchor), place(head)),
  );
  return EditorSelection.create(ranges, state.selection.mainIndex);
}

export const moveBlockUp = moveBlock(true);
export const moveBlockDown = moveBlock(false);

/** Writes the selected lines or items once more below, and goes there. */
export const duplicateBlock: StateCommand = ({ state, dispatch }) => {
  if (state.readOnly) return false;
  const block = selectedBlock(state);
  const copy = `\n${state.sliceDoc(block.from, block.to)}`;
  const inserted = state.changes({ from: block.to, insert: copy });
  const changes = renumbered(state, inserted, block.from, block.to, "lowest");
  const step = block.to - block.from + 1;
  const { anchor, head } = state.selection.main;
  dispatch(
    state.update({
      changes,
      selection: { anchor: anchor + step, head: head + step },
      scrollIntoView: true,
      userEvent: "input.copy",
    }),
  );
  return true;
};
