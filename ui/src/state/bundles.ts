// Bundles: changes that are carried by hand, out of the engine and into it, one slice in flight.

import { t } from "../i18n";
import "../i18n/dialogs";
import type { BundleReport } from "../ipc/generated";
import type { Ipc } from "../ipc/ipc";
import { fromBase64, SLICE, sliceOf } from "./files";
import type { FileSource } from "./files";

/** A bundle as it is written: of everything, or of what a person's devices are not known to hold. */
export async function* bundlePages(
  ipc: Ipc,
  person: string | null,
  onPage: (changes: number) => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const whose = person === null ? {} : { person };
  let changes = 0;
  let after: number | null = null;
  do {
    const where: { after?: number } = after === null ? {} : { after };
    const page = await ipc.request({ type: "read_bundle", ...whose, ...where });
    changes += page.envelopes;
    onPage(changes);
    yield fromBase64(page.data);
    after = page.next;
  } while (after !== null);
}

/** Takes in a bundle; what has been answered is on disk, and nothing comes twice. Rejects with an `ApiError`. */
export async function takeBundle(
  ipc: Ipc,
  source: FileSource,
  onProgress: (share: number) => void,
): Promise<BundleReport> {
  let offset = 0;
  for (;;) {
    const data = await sliceOf(source, offset);
    const { report } = await ipc.request({ type: "take_bundle", offset, data });
    offset = Math.min(offset + SLICE, source.size);
    onProgress(source.size === 0 ? 1 : offset / source.size);
    if (offset >= source.size) return report;
  }
}

/** What came of a bundle. */
export function takenWords({ new: fresh, known, refused, whole }: BundleReport): string {
  const parts = [t("carry.taken", { count: fresh })];
  if (known > 0) parts.push(t("carry.known", { count: known }));
  if (refused > 0) parts.push(t("carry.refused", { count: refused }));
  if (!whole) parts.push(t("carry.cut"));
  return parts.join(" ");
}
