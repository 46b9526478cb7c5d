// What stands in a text in place of Markdown's markers: task boxes and bullets.

import type { EditorView } from "@codemirror/view";
import { WidgetType } from "@codemirror/view";
import { toggleTaskAt } from "./lists";
import { words } from "./words";

export class TaskBox extends WidgetType {
  constructor(
    readonly ticked: boolean,
    readonly label: string,
    readonly bullet: boolean,
  ) {
    super();
  }

  override eq(other: TaskBox): boolean {
    return (
      other.ticked === this.ticked && other.label === this.label && other.bullet === this.bullet
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
    box.setAttribute("aria-label", this.label || (this.ticked ? words.taskDone : words.taskOpen));
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
