// What the storage page says of files: where they are used, and who else holds them.

import { andList, t } from "../../i18n";
import type { FileHolder } from "../../ipc/generated";

/** "Bea and another device of yours": each once. */
export function holderWords(holders: FileHolder[]): string {
  const names = holders.map(({ mine, name }) => (mine ? t("storage.mine") : name));
  return andList([...new Set(names)]);
}
