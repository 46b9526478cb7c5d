// How far work got, as people are told it.

import { t } from "../../i18n";
import type { Delivery, Peer } from "../../ipc";

/** `offline` is ours: there are other devices, and none is connected. */
export type Standing = "alone" | "offline" | Delivery["state"];

export function standingOf(delivery: Delivery, peers: readonly Peer[]): Standing {
  if (delivery.state !== "saved_here") return delivery.state;
  if (delivery.total === 0) return "alone";
  return peers.some((peer) => peer.state !== "away") ? "saved_here" : "offline";
}

export function standingWords(standing: Standing, delivery: Delivery): string {
  if (standing === "delivered") return t("delivery.devices", { count: delivery.devices + 1 });
  if (standing === "on_relay") return t("delivery.on_relay", { count: delivery.relays });
  return t(`delivery.${standing}`);
}

/** One sentence that explains the words. */
export function standingSentence(standing: Standing, delivery: Delivery): string {
  return standing === "delivered"
    ? t(delivery.devices === delivery.total ? "delivery.why.all" : "delivery.why.delivered")
    : t(`delivery.why.${standing}`);
}
