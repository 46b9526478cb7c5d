// What a clock shows where a colleague lives.

import { locale } from "../../i18n";

/** The time of day in a zone; empty when it is not known to this machine. */
export function clockIn(zone: string, now: number): string {
  try {
    const format = { hour: "numeric", minute: "2-digit", timeZone: zone } as const;
    return new Intl.DateTimeFormat(locale(), format).format(now);
  } catch {
    return "";
  }
}
