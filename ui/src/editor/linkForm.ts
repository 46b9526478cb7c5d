// Ctrl+K on a selection: a small form asks for the address, and the selection becomes a link or changes its address.

import { syntaxTree } from "@codemirror/language";
import { EditorSelection, Prec, StateEffect, StateField } from "@codemirror/state";
import type { EditorState, Extension } from "@codemirror/state";
import { keymap, showTooltip } from "@codemirror/view";
import type { Command, EditorView, Tooltip, TooltipView } from "@codemirror/view";
import type { SyntaxNode } from "@lezer/common";
import { mount, unmount } from "svelte";
import LinkForm from "./LinkForm.svelte";

type Stretch = { from: number; to: number };

/** Opens the form for a stretch, or closes it. */
export const askForLink = StateEffect.define<Stretch | null>();

/** An address as Markdown takes it: with its scheme, and in angle brackets where spaces or brackets stand in it. */
export function markdownAddress(typed: string): string {
  const plain = typed.replace(/[\s]+/g, " ").trim();
  const scheme = /^(?:[a-z][a-z0-9+.-]*:|[#/.])/i.test(plain);
  const isMail = /^[^\s@/]+@[^\s@/]+\.[^\s@/]+$/.test(plain);
  const isHost = /^[^\s/]+\.[a-z]{2,}(?:[/?#:]|$)/i.test(plain);
  const address = scheme ? plain : isMail ? `mailto:${plain}` : isHost ? `https://${plain}` : plain;
  return /[\s()<>]/.test(address) ? `<${address.replace(/[<>]/g, encodeURIComponent)}>` : address;
}

/** The link that a stretch lies in, if it does. */
function linkAround(state: EditorState, { from, to }: Stretch): SyntaxNode | null {
  let node: SyntaxNode | null = syntaxTree(state).resolveInner(from, 1);
  while (node !== null && !(node.name === "Link" && node.from <= from && node.to >= to)) {
    node = node.parent;
  }
  return node;
}

function addressAt(state: EditorState, stretch: Stretch): string {
  const url = linkAround(state, stretch)?.getChild("URL");
  return url ? state.sliceDoc(url.from, url.to).replace(/^<|>$/g, "") : "";
}

function setAddress(view: EditorView, stretch: Stretch, typed: string): void {
  const { state } = view;
  const link = linkAround(state, stretch);
  const marks = link?.getChildren("LinkMark") ?? [];
  const [open, close] = marks;
  const inside =
    link !== null && open !== undefined && close !== undefined
      ? { from: open.to, to: close.from }
      : stretch;
  const whole = link === null ? stretch : { from: link.from, to: link.to };
  const words = state.sliceDoc(inside.from, inside.to);
  const address = markdownAddress(typed);
  const insert = address === "" ? words : `[${words}](${address})`;
  const anchor = whole.from + insert.length;
  view.dispatch({
    changes: { ...whole, insert },
    selection: address === "" ? EditorSelection.range(whole.from, anchor) : { anchor },
    effects: askForLink.of(null),
    userEvent: "input.format",
    scrollIntoView: true,
  });
  view.focus();
}

function create(view: EditorView): TooltipView {
  const dom = document.createElement("div");
  const stretch = (): Stretch => view.state.field(field) ?? { from: 0, to: 0 };
  const form = mount(LinkForm, {
    target: dom,
    props: {
      address: addressAt(view.state, stretch()),
      onDone: (address) => setAddress(view, stretch(), address),
      onLeave() {
        view.dispatch({ effects: askForLink.of(null) });
        view.focus();
      },
    },
  });
  return { dom, offset: { x: 0, y: 4 }, destroy: () => void unmount(form) };
}

const field = StateField.define<Stretch | null>({
  create: () => null,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(askForLink)) return effect.value;
    if (value === null) return null;
    // Who goes on in the text does not want the form any more.
    if (transaction.selection !== undefined || transaction.isUserEvent("input")) return null;
    const { changes } = transaction;
    return { from: changes.mapPos(value.from, 1), to: changes.mapPos(value.to, -1) };
  },
  provide: (own) =>
    showTooltip.compute([own], (state): Tooltip | null => {
      const stretch = state.field(own);
      return stretch === null ? null : { pos: stretch.from, end: stretch.to, create };
    }),
});

/** Nothing selected and no link here: the key is somebody else's. */
export const editLink: Command = (view) => {
  const { from, to, empty } = view.state.selection.main;
  const link = linkAround(view.state, { from, to });
  if (view.state.readOnly || (empty && !link?.getChild("URL"))) return false;
  if (view.state.sliceDoc(from, to).includes("\n")) return true;
  const words = view.state.sliceDoc(from, to);
  const start = from + words.length - words.trimStart().length;
  const end = Math.max(start, to - (words.length - words.trimEnd().length));
  view.dispatch({ effects: askForLink.of({ from: start, to: end }) });
  return true;
};

/** The form takes the focus in the next frame; whoever is faster with Escape means it too. */
const keys = Prec.high(
  keymap.of([
    {
      key: "Escape",
      run(view) {
        if (view.state.field(field) === null) return false;
        view.dispatch({ effects: askForLink.of(null) });
        return true;
      },
    },
  ]),
);

export const linkForm: Extension = [field, keys];
