// Shared folders of the pretended engine: taken into use, looked through at once, and given up.

import type { ErrorCode, Reply, Request, SharedFolder } from "../generated";

type FolderRequest = Extract<
  Request,
  {
    type:
      "list_shared_folders" | "add_shared_folder" | "remove_shared_folder" | "sync_shared_folders";
  }
>;
type Refuse = (code: ErrorCode, message: string, hint: string) => Error;

export function isFolderRequest(request: Request): request is FolderRequest {
  return request.type.includes("_shared_folder");
}

/** A folder in which all is well. */
export function sharedFolder(path: string, at: number): SharedFolder {
  return {
    path,
    state: "resting",
    lookedAt: at,
    readAt: null,
    wroteAt: at,
    waiting: 0,
    unfinished: 0,
    leftAlone: 0,
    trouble: null,
  };
}

export class FakeFolders {
  all: SharedFolder[] = [];
  readonly #refuse: Refuse;

  constructor(refuse: Refuse) {
    this.#refuse = refuse;
  }

  handle(request: FolderRequest, now: number): Reply {
    if (request.type === "add_shared_folder") {
      if (!request.path.startsWith("/")) {
        throw this.#refuse(
          "invalid",
          "A folder is named by its full path; nothing was changed.",
          "Write it from the first “/” on, like /home/ana/Team.",
        );
      }
      this.all = [...this.all, sharedFolder(request.path, now)];
    }
    if (request.type === "remove_shared_folder") {
      this.all = this.all.filter(({ path }) => path !== request.path);
    }
    if (request.type === "sync_shared_folders") {
      this.all = this.all.map((folder) =>
        folder.state === "resting" ? { ...folder, lookedAt: now, waiting: 0 } : folder,
      );
    }
    return { type: "shared_folders", folders: this.all };
  }
}
