// How far a file is, in words.

import { t } from "../../i18n";
import { percent, sizeWords } from "../../i18n/sizes";
import type { AttachedFile } from "../../ipc";

/** What is to be said of a file that is not here; null when it is. */
export function whereabouts(file: AttachedFile | null | undefined): string | null {
  if (file === undefined) return "";
  if (file === null) return t("files.unknown");
  const { state, here, size } = file;
  if (state === "here") return null;
  if (state === "away" || here === 0) {
    return t(state === "away" ? "files.away" : "files.awaited", { size: sizeWords(size) });
  }
  return t("files.arriving", { percent: percent(here, size), size: sizeWords(size) });
}

/** Two looks at a file that a reader could not tell apart. */
export function looksSame(
  one: AttachedFile | null | undefined,
  other: AttachedFile | null | undefined,
): boolean {
  return (
    one?.id === other?.id &&
    one?.name === other?.name &&
    (one === null) === (other === null) &&
    whereabouts(one) === whereabouts(other)
  );
}
