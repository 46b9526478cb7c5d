// Files that are let go over the window: on a text they are kept, elsewhere nothing happens.

import { dropAt } from "../../editor";
import { t } from "../../i18n";
import { insideDesktopApp } from "../../ipc";
import type { DroppedFile } from "../../ipc/shellFiles";
import type { Engine } from "../../state/engine";
import type { FileSource } from "../../state/files";

let listens = false;

/** Once for the window. A browser would leave the page for a file that is let go beside a text. */
export function listenForDrops(engine: Engine): void {
  if (listens) return;
  listens = true;
  window.addEventListener("dragover", (event) => {
    const data = event.dataTransfer;
    if (!data?.types.includes("Files")) return;
    event.preventDefault();
    data.dropEffect = takesFiles(event.target) ? "copy" : "none";
  });
  window.addEventListener("drop", (event) => {
    if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
  });
  if (insideDesktopApp()) void listenToShell(engine);
}

function takesFiles(target: EventTarget | null): boolean {
  const text = target instanceof Element ? target.closest(".cm-content") : null;
  return text !== null && text.ariaReadOnly !== "true";
}

/** The desktop's web view gives the page no files: the shell does. */
async function listenToShell(engine: Engine): Promise<void> {
  const { readDropped, watchDrops } = await import("../../ipc/shellFiles");
  const sourceOf = (file: DroppedFile): FileSource => ({
    name: file.name,
    mime: "",
    size: file.size,
    slice: (from, to) => readDropped(file, from, to),
  });
  await watchDrops(({ x, y, files, folders }) => {
    const taken = dropAt({ x, y }, files.map(sourceOf), folders > 0);
    if (!taken) engine.toasts.show(t("files.dropOnText"));
  });
}
