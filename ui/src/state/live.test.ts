import { expect, test } from "vitest";
import type { BoardView, Event } from "../ipc/generated";
import { FakeDocument } from "../ipc/fake/document";
import { seed } from "../ipc/fake/seed";
import { reduce } from "./live";
import type { BoardState, TreeState } from "./live";

function board(): BoardView {
  const source = seed.find((document) => document.kind === "board");
  if (source === undefined) throw new Error("the seed has a board");
  return new FakeDocument(source, "1", 0).boardView();
}

function event(view: BoardView, change: Partial<Event & { type: "board" }>): Event {
  const { title, life, columns, cards } = view;
  return {
    type: "board",
    reset: true,
    title,
    life,
    columns,
    upserts: cards,
    removed: [],
    ...change,
  };
}

test("a board's change touches the named cards only and leaves the others as they were", () => {
  const view = board();
  const before = reduce(null, event(view, {})) as BoardState;
  const [first, second] = view.cards;
  if (first === undefined || second === undefined) throw new Error("the seed has cards");
  const renamed = { ...first, title: "Another" };
  const after = reduce(before, event(view, { reset: false, upserts: [renamed] })) as BoardState;
  expect(after.cards.get(first.id)?.title).toBe("Another");
  expect(after.cards.get(second.id)).toBe(before.cards.get(second.id));
  expect(before.cards.get(first.id)?.title).toBe(first.title);
});

test("a removed card goes, and a reset forgets all that is not in it", () => {
  const view = board();
  const before = reduce(null, event(view, {})) as BoardState;
  const id = view.cards[0]?.id ?? "";
  const without = reduce(before, event(view, { reset: false, upserts: [], removed: [id] }));
  expect((without as BoardState).cards.has(id)).toBe(false);
  const reset = reduce(before, event(view, { upserts: [] })) as BoardState;
  expect(reset.cards.size).toBe(0);
});

test("each change of the tree is a new state, so that whoever derives from it notices", () => {
  const whole: Event = { type: "tree", reset: true, upserts: [], removed: [] };
  const before = reduce(null, whole) as TreeState;
  const after = reduce(before, { ...whole, reset: false }) as TreeState;
  expect(after).not.toBe(before);
  expect(after.tree).toBe(before.tree);
});
