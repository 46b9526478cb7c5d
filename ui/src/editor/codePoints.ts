// Keeps every edit on whole code points: half of a surrogate pair is no text for the engine.

import { EditorState, Transaction } from "@codemirror/state";
import type { Extension, Text, TransactionSpec } from "@codemirror/state";
import { LINE_BREAK } from "./splices";

type Replacement = { from: number; to: number; insert: string };

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function splitsPair(text: Text, position: number): boolean {
  if (position <= 0 || position >= text.length) return false;
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.sliceString(position - 1, position + 1));
}

/** The transaction's changes moved to whole code points; null if they already are. */
function mended(transaction: Transaction): Replacement[] | null {
  const text = transaction.startState.doc;
  const replacements: Replacement[] = [];
  let sound = true;
  transaction.changes.iterChanges((fromA, toA, _fromB, _toB, inserted) => {
    const written = inserted.sliceString(0, inserted.length, LINE_BREAK);
    const insert = written.replace(LONE_SURROGATE, "\ufffd");
    const to = splitsPair(text, toA) ? toA + 1 : toA;
    const from = fromA === toA ? to : splitsPair(text, fromA) ? fromA - 1 : fromA;
    sound &&= insert === written && from === fromA && to === toA;
    const last = replacements.at(-1);
    if (last !== undefined && from < last.to) {
      last.to = Math.max(last.to, to);
      last.insert += insert;
    } else {
      replacements.push({ from, to, insert });
    }
  });
  return sound ? null : replacements;
}

/** Undo and redo, and changes from the engine, are sound because what they go back to was. */
export const wholeCodePoints: Extension = EditorState.transactionFilter.of((transaction) => {
  if (!transaction.docChanged) return transaction;
  if (transaction.isUserEvent("undo") || transaction.isUserEvent("redo")) return transaction;
  const replacements = mended(transaction);
  if (replacements === null) return transaction;
  const { startState } = transaction;
  const changes = startState.changes(replacements);
  const userEvent = transaction.annotation(Transaction.userEvent);
  const spec: TransactionSpec = {
    changes,
    selection: { anchor: changes.mapPos(startState.selection.main.head, 1) },
    effects: transaction.effects,
    scrollIntoView: transaction.scrollIntoView,
  };
  return userEvent === undefined ? spec : { ...spec, userEvent };
});
