//! When to dial whom again: a pure schedule. Time and chance come in, due dials go out.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use libp2p::Multiaddr;
use rand::Rng;
use skein_access::DeviceId;

use crate::limits::{ADDRESSES_PER_DEVICE, REDIAL_LONGEST, REDIAL_SHORTEST, STEADY_LINK};

/// Everyone who should be connected, where they may be, and when to try next.
#[derive(Debug, Default)]
pub(crate) struct Redial {
    devices: BTreeMap<DeviceId, Entry>,
}

#[derive(Debug)]
struct Entry {
    /// Given by the engine: kept until it says otherwise.
    known: Vec<Multiaddr>,
    /// Heard on the local network: dropped when the announcement expires.
    heard: Vec<Multiaddr>,
    /// Whether a relay that is connected may lead to it, wherever it is.
    through_relay: bool,
    failures: u32,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting {
        due: Instant,
    },
    Dialling,
    Linked {
        since: Instant,
        /// When to look for a direct way, if the link leads through a relay.
        look: Option<Instant>,
    },
}

impl Entry {
    fn new(now: Instant) -> Self {
        Self {
            known: Vec::new(),
            heard: Vec::new(),
            through_relay: false,
            failures: 0,
            state: State::Waiting { due: now },
        }
    }

    /// What is near comes first.
    fn addresses(&self) -> Vec<Multiaddr> {
        let mut all: Vec<Multiaddr> = Vec::new();
        for address in self.heard.iter().chain(&self.known) {
            if !all.contains(address) {
                all.push(address.clone());
            }
        }
        all.truncate(ADDRESSES_PER_DEVICE);
        all
    }

    fn try_soon(&mut self, now: Instant) {
        self.failures = 0;
        match &mut self.state {
            State::Waiting { due }
            | State::Linked {
                look: Some(due), ..
            } => *due = now,
            State::Dialling | State::Linked { look: None, .. } => {}
        }
    }

    fn is_unknown(&self) -> bool {
        self.known.is_empty() && self.heard.is_empty() && !self.through_relay
    }
}

/// The wait after so many failures in a row: doubling, jittered down by up to half, never outside 1 to 60 seconds.
fn wait(failures: u32, rng: &mut impl Rng) -> Duration {
    let ceiling = REDIAL_SHORTEST
        .saturating_mul(2u32.saturating_pow(failures.saturating_add(1)))
        .min(REDIAL_LONGEST);
    let half = ceiling / 2;
    (half + half.mul_f64(rng.gen_range(0.0..=1.0))).clamp(REDIAL_SHORTEST, REDIAL_LONGEST)
}

impl Redial {
    /// The engine knows these addresses of a device; none at all means: stop dialling it (unless it is heard nearby).
    pub(crate) fn know(&mut self, device: DeviceId, mut addresses: Vec<Multiaddr>, now: Instant) {
        addresses.truncate(ADDRESSES_PER_DEVICE);
        if addresses.is_empty() {
            if let Some(entry) = self.devices.get_mut(&device) {
                entry.known.clear();
            }
            self.drop_if_unknown(device);
            return;
        }
        let entry = self
            .devices
            .entry(device)
            .or_insert_with(|| Entry::new(now));
        if entry.known != addresses {
            entry.known = addresses;
            entry.try_soon(now);
        }
    }

    /// A device was heard on the local network.
    pub(crate) fn heard(&mut self, device: DeviceId, address: Multiaddr, now: Instant) {
        let entry = self
            .devices
            .entry(device)
            .or_insert_with(|| Entry::new(now));
        if entry.heard.len() < ADDRESSES_PER_DEVICE && !entry.heard.contains(&address) {
            entry.heard.push(address);
            entry.try_soon(now);
        }
    }

    /// An announcement on the local network expired.
    pub(crate) fn unheard(&mut self, device: DeviceId, address: &Multiaddr) {
        if let Some(entry) = self.devices.get_mut(&device) {
            entry.heard.retain(|known| known != address);
        }
        self.drop_if_unknown(device);
    }

    /// These devices, and no others, may be reached through a relay that is connected. Those who are not linked are due now.
    pub(crate) fn through_relay(&mut self, devices: &BTreeSet<DeviceId>, now: Instant) {
        for device in devices {
            let entry = self
                .devices
                .entry(*device)
                .or_insert_with(|| Entry::new(now));
            if !entry.through_relay {
                entry.through_relay = true;
                entry.try_soon(now);
            }
        }
        self.devices.retain(|device, entry| {
            entry.through_relay &= devices.contains(device);
            !entry.is_unknown()
        });
    }

    /// Never dial this device again.
    pub(crate) fn forget(&mut self, device: &DeviceId) {
        self.devices.remove(device);
    }

