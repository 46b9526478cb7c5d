// What the icon beside the clock says: how far the work got, and what can be done without the window.

import { standingOf, standingWords } from "../features/delivery";
import { t } from "../i18n";
import "../i18n/dialogs";
import type { ApiError } from "../ipc";
import { standInTray } from "../ipc/tray";
import { createDocument } from "../state/documents";
import type { Engine } from "../state/engine";
import { isWritable } from "../state/writable";

/** Keeps it true; returns what ends that. */
export function keepTray(engine: Engine): () => void {
  return $effect.root(() => {
    const delivery = engine.live.of({ type: "delivery", document: null });
    const peers = engine.live.of({ type: "peers" });
    const state = $derived.by(() => {
      if (delivery.current === null || peers.current === null) return null;
      const standing = standingOf(delivery.current, peers.current.peers);
      return standingWords(standing, delivery.current);
    });
    const writable = $derived(isWritable(engine));
    $effect(() => {
      if (state === null) return;
      const words = {
        state,
        open: t("tray.open"),
        newNote: writable ? t("note.new") : null,
        quit: t("quit"),
      };
      standInTray(words, () => void createDocument(engine, "note")).catch((error: ApiError) =>
        engine.changes.fail(error),
      );
    });
  });
}
