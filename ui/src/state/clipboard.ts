// Copying, with a word about it.

import { announce } from "../a11y/announce";
import { t } from "../i18n";
import type { Engine } from "./engine";

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
