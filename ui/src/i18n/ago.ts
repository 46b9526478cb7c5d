// How long ago, in words.

import { locale, t } from "./index";

const STEPS: Array<[Intl.RelativeTimeFormatUnit, number]> = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

export function ago(then: number, now: number): string {
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: "auto" });
  for (const [unit, size] of STEPS) {
    if (now - then >= size) return format.format(-Math.floor((now - then) / size), unit);
  }
  return format.format(0, "minute");
}

/** When a device or relay was met last; none if it never was. */
export function lastMet(seen: number | null, now: number): string {
  return seen === null ? t("peers.never") : t("peers.away", { seen: ago(seen, now) });
}
