//! What the operations claim, before deciding which of them hold: seats, grants, strikes and entries.
//!
//! - A *seat* ties a device to a member. A *grant* gives a member a role.
//! - A *strike* takes something away: a removal, a lowered role, a revoked invite. Strikes are strong: what the struck did counts only
//!   if the strike had seen it.
//! - An *entry* is a join's way in: its invite, and whether there was a use left, or that it asks an owner.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::graph::Graph;
use crate::id::{DeviceId, EnvelopeId, MemberId};
use crate::node::Node;
use crate::operation::{Action, Invite, Join, Kept};
use crate::role::Role;
use crate::wire::SealingKey;

/// A device belongs to a member, if operation `op` holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seat {
    pub(crate) member: MemberId,
    pub(crate) op: usize,
    pub(crate) sealing: SealingKey,
}

/// A member has at least a role, if operation `op` holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grant {
    pub(crate) role: Role,
    pub(crate) op: usize,
}

/// Something is taken away, if operation `op` holds.
#[derive(Debug, Clone)]
pub(crate) struct Strike {
    pub(crate) op: usize,
    /// The role to which it lowers; `None` for removals and revocations.
    pub(crate) lowers_to: Option<Role>,
    /// The last sequence that still counts, by device.
    pub(crate) kept: BTreeMap<DeviceId, u64>,
    /// Whose devices or role it concerns.
    pub(crate) member: Option<MemberId>,
}

/// How a join came in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) invite: usize,
    pub(crate) in_time: bool,
    /// Whether it only asks: an owner has to approve it.
    pub(crate) asks: bool,
}

/// All claims of a graph. Strikes are named by their place in `strikes`.
#[derive(Default)]
pub(crate) struct Facts {
    pub(crate) seats: BTreeMap<DeviceId, Vec<Seat>>,
    pub(crate) grants: HashMap<MemberId, Vec<Grant>>,
    pub(crate) strikes: Vec<Strike>,
    pub(crate) on_device: HashMap<DeviceId, Vec<usize>>,
    pub(crate) on_role: HashMap<MemberId, Vec<usize>>,
    pub(crate) on_invite: HashMap<usize, Vec<usize>>,
    /// Those that let a join which asks wait no longer.
    pub(crate) on_asking: HashMap<usize, Vec<usize>>,
    /// The approvals of each join that asks.
    pub(crate) approvals: HashMap<usize, Vec<usize>>,
    pub(crate) entries: HashMap<usize, Entry>,
}

impl Facts {
    pub(crate) fn of(graph: &Graph<'_>) -> Self {
        let mut facts = Self::default();
        for (op, node) in graph.iter() {
            facts.note_claims(graph, op, node);
        }
        facts.count_uses(graph);
        for (op, node) in graph.iter() {
            facts.note_strike(graph, op, node);
        }
        facts
    }

