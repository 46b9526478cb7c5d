// How much there is of something, as people read it.

const UNITS = ["B", "KB", "MB", "GB"];

/** Bytes as people read them. */
export function sizeWords(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1_000 && unit < UNITS.length - 1) {
    size /= 1_000;
    unit += 1;
  }
  return `${size >= 10 || unit === 0 ? Math.round(size) : size.toFixed(1)} ${UNITS[unit] ?? ""}`;
}

/** A part of a whole in whole percent; all of it only when nothing is missing. */
export function percent(part: number, whole: number): number {
  return whole === 0 ? 100 : Math.floor((part / whole) * 100);
}
