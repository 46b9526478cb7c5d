// What the first frame does without: loaded right after it, one after the other, or when it is asked for.

import { dialogs } from "../features/people";

export const later = {
  editor: () => import("../editor"),
  files: () => import("../features/files"),
  board: () => import("../features/board"),
  palette: () => import("./Palette.svelte"),
  switcher: () => import("./Switcher.svelte"),
  search: () => import("../features/search"),
  ...dialogs,
  settings: () => import("./settings/Settings.svelte"),
  keys: () => import("./KeysHelp.svelte"),
};

export function loadTheRest(): void {
  requestAnimationFrame(() => setTimeout(loadOneByOne));
}

/** Between two of them the window answers. What cannot be had now is asked for again where it is needed. */
async function loadOneByOne(): Promise<void> {
  for (const load of Object.values(later)) await load().catch(() => undefined);
}