    pub(crate) fn seats_of(&self, device: &DeviceId) -> &[Seat] {
        self.seats.get(device).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn grants_of(&self, member: &MemberId) -> &[Grant] {
        self.grants.get(member).map_or(&[], Vec::as_slice)
    }

    /// Every device that was ever tied to a member.
    pub(crate) fn devices_of(&self, member: &MemberId) -> BTreeSet<DeviceId> {
        self.seats
            .iter()
            .filter(|(_, seats)| seats.iter().any(|seat| seat.member == *member))
            .map(|(device, _)| *device)
            .collect()
    }

    fn seat(&mut self, device: DeviceId, member: MemberId, sealing: SealingKey, op: usize) {
        let seat = Seat {
            member,
            op,
            sealing,
        };
        self.seats.entry(device).or_default().push(seat);
    }

    fn grant(&mut self, member: MemberId, role: Role, op: usize) {
        let grant = Grant { role, op };
        self.grants.entry(member).or_default().push(grant);
    }

    fn note_claims(&mut self, graph: &Graph<'_>, op: usize, node: &Node) {
        match &node.action {
            Ok(Action::Genesis(genesis)) => {
                // Several envelopes may hold this one operation: they all found the same member.
                self.seat(genesis.founder, graph.founder(), genesis.sealing, op);
                self.grant(graph.founder(), Role::Owner, op);
            }
            Ok(Action::AddMember { role, devices, .. }) => {
                let member = MemberId::from(node.id);
                for consent in devices {
                    self.seat(consent.device, member, consent.sealing, op);
                }
                self.grant(member, *role, op);
            }
            Ok(Action::AddDevice { member, device }) => {
                self.seat(device.device, *member, device.sealing, op);
            }
            Ok(Action::Raise { member, role } | Action::Lower { member, role, .. }) => {
                self.grant(*member, *role, op);
            }
            Ok(Action::Join(join)) => self.note_join(graph, op, node, join),
            Ok(Action::Approve { join }) => self.note_approval(graph, op, join),
            _ => {}
        }
    }

    fn note_join(&mut self, graph: &Graph<'_>, op: usize, node: &Node, join: &Join) {
        let Some(place) = graph.place(&join.invite) else {
            return;
        };
        let Some(invite) = invite_at(graph, place) else {
            return;
        };
        if invite.key != join.key || !graph.saw(op, place) {
            return;
        }
        let entry = Entry {
            invite: place,
            in_time: true,
            asks: invite.approval,
        };
        self.entries.insert(op, entry);
        if !invite.approval {
            self.admit(node, join, invite, op);
        }
    }

    fn note_approval(&mut self, graph: &Graph<'_>, op: usize, join: &EnvelopeId) {
        let Some(place) = graph.place(join).filter(|place| graph.saw(op, *place)) else {
            return;
        };
        let entry = self.entries.get(&place);
        let invite = entry.and_then(|entry| invite_at(graph, entry.invite));
        if let (Some(invite), Some(node)) = (invite, graph.node(place))
            && invite.approval
            && let Ok(Action::Join(join)) = &node.action
        {
            self.approvals.entry(place).or_default().push(op);
            self.admit(node, join, invite, op);
        }
    }

    /// The device of a join gets its seat, and a new person their role, if operation `op` holds.
    fn admit(&mut self, node: &Node, join: &Join, invite: &Invite, op: usize) {
        let member = invite.for_member.unwrap_or(MemberId::from(node.id));
        self.seat(node.author, member, join.sealing, op);
        if invite.for_member.is_none() {
            self.grant(member, invite.role, op);
        }
    }

    /// Which joins still found a use. A join on which somebody has built who was there before the invite goes before one that nobody has seen, the invite's maker before all
    /// others; then access order decides. So a ticket that leaks after its use cannot push out the person who used it.
    fn count_uses(&mut self, graph: &Graph<'_>) {
        let mut joins: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        // Of those who ask, the ones let in are counted where they are judged.
        for (join, entry) in self.entries.iter().filter(|(_, entry)| !entry.asks) {
            joins.entry(entry.invite).or_default().push(*join);
        }
        for (invite, joins) in joins {
            let uses = invite_at(graph, invite).map_or(0, |invite| invite.uses);
            let uses = usize::try_from(uses).unwrap_or(usize::MAX);
            if joins.len() <= uses {
                continue;
            }
            let mut ranked: Vec<((usize, usize), usize)> = joins
                .iter()
                .map(|join| (self.endorsed(graph, invite, *join), *join))
                .collect();
            ranked.sort_unstable();
            for (_, join) in ranked.into_iter().skip(uses) {
                if let Some(entry) = self.entries.get_mut(&join) {
                    entry.in_time = false;
                }
            }
        }
    }

    /// Of the devices that were there before the invite and had seen the join: the most senior, the invite's maker before all, and its first operation that had.
    fn endorsed(&self, graph: &Graph<'_>, invite: usize, join: usize) -> (usize, usize) {
        let author = |op: usize| graph.node(op).map(|node| node.author);
        let (joiner, maker) = (author(join), author(invite));
        let by_elder = |(op, node): (usize, &Node)| {
            if !graph.saw(op, join) || Some(node.author) == joiner {
                return None;
            }
            let seats = self.seats_of(&node.author).iter().map(|seat| seat.op);
            let elder = seats.filter(|seat| graph.saw(invite, *seat)).min()?;
            let rank = if Some(node.author) == maker {
                0
            } else {
                elder + 1
            };
            Some((rank, op))
        };
        let later = graph.iter().skip(join);
        later
            .filter_map(by_elder)
            .min()
            .unwrap_or((usize::MAX, usize::MAX))
    }

    fn note_strike(&mut self, graph: &Graph<'_>, op: usize, node: &Node) {
        let number = self.strikes.len();
        let strike = match &node.action {
            Ok(Action::RemoveMember { member, kept }) => {
                for device in self.devices_of(member) {
                    self.on_device.entry(device).or_default().push(number);
                    self.close_invites_known_to(graph, &device, (op, number));
                }
                Strike {
                    op,
                    lowers_to: None,
                    kept: by_device(kept),
                    member: Some(*member),
                }
            }
            Ok(Action::RemoveDevice { device, kept }) => {
                self.on_device.entry(*device).or_default().push(number);
                self.close_invites_known_to(graph, device, (op, number));
                Strike {
                    op,
                    lowers_to: None,
                    kept: BTreeMap::from([(*device, *kept)]),
                    member: self.seats_of(device).first().map(|seat| seat.member),
                }
            }
            Ok(Action::Lower { member, role, kept }) => {
                self.on_role.entry(*member).or_default().push(number);
                for device in self.devices_of(member) {
                    self.close_invites_known_to(graph, &device, (op, number));
                }
                Strike {
                    op,
                    lowers_to: Some(*role),
                    kept: by_device(kept),
                    member: Some(*member),
                }
            }
            Ok(Action::RevokeInvite { invite }) => {
                let Some(invite) = graph.place(invite) else {
                    return;
                };
                self.on_invite.entry(invite).or_default().push(number);
                self.ends_asking(number, |_, entry| entry.invite == invite);
                taking_nothing_from_members(op)
            }
            Ok(Action::Decline { join }) => {
                let declined = graph.place(join).and_then(|place| graph.node(place));
                let Some(device) = declined.map(|node| node.author) else {
                    return;
                };
                self.ends_asking(number, |join, _| {
                    graph.node(join).is_some_and(|node| node.author == device)
                });
                taking_nothing_from_members(op)
            }
            _ => return,
        };
        self.strikes.push(strike);
    }

    /// A strike is on all of these joins that ask.
    fn ends_asking(&mut self, strike: usize, these: impl Fn(usize, &Entry) -> bool) {
        for (join, entry) in &self.entries {
            if entry.asks && these(*join, entry) {
                self.on_asking.entry(*join).or_default().push(strike);
            }
        }
    }

    /// A struck device knows the tickets of the invites it made and of the one it came in by: a stranger's key could come back by them. What it
    /// makes knowing of the strike it makes by the right it has left.
    fn close_invites_known_to(
        &mut self,
        graph: &Graph<'_>,
        device: &DeviceId,
        (op, strike): (usize, usize),
    ) {
        let made = graph.iter().filter(|(_, node)| {
            node.author == *device && matches!(node.action, Ok(Action::Invite(_)))
        });
        let came_by = self.entries.iter().filter(|(join, _)| {
            graph
                .node(**join)
                .is_some_and(|node| node.author == *device)
        });
        let known: BTreeSet<usize> = made
            .map(|(invite, _)| invite)
            .chain(came_by.map(|(_, entry)| entry.invite))
            .filter(|invite| !graph.saw(*invite, op))
            .collect();
        for invite in known {
            self.on_invite.entry(invite).or_default().push(strike);
        }
    }
}

fn taking_nothing_from_members(op: usize) -> Strike {
    Strike {
        op,
        lowers_to: None,
        kept: BTreeMap::new(),
        member: None,
    }
}

/// The invite at a place, if one is there.
pub(crate) fn invite_at<'n>(graph: &Graph<'n>, place: usize) -> Option<&'n Invite> {
    match &graph.node(place)?.action {
        Ok(Action::Invite(invite)) => Some(invite),
        _ => None,
    }
}

fn by_device(kept: &[Kept]) -> BTreeMap<DeviceId, u64> {
    kept.iter()
        .map(|kept| (kept.device, kept.sequence))
        .collect()
}
