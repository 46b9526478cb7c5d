// The icons that stand inside of a text, drawn by the same set as all others.

import ChevronDown from "@lucide/svelte/icons/chevron-down";
import CircleAlert from "@lucide/svelte/icons/circle-alert";
import CircleQuestionMark from "@lucide/svelte/icons/circle-question-mark";
import ImageOff from "@lucide/svelte/icons/image-off";
import Info from "@lucide/svelte/icons/info";
import Lightbulb from "@lucide/svelte/icons/lightbulb";
import TriangleAlert from "@lucide/svelte/icons/triangle-alert";
import { mount } from "svelte";

const icons = {
  note: Info,
  tip: Lightbulb,
  warning: TriangleAlert,
  important: CircleAlert,
  question: CircleQuestionMark,
  picture: ImageOff,
  chevron: ChevronDown,
};

/** Icons by name; each is drawn once, and a text holds copies. */
export function drawnOnce<Name extends string>(
  className: string,
  set: Readonly<Record<Name, typeof Info>>,
): (name: Name) => Node {
  const drawn = new Map<Name, HTMLElement>();
  return (name) => {
    let original = drawn.get(name);
    if (original === undefined) {
      original = document.createElement("span");
      original.className = className;
      original.setAttribute("aria-hidden", "true");
      mount(set[name], { target: original, props: { size: 16 } });
      drawn.set(name, original);
    }
    return original.cloneNode(true);
  };
}

export const icon = drawnOnce("sk-icon", icons);
