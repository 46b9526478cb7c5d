//! Who may be connected: decided as soon as a device has proved its key, before a single byte of ours goes to it.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    time::{Duration, Instant},
};

use libp2p::swarm::ConnectionId;
use skein_access::DeviceId;
use tokio::sync::watch;

use crate::limits::{CONNECTIONS_PER_DEVICE, Limits};

/// Whom the engine lets in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowed {
    /// The devices of members, and relays.
    pub devices: BTreeSet<DeviceId>,
    /// Which of them are relays: through those the others are reached that cannot be reached otherwise.
    pub relays: BTreeSet<DeviceId>,
    /// Whether strangers may come too, because an invite is open. They are few and must speak soon.
    pub strangers: bool,
}

/// As what a device is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// A member's device.
    Member,
    /// Not a member, but we dialled it because the engine named it (a joiner dials the one who invited).
    Named,
    /// Not a member, but this very connection was dialled to ask for a short code, and carries nothing else.
    Asked,
    /// Came while an invite is open.
    Stranger,
}

/// Why a device may not be here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("that device is not a member")]
    NotAllowed,
    #[error("enough strangers are here already")]
    TooManyStrangers,
    #[error("enough devices are connected already")]
    TooManyDevices,
    #[error("that device has enough connections already")]
    TooManyConnections,
}

/// The rules, and who is here by them.
#[derive(Debug)]
pub(crate) struct Admission {
    /// What the engine says at this very moment: it holds as soon as it is said.
    rules: watch::Receiver<Allowed>,
    /// The rules that those who are here were last judged by.
    applied: Allowed,
    named: HashSet<DeviceId>,
    /// Connections that we dial to ask for a short code.
    asking: HashSet<ConnectionId>,
    limits: Limits,
    here: HashMap<ConnectionId, Guest>,
}

#[derive(Debug)]
struct Guest {
    device: DeviceId,
    standing: Standing,
    since: Instant,
}

impl Admission {
    pub(crate) fn new(limits: Limits, rules: watch::Receiver<Allowed>) -> Self {
        Self {
            rules,
            applied: Allowed::default(),
            named: HashSet::new(),
            asking: HashSet::new(),
            limits,
            here: HashMap::new(),
        }
    }

    /// The engine names a device it wants to reach: dialling it is allowed from now on.
    pub(crate) fn name(&mut self, device: DeviceId) {
        self.named.insert(device);
    }

    /// The engine no longer wants to reach that device.
    pub(crate) fn unname(&mut self, device: &DeviceId) {
        self.named.remove(device);
    }

    /// That connection is dialled to ask for a short code: it may stand, whoever answers, until [`Admission::leave`].
    pub(crate) fn asks_on(&mut self, connection: ConnectionId) {
        self.asking.insert(connection);
    }

    /// Whether that device may be dialled.
    pub(crate) fn may_dial(&self, device: &DeviceId) -> bool {
        self.is_member(device) || self.named.contains(device)
    }

    /// Whether that device is a member's.
    pub(crate) fn is_member(&self, device: &DeviceId) -> bool {
        self.rules.borrow().devices.contains(device)
    }

    /// Whether that device is a relay.
    pub(crate) fn is_relay(&self, device: &DeviceId) -> bool {
        self.rules.borrow().relays.contains(device)
    }

    /// The relays, and the members' devices that may be reached through them.
    pub(crate) fn relays_and_others(&self) -> (Vec<DeviceId>, BTreeSet<DeviceId>) {
        let rules = self.rules.borrow();
        let others = rules.devices.difference(&rules.relays).copied().collect();
        (rules.relays.iter().copied().collect(), others)
    }

    /// Lets a connection in or not, and remembers it until [`Admission::leave`].
    pub(crate) fn enter(
        &mut self,
        connection: ConnectionId,
        device: DeviceId,
        dialed: bool,
        now: Instant,
    ) -> Result<Standing, Refusal> {
        let standing = self.standing(connection, &device, dialed)?;
        let mine = self
            .here
            .values()
            .filter(|guest| guest.device == device)
            .count();
        if mine >= CONNECTIONS_PER_DEVICE {
            return Err(Refusal::TooManyConnections);
        }
        if mine == 0 {
            let others: HashSet<DeviceId> = self.here.values().map(|guest| guest.device).collect();
            if others.len() >= self.limits.devices {
                return Err(Refusal::TooManyDevices);
            }
        }
        if standing == Standing::Stranger {
            let strangers = self
                .here
                .values()
                .filter(|guest| guest.standing == Standing::Stranger)
                .count();
            if strangers >= self.limits.strangers {
                return Err(Refusal::TooManyStrangers);
            }
        }
        self.here.insert(
            connection,
            Guest {
                device,
                standing,
                since: now,
            },
        );
        Ok(standing)
    }

