// The address of a card for other programs.

import type { CardId, DocumentId } from "../../ipc";
import { copyText } from "../../state/clipboard";
import type { Engine } from "../../state/engine";
import { linkOf } from "../../state/route";

export async function copyCardLink(engine: Engine, board: DocumentId, card: CardId): Promise<void> {
  const { status } = await engine.ipc.request({ type: "status" });
  if (status.workspaceId === null) return;
  const link = `${linkOf(status.workspaceId, "board", board)}/${encodeURIComponent(card)}`;
  await copyText(engine, link);
}
