// What a whole line is: heading, list item, task or quote; put on the selected lines, and taken off again.

import type { ChangeSpec, EditorState, Line, StateCommand } from "@codemirror/state";
import { apart } from "./leaving";
import { renumbered } from "./lists";
import { isInCode } from "./typing";

export type Shape = "text" | "h1" | "h2" | "h3" | "bullet" | "ordered" | "task" | "quote";

/** Quote marks and indentation; list mark with its box; heading mark. */
const START =
  /^((?:[ \t]*>[ \t]?)*[ \t]*)((?:[-+*]|\d{1,9}[.)])(?:[ \t]+|$)(?:\[[ xX+]{1,8}\](?:[ \t]+|$))?)?(#{1,6}(?:[ \t]+|$))?/;

type Read = { lead: string; list: string; heading: string };

function read(line: Line): Read {
  const [, lead = "", list = "", heading = ""] = START.exec(line.text) ?? [];
  return { lead, list, heading };
}

function shapeOf({ lead, list, heading }: Read): Shape | "other" {
  if (heading !== "") {
    const level = heading.trim().length;
    return level === 1 ? "h1" : level === 2 ? "h2" : level === 3 ? "h3" : "other";
  }
  if (list.includes("[")) return "task";
  if (list !== "") return /^\d/.test(list) ? "ordered" : "bullet";
  return lead.includes(">") ? "quote" : "text";
}

function marksOf(shape: Shape, count: number): string {
  switch (shape) {
    case "h1":
      return "# ";
    case "h2":
      return "## ";
    case "h3":
      return "### ";
    case "bullet":
      return "- ";
    case "task":
      return "- [ ] ";
    case "ordered":
      return `${count}. `;
    case "quote":
    case "text":
      return "";
  }
}

/** The selected lines; empty ones count only where there is no other. */
function selectedLines(state: EditorState): Line[] {
  const lines = new Map<number, Line>();
  for (const { from, to } of state.selection.ranges) {
    const last = state.doc.lineAt(to).number;
    for (let number = state.doc.lineAt(from).number; number <= last; number++) {
      lines.set(number, state.doc.line(number));
    }
  }
  const all = [...lines.values()];
  const full = all.filter((line) => line.text.trim() !== "");
  return full.length > 0 ? full : all.slice(0, 1);
}

/** The change that gives a line its shape; `count` is its number in a list. */
export function reshape(line: Line, shape: Shape, count = 1): ChangeSpec {
  const now = read(line);
  const { lead, list, heading } = now;
  const from = line.from + lead.length;
  const to = from + list.length + heading.length;
  if (shape === "quote") return { from: line.from, insert: "> " };
  if (shape === "text" && shapeOf(now) === "quote") {
    return { from: line.from, to: from, insert: lead.replace(/[ \t]*>[ \t]?$/, "") };
  }
  return { from, to, insert: marksOf(shape, count) };
}

/** Gives the selected lines a shape; where all of them have it already, they become plain text. */
export function toggleShape(shape: Shape): StateCommand {
  return ({ state, dispatch }) => {
    const lines = selectedLines(state).filter((line) => !isInCode(state, line.to));
    if (state.readOnly || lines.length === 0) return false;
    const same = (line: Line): boolean =>
      shape === "quote" ? read(line).lead.includes(">") : shapeOf(read(line)) === shape;
    const off = lines.every(same);
    const [first, last] = [lines[0], lines.at(-1)];
    const isText = (off && shape !== "quote") || shape === "text";
    const changes = state.changes([
      ...(isText && first && last ? apart(state, first, last) : []),
      ...lines.map((line, at) =>
        off && shape === "quote" ? unquote(line) : reshape(line, off ? "text" : shape, at + 1),
      ),
    ]);
    const selection = state.selection.map(changes, 1);
    dispatch(state.update({ changes, selection, scrollIntoView: true, userEvent: "input.format" }));
    return true;
  };
}

function unquote(line: Line): ChangeSpec {
  const mark = /^[ \t]*>[ \t]?/.exec(line.text)?.[0] ?? "";
  return { from: line.from, to: line.from + mark.length };
}

/** Delete at the end of a line's text brings the text of the next line up without what makes it an item, a heading or a quote. */
export const joinBelow: StateCommand = ({ state, dispatch }) => {
  const { main, ranges } = state.selection;
  const line = state.doc.lineAt(main.head);
  if (!main.empty || ranges.length > 1 || state.readOnly || main.head < line.to) return false;
  if (line.number === state.doc.lines || line.length === marksLength(line)) return false;
  const below = state.doc.line(line.number + 1);
  const marks = marksLength(below);
  if (marks === 0 || isInCode(state, line.to) || isInCode(state, below.to)) return false;
  const joined = state.changes({ from: line.to, to: below.from + marks });
  const changes = renumbered(state, joined, line.from, below.to);
  dispatch(state.update({ changes, scrollIntoView: true, userEvent: "delete.forward" }));
  return true;
};

/** How much of a line's beginning is marks, not words. */
export function marksLength(line: Line): number {
  const { lead, list, heading } = read(line);
  return lead.length + list.length + heading.length;
}

/** The shape that the line at the caret has, for the buttons that show it. */
export function shapeAt(state: EditorState): Shape | "other" {
  return shapeOf(read(state.doc.lineAt(state.selection.main.head)));
}