    fn standing(
        &self,
        connection: ConnectionId,
        device: &DeviceId,
        dialed: bool,
    ) -> Result<Standing, Refusal> {
        if self.is_member(device) {
            Ok(Standing::Member)
        } else if dialed && self.named.contains(device) {
            Ok(Standing::Named)
        } else if dialed && self.asking.contains(&connection) {
            Ok(Standing::Asked)
        } else if self.rules.borrow().strangers {
            Ok(Standing::Stranger)
        } else {
            Err(Refusal::NotAllowed)
        }
    }

    /// A connection is gone, or is given up.
    pub(crate) fn leave(&mut self, connection: ConnectionId) {
        self.asking.remove(&connection);
        self.here.remove(&connection);
    }

    /// As what the device on that connection is here.
    pub(crate) fn standing_of(&self, connection: ConnectionId) -> Option<Standing> {
        self.here.get(&connection).map(|guest| guest.standing)
    }

    /// Applies the rules of now to those who are here. Gives who became a member since the last time, who is none any more,
    /// and who must go. A member who is none any more must go whatever else he could be.
    pub(crate) fn apply(&mut self) -> Changes {
        let rules = self.rules.borrow_and_update().clone();
        let joined = difference(&rules, &self.applied);
        let removed = difference(&self.applied, &rules);
        let mut gone: BTreeSet<DeviceId> = removed.iter().copied().collect();
        for device in &removed {
            self.named.remove(device);
        }
        for guest in self.here.values_mut() {
            if rules.devices.contains(&guest.device) {
                guest.standing = Standing::Member;
            } else if guest.standing == Standing::Stranger && !rules.strangers {
                gone.insert(guest.device);
            }
        }
        self.applied = rules;
        Changes {
            joined,
            removed,
            gone: gone.into_iter().collect(),
        }
    }

    /// Strangers who came that long ago.
    pub(crate) fn strangers_since(
        &self,
        now: Instant,
        age: Duration,
    ) -> Vec<(DeviceId, ConnectionId)> {
        self.here
            .iter()
            .filter(|(_, guest)| {
                guest.standing == Standing::Stranger
                    && now.saturating_duration_since(guest.since) >= age
            })
            .map(|(connection, guest)| (guest.device, *connection))
            .collect()
    }

    /// The bounds that hold here.
    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }
}

/// Whose devices are members by the one rules and not by the other.
fn difference(by: &Allowed, not_by: &Allowed) -> Vec<DeviceId> {
    by.devices.difference(&not_by.devices).copied().collect()
}

