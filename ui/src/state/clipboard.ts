// Copying, with a word about it.

import { announce } from "../a11y/announce";
import { t } from "../i18n";
import type { Engine } from "./engine";
import { linkOf } from "./link";

/** Copies `text`; resolves to whether it worked. A failure is told with another way. */
export async function copyText(engine: Engine, text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    announce(t("copied"));
    return true;
  } catch {
    engine.toasts.show(t("copy.failed"), { hint: t("copy.hint"), tone: "bad" });
    return false;
  }
}

/** Copies what opens `href` from another program. */
export async function copyLink(engine: Engine, href: string): Promise<void> {
  const { status } = await engine.ipc.request({ type: "status" });
  if (status.workspaceId === null) return;
  if (await copyText(engine, linkOf(status.workspaceId, href))) {
    engine.toasts.show(t("document.linkCopied"));
  }
}
