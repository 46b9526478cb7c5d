// Files on their way out: saved to a place that a person chooses, or opened in the program that the system has for them.

import { t } from "../../i18n";
import { sizeWords } from "../../i18n/sizes";
import { insideDesktopApp } from "../../ipc";
import type { AttachedFile, DocumentId } from "../../ipc";
import { ApiError } from "../../ipc/ipc";
import { download } from "../../ipc/shell";
import type { Outgoing } from "../../ipc/shellFiles";
import type { Engine } from "../../state/engine";
import { mimeOf, readFile, readSlices, shownName } from "../../state/files";

/** What takes longer than a moment to hand over is announced. */
const SMALL = 20_000_000;

/** A browser opens nothing that Skein has: it downloads. */
export const opensInApp = insideDesktopApp();

function handOver(
  engine: Engine,
  document: DocumentId,
  file: AttachedFile,
  to: Outgoing,
): Promise<void> {
  const gaps = { name: shownName(file.name), size: sizeWords(file.size) };
  if (file.size > SMALL) engine.toasts.show(t("files.handingOver", gaps));
  return to.writeAll(readSlices(engine.ipc, document, file));
}

/** A failure is told here. */
export async function saveKept(
  engine: Engine,
  document: DocumentId,
  file: AttachedFile,
): Promise<void> {
  const name = shownName(file.name);
  try {
    if (opensInApp) {
      const { Outgoing } = await import("../../ipc/shellFiles");
      const outgoing = await Outgoing.save(name);
      if (outgoing === null) return;
      await handOver(engine, document, file, outgoing);
    } else {
      download(name, await readFile(engine.ipc, document, file, mimeOf(file)));
    }
    engine.toasts.show(t("files.saved", { name }));
  } catch (error) {
    engine.changes.fail(error);
  }
}

/** Opens a copy in the program that the system has for it. What is not opened from here can be saved. */
export async function openKept(
  engine: Engine,
  document: DocumentId,
  file: AttachedFile,
): Promise<void> {
  if (!opensInApp) return saveKept(engine, document, file);
  try {
    const { Outgoing } = await import("../../ipc/shellFiles");
    await handOver(engine, document, file, await Outgoing.open(shownName(file.name)));
  } catch (error) {
    const { message, hint } = ApiError.of(error);
    const run = (): void => void saveKept(engine, document, file);
    const action = { label: t("files.saveAs"), run };
    engine.toasts.show(message, { hint, tone: "bad", action });
  }
}
