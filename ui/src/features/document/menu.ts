// What can be done with a document, as a menu offers it wherever it opens.

import Copy from "@lucide/svelte/icons/copy";
import FileDown from "@lucide/svelte/icons/file-down";
import FileText from "@lucide/svelte/icons/file-text";
import FolderInput from "@lucide/svelte/icons/folder-input";
import Link from "@lucide/svelte/icons/link";
import Pencil from "@lucide/svelte/icons/pencil";
import Printer from "@lucide/svelte/icons/printer";
import Star from "@lucide/svelte/icons/star";
import StarOff from "@lucide/svelte/icons/star-off";
import Trash2 from "@lucide/svelte/icons/trash-2";
import type { MenuItem } from "../../components/Menu.svelte";
import { t } from "../../i18n";
import { saveFile } from "../../ipc/shell";
import { copyLink, copyText } from "../../state/clipboard";
import { duplicateNote, moveToTrash, shownTitle } from "../../state/documents";
import type { Named } from "../../state/documents";
import type { Engine } from "../../state/engine";
import { isFavourite, toggleFavourite } from "../../state/favourites";
import { printOpen } from "../../state/printing";
import { hrefOf } from "../../state/route";

export type DocumentActs = {
  rename: () => void;
  moveTo: () => void;
};

/** Entries in their usual order; `apart` begins a new part of the menu. `renameKey` renames where the menu is. */
export function documentItems(
  engine: Engine,
  document: Named,
  acts: DocumentActs,
  renameKey: string | undefined,
): MenuItem[] {
  const favourite = isFavourite(engine, document.id);
  return [
    {
      label: t("rename"),
      icon: Pencil,
      key: renameKey,
      edits: true,
      run: acts.rename,
      apart: true,
    },
    { label: t("document.moveTo"), icon: FolderInput, edits: true, run: acts.moveTo },
    ...(document.kind === "note"
      ? [
          {
            label: t("document.duplicate"),
            icon: Copy,
            edits: true,
            run: () => void duplicateNote(engine, document),
          },
        ]
      : []),
    {
      label: t(favourite ? "favourite.remove" : "favourite.add"),
      icon: favourite ? StarOff : Star,
      run: () => toggleFavourite(engine, document),
    },
    {
      label: t("document.copyLink"),
      icon: Link,
      apart: true,
      run: () => void copyLink(engine, hrefOf(document.kind, document.id)),
    },
    {
      label: t("document.copyMarkdown"),
      icon: FileText,
      run: () => void copyMarkdown(engine, document),
    },
    {
      label: t("document.export"),
      icon: FileDown,
      run: () => void exportMarkdown(engine, document),
    },
  ];
}

/** Prints what is shown, so it is offered for the open document only. */
export function printItem(engine: Engine, key: string | undefined): MenuItem {
  return { label: t("document.print"), icon: Printer, key, run: () => print(engine) };
}

export function print(engine: Engine): void {
  void printOpen().catch((error: unknown) => engine.changes.fail(error));
}

export function trashItem(engine: Engine, document: Named): MenuItem {
  return {
    label: t("trash.move"),
    icon: Trash2,
    edits: true,
    danger: true,
    apart: true,
    run: () => void moveToTrash(engine, document),
  };
}

export async function copyMarkdown(engine: Engine, document: Named): Promise<void> {
  try {
    const { readAsMarkdown } = await import("./markdown");
    const text = await readAsMarkdown(engine, document);
    if (await copyText(engine, text)) engine.toasts.show(t("document.markdownCopied"));
  } catch (error) {
    engine.changes.fail(error);
  }
}

export async function exportMarkdown(engine: Engine, document: Named): Promise<void> {
  try {
    const { fileNameOf, readAsMarkdown } = await import("./markdown");
    const name = fileNameOf(shownTitle(document));
    if (await saveFile(name, await readAsMarkdown(engine, document))) {
      engine.toasts.show(t("document.exported", { name }));
    }
  } catch (error) {
    engine.changes.fail(error);
  }
}
