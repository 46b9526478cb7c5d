// Splices, the wire form of a text change, to and from CodeMirror's ChangeSet.

import { ChangeSet, Text } from "@codemirror/state";

/** One replaced range; positions are UTF-16 units in the text before the whole list. */
export type Splice = { at: number; delete: number; insert: string };

/** Only "\n" breaks a line: a "\r" is a character like any other, or every later position would shift. */
export const LINE_BREAK = "\n";

export function textOf(text: string): Text {
  return Text.of(text.split(LINE_BREAK));
}

/** The change as sorted splices that neither overlap nor touch. */
export function splicesOf(changes: ChangeSet): Splice[] {
  const splices: Splice[] = [];
  changes.iterChanges((from, to, _fromB, _toB, inserted) => {
    splices.push({
      at: from,
      delete: to - from,
      insert: inserted.sliceString(0, inserted.length, LINE_BREAK),
    });
  });
  return splices;
}

/** The splices as a change of a text of `length` units; throws a RangeError if they do not fit it. */
export function changesOf(splices: readonly Splice[], length: number): ChangeSet {
  let reached = 0;
  for (const { at, delete: deleted } of splices) {
    const whole = Number.isInteger(at) && Number.isInteger(deleted);
    if (!whole || deleted < 0 || at < reached || at + deleted > length) {
      throw new RangeError(`The splice at ${at} does not fit a text of ${length} units.`);
    }
    reached = at + deleted;
  }
  return ChangeSet.of(
    splices.map((splice) => ({
      from: splice.at,
      to: splice.at + splice.delete,
      insert: splice.insert,
    })),
    length,
    LINE_BREAK,
  );
}
