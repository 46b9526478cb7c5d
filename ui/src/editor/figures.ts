// How many words a text has: counted once, then only where it changes.

import { StateField } from "@codemirror/state";
import type { EditorState, Text } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import type { Extension } from "@codemirror/state";

export type Figures = { words: number; minutes: number; selected: number };

const WORDS_A_MINUTE = 230;

/** Scripts without spaces between words: each character counts, as their writers do. */
function standsAlone(code: number): boolean {
  return (code >= 0x3040 && code <= 0x30ff) || (code >= 0x3400 && code <= 0x9fff);
}

/** Letters, digits and everything beyond Latin's signs; marks of Markdown are none. */
function isLetter(code: number): boolean {
  if (code < 128) {
    return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57);
  }
  return code >= 0xc0 && !(code >= 0x2000 && code <= 0x206f) && !(code >= 0x3000 && code <= 0x303f);
}

/** Where links and pictures lead: nobody reads that. */
const TARGET = /\]\([^)]*\)/g;

export function countWords(written: string): number {
  const text = written.includes("](") ? written.replace(TARGET, "] ") : written;
  let words = 0;
  let inside = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (standsAlone(code)) {
      words++;
      inside = false;
    } else if (isLetter(code)) {
      if (!inside) words++;
      inside = true;
    } else if (code !== 39 && code !== 0x2019 && code !== 45) inside = false;
  }
  return words;
}

function countIn(doc: Text, from: number, to: number): number {
  let words = 0;
  // Pieces end where lines do, or in the middle of a very long one, where a word may count twice.
  const pieces = doc.iterRange(from, to);
  for (pieces.next(); !pieces.done; pieces.next()) words += countWords(pieces.value);
  return words;
}

const total = StateField.define<number>({
  create: (state) => countIn(state.doc, 0, state.doc.length),
  update(words, transaction) {
    if (!transaction.docChanged) return words;
    const [before, after] = [transaction.startState.doc, transaction.newDoc];
    // Changes that touch the same lines are taken together, or those lines would be counted twice.
    let [fromA, toA, fromB, toB] = [-1, -1, -1, -1];
    const settle = (): void => {
      if (fromA < 0) return;
      words += countIn(after, fromB, toB) - countIn(before, fromA, toA);
    };
    transaction.changes.iterChanges((startA, endA, startB, endB) => {
      const [lineA, lineB] = [before.lineAt(startA).from, after.lineAt(startB).from];
      if (fromA < 0 || lineA > toA || lineB > toB) {
        settle();
        [fromA, fromB] = [lineA, lineB];
      }
      [toA, toB] = [before.lineAt(endA).to, after.lineAt(endB).to];
    });
    settle();
    return words;
  },
});

export function figuresOf(state: EditorState): Figures {
  const words = state.field(total);
  const selected = state.selection.ranges.reduce(
    (sum, { from, to }) => sum + (from === to ? 0 : countIn(state.doc, from, to)),
    0,
  );
  return { words, minutes: Math.ceil(words / WORDS_A_MINUTE), selected };
}

export function watchFigures(tell: (figures: Figures) => void): Extension {
  let told = "";
  return [
    total,
    EditorView.updateListener.of((update) => {
      if (!update.docChanged && !update.selectionSet) return;
      const figures = figuresOf(update.state);
      const now = `${figures.words}/${figures.selected}`;
      if (now === told) return;
      told = now;
      tell(figures);
    }),
  ];
}
