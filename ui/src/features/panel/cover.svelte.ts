// Whether the panel lies over the document: on a narrow window it has the window alone.

import { untrack } from "svelte";
import { MediaQuery } from "svelte/reactivity";

/** As in the panel's style. */
const narrow = new MediaQuery("width < 700px");
let shown = $state(0);

/** Whether what is behind the panel is out of reach. */
export function panelCovers(): boolean {
  return shown > 0 && narrow.current;
}

/** Says that a panel is shown, until what it gives is called: `$effect(panelIsShown)`. */
export function panelIsShown(): () => void {
  untrack(() => (shown += 1));
  return () => untrack(() => (shown -= 1));
}
