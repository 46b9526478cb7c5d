// A colleague's own time in words: what their clock shows, and when their day begins or ends.

import { t } from "../../i18n";
import "../../i18n/dialogs";
import type { Member } from "../../ipc";
import { clockIn } from "./clockIn";

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** "5 h", "20 min", "2 days": coarse, since nobody plans by the minute. */
export function span(ms: number): string {
  if (ms >= 24 * HOUR) return t("span.days", { count: Math.round(ms / (24 * HOUR)) });
  if (ms >= HOUR) return t("span.hours", { count: Math.round(ms / HOUR) });
  return t("span.minutes", { count: Math.max(1, Math.round(ms / MINUTE)) });
}

/** "03:12, day starts in 5 h"; empty for somebody who told no zone. */
export function clockWords(member: Member, now: number): string {
  const { zone, working, changesAt } = member;
  if (!zone) return "";
  const clock = clockIn(zone, now);
  if (clock === "" || working === null || changesAt === null || changesAt <= now) {
    return clock;
  }
  const left = span(changesAt - now);
  return `${clock}, ${t(working ? "people.dayEnds" : "people.dayStarts", { left })}`;
}
