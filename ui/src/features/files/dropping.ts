// Files that are let go over the window: on a text they are kept, a bundle is taken in anywhere, and of others nothing comes.

import { dropAt } from "../../editor";
import { t } from "../../i18n";
import { insideDesktopApp } from "../../ipc";
import type { DroppedFile } from "../../ipc/shellFiles";
import type { Engine } from "../../state/engine";
import { BUNDLE_ENDING, fileSource } from "../../state/files";
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
    // What kind of file it is shows only when it is let go.
    data.dropEffect = "copy";
  });
  window.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    if (!takesFiles(event.target)) engine.toasts.show(t("files.dropOnText"));
  });
  window.addEventListener("drop", (event) => takeIn(engine, event), { capture: true });
  if (insideDesktopApp()) void listenToShell(engine);
}

/** Also over a text, where other files are kept. */
function takeIn(engine: Engine, event: DragEvent): void {
  const bundle = onlyBundle([...(event.dataTransfer?.files ?? [])].map(fileSource));
  if (bundle === null) return;
  event.preventDefault();
  event.stopPropagation();
  void take(engine, bundle);
}

function onlyBundle(files: readonly FileSource[]): FileSource | null {
  const [only, ...others] = files;
  return only?.name.endsWith(BUNDLE_ENDING) === true && others.length === 0 ? only : null;
}

async function take(engine: Engine, bundle: FileSource): Promise<void> {
  try {
    const { takeBundle, takenWords } = await import("../../state/bundles");
    const report = await takeBundle(engine.ipc, bundle, () => undefined);
    engine.toasts.show(takenWords(report));
  } catch (error) {
    engine.changes.fail(error);
  }
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
    const bundle = folders === 0 ? onlyBundle(files.map(sourceOf)) : null;
    if (bundle !== null) return void take(engine, bundle);
    const taken = dropAt({ x, y }, files.map(sourceOf), folders > 0);
    if (!taken) engine.toasts.show(t("files.dropOnText"));
  });
}
