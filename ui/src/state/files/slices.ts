// Files to and from the engine, in slices and one after the other, so that everything else goes on beside them.

import { t } from "../../i18n";
import type { AttachedFile } from "../../ipc/generated";
import { ApiError } from "../../ipc/ipc";
import type { Ipc } from "../../ipc/ipc";

/** The most that the engine takes or gives at once. */
export const SLICE = 512 * 1024;

/** What the engine keeps at most of one file. */
export const LARGEST = 2 * 1024 * 1024 * 1024;

/** Something that can become a file of the workspace. */
export type FileSource = {
  name: string;
  mime: string;
  size: number;
  slice(from: number, to: number): Promise<Blob>;
};

/** A picture without a name of its own is called by what it shows, or else by when it came. */
export function pictureName(mime: string, words = ""): string {
  const ending = mime.split("/")[1]?.replace("jpeg", "jpg") ?? "png";
  if (words !== "") return `${words}.${ending}`;
  const now = new Date();
  const two = (part: number): string => String(part).padStart(2, "0");
  const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join("-");
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(".");
  return `${t("files.picture")} ${day} ${time}.${ending}`;
}

/** A file that a person gave; browsers call every picture from the clipboard the same. */
export function fileSource(file: File): FileSource {
  return sourceOf(file, file.name === "image.png" ? pictureName(file.type) : file.name);
}

export function sourceOf(blob: Blob, name: string): FileSource {
  return {
    name,
    mime: blob.type,
    size: blob.size,
    slice: (from, to) => Promise.resolve(blob.slice(from, to)),
  };
}

export function toBase64(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => {
      const address = String(reader.result);
      resolve(address.slice(address.indexOf(",") + 1));
    };
    reader.onerror = () => reject(reader.error ?? new Error());
    reader.readAsDataURL(blob);
  });
}

export function fromBase64(data: string): Uint8Array<ArrayBuffer> {
  const signs = atob(data);
  const bytes = new Uint8Array(signs.length);
  for (let at = 0; at < signs.length; at++) bytes[at] = signs.charCodeAt(at);
  return bytes;
}

/** The slice that begins there, as the engine takes it. Rejects with an `ApiError` when the file cannot be read on. */
export async function sliceOf(source: FileSource, from: number): Promise<string> {
  const to = Math.min(from + SLICE, source.size);
  try {
    const slice = await source.slice(from, to);
    if (slice.size === to - from) return await toBase64(slice);
  } catch {
    // Said below, as for a file that has become shorter meanwhile.
  }
  throw new ApiError("storage", t("files.unreadable"), t("files.unreadableHint"));
}

/** Keeps a file in a document; resolves when it is on disk. What is given up half-way leaves nothing behind. */
export async function keepFile(
  ipc: Ipc,
  document: string,
  source: FileSource,
  onProgress: (done: number) => void,
  signal: AbortSignal,
): Promise<AttachedFile> {
  const { name, mime, size } = source;
  const { upload } = await ipc.request({ type: "begin_file", document, name, mime, size });
  try {
    for (let at = 0; at < size; at += SLICE) {
      const data = await sliceOf(source, at);
      signal.throwIfAborted();
      await ipc.request({ type: "put_file", upload, data });
      onProgress(Math.min(at + SLICE, size));
    }
    signal.throwIfAborted();
    return (await ipc.request({ type: "finish_file", upload })).file;
  } catch (error) {
    ipc.call({ type: "cancel_file", upload }, () => undefined);
    throw error;
  }
}

/** Reads a file, one slice in flight. */
export async function* readSlices(
  ipc: Ipc,
  document: string,
  file: Pick<AttachedFile, "id" | "size">,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let offset = 0; offset < file.size;) {
    const { data } = await ipc.request({
      type: "read_file",
      document,
      file: file.id,
      offset,
      length: SLICE,
    });
    const bytes = fromBase64(data);
    if (bytes.length === 0) throw new ApiError("storage", t("files.short"), "");
    offset += bytes.length;
    yield bytes;
  }
}

/** A whole file; `wanted` may change its mind between two slices. */
export async function readFile(
  ipc: Ipc,
  document: string,
  file: Pick<AttachedFile, "id" | "size">,
  type: string,
  wanted: () => boolean = () => true,
): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const bytes of readSlices(ipc, document, file)) {
    if (!wanted()) throw new DOMException("nobody looks any more", "AbortError");
    parts.push(bytes);
  }
  return new Blob(parts, { type });
}
