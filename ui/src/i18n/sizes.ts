// How much there is of something, as people read it.

import { t } from "./index";

const UNITS = ["size.b", "size.kb", "size.mb", "size.gb"] as const;
const LARGEST = UNITS.length - 1;

/** Bytes as people read them. */
export function sizeWords(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1_000 && unit < LARGEST) {
    size /= 1_000;
    unit += 1;
  }
  const rounded = size >= 10 || unit === 0 ? Math.round(size) : size.toFixed(1);
  return t(UNITS[unit] ?? "size.gb", { size: rounded });
}

/** A part of a whole in whole percent; all of it only when nothing is missing. */
export function percent(part: number, whole: number): number {
  return whole === 0 ? 100 : Math.floor((part / whole) * 100);
}
