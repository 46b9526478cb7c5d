// How long ago, in words.

import { locale } from "./index";

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
