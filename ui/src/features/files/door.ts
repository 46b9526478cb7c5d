// What lies behind the files of a text: the engine that keeps them, and the ways to look at one.

import type { FileDoor } from "../../editor";
import { t } from "../../i18n";
import { insideDesktopApp } from "../../ipc";
import type { AttachedFile, CardId, DocumentId } from "../../ipc";
import type { Engine } from "../../state/engine";
import {
  fileSource,
  keepFile,
  pictureName,
  Pictures,
  pictureType,
  shownName,
  sourceOf,
} from "../../state/files";
import type { FileSource } from "../../state/files";
import { readText } from "../../state/readText";
import { openKept, opensInApp, saveKept } from "./saving";

/** Where the text is that the files are put into. */
export type Home = { document: DocumentId; card: CardId | null };

/** A picture to be shown large, and what it shows in words. */
export type Large = { file: AttachedFile; words: string };

const pictures = new WeakMap<Engine, Pictures>();

/** The pictures at hand, for all texts together. */
export function picturesOf(engine: Engine): Pictures {
  let known = pictures.get(engine);
  if (known === undefined) pictures.set(engine, (known = new Pictures(engine.ipc)));
  return known;
}

export function fileDoorOf(
  engine: Engine,
  { document, card }: Home,
  files: () => readonly AttachedFile[] | null,
  showLarge: (large: Large) => void,
): FileDoor {
  /** What was just kept here is known before the engine tells all who look. */
  const added = new Map<string, AttachedFile>();
  let indexed: readonly AttachedFile[] | null = null;
  let byId = new Map<string, AttachedFile>();

  function find(id: string): AttachedFile | null | undefined {
    const now = files();
    if (now !== indexed) {
      indexed = now;
      byId = new Map((now ?? []).map((file) => [file.id, file]));
    }
    return byId.get(id) ?? added.get(id) ?? (now === null ? undefined : null);
  }

  async function fetch(file: AttachedFile): Promise<void> {
    try {
      await engine.ipc.request({ type: "fetch_file", document, file: file.id });
      engine.toasts.show(t("files.asked", { name: shownName(file.name) }));
    } catch (error) {
      engine.changes.fail(error);
    }
  }

  /** The person went on elsewhere: the reference comes to the end of the text that it was meant for. */
  async function writeLater(reference: string, name: string): Promise<void> {
    try {
      if (card === null) {
        const edit = { type: "append_text", text: reference } as const;
        await engine.ipc.request({ type: "edit_note", document, edit });
      } else {
        const base = await readText(engine, document, card);
        const text = `${base.trimEnd()}${base.trim() === "" ? "" : "\n\n"}${reference}\n`;
        const edit = { type: "replace_description", card, base, text } as const;
        await engine.ipc.request({ type: "edit_board", document, edit });
      }
      engine.toasts.show(t("files.addedLater", { name }));
    } catch (error) {
      engine.changes.fail(error);
    }
  }

  return {
    find,
    show: (file) => picturesOf(engine).lease(document, file),
    open(id, words) {
      const file = find(id);
      if (!file) engine.toasts.show(t("files.unknown"));
      else if (file.state !== "here") void fetch(file);
      else if (pictureType(file) === null) void openKept(engine, document, file);
      else showLarge({ file, words: words || shownName(file.name) });
    },
    save: opensInApp ? (file) => void saveKept(engine, document, file) : null,
    async keep(source, onProgress, signal) {
      const file = await keepFile(engine.ipc, document, source, onProgress, signal);
      added.set(file.id, file);
      return file;
    },
    writeLater: (reference, file) => void writeLater(reference, shownName(file.name)),
    choose,
    async fromClipboard() {
      if (!insideDesktopApp()) return null;
      try {
        const { clipboardPicture } = await import("../../ipc/shellFiles");
        const picture = await clipboardPicture();
        return picture === null ? null : sourceOf(picture, pictureName(picture.type));
      } catch (error) {
        engine.changes.fail(error);
        return null;
      }
    },
  };
}

/** In the page while it is open, because not every web view opens the dialog of a field that is nowhere. */
function choose(): Promise<FileSource[]> {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.hidden = true;
  document.body.append(input);
  return new Promise<FileSource[]>((resolve) => {
    input.addEventListener("change", () => resolve([...(input.files ?? [])].map(fileSource)));
    input.addEventListener("cancel", () => resolve([]));
    input.click();
  }).finally(() => input.remove());
}
