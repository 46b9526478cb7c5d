// Enter and Shift+Enter in lists and quotes: go on, begin an item above, leave, or stay in the item with one more line.

import { insertNewlineContinueMarkupCommand } from "@codemirror/lang-markdown";
import type { EditorState, StateCommand } from "@codemirror/state";
import { enclosing } from "./enclosing";
import { leaveQuote, ownLine } from "./leaving";
import { itemOn, QUOTES, renumbered, stepTo, writeBox } from "./lists";
import type { FoundItem } from "./lists";

type CommandTarget = Parameters<StateCommand>[0];

/** Quote marks and indentation. */
const LEAD = /^(?:[ \t]*>)*[ \t]*/;

const continueMarkup = insertNewlineContinueMarkupCommand({ nonTightLists: false });

/** Enter goes on with the list or quote, and leaves it from an empty item or line. */
export const continueList: StateCommand = (target) => {
  const { state, dispatch } = target;
  const { main, ranges } = state.selection;
  if (state.readOnly || !main.empty || ranges.length > 1) return continueMarkup(target);
  const line = state.doc.lineAt(main.head);
  const found = itemOn(state, line);
  if (found === null) return leaveQuote(target) || goOnInItem(target) || continueMarkup(target);
  const { text, box } = found.item;
  if (main.head === text && text < line.to) return itemAbove(target, found);
  const isLeft = text === line.to && main.head === text && stepTo(state, found.node, false) === 0;
  if (isLeft) return leaveList(target, found);
  if (!box || box.to - box.from === 3) return continueMarkup(target);
  // A box that a merge left as `[xx]` is written anew with the user's edit of its line.
  const tidied = state.update({ changes: writeBox(box, box.ticked) });
  dispatch(tidied);
  return continueMarkup({ state: tidied.state, dispatch });
};

/** At the start of an item's text, a new item comes above; the caret stays with the text. */
function itemAbove({ state, dispatch }: CommandTarget, { item, node }: FoundItem): boolean {
  const { line, mark, box, text } = item;
  const lead = state.sliceDoc(line.from, box?.from ?? text);
  const insert = `${lead}${box ? "[ ] " : ""}\n`;
  const inserted = state.changes({ from: line.from, insert });
  const changes = renumbered(state, inserted, mark, node.to);
  const selection = { anchor: changes.mapPos(text, 1) };
  dispatch(state.update({ changes, selection, scrollIntoView: true, userEvent: "input" }));
  return true;
}

/** The list ends above an empty item; what is written next is no part of it. */
function leaveList({ state, dispatch }: CommandTarget, { item, node }: FoundItem): boolean {
  const { line } = item;
  const quotes = QUOTES.exec(line.text)?.[0] ?? "";
  const { changes, caret } = ownLine(state, line, line.from, quotes);
  const counted = renumbered(state, state.changes(changes), node.from, node.parent?.to ?? node.to);
  dispatch(
    state.update({
      changes: counted,
      selection: { anchor: caret },
      scrollIntoView: true,
      userEvent: "input",
    }),
  );
  return true;
}

/** A later line of an item goes on with one more line of it: no item begins, and no number changes. */
const goOnInItem: StateCommand = (target) => {
  const { state } = target;
  const { head } = state.selection.main;
  const line = state.doc.lineAt(head);
  const lead = LEAD.exec(line.text)?.[0] ?? "";
  if (head < line.from + lead.length || lead.length === line.length) return false;
  return holderAt(state, head) === "ListItem" && breakLine(target, lead);
};

/** What holds the text at a position: an item, a quote, or something in which a break is a break. */
export function holderAt(state: EditorState, position: number): string | null {
  return enclosing(state, position, /^(ListItem|Blockquote|FencedCode|Table)$/)?.name ?? null;
}

/** Begins a line with `lead`; white space before the caret goes. */
function breakLine({ state, dispatch }: CommandTarget, lead: string): boolean {
  const { head } = state.selection.main;
  const before = state.sliceDoc(state.doc.lineAt(head).from, head);
  const from = head - (before.length - before.trimEnd().length);
  const insert = `\n${lead}`;
  dispatch(
    state.update({
      changes: { from, to: head, insert },
      selection: { anchor: from + insert.length },
      scrollIntoView: true,
      userEvent: "input",
    }),
  );
  return true;
}

/** Shift+Enter begins a line within the item or the quote, also where Enter would leave it. */
export const softBreak: StateCommand = (target) => {
  const { state } = target;
  const { main, ranges } = state.selection;
  if (state.readOnly || !main.empty || ranges.length > 1) return false;
  const line = state.doc.lineAt(main.head);
  const item = itemOn(state, line)?.item;
  if (item !== undefined && main.head >= item.text) {
    const words = item.box?.from ?? item.text;
    return breakLine(target, state.sliceDoc(line.from, words).replace(/[^>\s]/g, " "));
  }
  const lead = LEAD.exec(line.text)?.[0] ?? "";
  const isHeld = /^(ListItem|Blockquote)$/.test(holderAt(state, main.head) ?? "");
  return isHeld && main.head >= line.from + lead.length && breakLine(target, lead);
};
