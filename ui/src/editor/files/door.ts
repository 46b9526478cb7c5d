// What the editor needs of the files of its document; a text without it shows references to them as what is not here.

import { Facet, StateEffect } from "@codemirror/state";
import type { AttachedFile } from "../../ipc";
import type { FileSource, Lease } from "../../state/files";

export type FileDoor = {
  /** A file by its id: null when the document has none of it, undefined until it is known what it has. */
  find(id: string): AttachedFile | null | undefined;
  /** A picture that is here, to be looked at. */
  show(file: AttachedFile): Lease;
  /** Shows a picture large, with what it shows in words, or opens another file; what is not here is asked for. */
  open(id: string, words?: string): void;
  /** Null where opening a file saves it. */
  save: ((file: AttachedFile) => void) | null;
  /** Keeps a file; resolves when it is on disk. Rejects with an `ApiError`, or when it was given up. */
  keep(
    source: FileSource,
    onProgress: (done: number) => void,
    signal: AbortSignal,
  ): Promise<AttachedFile>;
  /** Writes down a reference to what was kept after its text had been closed. */
  writeLater(reference: string, file: AttachedFile): void;
  /** Lets a person choose files. */
  choose(): Promise<FileSource[]>;
  /** The picture on the clipboard where the web view does not give it to the page. */
  fromClipboard(): Promise<FileSource | null>;
};

export const fileDoor = Facet.define<FileDoor, FileDoor | null>({
  combine: (doors) => doors[0] ?? null,
});

/** Which files there are has changed, or how much of them is here: they are drawn anew. */
export const filesChanged = StateEffect.define<null>();
