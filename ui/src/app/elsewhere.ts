// Links from other programs that do not lead into the workspace that is shown: to another one of this profile, or to a new one.

import "../i18n/dialogs";
import { t } from "../i18n";
import type { Engine } from "../state/engine";
import type { Target } from "../state/link";
import { addWorkspace, listWorkspaces, visit } from "../state/workspaces";

export async function followElsewhere(engine: Engine, target: Target, link: string): Promise<void> {
  const place = `#/link/${encodeURIComponent(link)}`;
  if (target.at === "invite") return addWorkspace(engine, place);
  const all = target.at === "elsewhere" ? await listWorkspaces(engine).catch(() => []) : [];
  const named = all.find(({ id }) => target.at === "elsewhere" && id === target.workspace);
  if (named !== undefined) return visit(named.slug, place);
  const words = t(target.at === "elsewhere" ? "link.elsewhere" : "link.nowhere");
  engine.toasts.show(words, { tone: "bad" });
}
