//! Why a device is not connected: what was last tried on every way to it, and what that comes down to.

use std::collections::{BTreeMap, BTreeSet};

use skein_access::DeviceId;
use skein_net::{DialFailure, Tried};

use super::Core;
use super::step::Step;
use crate::api::{ApiError, Cause, Ladder, Rung, WayOutcome};

/// How many ways to one device are remembered.
const REMEMBERED: usize = 32;

/// What is known of the ways to the devices that are not connected. Only of this run: what was so yesterday explains nothing.
#[derive(Debug, Default)]
pub(super) struct Ways {
    /// What was last tried for each, and led nowhere.
    failed: BTreeMap<DeviceId, Vec<Tried>>,
    /// Who was heard on the local network.
    heard: BTreeSet<DeviceId>,
    /// Whether anybody is listened for there.
    listens: bool,
}

impl Ways {
    fn tried(&self, device: &DeviceId) -> &[Tried] {
        self.failed.get(device).map_or(&[], Vec::as_slice)
    }
}

impl Core {
    /// Whether devices on the local network are looked for.
    pub fn looks_around(&mut self, looks: bool) {
        self.ways.listens = looks;
    }

    /// A device was heard on the local network.
    pub(super) fn heard_nearby(&mut self, step: &mut Step<'_>, device: DeviceId) {
        self.ways.heard.insert(device);
        step.news.peers = true;
    }

    /// An attempt to reach a device led nowhere.
    pub(super) fn not_reached(&mut self, step: &mut Step<'_>, device: DeviceId, tried: &[Tried]) {
        if tried.is_empty() {
            return;
        }
        let before = self.ways.failed.remove(&device).unwrap_or_default();
        let is_newer = |old: &Tried| tried.iter().all(|new| new.address != old.address);
        let before = before.into_iter().filter(is_newer);
        let mut all: Vec<Tried> = tried.iter().cloned().chain(before).collect();
        all.truncate(REMEMBERED);
        self.ways.failed.insert(device, all);
        step.news.peers = true;
    }

    /// A device is connected: what failed before explains nothing any more.
    pub(super) fn reached(&mut self, device: &DeviceId) {
        self.ways.failed.remove(device);
    }

    /// The ways to a device or relay, and what it comes down to.
    pub(super) fn ladder(&self, device: &str) -> Result<Ladder, ApiError> {
        let of = |known: &DeviceId| known.to_string() == device;
        let mut known = self
            .other_devices()
            .into_iter()
            .chain(self.relays().into_keys());
        let device = known
            .find(of)
            .ok_or_else(|| ApiError::not_found("such device"))?;
        let rungs = self.rungs(&device)?;
        Ok(Ladder {
            device: device.to_string(),
            name: self.name_of(&device),
            cause: self.cause(&device, &rungs),
            rungs,
        })
    }

    fn rungs(&self, device: &DeviceId) -> Result<Vec<Rung>, ApiError> {
        let mut rungs = vec![Rung::ThisMachine {
            addresses: u32::try_from(self.listening.len()).unwrap_or(u32::MAX),
            outcome: match self.listening.is_empty() {
                true => WayOutcome::Broken,
                false => WayOutcome::Works,
            },
        }];
        let is_relay = self.is_relay(device);
        if !is_relay {
            rungs.push(Rung::Nearby {
                outcome: match (self.ways.listens, self.ways.heard.contains(device)) {
                    (false, _) => WayOutcome::Untried,
                    (true, true) => WayOutcome::Works,
                    (true, false) => WayOutcome::NotThere,
                },
            });
        }
        rungs.extend(self.at_addresses(device)?);
        if !is_relay {
            for (relay, addresses) in self.relays() {
                let connected = self.links.contains_key(&relay);
                let tried = match connected {
                    true => worst(self.ways.tried(device), is_circuit),
                    false => worst(self.ways.tried(&relay), |_| true),
                };
                rungs.push(Rung::Relay {
                    name: super::relays::relay_name(&addresses),
                    connected,
                    outcome: tried.unwrap_or(WayOutcome::Untried),
                });
            }
            let marks = self.relays().into_keys().map(|relay| self.mark_of(&relay));
            if let Some(best) = marks.max() {
                let outcome = match self.lacking(best)? {
                    0 => WayOutcome::Works,
                    _ => WayOutcome::NotThere,
                };
                rungs.push(Rung::Kept { outcome });
            }
            rungs.push(Rung::Bundle);
        }
        Ok(rungs)
    }

