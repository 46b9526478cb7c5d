// The line at the foot of a text that says why it could not be handed over.

import { StateEffect, StateField } from "@codemirror/state";
import type { Extension } from "@codemirror/state";
import { showPanel } from "@codemirror/view";
import type { Panel } from "@codemirror/view";

export const setTrouble = StateEffect.define<string | null>();

const trouble = StateField.define<string | null>({
  create: () => null,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(setTrouble)) value = effect.value;
    return value;
  },
  provide: (field) =>
    showPanel.compute([field], (state) => {
      const words = state.field(field);
      return words === null ? null : () => panel(words);
    }),
});

function panel(words: string): Panel {
  const dom = document.createElement("div");
  const line = document.createElement("p");
  line.className = "sk-trouble";
  line.setAttribute("role", "status");
  line.textContent = words;
  dom.append(line);
  return { dom };
}

export const showTrouble: Extension = trouble;
