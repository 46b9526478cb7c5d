// What the first frame does without: loaded right after it, one after the other, or when it is asked for.

import { movingDialog } from "../features/document";
import { sidePanel } from "../features/panel";
import { dialogs } from "../features/people";
import { safetyDialog } from "../features/safety";
import { searchDialog } from "../features/search";
import { storageDialog } from "../features/storage";
import { loadEditor } from "../features/text";

/** What lies above the window, by its name. */
export const overlays = {
  palette: () => import("./Palette.svelte"),
  switcher: () => import("./Switcher.svelte"),
  search: searchDialog,
  ...dialogs,
  settings: () => import("./settings/Settings.svelte"),
  safety: safetyDialog,
  storage: storageDialog,
  workspaces: () => import("./WorkspacePicker.svelte"),
  keys: () => import("./KeysHelp.svelte"),
};

const { palette, ...others } = overlays;

/** What a key may ask for at once comes first. */
export const later = {
  palette,
  workspaceItems: () => import("./workspaceItems"),
  editor: loadEditor,
  files: () => import("../features/files"),
  board: () => import("../features/board"),
  ...others,
  panel: sidePanel,
  moving: movingDialog,
  trash: () => import("../features/trash"),
  elsewhere: () => import("./elsewhere"),
  tray: () => import("./tray.svelte"),
  keptFrame: () => import("./keptFrame"),
};

export function loadTheRest(): void {
  requestAnimationFrame(() => setTimeout(loadOneByOne));
}

/** Between two of them the window answers. What cannot be had now is asked for again where it is needed. */
async function loadOneByOne(): Promise<void> {
  for (const load of Object.values(later)) await load().catch(() => undefined);
}
