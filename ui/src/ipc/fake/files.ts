// Files of the pretended engine: kept in memory, here at once or made to arrive by a test.

import type { AttachedFile, ErrorCode, Reply, Request } from "../generated";
import { freshId } from "./document";

/** As in the engine. */
const SLICE = 512 * 1024;
const LARGEST = 2 * 1024 * 1024 * 1024;

type FileRequest = Request & {
  type:
    | "begin_file"
    | "put_file"
    | "finish_file"
    | "cancel_file"
    | "list_files"
    | "read_file"
    | "fetch_file";
};
type Upload = { document: string; name: string; mime: string; size: number; bytes: string };
type Kept = { document: string; file: AttachedFile; bytes: string };

export function isFileRequest(request: Request): request is FileRequest {
  return /^(?:begin|put|finish|cancel|list|read|fetch)_files?$/.test(request.type);
}

export class FakeFiles {
  /** Why nothing can be kept, where nothing can. */
  refuses: string | null = null;
  readonly #uploads = new Map<string, Upload>();
  readonly #kept = new Map<string, Kept>();
  readonly #refuse: (code: ErrorCode, message: string) => Error;

  constructor(refuse: (code: ErrorCode, message: string) => Error) {
    this.#refuse = refuse;
  }

  of(document: string): AttachedFile[] {
    return [...this.#kept.values()]
      .filter((kept) => kept.document === document)
      .map(({ file }) => file)
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  /** How many uploads were begun and neither finished nor given up. */
  get begun(): number {
    return this.#uploads.size;
  }

  /** A file that came some other way; `bytes` holds one byte in each sign. */
  put(
    document: string,
    file: Partial<AttachedFile> & { name: string },
    bytes: string,
  ): AttachedFile {
    const size = file.size ?? bytes.length;
    const whole = { id: freshId("file"), mime: "", size, here: size, state: "here", ...file };
    const attached = whole as AttachedFile;
    this.#kept.set(attached.id, { document, file: attached, bytes });
    return attached;
  }

  /** What is answered, and whose files changed. */
  handle(request: FileRequest): { reply: Reply; changed: string | null } {
    switch (request.type) {
      case "begin_file": {
        if (this.refuses !== null) throw this.#refuse("storage", this.refuses);
        if (request.size > LARGEST) throw this.#refuse("too_large", "The file is too large.");
        const upload = freshId("upload");
        this.#uploads.set(upload, { ...request, bytes: "" });
        return { reply: { type: "file_begun", upload }, changed: null };
      }
      case "put_file": {
        const bytes = atob(request.data);
        if (bytes.length > SLICE) throw this.#refuse("invalid", "The slice is too large.");
        this.#upload(request.upload).bytes += bytes;
        return { reply: { type: "done" }, changed: null };
      }
      case "finish_file": {
        const { document, name, mime, size, bytes } = this.#upload(request.upload);
        if (bytes.length !== size) throw this.#refuse("invalid", "Bytes are missing.");
        this.#uploads.delete(request.upload);
        const file = this.put(document, { name, mime }, bytes);
        return { reply: { type: "file_added", file }, changed: document };
      }
      case "cancel_file":
        this.#uploads.delete(request.upload);
        return { reply: { type: "done" }, changed: null };
      case "list_files":
        return { reply: { type: "files", files: this.of(request.document) }, changed: null };
      case "read_file": {
        const { file, bytes } = this.#find(request.file);
        if (file.state !== "here") throw this.#refuse("not_here", "The file is not here yet.");
        const { offset, length } = request;
        const data = btoa(bytes.slice(offset, offset + Math.min(length, SLICE)));
        return { reply: { type: "file_bytes", data, offset, size: file.size }, changed: null };
      }
      case "fetch_file": {
        const kept = this.#find(request.file);
        if (kept.file.state === "away") kept.file = { ...kept.file, state: "arriving" };
        return { reply: { type: "done" }, changed: kept.document };
      }
    }
  }

  /** Something else is true of a file from now on. */
  change(id: string, change: Partial<AttachedFile>): string {
    const kept = this.#find(id);
    kept.file = { ...kept.file, ...change };
    return kept.document;
  }

  #upload(id: string): Upload {
    const upload = this.#uploads.get(id);
    if (upload === undefined) throw this.#refuse("not_found", "There is no such upload.");
    return upload;
  }

  #find(id: string): Kept {
    const kept = this.#kept.get(id);
    if (kept === undefined) throw this.#refuse("not_found", "There is no such file here.");
    return kept;
  }
}
