//! How the swarm task dials: once by order, or again and again by the schedule.

use std::time::Instant;

use libp2p::{
    Multiaddr,
    swarm::dial_opts::{DialOpts, PeerCondition},
};
use skein_access::DeviceId;

use super::{Lookup, NetTask};
use crate::{
    DialFailure, NetEvent,
    address::{has_name, readable, resolve},
    attempts::{AttemptId, Failed, explain},
    identity::peer_of,
};

impl NetTask {
    /// Dials because the engine says so; the engine's word is enough for a device that is no member (yet).
    pub(super) fn dial_once(&mut self, addresses: Vec<Multiaddr>, expected: Option<DeviceId>) {
        if let Some(device) = expected {
            if self.is_linked(&device) {
                let reason = DialFailure::AlreadyConnected(device);
                self.notice(NetEvent::DialFailed {
                    expected,
                    addresses: readable(&addresses),
                    reason,
                });
                return;
            }
            self.swarm.behaviour_mut().sync.admission.name(device);
        }
        self.attempt(expected, addresses);
    }

    /// Dials everyone whose time has come.
    pub(super) fn dial_due(&mut self, now: Instant) {
        for (device, addresses) in self.redial.due(now) {
            let may_dial = self.swarm.behaviour().sync.admission.may_dial(&device);
            if may_dial && !self.links.knows(&device) {
                self.attempt(Some(device), addresses);
            } else {
                // A connection is being made already, or nobody wants one: look again later.
                self.redial.failed(&device, now, &mut self.rng);
            }
        }
    }

    /// Whether frames can flow to that device. The engine may have been told of a link's end before the links know.
    pub(super) fn is_linked(&self, device: &DeviceId) -> bool {
        self.links.live(device).is_some() && self.ends.outboxes.contains(device)
    }

    fn attempt(&mut self, expected: Option<DeviceId>, addresses: Vec<Multiaddr>) {
        let attempt = self.attempts.begin(expected, readable(&addresses));
        self.look_up_and_dial(attempt, addresses);
    }

    /// Dials once to ask for a code: whoever answers need not be a member.
    pub(super) fn attempt_for_code(
        &mut self,
        addresses: Vec<Multiaddr>,
        expected: Option<DeviceId>,
    ) {
        let attempt = self.attempts.begin(expected, readable(&addresses));
        self.codes.attempts.insert(attempt);
        self.look_up_and_dial(attempt, addresses);
    }

    fn look_up_and_dial(&mut self, attempt: AttemptId, addresses: Vec<Multiaddr>) {
        if addresses.iter().any(has_name) {
            self.lookups.spawn(async move {
                let (addresses, unknown) = resolve(addresses).await;
                Lookup {
                    attempt,
                    addresses,
                    unknown,
                }
            });
        } else {
            self.dial(attempt, addresses, Vec::new());
        }
    }

    /// Dials addresses that need no look-up any more. A port of its own for each dial: from the listening port, two
    /// devices that dial each other at once would meet in one half-open TCP connection.
    pub(super) fn dial(
        &mut self,
        attempt: AttemptId,
        addresses: Vec<Multiaddr>,
        unknown: Vec<String>,
    ) {
        let Some(expected) = self.attempts.expected(attempt) else {
            return;
        };
        let dials: Vec<DialOpts> = match expected.map(|device| peer_of(&device)) {
            Some(Some(peer)) if !addresses.is_empty() => vec![
                DialOpts::peer_id(peer)
                    // libp2p also counts connections that are given up and not closed yet; we know better.
                    .condition(PeerCondition::Always)
                    .addresses(addresses)
                    .allocate_new_port()
                    .build(),
            ],
            Some(_) => Vec::new(),
            None => addresses
                .into_iter()
                .map(|address| {
                    DialOpts::unknown_peer_id()
                        .address(address)
                        .allocate_new_port()
                        .build()
                })
                .collect(),
        };
        for dial in dials {
            let line = dial.connection_id();
            self.attempts.dialling(attempt, line);
            if self.codes.attempts.contains(&attempt) {
                self.is_for_code(line);
            }
            if let Err(error) = self.swarm.dial(dial) {
                self.code_line_is_over(line);
                let failed = self.attempts.failed(line, explain(&error));
                self.dial_failed(failed);
            }
        }
        let unknown = unknown.into_iter().map(DialFailure::UnknownHost).collect();
        let failed = self.attempts.prepared(attempt, unknown);
        self.dial_failed(failed);
    }

    /// An attempt may be over: the schedule goes on, the engine is told.
    pub(super) fn dial_failed(&mut self, failed: Option<Failed>) {
        let Some(failed) = failed else { return };
        if let Some(device) = &failed.expected {
            self.redial.failed(device, Instant::now(), &mut self.rng);
        }
        tracing::debug!(expected = ?failed.expected, addresses = ?failed.addresses, reason = %failed.reason, "a dial failed");
        self.notice(failed.into());
    }
}
