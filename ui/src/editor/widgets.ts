// What stands in a text in place of Markdown's markers: task boxes, bullets and the names of callouts.

import type { EditorView } from "@codemirror/view";
import { WidgetType } from "@codemirror/view";
import { t } from "../i18n";
import type { Key } from "../i18n";
import type { CalloutKind } from "./callout";
import { icon } from "./icons";
import { toggleTaskAt } from "./lists";

export class TaskBox extends WidgetType {
  constructor(
    readonly ticked: boolean,
    readonly label: string,
    readonly bullet: boolean,
    readonly readOnly: boolean,
  ) {
    super();
  }

  override eq(other: TaskBox): boolean {
    return (
      other.ticked === this.ticked &&
      other.label === this.label &&
      other.bullet === this.bullet &&
      other.readOnly === this.readOnly
    );
  }

  override toDOM(view: EditorView): HTMLElement {
    const place = document.createElement("span");
    const box = document.createElement("button");
    box.type = "button";
    box.setAttribute("role", "checkbox");
    place.append(box);
    box.addEventListener("mousedown", (event) => event.preventDefault());
    box.addEventListener("click", () => toggleTaskAt(view, view.posAtDOM(place)));
    this.updateDOM(place);
    return place;
  }

  override updateDOM(place: HTMLElement): boolean {
    const box = place.firstElementChild;
    if (box === null) return false;
    place.className = this.bullet ? "sk-box sk-marker" : "sk-box";
    box.setAttribute("aria-checked", String(this.ticked));
    box.setAttribute("aria-disabled", String(this.readOnly));
    const unnamed = this.ticked ? t("editor.taskDone") : t("editor.taskOpen");
    box.setAttribute("aria-label", this.label || unnamed);
    return true;
  }

  /** A click is the box's own; everything else is the editor's. */
  override ignoreEvent(event: Event): boolean {
    return event.type === "mousedown" || event.type === "click" || event.type.startsWith("key");
  }
}

export class Bullet extends WidgetType {
  override eq(): boolean {
    return true;
  }

  override toDOM(): HTMLElement {
    const bullet = document.createElement("span");
    bullet.className = "sk-bullet sk-marker";
    bullet.textContent = "•";
    return bullet;
  }

  override ignoreEvent(): boolean {
    return false;
  }
}

/** The number that an item counts as, where another is written. */
export class ItemNumber extends WidgetType {
  constructor(readonly number: string) {
    super();
  }

  override eq(other: ItemNumber): boolean {
    return other.number === this.number;
  }

  override toDOM(): HTMLElement {
    const number = document.createElement("span");
    number.className = "sk-list-mark sk-marker";
    number.textContent = this.number;
    return number;
  }

  override ignoreEvent(): boolean {
    return false;
  }
}

const CALLOUTS: Readonly<Record<CalloutKind, Key>> = {
  note: "callout.note",
  tip: "callout.tip",
  warning: "callout.warning",
  important: "callout.important",
  question: "callout.question",
};

/** A callout's icon, and its kind in words when it has no title of its own. */
export class CalloutName extends WidgetType {
  constructor(
    readonly kind: CalloutKind,
    readonly titled: boolean,
  ) {
    super();
  }

  override eq(other: CalloutName): boolean {
    return other.kind === this.kind && other.titled === this.titled;
  }

  override toDOM(): HTMLElement {
    const place = document.createElement("span");
    place.className = "sk-callout-name";
    const name = document.createElement("span");
    name.textContent = t(CALLOUTS[this.kind]);
    if (this.titled) name.className = "unseen";
    place.append(icon(this.kind), name);
    return place;
  }

  override ignoreEvent(): boolean {
    return false;
  }
}