    /// Its own addresses: those that were tried, and those that were not yet.
    fn at_addresses(&self, device: &DeviceId) -> Result<Vec<Rung>, ApiError> {
        let tried = self.ways.tried(device).iter();
        let tried: Vec<&Tried> = tried.filter(|tried| !is_circuit(tried)).collect();
        let rung = |address: Option<String>, outcome| Rung::Address { address, outcome };
        let mut rungs: Vec<Rung> = tried
            .iter()
            .map(|tried| rung(tried.address.clone(), outcome(&tried.why)))
            .collect();
        if tried.is_empty() {
            let known = match self.relays().remove(device) {
                Some(addresses) => addresses,
                None => self.addresses_of(device)?,
            };
            rungs.extend(
                known
                    .into_iter()
                    .map(|address| rung(Some(address), WayOutcome::Untried)),
            );
        }
        Ok(rungs)
    }

    fn addresses_of(&self, device: &DeviceId) -> Result<Vec<String>, ApiError> {
        let peers = self.store.readable(self.store.peers())?;
        let peer = peers.into_iter().find(|peer| peer.device == *device);
        Ok(peer.map(|peer| peer.addresses).unwrap_or_default())
    }

    fn cause(&self, device: &DeviceId, rungs: &[Rung]) -> Cause {
        if self.links.contains_key(device) {
            return Cause::Connected;
        }
        if self.store.read_only_reason().is_some() {
            return Cause::ReadOnly;
        }
        if self.is_out() {
            return Cause::Out;
        }
        if self.listening.is_empty() {
            return Cause::NotListening;
        }
        let outcomes = |of_relay: bool| {
            rungs.iter().filter_map(move |rung| match rung {
                Rung::Address { outcome, .. } if !of_relay => Some(*outcome),
                Rung::Relay { outcome, .. } if of_relay => Some(*outcome),
                _ => None,
            })
        };
        let own: Vec<WayOutcome> = outcomes(false).collect();
        let all: Vec<WayOutcome> = outcomes(false).chain(outcomes(true)).collect();
        if own.contains(&WayOutcome::HungUp) {
            return Cause::HungUp;
        }
        if own.contains(&WayOutcome::OtherDevice) {
            return Cause::OtherDevice;
        }
        if !all.is_empty() && all.iter().all(|outcome| *outcome == WayOutcome::NoRoute) {
            return Cause::Offline;
        }
        let relays = rungs.iter().filter_map(|rung| match rung {
            Rung::Relay { connected, .. } => Some(*connected),
            _ => None,
        });
        let relays: Vec<bool> = relays.collect();
        if all.contains(&WayOutcome::Untried) {
            Cause::Trying
        } else if relays.contains(&true) {
            Cause::Away
        } else if !relays.is_empty() || self.is_relay(device) {
            Cause::RelayUnreached
        } else if own.is_empty() {
            Cause::NoAddress
        } else {
            Cause::NoWay
        }
    }
}

fn is_circuit(tried: &Tried) -> bool {
    let address = tried.address.as_deref();
    tried.why == DialFailure::NotAtRelay || address.is_some_and(skein_net::leads_through_relay)
}

/// The most telling outcome of some of the ways that were tried.
fn worst(tried: &[Tried], which: impl Fn(&Tried) -> bool) -> Option<WayOutcome> {
    let of_them = tried.iter().filter(|tried| which(tried));
    of_them.map(|tried| outcome(&tried.why)).min()
}

fn outcome(why: &DialFailure) -> WayOutcome {
    match why {
        DialFailure::AlreadyConnected(_) => WayOutcome::Works,
        DialFailure::WrongDevice { .. } | DialFailure::ThisDevice => WayOutcome::OtherDevice,
        DialFailure::NotAllowed => WayOutcome::NotMember,
        DialFailure::Busy(_) => WayOutcome::Busy,
        DialFailure::Refused => WayOutcome::HungUp,
        DialFailure::NotSkein => WayOutcome::NotSkein,
        DialFailure::UnknownHost(_) => WayOutcome::UnknownName,
        DialFailure::NothingListens => WayOutcome::NothingListens,
        DialFailure::NoRoute => WayOutcome::NoRoute,
        DialFailure::NoAnswer => WayOutcome::NoAnswer,
        DialFailure::NotAtRelay => WayOutcome::NotThere,
        DialFailure::NoAddress => WayOutcome::Untried,
        DialFailure::Unreachable(_) => WayOutcome::Broken,
    }
}
