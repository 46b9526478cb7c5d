// Emoji by their short names: offered after `:sm`, and written at the second colon of `:smile:`.

import { isolateHistory } from "@codemirror/commands";
import type { EditorView } from "@codemirror/view";
import { isInCode } from "../typing";
import { MOST, writing } from "./found";
import type { Completer, Found, Offer } from "./found";

const SHORT = /(?:^|[\s([{>*_"'])(:([a-z0-9+-][a-z0-9_+-]{1,30}))$/;

type Names = readonly { emoji: string; names: readonly string[] }[];

let names: Names | null = null;
let loading: Promise<Names> | null = null;

/** The list is brought in when the first colon asks for it. */
function load(): Promise<Names> {
  return (loading ??= import("virtual:emoji").then(({ default: list }) => {
    return (names = list.split("\n").map((line) => {
      const [emoji = "", ...all] = line.split(" ");
      return { emoji, names: all };
    }));
  }));
}

function offers(all: Names, query: string, position: number): Found {
  const near = all.flatMap(({ emoji, names: known }) => {
    const ranks = known.map((name): number =>
      name === query ? 0 : name.startsWith(query) ? 1 : name.includes(`_${query}`) ? 2 : 9,
    );
    const rank = Math.min(...ranks);
    const name = known[ranks.indexOf(rank)] ?? "";
    return rank === 9 ? [] : [{ emoji, name, rank }];
  });
  near.sort((a, b) => a.rank - b.rank || a.name.length - b.name.length);
  const options = near.slice(0, MOST).map(({ emoji, name }): Offer => {
    return {
      label: name,
      displayLabel: `${emoji}  ${name}`,
      icon: "tag",
      apply: writing(emoji, 1),
    };
  });
  return { from: position - query.length, options };
}

export const completeEmoji: Completer = ({ before, position }) => {
  const query = SHORT.exec(before)?.[2];
  if (query === undefined) return null;
  return names === null
    ? load().then((all) => offers(all, query, position))
    : offers(names, query, position);
};

/** Writes the emoji in place of its short name between colons. */
function write(view: EditorView, from: number, to: number, emoji: string): void {
  view.dispatch({
    changes: { from, to, insert: emoji },
    selection: { anchor: from + emoji.length },
    annotations: isolateHistory.of("full"),
    userEvent: "input.convert",
  });
}

/** `:name` before the caret becomes its emoji when its last colon is typed, at the latest when the list has come. */
export function emojiClosed(view: EditorView): boolean {
  const { state } = view;
  const { main } = state.selection;
  const line = state.doc.lineAt(main.head);
  const match = SHORT.exec(line.text.slice(0, main.head - line.from));
  const [, short = "", name = ""] = match ?? [];
  if (!main.empty || match === null || state.readOnly || isInCode(state, main.head)) return false;
  const from = main.head - short.length;
  const to = main.head + 1;
  const emojiIn = (all: Names): string | undefined =>
    all.find((one) => one.names.includes(name))?.emoji;
  if (names === null) {
    void load().then((all) => {
      const emoji = emojiIn(all);
      const stands = view.state.sliceDoc(from, to) === `${short}:`;
      if (stands && emoji !== undefined && view.state.selection.main.head === to) {
        write(view, from, to, emoji);
      }
    });
    return false;
  }
  const emoji = emojiIn(names);
  if (emoji === undefined) return false;
  view.dispatch(state.replaceSelection(":"), { userEvent: "input.type" });
  write(view, from, to, emoji);
  return true;
}