    fn drop_if_unknown(&mut self, device: DeviceId) {
        if self.devices.get(&device).is_some_and(Entry::is_unknown) {
            self.devices.remove(&device);
        }
    }

    /// Whether that device is among those to be dialled, and no link to it is known here.
    pub(crate) fn is_waiting(&self, device: &DeviceId) -> bool {
        let entry = self.devices.get(device);
        entry.is_some_and(|entry| !matches!(entry.state, State::Linked { .. }))
    }

    /// A link to that device is up, whoever dialled. One that leads through a relay is not the end of looking.
    pub(crate) fn linked(&mut self, device: &DeviceId, direct: bool, now: Instant) {
        if let Some(entry) = self.devices.get_mut(device) {
            let look = (!direct).then(|| now + REDIAL_LONGEST);
            entry.state = State::Linked { since: now, look };
        }
    }

    /// The link to that device is over. One that did not hold for long counts as a failure.
    pub(crate) fn lost(&mut self, device: &DeviceId, now: Instant, rng: &mut impl Rng) {
        if let Some(entry) = self.devices.get_mut(device)
            && let State::Linked { since, .. } = entry.state
        {
            let steady = now.saturating_duration_since(since) >= STEADY_LINK;
            let failures = if steady { 0 } else { entry.failures };
            entry.state = State::Waiting {
                due: now + wait(failures, rng),
            };
            entry.failures = if steady {
                0
            } else {
                entry.failures.saturating_add(1)
            };
        }
    }

    /// The dial that was due led nowhere.
    pub(crate) fn failed(&mut self, device: &DeviceId, now: Instant, rng: &mut impl Rng) {
        if let Some(entry) = self.devices.get_mut(device)
            && entry.state == State::Dialling
        {
            entry.state = State::Waiting {
                due: now + wait(entry.failures, rng),
            };
            entry.failures = entry.failures.saturating_add(1);
        }
    }

    /// The machine woke or the network changed: everyone who is waited for is due now.
    pub(crate) fn all_now(&mut self, now: Instant) {
        for entry in self.devices.values_mut() {
            entry.try_soon(now);
        }
    }

    /// One device is due now, for example because it just became a member.
    pub(crate) fn now(&mut self, device: &DeviceId, now: Instant) {
        if let Some(entry) = self.devices.get_mut(device) {
            entry.try_soon(now);
        }
    }

    /// Takes what is due: each is dialled until `linked` or `failed` is said; or, linked through a relay, at its own addresses
    /// besides.
    pub(crate) fn due(&mut self, now: Instant) -> Vec<(DeviceId, Vec<Multiaddr>)> {
        let mut dials = Vec::new();
        for (device, entry) in &mut self.devices {
            if matches!(entry.state, State::Waiting { due } if due <= now) {
                entry.state = State::Dialling;
                dials.push((*device, entry.addresses()));
            } else if let State::Linked {
                look: Some(look), ..
            } = &mut entry.state
                && *look <= now
            {
                *look = now + REDIAL_LONGEST;
                dials.push((*device, entry.addresses()));
            }
        }
        dials
    }

    /// When `due` has something to give next.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.devices
            .values()
            .filter_map(|entry| match entry.state {
                State::Waiting { due } => Some(due),
                State::Linked { look, .. } => look,
                State::Dialling => None,
            })
            .min()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    const A: DeviceId = DeviceId::from_bytes([1; 32]);

    fn address(port: u16) -> Multiaddr {
        format!("/ip4/127.0.0.1/tcp/{port}").parse().unwrap()
    }

    fn knowing_a(now: Instant) -> Redial {
        let mut redial = Redial::default();
        redial.know(A, vec![address(1)], now);
        redial
    }

    #[test]
    fn a_known_device_is_dialled_at_once_and_once() {
        let now = Instant::now();
        let mut redial = knowing_a(now);
        assert_eq!(redial.due(now), vec![(A, vec![address(1)])]);
        assert_eq!(redial.due(now + REDIAL_LONGEST * 9), vec![]);
        assert_eq!(redial.next_due(), None);
    }

    #[test]
    fn what_is_heard_nearby_is_tried_before_what_is_known() {
        let now = Instant::now();
        let mut redial = knowing_a(now);
        redial.heard(A, address(2), now);
        assert_eq!(redial.due(now), vec![(A, vec![address(2), address(1)])]);
    }

    #[test]
    fn a_linked_device_is_not_dialled_even_on_a_wake() {
        let now = Instant::now();
        let mut redial = knowing_a(now);
        redial.linked(&A, true, now);
        redial.all_now(now);
        assert_eq!(redial.due(now + REDIAL_LONGEST), vec![]);
    }

