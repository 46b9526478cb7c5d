// What lies behind the links of a text: notes and boards by title, and addresses outside.

import type { LinkDoor, NoteGlimpse } from "../../editor";
import { t } from "../../i18n";
import type { DocumentId, TreeItem } from "../../ipc";
import { openOutside } from "../../ipc/shell";
import { createDocument } from "../../state/documents";
import type { Engine } from "../../state/engine";
import { go, hrefOf, hrefOfHeading } from "../../state/route";
import type { TreeState } from "../../state/live";

const GLIMPSE_LINES = 4;
const GLIMPSE_MS = 3000;

function parts(target: string): { title: string; heading: string } {
  const [title = "", ...heading] = target.split("#");
  return { title: title.trim(), heading: heading.join("#").trim() };
}

/** `document` is the one that the text belongs to: `[[#heading]]` stays in it. */
export function linkDoorOf(
  engine: Engine,
  document: DocumentId,
  tree: () => TreeState | null,
): LinkDoor {
  function find(target: string): TreeItem | null {
    const { title } = parts(target);
    const id = title === "" ? document : title;
    const known = tree()?.tree;
    return known?.get(id) ?? known?.titled(title) ?? null;
  }

  function follow(target: string): void {
    const found = find(target);
    const { title, heading } = parts(target);
    if (found !== null) {
      const toHeading = found.kind === "note" && heading !== "";
      go(toHeading ? hrefOfHeading(found.id, heading) : hrefOf(found.kind, found.id));
    } else if (title !== "") {
      engine.toasts.show(t("note.noSuch", { title }), {
        action: {
          label: t("note.createIt"),
          run: () => void createDocument(engine, "note", { title }),
        },
      });
    }
  }

  async function leave(address: string): Promise<void> {
    try {
      await openOutside(address);
    } catch {
      engine.toasts.show(t("address.refused"), { hint: address, tone: "bad" });
    }
  }

  function glimpse(target: string): Promise<NoteGlimpse | null> {
    const found = find(target);
    if (found === null) return Promise.resolve(null);
    if (found.kind !== "note") return Promise.resolve({ title: found.title, lines: "" });
    return new Promise((resolve) => {
      const done = (text: string): void => {
        clearTimeout(timer);
        subscription.close();
        const lines = text.split("\n").filter((line) => line.trim() !== "");
        resolve({ title: found.title, lines: lines.slice(0, GLIMPSE_LINES).join("\n") });
      };
      const timer = setTimeout(() => done(""), GLIMPSE_MS);
      const subscription = engine.ipc.subscribe(
        { type: "text", document: found.id, card: null },
        (event) => event.type === "text_reset" && done(event.text),
        () => done(""),
      );
    });
  }

  return {
    follow: ({ kind, target }) => (kind === "note" ? follow(target) : void leave(target)),
    // Until the tree has told what there is, nothing is called unknown.
    isKnown: (target) => tree() === null || find(target) !== null,
    glimpse,
  };
}
