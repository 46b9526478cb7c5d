// The text of a note or of a card as it is now, read once.

import type { CardId, DocumentId } from "../ipc/ids";
import type { Engine } from "./engine";

/** Rejects with an `ApiError` when it cannot be read. */
export function readText(
  engine: Engine,
  document: DocumentId,
  card: CardId | null,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const subscription = engine.ipc.subscribe(
      { type: "text", document, card },
      (event) => {
        if (event.type !== "text_reset") return;
        subscription.close();
        resolve(event.text);
      },
      reject,
    );
  });
}
