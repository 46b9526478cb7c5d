// What the menu and the list of workspaces offer: each by its name, and a further one.

import Plus from "@lucide/svelte/icons/plus";
import TriangleAlert from "@lucide/svelte/icons/triangle-alert";
import "../i18n/dialogs";
import type { MenuItem } from "../components/Menu.svelte";
import { t } from "../i18n";
import type { ListedWorkspace } from "../ipc/generated";
import type { Engine } from "../state/engine";
import { addWorkspace, listWorkspaces, visit } from "../state/workspaces";

/** What a workspace is called where one chooses; one that did not open says so. */
export function nameOf({ name, id, trouble }: ListedWorkspace): string {
  const known = name ?? t(id === null ? "workspaces.new" : "workspaces.joining");
  return trouble === null ? known : t("workspaces.failed", { name: known });
}

function itemOf(workspace: ListedWorkspace): MenuItem {
  const { here, slug, trouble } = workspace;
  const label = nameOf(workspace);
  const run = () => (here ? undefined : visit(slug));
  // One that did not open is still gone to: its page says why, and tries again.
  return trouble === null ? { label, run, checked: here } : { label, run, icon: TriangleAlert };
}

/** The entries of the menu for what is listed; a further workspace is offered whatever is known. */
export function itemsOf(engine: Engine, listed: ListedWorkspace[]): MenuItem[] {
  const add = { label: t("workspaces.add"), icon: Plus, run: () => void addWorkspace(engine) };
  return [...listed.map(itemOf), { ...add, apart: listed.length > 0 }];
}

/** All that there are. Without a line only a further one is offered, and says that there is none. */
export async function workspaceItems(engine: Engine): Promise<MenuItem[]> {
  return itemsOf(engine, await listWorkspaces(engine).catch(() => []));
}
