//! Relays, as one of their guests: places are held at those that are connected. And as one of them: who is connected by it.

use std::{collections::BTreeSet, time::Instant};

use libp2p::{Multiaddr, identify, relay};

use super::NetTask;
use crate::{
    NetEvent,
    circuits::{is_quic, place_at},
    identity::device_of,
};

impl NetTask {
    /// Asks for a place at every connected relay that gave none yet, and has the schedule know whom relays may lead to.
    pub(super) fn look_at_relays(&mut self, now: Instant) {
        let (relays, mut others) = self.swarm.behaviour().sync.admission.relays_and_others();
        let mut is_any_connected = false;
        for relay in relays {
            let Some(line) = self.links.live_direct(&relay) else {
                continue;
            };
            is_any_connected = true;
            if !self.reservations.lacks(&relay, now) {
                continue;
            }
            let Some(place) = place_at(&relay, line.address.clone()) else {
                continue;
            };
            match self.swarm.listen_on(place) {
                Ok(listener) => self.reservations.asked(relay, listener),
                Err(error) => tracing::warn!(%relay, %error, "no place at a relay was asked for"),
            }
        }
        if !is_any_connected {
            others = BTreeSet::new();
        }
        self.redial.through_relay(&others, now);
        for device in others {
            self.linked_as_it_is(&device, now);
        }
    }

    /// A relay gave a place.
    pub(super) fn on_reserved(&mut self, address: &Multiaddr) {
        tracing::debug!(%address, "others reach this device through a relay");
    }

    /// A relay says where it sees this device. On the way by which this device also listens, that is where others may try.
    pub(super) fn on_identified(&mut self, event: identify::Event) {
        let identify::Event::Received { peer_id, info, .. } = event else {
            return;
        };
        let relay = device_of(&peer_id);
        let is_relay = relay.filter(|relay| self.swarm.behaviour().sync.admission.is_relay(relay));
        if is_relay.is_some() && is_quic(&info.observed_addr) {
            self.swarm.behaviour_mut().observed.at(info.observed_addr);
        }
    }

    /// This relay connected two devices, or does so no longer.
    pub(super) fn on_relayed(&mut self, event: relay::Event) {
        let (from, to, open) = match event {
            relay::Event::CircuitReqAccepted {
                src_peer_id,
                dst_peer_id,
            } => (src_peer_id, dst_peer_id, true),
            relay::Event::CircuitClosed {
                src_peer_id,
                dst_peer_id,
                ..
            } => (src_peer_id, dst_peer_id, false),
            _ => return,
        };
        if let (Some(from), Some(to)) = (device_of(&from), device_of(&to)) {
            self.notice(NetEvent::Circuit { from, to, open });
        }
    }
}
