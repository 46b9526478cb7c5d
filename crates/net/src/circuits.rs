//! Ways through a relay: as a relay, who may have one; as a member, where one was asked for and what came of it.

use std::{collections::BTreeMap, time::Instant};

use libp2p::{
    Multiaddr, PeerId,
    core::transport::ListenerId,
    multiaddr::Protocol,
    relay::{self, RateLimiter},
};
use skein_access::DeviceId;
use tokio::sync::watch;

use crate::{
    Allowed,
    address::split_peer,
    identity::{device_of, peer_of},
    limits::{CIRCUIT_LIFE, CIRCUITS_PER_DEVICE, RESERVATION_LIFE, RESERVE_AGAIN},
};

/// What a relay does for devices that cannot reach one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circuits {
    /// Where this relay is reached from outside; where it listens, if nothing is named.
    pub external: Vec<String>,
    /// How many pairs of devices may be connected through it at once.
    pub pairs: usize,
}

/// The part of a relay that connects members' devices with one another. A stranger gets nothing of it, also while an invite is
/// open. Bytes are not counted: what goes through is as long as what two devices have to tell each other.
pub(crate) fn serve(
    me: PeerId,
    pairs: usize,
    devices: usize,
    rules: &watch::Receiver<Allowed>,
) -> relay::Behaviour {
    let members_only = || {
        let rules = rules.clone();
        let may = move |peer: PeerId, _: &Multiaddr, _: Instant| {
            device_of(&peer).is_some_and(|device| rules.borrow().devices.contains(&device))
        };
        vec![Box::new(may) as Box<dyn RateLimiter>]
    };
    relay::Behaviour::new(
        me,
        relay::Config {
            max_reservations: devices,
            max_reservations_per_peer: CIRCUITS_PER_DEVICE,
            reservation_duration: RESERVATION_LIFE,
            reservation_rate_limiters: members_only(),
            max_circuits: pairs,
            max_circuits_per_peer: CIRCUITS_PER_DEVICE,
            max_circuit_duration: CIRCUIT_LIFE,
            // 0 is: as many as it takes.
            max_circuit_bytes: 0,
            circuit_src_rate_limiters: members_only(),
        },
    )
}

/// Where others can reach this device through relays: one place is held at each that is connected.
#[derive(Debug, Default)]
pub(crate) struct Reservations {
    places: BTreeMap<DeviceId, Place>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Asked for, or held.
    Taken(ListenerId),
    /// Not given, or over: not to be asked for before.
    Not { before: Instant },
}

impl Reservations {
    /// Whether a place is to be asked for at this relay.
    pub(crate) fn lacks(&self, relay: &DeviceId, now: Instant) -> bool {
        match self.places.get(relay) {
            None => true,
            Some(Place::Taken(_)) => false,
            Some(Place::Not { before }) => *before <= now,
        }
    }

    /// A place was asked for.
    pub(crate) fn asked(&mut self, relay: DeviceId, listener: ListenerId) {
        self.places.insert(relay, Place::Taken(listener));
    }

    /// A place is over, or could not be had: asked for again after a while, or at once at a relay that is connected anew. Says
    /// whether the listener was of this kind.
    pub(crate) fn over(&mut self, listener: ListenerId, now: Instant) -> bool {
        let before = now + RESERVE_AGAIN;
        let place = self
            .places
            .values_mut()
            .find(|place| **place == Place::Taken(listener));
        place.map(|place| *place = Place::Not { before }).is_some()
    }

    /// A relay was connected anew: what it refused before does not count.
    pub(crate) fn anew(&mut self, relay: &DeviceId) {
        if matches!(self.places.get(relay), Some(Place::Not { .. })) {
            self.places.remove(relay);
        }
    }
}

/// The address at which to ask a relay for a place, given where it is connected.
pub(crate) fn place_at(relay: &DeviceId, address: Multiaddr) -> Option<Multiaddr> {
    let peer = peer_of(relay)?;
    let (address, _) = split_peer(address);
    Some(address.with(Protocol::P2p(peer)).with(Protocol::P2pCircuit))
}

/// The same place of a relay by QUIC, if the address is one of TCP: relays listen on one number for both.
pub(crate) fn by_quic(address: &Multiaddr) -> Option<Multiaddr> {
    let mut parts = address.iter();
    let host = parts.next()?;
    match (parts.next()?, parts.next()) {
        (Protocol::Tcp(port), None) => Some(
            Multiaddr::empty()
                .with(host)
                .with(Protocol::Udp(port))
                .with(Protocol::QuicV1),
        ),
        _ => None,
    }
}

/// Whether an address is one of QUIC.
pub(crate) fn is_quic(address: &Multiaddr) -> bool {
    address.iter().any(|part| part == Protocol::QuicV1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RELAY: DeviceId = DeviceId::from_bytes([1; 32]);

    #[test]
    fn a_refused_place_is_asked_for_again_after_a_while_or_when_the_relay_comes_back() {
        let now = Instant::now();
        let mut places = Reservations::default();
        assert!(places.lacks(&RELAY, now));
        let listener = ListenerId::next();
        places.asked(RELAY, listener);
        assert!(!places.lacks(&RELAY, now + RESERVE_AGAIN));
        assert!(places.over(listener, now));
        assert!(!places.over(listener, now), "once is enough");
        assert!(!places.lacks(&RELAY, now));
        assert!(places.lacks(&RELAY, now + RESERVE_AGAIN));
        places.anew(&RELAY);
        assert!(places.lacks(&RELAY, now));
    }

    #[test]
    fn a_place_that_is_held_is_not_asked_for_again_when_the_relay_has_a_second_connection() {
        let now = Instant::now();
        let mut places = Reservations::default();
        places.asked(RELAY, ListenerId::next());
        places.anew(&RELAY);
        assert!(!places.lacks(&RELAY, now));
    }

    #[test]
    fn a_relay_named_by_tcp_is_also_tried_by_quic_on_the_same_port() {
        let tcp: Multiaddr = "/dns/relay.example.org/tcp/4711".parse().unwrap();
        let quic: Multiaddr = "/dns/relay.example.org/udp/4711/quic-v1".parse().unwrap();
        assert_eq!(by_quic(&tcp), Some(quic.clone()));
        assert_eq!(by_quic(&quic), None);
        assert!(is_quic(&quic) && !is_quic(&tcp));
    }
}
