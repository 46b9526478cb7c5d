// Room of the pretended engine: what takes it, what can go, and that it went.

import type { Freeable, Freed, Reply, Request, Storage } from "../generated";

type StorageRequest = Extract<Request, { type: "storage" | "preview_freeing" | "free_space" }>;

const MB = 1_000_000;

export function isStorageRequest(request: Request): request is StorageRequest {
  return ["storage", "preview_freeing", "free_space"].includes(request.type);
}

export class FakeStorage {
  storage: Storage;
  freeable: Freeable;
  /** What is said when it went; made up from what was asked for where there is none. */
  freed: Freed | null = null;

  constructor(at: number) {
    const film = {
      id: "file-film",
      name: "Walk through the hall.mp4",
      size: 84 * MB,
      here: 84 * MB,
      usedIn: [{ id: "n-welcome", kind: "note" as const, title: "Welcome to Skein" }],
      heldBy: [
        { device: "d-2", name: "Bo", mine: false, saidAt: at - 60_000 },
        { device: "d-9", name: "Ana", mine: true, saidAt: at - 90_000 },
      ],
    };
    const plan = { ...film, id: "file-plan", name: "Plan.pdf", size: 3 * MB, here: 3 * MB };
    const sketch = {
      ...film,
      id: "file-sketch",
      name: "Sketch.png",
      size: MB,
      here: MB,
      heldBy: [],
    };
    this.storage = {
      total: 141 * MB,
      parts: [
        { what: "notes", bytes: 6 * MB, count: 12 },
        { what: "boards", bytes: 2 * MB, count: 3 },
        { what: "profiles", bytes: 9_000, count: 4 },
        { what: "files", bytes: 88 * MB, count: 3 },
        { what: "search", bytes: 3 * MB, count: null },
        { what: "envelopes", bytes: 7 * MB, count: 1_312 },
        { what: "order", bytes: 2 * MB, count: null },
        { what: "free", bytes: 12 * MB, count: null },
        { what: "backups", bytes: 20 * MB, count: 3 },
        { what: "set_aside", bytes: 0, count: null },
        { what: "other", bytes: 991_000, count: null },
      ],
      documents: [
        { id: "n-welcome", kind: "note", title: "Welcome to Skein", bytes: 4 * MB },
        { id: "b-launch", kind: "board", title: "Launch", bytes: 2 * MB },
      ],
      files: [film, plan, sketch],
      folder: "/home/ana/.local/share/skein/default",
    };
    this.freeable = {
      files: [film, plan],
      onlyHere: 1,
      onlyHereBytes: MB,
      compactable: 12 * MB,
      asked: 2,
    };
  }

  handle(request: StorageRequest): Reply {
    switch (request.type) {
      case "storage":
        return { type: "storage", storage: this.storage };
      case "preview_freeing":
        return { type: "freeable", freeable: this.freeable };
      case "free_space": {
        const gone = this.freeable.files.filter(({ id }) => request.files.includes(id));
        const freed = {
          files: gone.length,
          bytes: gone.reduce((sum, { size }) => sum + size, 0),
          compacted: request.compact ? this.freeable.compactable : 0,
          kept: [],
          trouble: null,
        };
        return { type: "freed", freed: this.freed ?? freed };
      }
    }
  }
}
