// When a backup was made, as people read it.

import { locale } from "../../i18n";

/** Day and time of day in this machine's zone; `ms` since 1970. */
export function dayAndTime(ms: number): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(ms);
}
