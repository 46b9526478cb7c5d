// People and their devices in words: a short name for a device, when it was last here, and what can go.

import { t } from "../../i18n";
import "../../i18n/dialogs";
import { ago } from "../../i18n/ago";
import type { Asking, Member, Peer, Role } from "../../ipc";

/** What goes for good. */
export type Going =
  | { kind: "device"; device: string; of: Member }
  | { kind: "person"; of: Member }
  | { kind: "asking"; of: Asking }
  | { kind: "leave" };

/** From the one who may do all to the one who reads. */
export const ROLES: readonly Role[] = ["owner", "editor", "commenter", "viewer"];

/** What somebody is called who asks to be let in. */
export const nameOf = (asking: Asking): string => asking.name ?? t("asking.nameless");

/** The beginning of its id is enough to tell one's own devices apart. */
export const shortDevice = (device: string): string => device.slice(0, 6);

/** When another device was last connected to this one. */
export function seenWords(peer: Peer | undefined, at: number): string {
  if (peer === undefined || peer.state === "away") {
    const seen = peer?.lastSeen ?? null;
    return seen === null ? t("device.never") : t("device.seen", { seen: ago(seen, at) });
  }
  return t("device.connected");
}
