//! How the swarm task dials: once by order, or again and again by the schedule.

use std::time::{Duration, Instant};

use libp2p::{
    Multiaddr,
    multiaddr::Protocol,
    swarm::dial_opts::{DialOpts, PeerCondition},
};
use skein_access::DeviceId;
use tokio::time::sleep;

use super::NetTask;
use crate::{
    DialFailure, NetEvent, Tried,
    address::{has_name, readable, resolve},
    attempts::{AttemptId, Failed, explain},
    circuits::{by_quic, is_quic, place_at},
    identity::peer_of,
    limits::HEAD_START,
};

/// Ways of one attempt that are tried together, some time after it began.
struct Stage {
    after: Duration,
    ways: Ways,
    reuses_port: bool,
}

impl Stage {
    fn now(addresses: Vec<Multiaddr>) -> Self {
        Self {
            after: Duration::ZERO,
            ways: Ways::At(addresses),
            reuses_port: false,
        }
    }
}

/// Where to go.
enum Ways {
    At(Vec<Multiaddr>),
    /// Through whatever relays are connected when it comes to that.
    ThroughRelays(DeviceId),
}

/// A stage whose time has come and whose names were looked up: where to go, and which names are unknown.
pub(super) struct Ready {
    attempt: AttemptId,
    ways: Ways,
    reuses_port: bool,
    unknown: Vec<String>,
}

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
                    tried: Vec::new(),
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
            } else if may_dial && !self.links.has_direct(&device) && !addresses.is_empty() {
                // There is a way through a relay: only a better one is of interest.
                let attempt = self.attempts.begin(Some(device), readable(&addresses), 1);
                self.stage(attempt, Stage::now(addresses));
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
        let texts = readable(&addresses);
        let stages = self.stages(expected, addresses);
        let attempt = self.attempts.begin(expected, texts, stages.len());
        for stage in stages {
            self.stage(attempt, stage);
        }
    }

    /// The ladder of an attempt. A relay by QUIC and then by TCP: a router that lets QUIC out lets others in by it. Another device
    /// at its addresses, and then through whatever relays are connected.
    fn stages(&self, expected: Option<DeviceId>, addresses: Vec<Multiaddr>) -> Vec<Stage> {
        let Some(device) = expected else {
            return vec![Stage::now(addresses)];
        };
        let admission = &self.swarm.behaviour().sync.admission;
        if admission.is_relay(&device) {
            let mut quic: Vec<Multiaddr> = addresses.iter().filter_map(by_quic).collect();
            let (by_name, rest): (Vec<_>, Vec<_>) = addresses.into_iter().partition(is_quic);
            quic.extend(by_name);
            return vec![
                Stage {
                    reuses_port: true,
                    ..Stage::now(quic)
                },
                Stage {
                    after: HEAD_START,
                    ..Stage::now(rest)
                },
            ];
        }
        let circuits = Stage {
            after: match addresses.is_empty() {
                true => Duration::ZERO,
                false => HEAD_START,
            },
            ways: Ways::ThroughRelays(device),
            reuses_port: false,
        };
        let mut stages = vec![Stage::now(addresses)];
        if admission.is_member(&device) {
            stages.push(circuits);
        }
        stages
    }

    /// The ways to a device through the relays that are connected now.
    fn through_relays(&self, device: &DeviceId) -> Vec<Multiaddr> {
        let Some(peer) = peer_of(device) else {
            return Vec::new();
        };
        let (relays, _) = self.swarm.behaviour().sync.admission.relays_and_others();
        let lines = relays.iter().filter_map(|relay| {
            let line = self.links.live_direct(relay)?;
            place_at(relay, line.address.clone())
        });
        lines.map(|place| place.with(Protocol::P2p(peer))).collect()
    }

    /// Dials once to ask for a code: whoever answers need not be a member.
    pub(super) fn attempt_for_code(
        &mut self,
        addresses: Vec<Multiaddr>,
        expected: Option<DeviceId>,
    ) {
        let attempt = self.attempts.begin(expected, readable(&addresses), 1);
        self.codes.attempts.insert(attempt);
        self.stage(attempt, Stage::now(addresses));
    }

    fn stage(&mut self, attempt: AttemptId, stage: Stage) {
        let has_names =
            matches!(&stage.ways, Ways::At(addresses) if addresses.iter().any(has_name));
        if has_names || !stage.after.is_zero() {
            self.stages.spawn(async move {
                sleep(stage.after).await;
                let (ways, unknown) = match stage.ways {
                    Ways::At(addresses) => {
                        let (addresses, unknown) = resolve(addresses).await;
                        (Ways::At(addresses), unknown)
                    }
                    through @ Ways::ThroughRelays(_) => (through, Vec::new()),
                };
                Ready {
                    attempt,
                    ways,
                    reuses_port: stage.reuses_port,
                    unknown,
                }
            });
        } else {
            self.dial(Ready {
                attempt,
                ways: stage.ways,
                reuses_port: stage.reuses_port,
                unknown: Vec::new(),
            });
        }
    }

    /// Dials what needs no look-up any more. Mostly from a port of its own: from the listening port, two devices that dial each
    /// other at once would meet in one half-open TCP connection. A relay never dials, and is to see the port that listens.
    pub(super) fn dial(&mut self, ready: Ready) {
        let Ready {
            attempt,
            ways,
            reuses_port,
            unknown,
        } = ready;
        let Some(expected) = self.attempts.expected(attempt) else {
            return;
        };
        let addresses = match ways {
            Ways::At(addresses) => addresses,
            Ways::ThroughRelays(device) => self.through_relays(&device),
        };
        let dials: Vec<DialOpts> = match expected.map(|device| peer_of(&device)) {
            Some(Some(peer)) if !addresses.is_empty() => {
                // libp2p also counts connections that are given up and not closed yet; we know better.
                let dial = DialOpts::peer_id(peer)
                    .condition(PeerCondition::Always)
                    .addresses(addresses);
                vec![match reuses_port {
                    true => dial.build(),
                    false => dial.allocate_new_port().build(),
                }]
            }
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
        let unknown = unknown.into_iter().map(|name| Tried {
            address: None,
            why: DialFailure::UnknownHost(name),
        });
        let unknown = unknown.collect();
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
