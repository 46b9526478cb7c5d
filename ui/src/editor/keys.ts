// The editor's keys, and an undo that takes back my own changes by pause or word.

import { defaultKeymap, history, historyKeymap, isolateHistory } from "@codemirror/commands";
import { EditorState, Prec } from "@codemirror/state";
import type { Extension, Transaction } from "@codemirror/state";
import { keymap } from "@codemirror/view";
import type { Command, EditorView, KeyBinding } from "@codemirror/view";
import { indentCode, outdentCode } from "./codeKeys";
import { toggleStyle } from "./formatting";
import { selectToStartOfWords, toStartOfWords } from "./home";
import { textKeys } from "./keyTable";
import type { TextAct } from "./keyTable";
import { editLink } from "./linkForm";
import { continueList, softBreak } from "./lineBreaks";
import { leaveItem, nestItems, outdentItems, toggleTasks } from "./lists";
import { duplicateBlock, moveBlockDown, moveBlockUp } from "./moving";
import { joinBelow, toggleShape } from "./shapes";
import { editTable } from "./tableActs";
import { tableAt } from "./tableKeys";
import { eraseMark, makeRule, openFence } from "./typing";

const UNDO_PAUSE_MS = 600;

const ACTS: Record<TextAct, Command> = {
  bold: toggleStyle("bold"),
  italic: toggleStyle("italic"),
  code: toggleStyle("code"),
  strike: toggleStyle("strike"),
  link: editLink,
  h1: toggleShape("h1"),
  h2: toggleShape("h2"),
  h3: toggleShape("h3"),
  tick: toggleTasks,
  lineUp: (view) => editTable(view, "rowUp") || moveBlockUp(view),
  lineDown: (view) => editTable(view, "rowDown") || moveBlockDown(view),
  // The browser would make a bookmark.
  double: (view) => duplicateBlock(view) || true,
  nest: (view) => nestItems(view) || indentCode(view),
  outdent: (view) => outdentItems(view) || outdentCode(view),
};

/** "Ctrl+Shift+S" as keymaps write it: "Mod-Shift-s". */
function inKeymap(key: string): string {
  return key
    .split("+")
    .map((part) => (part === "Ctrl" ? "Mod" : part.length === 1 ? part.toLowerCase() : part))
    .join("-");
}

/** Back and forward between documents also from within a text. */
function isHistoryKey(key: string | undefined): boolean {
  return key === "Alt-ArrowLeft" || key === "Alt-ArrowRight";
}

/** Keys that mean the table where there is one, as its commands have them. */
const TABLE_KEYS: ReadonlySet<string | undefined> = new Set([
  "Shift-Alt-ArrowUp",
  "Shift-Alt-ArrowDown",
  "Mod-Enter",
]);

function outsideTables(binding: KeyBinding): KeyBinding {
  const { key, run } = binding;
  if (!TABLE_KEYS.has(key) || run === undefined) return binding;
  const isIn = ({ state }: EditorView) => tableAt(state, state.selection.main.head) !== null;
  return { ...binding, run: (view) => !isIn(view) && run(view) };
}

const furtherKeys = defaultKeymap.filter(({ key }) => !isHistoryKey(key)).map(outsideTables);

export const editorKeys: Extension = [
  Prec.high(
    keymap.of([
      ...textKeys.map(({ act, key }) => ({ key: inKeymap(key), run: ACTS[act] })),
      { key: "Enter", run: makeRule },
      { key: "Enter", run: openFence },
      { key: "Enter", run: continueList, shift: softBreak },
      { key: "Backspace", run: leaveItem },
      { key: "Backspace", run: eraseMark },
      { key: "Delete", run: joinBelow },
      { key: "Home", run: toStartOfWords, shift: selectToStartOfWords },
    ]),
  ),
  keymap.of([...historyKeymap, ...furtherKeys]),
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
