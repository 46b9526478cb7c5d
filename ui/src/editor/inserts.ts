// What can be put into a text by name: one table for the slash menu and the palette.

import { startCompletion } from "@codemirror/autocomplete";
import type { EditorState, TransactionSpec } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import { t } from "../i18n";
import type { Key } from "../i18n";
import { isoOf, today } from "../state/days";
import { chooseFiles } from "./files";
import type { MenuIcon } from "./menuIcons";
import { reshape } from "./shapes";
import type { Shape } from "./shapes";
import { surroundings } from "./surroundings";

export type Insert = {
  id: string;
  label: Key;
  icon: MenuIcon;
  /** How one would write it by hand, or its key. */
  hint: string;
  /** Other words by which it is found. */
  words: string;
  /** Puts it in place of a stretch: what was typed to find it, or the selection. */
  run(view: EditorView, from: number, to: number): void;
};

function send(view: EditorView, spec: TransactionSpec): void {
  view.dispatch({ ...spec, userEvent: "input.insert", scrollIntoView: true });
}

/** Takes the stretch away and gives its line a shape, in one step. */
function shaped(shape: Shape): Insert["run"] {
  return (view, from, to) => {
    const { state } = view;
    const erased = state.changes({ from, to });
    const after = state.update({ changes: erased }).state;
    const line = after.doc.lineAt(from);
    const changes = erased.compose(after.changes(reshape(line, shape)));
    send(view, { changes, selection: { anchor: changes.mapPos(to, 1) } });
  };
}

/** Where a block can stand: on the line, if nothing else is on it, or else below. */
function blockPlace(state: EditorState, from: number, to: number) {
  const line = state.doc.lineAt(from);
  const rest = state.sliceDoc(line.from, from) + state.sliceDoc(to, line.to);
  const alone = rest.trim() === "";
  const next = line.number < state.doc.lines ? state.doc.line(line.number + 1).text.trim() : "";
  const previous = line.number > 1 ? state.doc.line(line.number - 1).text.trim() : "";
  return {
    alone,
    line,
    before: alone ? (previous === "" ? "" : "\n") : "\n\n",
    after: next === "" ? "" : "\n",
  };
}

/** Puts a block on lines of its own; `select` is what is selected in it. */
function block(text: string, select: [number, number]): Insert["run"] {
  return (view, from, to) => {
    const { state } = view;
    const { alone, line, before, after } = blockPlace(state, from, to);
    const insert = before + text + after;
    const start = alone ? line.from : line.to - (to - from);
    send(view, {
      changes: alone
        ? { from: line.from, to: line.to, insert }
        : [
            { from, to },
            { from: line.to, insert },
          ],
      selection: {
        anchor: start + before.length + select[0],
        head: start + before.length + select[1],
      },
    });
  };
}

function inline(text: () => string): Insert["run"] {
  return (view, from, to) => {
    const insert = text();
    send(view, { changes: { from, to, insert }, selection: { anchor: from + insert.length } });
  };
}

/** Writes the sign after which things are offered, and asks for them. */
function offering(sign: string): Insert["run"] {
  return (view, from, to) => {
    const before = view.state.sliceDoc(Math.max(0, from - 1), from);
    const insert = sign === "@" && /\S/.test(before) ? ` ${sign}` : sign;
    send(view, { changes: { from, to, insert }, selection: { anchor: from + insert.length } });
    startCompletion(view);
  };
}

function callout(kind: string): Insert["run"] {
  const text = `> [!${kind}]\n> `;
  return block(text, [text.length, text.length]);
}

/** A title that no document has yet. */
function freshTitle(view: EditorView): string {
  const taken = new Set([...view.state.facet(surroundings).documents()].map(({ title }) => title));
  const plain = t("note.untitled");
  for (let count = 2; taken.has(plain); count++) {
    if (!taken.has(`${plain} ${count}`)) return `${plain} ${count}`;
  }
  return plain;
}

function newNote(view: EditorView, from: number, to: number): void {
  const { state } = view;
  const selected = state.sliceDoc(from, to);
  const isWords = from < to && !selected.startsWith("/") && !/[[\]|#^\n]/.test(selected);
  const title = isWords ? selected.trim() : freshTitle(view);
  const insert = `[[${title}]]`;
  send(view, { changes: { from, to, insert }, selection: { anchor: from + insert.length } });
  state.facet(surroundings).createNote(title);
}

/** What was typed to find it goes away; selected words stay, and the files come behind them. */
function files(view: EditorView, from: number, to: number): void {
  if (view.state.sliceDoc(from, to).startsWith("/")) send(view, { changes: { from, to } });
  void chooseFiles(view);
}

function timeNow(): string {
  const now = new Date();
  return [now.getHours(), now.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":");
}

const TABLE = "|  |  |  |\n| --- | --- | --- |\n|  |  |  |\n|  |  |  |";

type Row = [
  id: string,
  label: Key,
  icon: MenuIcon,
  hint: string,
  words: string,
  run: Insert["run"],
];

const rows: Row[] = [
  ["h1", "insert.h1", "h1", "#", "heading title big chapter", shaped("h1")],
  ["h2", "insert.h2", "h2", "##", "heading subtitle section", shaped("h2")],
  ["h3", "insert.h3", "h3", "###", "heading small section", shaped("h3")],
  ["bullet", "insert.bullet", "bullet", "-", "list unordered points items", shaped("bullet")],
  ["ordered", "insert.ordered", "ordered", "1.", "list ordered numbers steps", shaped("ordered")],
  ["task", "insert.task", "task", "[]", "todo to-do checkbox checklist tick", shaped("task")],
  ["quote", "insert.quote", "quote", ">", "blockquote citation said", shaped("quote")],
  [
    "code",
    "insert.code",
    "fence",
    "```",
    "fence program source snippet",
    block("```\n\n```", [3, 3]),
  ],
  ["table", "insert.table", "table", "3 × 3", "grid columns rows cells", block(TABLE, [2, 2])],
  ["file", "files.insert", "file", "", "image photo upload attach document picture", files],
  ["rule", "insert.rule", "rule", "---", "divider line separator hr break", block("---\n", [4, 4])],
  ["link", "insert.link", "link", "[[", "wiki page document reference", offering("[[")],
  ["note", "insert.note", "new", "", "create page subpage document child", newNote],
  ["today", "insert.today", "date", "", "date day now", inline(() => isoOf(today()))],
  ["tomorrow", "insert.tomorrow", "date", "", "date day next", inline(() => isoOf(today() + 1))],
  ["now", "insert.now", "time", "", "clock hour current", inline(timeNow)],
  ["mention", "insert.mention", "person", "@", "person people name at somebody", offering("@")],
  ["callout.note", "insert.calloutNote", "info", "", "callout info box aside", callout("note")],
  ["callout.tip", "insert.calloutTip", "tip", "", "callout hint advice box", callout("tip")],
  [
    "callout.warning",
    "insert.calloutWarning",
    "warning",
    "",
    "callout caution danger box",
    callout("warning"),
  ],
  [
    "callout.important",
    "insert.calloutImportant",
    "important",
    "",
    "callout key box",
    callout("important"),
  ],
  [
    "callout.question",
    "insert.calloutQuestion",
    "question",
    "",
    "callout help faq box",
    callout("question"),
  ],
];

export const inserts: readonly Insert[] = rows.map(([id, label, icon, hint, words, run]) => {
  return { id, label, icon, hint, words, run };
});
