// The pictures that are shown now, and some of those that were a moment ago: each read once, and let go when there are too many.

import type { AttachedFile } from "../../ipc/generated";
import type { Ipc } from "../../ipc/ipc";
import { pictureType } from "./kinds";
import { readFile } from "./slices";

/** So much of what nobody looks at stays at hand, in bytes. */
const ROOM = 96 * 1024 * 1024;

/** A picture that somebody looks at. */
export type Lease = {
  /** The address to show it by; rejects when it cannot be read. */
  address: Promise<string>;
  /** Nobody looks any more. To be called once. */
  release(): void;
};

type Entry = { address: Promise<string>; known: string | null; size: number; leases: number };

export class Pictures {
  readonly #ipc: Ipc;
  readonly #room: number;
  /** The one that was looked at last stands last. */
  readonly #entries = new Map<string, Entry>();

  constructor(ipc: Ipc, room = ROOM) {
    this.#ipc = ipc;
    this.#room = room;
  }

  lease(document: string, file: AttachedFile): Lease {
    const key = `${document}/${file.id}`;
    const entry = this.#entries.get(key) ?? this.#read(key, document, file);
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.leases++;
    return {
      address: entry.address,
      release: () => {
        entry.leases--;
        this.#makeRoom();
      },
    };
  }

  #read(key: string, document: string, file: AttachedFile): Entry {
    const type = pictureType(file) ?? "application/octet-stream";
    const entry: Entry = {
      address: readFile(this.#ipc, document, file, type, () => entry.leases > 0).then((blob) => {
        entry.known = URL.createObjectURL(blob);
        this.#makeRoom();
        return entry.known;
      }),
      known: null,
      size: file.size,
      leases: 0,
    };
    // What could not be read is read anew when it is looked at again.
    entry.address.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    return entry;
  }

  #makeRoom(): void {
    const unseen = [...this.#entries].filter(([, { leases, known }]) => leases === 0 && known);
    let size = unseen.reduce((sum, [, entry]) => sum + entry.size, 0);
    for (const [key, entry] of unseen) {
      if (size <= this.#room) return;
      this.#entries.delete(key);
      if (entry.known !== null) URL.revokeObjectURL(entry.known);
      size -= entry.size;
    }
  }
}
