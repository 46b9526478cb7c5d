import { EditorState } from "@codemirror/state";
import fc from "fast-check";
import { expect, test } from "vitest";
import { carets, setCarets, shownCarets } from "./carets";

function stateWith(text: string, anchor: number, head: number): EditorState {
  const state = EditorState.create({ doc: text, extensions: carets });
  return state.update({ effects: setCarets.of([{ device: "d", name: "Bea", anchor, head }]) })
    .state;
}

test("a colleague's caret stays with its letters whatever is typed around it", () => {
  fc.assert(
    fc.property(fc.nat(9), fc.nat(9), fc.string({ maxLength: 5 }), (head, at, insert) => {
      const state = stateWith("0123456789", 0, head);
      const next = state.update({ changes: { from: at, insert } }).state;
      const shown = next.field(shownCarets)[0]?.head ?? -1;
      expect(next.sliceDoc(shown, shown + 1)).toBe(String(head));
    }),
  );
});

test("a caret beyond the text stands at its end, and who left is gone", () => {
  const state = stateWith("abc", 99, 99);
  expect(state.field(shownCarets)[0]).toMatchObject({ anchor: 3, head: 3 });
  expect(state.update({ effects: setCarets.of([]) }).state.field(shownCarets)).toEqual([]);
});

test("only a move shows the name again", () => {
  const state = stateWith("abc", 1, 1);
  const told = (head: number) =>
    state.update({ effects: setCarets.of([{ device: "d", name: "Bea", anchor: head, head }]) })
      .state;
  expect(told(1).field(shownCarets)[0]?.moves).toBe(1);
  expect(told(2).field(shownCarets)[0]?.moves).toBe(2);
});
