// What stands on the first line of fenced code: its language's name and a button that copies it.

import { syntaxTree } from "@codemirror/language";
import type { EditorState } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import { WidgetType } from "@codemirror/view";
import type { SyntaxNode } from "@lezer/common";
import { announce } from "../a11y/announce";
import { t } from "../i18n";
import { codeLanguage } from "./languages";

const SAID_MS = 1500;

export class FenceName extends WidgetType {
  constructor(readonly info: string) {
    super();
  }

  override eq(other: FenceName): boolean {
    return other.info === this.info;
  }

  override toDOM(): HTMLElement {
    const name = document.createElement("span");
    name.textContent = codeLanguage(this.info)?.name ?? this.info;
    return name;
  }

  override ignoreEvent(): boolean {
    return false;
  }
}

/** The code inside of the fence around a position, without its fences. */
export function codeAt(state: EditorState, position: number): string | null {
  let node: SyntaxNode | null = syntaxTree(state).resolveInner(position, -1);
  while (node !== null && node.name !== "FencedCode") node = node.parent;
  if (node === null) return null;
  const parts = node.getChildren("CodeText");
  return parts.map(({ from, to }) => state.sliceDoc(from, to)).join("");
}

export class CopyCode extends WidgetType {
  override eq(): boolean {
    return true;
  }

  override toDOM(view: EditorView): HTMLElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sk-copy";
    button.textContent = t("editor.copyCode");
    button.tabIndex = -1;
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", () => void copy(view, button));
    return button;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

async function copy(view: EditorView, button: HTMLElement): Promise<void> {
  const code = codeAt(view.state, view.posAtDOM(button));
  if (code === null) return;
  try {
    await navigator.clipboard.writeText(code);
    button.textContent = t("copied");
  } catch {
    button.textContent = t("copy.failed");
  }
  announce(button.textContent);
  setTimeout(() => (button.textContent = t("editor.copyCode")), SAID_MS);
}