/// What new rules mean for those who are known here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Changes {
    /// Members now, who were none.
    pub(crate) joined: Vec<DeviceId>,
    /// Members no more.
    pub(crate) removed: Vec<DeviceId>,
    /// Whoever must be disconnected, if connected.
    pub(crate) gone: Vec<DeviceId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(number: u8) -> DeviceId {
        DeviceId::from_bytes([number; 32])
    }

    fn line(number: usize) -> ConnectionId {
        ConnectionId::new_unchecked(number)
    }

    fn members(numbers: &[u8]) -> Allowed {
        Allowed {
            devices: numbers.iter().map(|number| device(*number)).collect(),
            ..Allowed::default()
        }
    }

    fn admission(allowed: Allowed) -> (Admission, watch::Sender<Allowed>) {
        let (rules, rules_now) = watch::channel(allowed);
        let limits = Limits {
            devices: 3,
            strangers: 2,
            ..Limits::default()
        };
        let mut admission = Admission::new(limits, rules_now);
        admission.apply();
        (admission, rules)
    }

    #[test]
    fn a_stranger_enters_only_while_an_invite_is_open_and_few_at_once() {
        let now = Instant::now();
        let (mut admission, rules) = admission(members(&[1]));
        assert_eq!(
            admission.enter(line(1), device(9), false, now),
            Err(Refusal::NotAllowed)
        );
        rules.send_replace(Allowed {
            strangers: true,
            ..members(&[1])
        });
        assert_eq!(
            admission.enter(line(1), device(7), false, now),
            Ok(Standing::Stranger)
        );
        assert_eq!(
            admission.enter(line(2), device(8), false, now),
            Ok(Standing::Stranger)
        );
        assert_eq!(
            admission.enter(line(3), device(9), false, now),
            Err(Refusal::TooManyStrangers)
        );
        assert_eq!(
            admission.enter(line(3), device(1), false, now),
            Ok(Standing::Member)
        );
        admission.leave(line(1));
        admission.leave(line(3));
        assert_eq!(
            admission.enter(line(4), device(9), false, now),
            Ok(Standing::Stranger)
        );
    }

    #[test]
    fn whom_the_engine_names_may_be_dialled_but_may_not_come() {
        let now = Instant::now();
        let (mut admission, _rules) = admission(members(&[]));
        admission.name(device(5));
        assert!(admission.may_dial(&device(5)) && !admission.may_dial(&device(6)));
        assert_eq!(
            admission.enter(line(1), device(5), true, now),
            Ok(Standing::Named)
        );
        assert_eq!(
            admission.enter(line(2), device(5), false, now),
            Err(Refusal::NotAllowed)
        );
    }

    #[test]
    fn whom_we_ask_for_a_code_is_let_in_on_that_connection_alone_and_not_when_it_comes_by_itself() {
        let now = Instant::now();
        let (mut admission, _rules) = admission(members(&[]));
        admission.asks_on(line(1));
        assert_eq!(
            admission.enter(line(1), device(5), true, now),
            Ok(Standing::Asked)
        );
        for (connection, dialed) in [(line(2), true), (line(1), false)] {
            assert_eq!(
                admission.enter(connection, device(5), dialed, now),
                Err(Refusal::NotAllowed)
            );
        }
        admission.leave(line(1));
        assert_eq!(
            admission.enter(line(1), device(5), true, now),
            Err(Refusal::NotAllowed)
        );
    }

    #[test]
    fn one_device_holds_few_connections_and_few_devices_are_here_at_once() {
        let now = Instant::now();
        let (mut admission, _rules) = admission(members(&[1, 2, 3, 4]));
        for number in 0..CONNECTIONS_PER_DEVICE {
            admission
                .enter(line(number), device(1), false, now)
                .unwrap();
        }
        assert_eq!(
            admission.enter(line(90), device(1), false, now),
            Err(Refusal::TooManyConnections)
        );
        admission.enter(line(91), device(2), false, now).unwrap();
        admission.enter(line(92), device(3), false, now).unwrap();
        assert_eq!(
            admission.enter(line(93), device(4), false, now),
            Err(Refusal::TooManyDevices)
        );
    }

    #[test]
    fn a_removed_member_must_go_even_when_named_or_while_strangers_may_come() {
        let now = Instant::now();
        let (mut admission, rules) = admission(members(&[1, 2]));
        admission.name(device(1));
        admission.enter(line(1), device(1), true, now).unwrap();
        rules.send_replace(Allowed {
            strangers: true,
            ..members(&[2, 3])
        });
        let changes = admission.apply();
        assert_eq!(
            changes,
            Changes {
                joined: vec![device(3)],
                removed: vec![device(1)],
                gone: vec![device(1)]
            }
        );
        assert!(!admission.may_dial(&device(1)));
    }

    #[test]
    fn a_stranger_who_joins_stays_and_is_no_stranger_any_more() {
        let now = Instant::now();
        let (mut admission, rules) = admission(Allowed {
            strangers: true,
            ..members(&[])
        });
        admission.enter(line(1), device(1), false, now).unwrap();
        assert_eq!(
            admission.strangers_since(now, Duration::ZERO),
            vec![(device(1), line(1))]
        );
        assert_eq!(
            {
                rules.send_replace(members(&[1]));
                admission.apply().gone
            },
            vec![]
        );
        assert_eq!(admission.standing_of(line(1)), Some(Standing::Member));
        assert_eq!(admission.strangers_since(now, Duration::ZERO), vec![]);
    }

    #[test]
    fn strangers_go_when_the_last_invite_closes() {
        let (mut admission, rules) = admission(Allowed {
            strangers: true,
            ..members(&[])
        });
        admission
            .enter(line(1), device(1), false, Instant::now())
            .unwrap();
        assert_eq!(
            {
                rules.send_replace(members(&[]));
                admission.apply().gone
            },
            vec![device(1)]
        );
    }
}
