//! Everything the swarm does: our streams, signs of life, discovery, identification, limits.

use libp2p::{
    connection_limits::{self, ConnectionLimits},
    dcutr, identify,
    identity::Keypair,
    mdns, ping, relay,
    swarm::{NetworkBehaviour, behaviour::toggle::Toggle},
};

use tokio::sync::watch;

use crate::{
    Allowed,
    admission::Admission,
    chunks::ChunkId,
    circuits,
    limits::{CONNECTIONS, Limits, PENDING_INBOUND, PING_INTERVAL, PING_TIMEOUT},
    observed::Observed,
    streams::{self, Streams},
    sync_protocol::SyncProtocol,
};

/// What other libp2p programs may know of us.
const IDENTIFY: &str = "/skein/id/1";

/// The parts; limits come first, so that nothing is admitted that they refuse.
#[derive(NetworkBehaviour)]
pub(crate) struct Behaviour {
    limits: connection_limits::Behaviour,
    pub(crate) sync: SyncProtocol,
    pub(crate) blob: Streams<ChunkId>,
    pub(crate) code: Streams<()>,
    ping: ping::Behaviour,
    identify: identify::Behaviour,
    mdns: Toggle<mdns::tokio::Behaviour>,
    // Those about relays come after admission: whom that refuses they never hear of.
    circuits: relay::client::Behaviour,
    pub(crate) observed: Observed,
    punching: Toggle<dcutr::Behaviour>,
    relay: Toggle<relay::Behaviour>,
}

impl Behaviour {
    /// Puts the parts together. Discovery that cannot start is left out: everything else works without it.
    pub(crate) fn new(
        keypair: &Keypair,
        limits: Limits,
        rules: watch::Receiver<Allowed>,
        discover: bool,
        circuits: relay::client::Behaviour,
        pairs: Option<usize>,
    ) -> Self {
        let me = keypair.public().to_peer_id();
        // A relay has its own ways to nobody.
        let punching = pairs.is_none().then(|| dcutr::Behaviour::new(me));
        let relay = pairs.map(|pairs| circuits::serve(me, pairs, limits.devices, &rules));
        let connections = ConnectionLimits::default()
            .with_max_pending_incoming(Some(PENDING_INBOUND))
            .with_max_established(Some(CONNECTIONS));
        // Our addresses are told to members by ourselves, not to everyone who connects.
        let identify = identify::Config::new(IDENTIFY.to_owned(), keypair.public())
            .with_agent_version("skein".to_owned())
            .with_hide_listen_addrs(true)
            .with_cache_size(0);
        Self {
            limits: connection_limits::Behaviour::new(connections),
            sync: SyncProtocol::new(Admission::new(limits, rules)),
            blob: Streams::of(streams::BLOB),
            code: Streams::of(streams::CODE),
            ping: ping::Behaviour::new(
                ping::Config::new()
                    .with_interval(PING_INTERVAL)
                    .with_timeout(PING_TIMEOUT),
            ),
            identify: identify::Behaviour::new(identify),
            mdns: Toggle::from(if discover { discovery(keypair) } else { None }),
            circuits,
            observed: Observed::default(),
            punching: Toggle::from(punching),
            relay: Toggle::from(relay),
        }
    }

    /// Whether devices on the local network are discovered.
    pub(crate) fn discovers(&self) -> bool {
        self.mdns.is_enabled()
    }
}

fn discovery(keypair: &Keypair) -> Option<mdns::tokio::Behaviour> {
    mdns::tokio::Behaviour::new(mdns::Config::default(), keypair.public().to_peer_id())
        .inspect_err(
            |error| tracing::warn!(%error, "discovery on the local network could not start"),
        )
        .ok()
}
