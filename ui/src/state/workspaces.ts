// The workspaces of this profile: another one is another page, so that nothing of one is left in the view of the next.

import type { ListedWorkspace } from "../ipc/generated";
import type { Engine } from "./engine";

/** The address of a workspace's page, in this window; `place` begins with `#`. */
export function addressOf(slug: string, place = ""): string {
  const address = new URL(location.href);
  address.searchParams.set("workspace", slug);
  address.hash = place;
  return address.href;
}

/** Leaves this page for that of another workspace. */
export function visit(slug: string, place = ""): void {
  location.assign(addressOf(slug, place));
}

/** All of them, the one that is shown included. Rejects with an `ApiError`. */
export async function listWorkspaces({ ipc }: Engine): Promise<ListedWorkspace[]> {
  return (await ipc.request({ type: "list_workspaces" })).workspaces;
}

/** Goes to the first run of a further one; nothing is left of it if nothing is begun there. */
export async function addWorkspace(engine: Engine, place = ""): Promise<void> {
  try {
    visit((await engine.ipc.request({ type: "add_workspace" })).slug, place);
  } catch (error) {
    engine.changes.fail(error);
  }
}