    #[test]
    fn whoever_is_linked_through_a_relay_is_looked_for_directly_now_and_then_and_when_heard_nearby()
    {
        let now = Instant::now();
        let mut redial = knowing_a(now);
        redial.linked(&A, false, now);
        assert_eq!(redial.due(now), vec![]);
        redial.heard(A, address(2), now);
        assert_eq!(redial.due(now), vec![(A, vec![address(2), address(1)])]);
        assert_eq!(redial.due(now), vec![], "once");
        assert_eq!(redial.due(now + REDIAL_LONGEST).len(), 1);
    }

    #[test]
    fn a_device_without_an_address_is_dialled_only_while_a_relay_may_lead_to_it() {
        let now = Instant::now();
        let mut redial = Redial::default();
        redial.through_relay(&BTreeSet::from([A]), now);
        assert_eq!(redial.due(now), vec![(A, vec![])]);
        redial.through_relay(&BTreeSet::new(), now);
        redial.all_now(now);
        assert_eq!(redial.due(now + REDIAL_LONGEST), vec![]);
        assert!(redial.devices.is_empty());
    }

    #[test]
    fn a_steady_link_that_breaks_is_dialled_again_within_two_seconds() {
        let mut rng = StdRng::seed_from_u64(7);
        let now = Instant::now();
        let mut redial = knowing_a(now);
        for _ in 0..9 {
            redial.due(now + REDIAL_LONGEST * 9);
            redial.failed(&A, now, &mut rng);
        }
        redial.linked(&A, true, now);
        let broke = now + STEADY_LINK;
        redial.lost(&A, broke, &mut rng);
        assert_eq!(redial.due(broke), vec![]);
        assert_eq!(redial.due(broke + REDIAL_SHORTEST * 2).len(), 1);
    }

    #[test]
    fn a_device_nobody_knows_an_address_of_is_forgotten() {
        let now = Instant::now();
        let mut redial = knowing_a(now);
        redial.heard(A, address(2), now);
        redial.know(A, vec![], now);
        assert_eq!(redial.due(now), vec![(A, vec![address(2)])]);
        redial.unheard(A, &address(2));
        redial.all_now(now);
        assert_eq!(redial.due(now + REDIAL_LONGEST), vec![]);
    }

    proptest! {
        #[test]
        fn every_wait_lies_between_one_and_sixty_seconds(failures in any::<u32>(), seed in any::<u64>()) {
            let wait = wait(failures, &mut StdRng::seed_from_u64(seed));
            prop_assert!(wait >= REDIAL_SHORTEST && wait <= REDIAL_LONGEST);
        }

        #[test]
        fn waits_grow_with_failures_whatever_the_chance(seed in any::<u64>(), failures in 0u32..4) {
            let mut rng = StdRng::seed_from_u64(seed);
            prop_assert!(wait(failures, &mut rng) <= wait(failures + 2, &mut rng));
        }

        #[test]
        fn a_wake_makes_every_waiting_device_due(seed in any::<u64>(), devices in 1u8..20, failures in 0u32..12) {
            let mut rng = StdRng::seed_from_u64(seed);
            let now = Instant::now();
            let mut redial = Redial::default();
            let devices: Vec<DeviceId> = (0..devices).map(|index| DeviceId::from_bytes([index; 32])).collect();
            for device in &devices {
                redial.know(*device, vec![address(1)], now);
            }
            for _ in 0..failures {
                prop_assert_eq!(redial.due(now + REDIAL_LONGEST * 9).len(), devices.len());
                for device in &devices {
                    redial.failed(device, now, &mut rng);
                }
            }
            prop_assert!(failures == 0 || redial.due(now).is_empty());
            redial.all_now(now);
            prop_assert_eq!(redial.next_due(), Some(now));
            prop_assert_eq!(redial.due(now).len(), devices.len());
        }

        #[test]
        fn nobody_is_dialled_twice_at_once(steps in proptest::collection::vec((0u8..5, 0u64..90), 1..80), seed in any::<u64>()) {
            let mut rng = StdRng::seed_from_u64(seed);
            let mut now = Instant::now();
            let mut redial = knowing_a(now);
            let mut dialling = false;
            let mut linked = false;
            for (step, seconds) in steps {
                now += Duration::from_secs(seconds);
                match step {
                    0 => { redial.failed(&A, now, &mut rng); dialling = false; }
                    1 => { redial.linked(&A, true, now); dialling = false; linked = true; }
                    2 => { redial.lost(&A, now, &mut rng); linked = false; }
                    3 => redial.all_now(now),
                    _ => redial.know(A, vec![address(u16::try_from(seconds).unwrap() + 1)], now),
                }
                let due = redial.due(now);
                if !due.is_empty() {
                    prop_assert!(!dialling && !linked);
                    dialling = true;
                }
            }
        }
    }
}
