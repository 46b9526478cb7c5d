// By what way a device is connected, in words.

import { t } from "../../i18n";
import "../../i18n/dialogs";

const PRIVATE = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|\[?(fe80|f[cd]))/i;
const HERE = /^(127\.|localhost\b|\[?::1\b)/i;

/** The host and port of an address, whichever way it is written. */
export function plainAddress(address: string): string {
  const parts = /^\/(?:ip4|ip6|dns[46]?)\/([^/]+)\/(?:tcp|udp)\/(\d+)/.exec(address);
  if (parts === null) return address;
  const [, host = "", port = ""] = parts;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether two ways to write an address mean one place. */
export function meansSame(one: string, other: string): boolean {
  const bare = (address: string) =>
    plainAddress(address.replace(/^(tcp|quic|udp|skein):\/\//i, ""));
  return bare(one) === bare(other);
}

function hostOf(address: string): string {
  return plainAddress(address).replace(/:\d+$/, "");
}

/** Whether the way leads through a relay; the address is then the relay's. */
function isRelayed(address: string): boolean {
  return address.includes("/p2p-circuit");
}

/** `own` are the addresses at which this machine listens. */
export function pathWords(address: string, own: readonly string[] = []): string {
  if (isRelayed(address)) return t("peers.path.relay");
  const plain = plainAddress(address);
  const isOwn = own.some((one) => hostOf(one) === hostOf(address));
  if (isOwn || HERE.test(plain)) return t("peers.path.machine");
  return t(PRIVATE.test(plain) ? "peers.path.network" : "peers.path.internet");
}
