// Why a device of the pretended workspace is not connected: somebody at home behind a router, with the relay at hand.

import type { Ladder, Peer } from "../generated";

export function ladderTo(peer: Peer): Ladder {
  const { device, name } = peer;
  return {
    device,
    name,
    cause: peer.state === "away" ? "away" : "connected",
    rungs: [
      { way: "this_machine", addresses: 4, outcome: "works" },
      { way: "nearby", outcome: "not_there" },
      { way: "address", address: "/ip4/192.168.1.24/tcp/4711", outcome: "no_answer" },
      { way: "address", address: "/ip4/192.168.1.24/udp/4711/quic-v1", outcome: "no_answer" },
      { way: "relay", name: "relay.example.org:4711", connected: true, outcome: "not_there" },
      { way: "kept", outcome: "works" },
      { way: "bundle" },
    ],
  };
}
