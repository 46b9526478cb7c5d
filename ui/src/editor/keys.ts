// The editor's keys, and an undo that takes back my own changes by pause or word.

import { defaultKeymap, history, historyKeymap, isolateHistory } from "@codemirror/commands";
import { EditorState, Prec } from "@codemirror/state";
import type { Extension, Transaction } from "@codemirror/state";
import { keymap } from "@codemirror/view";
import { toggleStyle } from "./formatting";
import { editLink } from "./linkForm";
import { continueList, leaveItem, nestItems, outdentItems, toggleTasks } from "./lists";
import { duplicateBlock, moveBlockDown, moveBlockUp } from "./moving";
import { toggleShape } from "./shapes";
import { eraseMark, makeRule, openFence } from "./typing";

const UNDO_PAUSE_MS = 600;

export const editorKeys: Extension = [
  Prec.high(
    keymap.of([
      { key: "Mod-b", run: toggleStyle("bold") },
      { key: "Mod-i", run: toggleStyle("italic") },
      { key: "Mod-e", run: toggleStyle("code") },
      { key: "Mod-Shift-s", run: toggleStyle("strike") },
      { key: "Mod-k", run: editLink },
      { key: "Mod-Alt-1", run: toggleShape("h1") },
      { key: "Mod-Alt-2", run: toggleShape("h2") },
      { key: "Mod-Alt-3", run: toggleShape("h3") },
      { key: "Alt-ArrowUp", run: moveBlockUp },
      { key: "Alt-ArrowDown", run: moveBlockDown },
      { key: "Mod-d", run: duplicateBlock, preventDefault: true },
      { key: "Mod-Enter", run: toggleTasks },
      { key: "Tab", run: nestItems },
      { key: "Shift-Tab", run: outdentItems },
      { key: "Enter", run: makeRule },
      { key: "Enter", run: openFence },
      { key: "Enter", run: continueList },
      { key: "Backspace", run: leaveItem },
      { key: "Backspace", run: eraseMark },
    ]),
  ),
  keymap.of([...historyKeymap, ...defaultKeymap]),
];

/** The first letter of a word begins a step of its own. */
function beginsWord(transaction: Transaction): boolean {
  if (!transaction.isUserEvent("input.type")) return false;
  let begins = false;
  transaction.changes.iterChanges((fromA, _toA, _fromB, _toB, inserted) => {
    const before = transaction.startState.sliceDoc(Math.max(0, fromA - 1), fromA);
    begins ||= /^\s$/.test(before) && /^\S/.test(inserted.sliceString(0, 1));
  });
  return begins;
}

export const ownHistory: Extension = [
  history({ newGroupDelay: UNDO_PAUSE_MS }),
  EditorState.transactionExtender.of((transaction) =>
    beginsWord(transaction) ? { annotations: isolateHistory.of("before") } : null,
  ),
];
