//! What the operations amount to: members, devices, invites, epochs, and which operations have no effect and why.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::facts::{Facts, Strike, invite_at};
use crate::graph::Graph;
use crate::id::{DeviceId, EnvelopeId, EpochId, MemberId, WorkspaceId};
use crate::node::{Node, VoidReason};
use crate::operation::{Action, Invite, KeyEpoch, Relay};
use crate::role::Role;
use crate::rules::{Place, Ruling};
use crate::sealed_text::SealedText;
use crate::settle;
use crate::wire::SealingKey;

const ROLES: [Role; 4] = [Role::Owner, Role::Editor, Role::Commenter, Role::Viewer];

/// An operation that has no effect, with the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Voided {
    /// The envelope that carries it.
    pub id: EnvelopeId,
    /// Its author.
    pub device: DeviceId,
    /// Why it has no effect.
    pub reason: VoidReason,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MemberRecord {
    pub(crate) role: Role,
    pub(crate) name: Option<SealedText>,
    pub(crate) devices: Vec<DeviceId>,
    pub(crate) joined_hour: u32,
    /// Place among the members by joining.
    pub(crate) seniority: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DeviceRecord {
    /// The person it joined as first.
    pub(crate) member: MemberId,
    /// All persons as whom it acts: more than one only if it agreed to that itself.
    pub(crate) members: BTreeSet<MemberId>,
    pub(crate) sealing: SealingKey,
    /// The last sequence that counts, if the device was removed.
    pub(crate) removed_after: Option<u64>,
    /// Whether somebody else than its own person removed it.
    pub(crate) removed_by_another: bool,
    pub(crate) role: Role,
    /// The roles it had up to a sequence, before lowerings; ascending.
    pub(crate) roles_before: Vec<(u64, Role)>,
}

impl DeviceRecord {
    pub(crate) fn role_at(&self, sequence: u64) -> Role {
        let before = self
            .roles_before
            .iter()
            .find(|(until, _)| sequence <= *until);
        before.map_or(self.role, |(_, role)| *role)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InviteRecord {
    pub(crate) invite: Invite,
    pub(crate) maker: DeviceId,
    pub(crate) used: u32,
    pub(crate) revoked: bool,
}

impl InviteRecord {
    pub(crate) const fn is_open(&self) -> bool {
        !self.revoked && self.used < self.invite.uses
    }

    /// Whether it is open and has not expired by a clock that says `hour`.
    pub(crate) fn is_open_at(&self, hour: u32) -> bool {
        self.is_open()
            && self
                .invite
                .expires_hour
                .is_none_or(|expires| hour <= expires)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EpochRecord {
    pub(crate) epoch: EpochId,
    /// The operation that declares it.
    pub(crate) declared_by: EnvelopeId,
    /// No other valid epoch wraps it, and no device that is out holds it.
    pub(crate) usable: bool,
}

/// The access state: equal for equal sets of operations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct State {
    pub(crate) workspace_name: Option<SealedText>,
    pub(crate) members: BTreeMap<MemberId, MemberRecord>,
    pub(crate) devices: BTreeMap<DeviceId, DeviceRecord>,
    pub(crate) invites: BTreeMap<EnvelopeId, InviteRecord>,
    pub(crate) epochs: Vec<EpochRecord>,
    pub(crate) relays: Vec<Relay>,
    pub(crate) pending: Vec<EnvelopeId>,
    pub(crate) heads: Vec<EnvelopeId>,
    /// Every device that may ever have been somebody's.
    pub(crate) claimed: BTreeSet<DeviceId>,
    /// Devices that came by an invite, with it, and are not in: it was closed or used up before, as the others see it, or an owner declined.
    pub(crate) turned_away: BTreeMap<DeviceId, EnvelopeId>,
    /// Operations on which others build and which are not here.
    pub(crate) missing: BTreeSet<EnvelopeId>,
    pub(crate) voided: Vec<Voided>,
}

impl State {
    pub(crate) fn of(workspace: WorkspaceId, nodes: &BTreeMap<EnvelopeId, Node>) -> Self {
        let graph = Graph::build(workspace, nodes);
        let facts = Facts::of(&graph);
        let settled = settle::settle(&graph, &facts);
        let (ruling, mut reasons) =
            settle::rule(&graph, &facts, &settled.counting, &settled.dropped);
        let mut state = Self::default();
        state.take_people(&ruling);
        state.take_pending(&ruling);
        state.take_turned_away(&ruling);
        state.take_epochs(&ruling, &mut reasons);
        state.take_invites(&ruling);
        for (_, node) in graph.iter().filter(|(op, _)| ruling.holds_at(*op)) {
            match &node.action {
                Ok(Action::Genesis(genesis)) => {
                    state.workspace_name = Some(genesis.workspace_name.clone());
                }
                Ok(Action::Relays { relays }) => state.relays.clone_from(relays),
                _ => {}
            }
        }
        let late = |ids: &[EnvelopeId], reason: VoidReason| -> Vec<Voided> {
            let of = |id| nodes.get(id).map(|node: &Node| voided(node, reason));
            ids.iter().filter_map(of).collect()
        };
        let judged = graph.iter().zip(&reasons);
        let mut void: Vec<Voided> = judged
            .filter_map(|((_, node), reason)| reason.map(|reason| voided(node, reason)))
            .collect();
        void.extend(late(&graph.waiting, VoidReason::Waiting));
        let ignored = graph.looked.ignored.iter();
        let ignored = ignored.filter_map(|(id, reason)| Some(voided(nodes.get(id)?, *reason)));
        void.extend(ignored);
        state.voided = void;
        state.heads = heads(&graph, &reasons);
        state.claimed = graph.looked.claimed.clone();
        let waiting = graph.waiting.iter().filter_map(|id| nodes.get(id));
        let parents = waiting.flat_map(|node| &node.parents);
        state.missing = parents
            .filter(|parent| !nodes.contains_key(*parent))
            .copied()
            .collect();
        state
    }

    fn take_people(&mut self, ruling: &Ruling<'_, '_>) {
        for (device, seats) in &ruling.facts.seats {
            let seats: Vec<_> = seats
                .iter()
                .filter(|seat| ruling.holds_at(seat.op))
                .collect();
            let Some(first) = seats.first() else {
                continue;
            };
            let members: BTreeSet<MemberId> = seats.iter().map(|seat| seat.member).collect();
            let record = DeviceRecord {
                member: first.member,
                sealing: first.sealing,
                removed_after: removed_after(ruling, device),
                removed_by_another: removed_by_another(ruling, device, &members),
                role: highest_role(ruling, &members, |_| false),
                roles_before: roles_before(ruling, device, &members),
                members,
            };
            self.devices.insert(*device, record);
        }
        for (member, grants) in &ruling.facts.grants {
            let Some(grant) = grants.iter().find(|grant| ruling.holds_at(grant.op)) else {
                continue;
            };
            let devices = self.devices.iter().filter(|(_, record)| {
                record.members.contains(member) && record.removed_after.is_none()
            });
            let (name, joined_hour) = founding(ruling.graph, grant.op);
            let record = MemberRecord {
                role: highest_role(ruling, &BTreeSet::from([*member]), |_| false),
                name,
                devices: devices.map(|(device, _)| *device).collect(),
                joined_hour,
                seniority: grant.op,
            };
            self.members.insert(*member, record);
        }
        // Places in access order move when older operations arrive late; ranks among members do so only when members change.
        let mut places: Vec<usize> = self
            .members
            .values()
            .map(|member| member.seniority)
            .collect();
        places.sort_unstable();
        for member in self.members.values_mut() {
            member.seniority = places.partition_point(|place| *place < member.seniority);
        }
    }

    fn take_pending(&mut self, ruling: &Ruling<'_, '_>) {
        for (op, node) in ruling.graph.iter().filter(|(op, _)| ruling.holds_at(*op)) {
            let asks = ruling
                .facts
                .entries
                .get(&op)
                .is_some_and(|entry| entry.asks);
            if asks && !self.devices.contains_key(&node.author) && !ruling.waits_in_vain(op) {
                self.pending.push(node.id);
            }
        }
    }

    fn take_turned_away(&mut self, ruling: &Ruling<'_, '_>) {
        let graph = ruling.graph;
        let waiting: BTreeSet<DeviceId> = graph
            .iter()
            .filter(|(_, node)| self.pending.contains(&node.id))
            .map(|(_, node)| node.author)
            .collect();
        for (op, node) in graph.iter() {
            let entry = ruling.facts.entries.get(&op);
            let invite = entry.and_then(|entry| graph.node(entry.invite));
            if let Some(invite) = invite
                && !self.devices.contains_key(&node.author)
                && !waiting.contains(&node.author)
                && (!ruling.holds_at(op) || ruling.waits_in_vain(op))
            {
                self.turned_away.insert(node.author, invite.id);
            }
        }
    }

    fn take_invites(&mut self, ruling: &Ruling<'_, '_>) {
        for (op, node) in ruling.graph.iter().filter(|(op, _)| ruling.holds_at(*op)) {
            let Some(invite) = invite_at(ruling.graph, op) else {
                continue;
            };
            let entries = ruling.facts.entries.iter();
            let used = entries
                .filter(|(join, entry)| {
                    let counts = match entry.asks {
                        true => ruling.is_approved(**join, Place::End),
                        false => entry.in_time,
                    };
                    entry.invite == op && counts
                })
                .count();
            let strikes = ruling.facts.on_invite.get(&op).into_iter().flatten();
            let record = InviteRecord {
                invite: invite.clone(),
                maker: node.author,
                used: u32::try_from(used).unwrap_or(u32::MAX),
                revoked: strikes.into_iter().any(|strike| ruling.counts(*strike)),
            };
            self.invites.insert(node.id, record);
        }
    }

    fn take_epochs(&mut self, ruling: &Ruling<'_, '_>, reasons: &mut [Option<VoidReason>]) {
        let graph = ruling.graph;
        let mut valid: Vec<(usize, EnvelopeId, &KeyEpoch)> = Vec::new();
        for (op, node) in graph.iter().filter(|(op, _)| ruling.holds_at(*op)) {
            let Some(epoch) = node.epoch() else { continue };
            let given: BTreeSet<DeviceId> = epoch.devices.iter().map(|seal| seal.device).collect();
            if given == recipients_known(ruling, op) {
                valid.push((op, node.id, epoch));
            } else if let Some(reason) = reasons.get_mut(op) {
                *reason = Some(VoidReason::WrongRecipients);
            }
        }
        let holders = holders(ruling);
        for (op, id, epoch) in &valid {
            let wrapped = valid.iter().any(|(later, _, newer)| {
                later != op
                    && graph.saw(*later, *op)
                    && newer
                        .wrapped
                        .iter()
                        .any(|wrapped| wrapped.epoch == epoch.epoch)
            });
            let mut holders = holders.get(&epoch.epoch).into_iter().flatten();
            let known_outside = holders.any(|device| {
                removed_after(ruling, device).is_some() || self.turned_away.contains_key(device)
            });
            self.epochs.push(EpochRecord {
                epoch: epoch.epoch,
                declared_by: *id,
                usable: !wrapped && !known_outside,
            });
        }
    }
}

/// Who has each epoch's key: by the operation that declares it, from a colleague, by a ticket, or out of a later epoch that wraps it, be it
/// that this one does not count for want of the right recipients.
fn holders(ruling: &Ruling<'_, '_>) -> BTreeMap<EpochId, BTreeSet<DeviceId>> {
    let mut holders: BTreeMap<EpochId, BTreeSet<DeviceId>> = BTreeMap::new();
    let mut declared: Vec<&KeyEpoch> = Vec::new();
    for (op, node) in ruling.graph.iter() {
        match &node.action {
            Ok(Action::SealFor { epoch, devices, .. }) => {
                let given = devices.iter().map(|seal| seal.device);
                holders.entry(*epoch).or_default().extend(given);
            }
            Ok(Action::Join(join)) => {
                for seal in &join.keys {
                    holders.entry(seal.epoch).or_default().insert(node.author);
                }
            }
            _ => {}
        }
        if let Some(epoch) = node.epoch().filter(|_| ruling.holds_at(op)) {
            let given = epoch.devices.iter().map(|seal| seal.device);
            holders.entry(epoch.epoch).or_default().extend(given);
            declared.push(epoch);
        }
    }
    // What wraps comes after what it wraps.
    for epoch in declared.into_iter().rev() {
        let open = holders.get(&epoch.epoch).cloned().unwrap_or_default();
        for older in &epoch.wrapped {
            holders
                .entry(older.epoch)
                .or_default()
                .extend(open.iter().copied());
        }
    }
    holders
}

/// The devices an operation's author knew to be in the workspace.
fn recipients_known(ruling: &Ruling<'_, '_>, op: usize) -> BTreeSet<DeviceId> {
    let seated = ruling.facts.seats.iter().filter(|(_, seats)| {
        seats
            .iter()
            .any(|seat| ruling.holds_at(seat.op) && ruling.graph.saw(op, seat.op))
    });
    let known_removed = |device: &DeviceId| {
        let strikes = ruling.facts.on_device.get(device).into_iter().flatten();
        strikes.into_iter().any(|number| {
            let strike = ruling.facts.strikes.get(*number);
            ruling.counts(*number) && strike.is_some_and(|strike| ruling.graph.saw(op, strike.op))
        })
    };
    seated
        .map(|(device, _)| *device)
        .filter(|device| !known_removed(device))
        .collect()
}

/// The last sequence of a device that counts, if it was removed. Of several removals that did not know of each other, the one that keeps more
/// decides. One that had seen others only takes away: it may name less than they kept, and by naming nothing leaves it at that.
fn removed_after(ruling: &Ruling<'_, '_>, device: &DeviceId) -> Option<u64> {
    let strikes = ruling.facts.on_device.get(device).into_iter().flatten();
    let strikes = strikes
        .filter(|number| ruling.counts(**number))
        .filter_map(|number| ruling.facts.strikes.get(*number));
    // In access order, so that each comes after those it had seen: what it had seen, and what is kept after it.
    let mut judged: Vec<(&Strike, HashSet<usize>, u64)> = Vec::new();
    for strike in strikes {
        let (before, left) = latest(&judged, |earlier| ruling.graph.saw(strike.op, earlier.op));
        let named = strike.kept.get(device).copied();
        let kept = match left {
            Some(left) => named.unwrap_or(u64::MAX).min(left),
            None => named.unwrap_or(0),
        };
        judged.push((strike, before, kept));
    }
    latest(&judged, |_| true).1
}

/// Whether a removal of a device that counts is by a device of nobody whose it is.
fn removed_by_another(
    ruling: &Ruling<'_, '_>,
    device: &DeviceId,
    members: &BTreeSet<MemberId>,
) -> bool {
    let own = |author: &DeviceId| {
        let mut seats = ruling.facts.seats_of(author).iter();
        seats.any(|seat| ruling.holds_at(seat.op) && members.contains(&seat.member))
    };
    let strikes = ruling.facts.on_device.get(device).into_iter().flatten();
    strikes
        .filter(|number| ruling.counts(**number))
        .filter_map(|number| ruling.graph.node(ruling.facts.strikes.get(*number)?.op))
        .any(|node| !own(&node.author))
}

/// Of those that were `seen`: all of them, and the most that is kept by one that no other among them had seen.
fn latest(
    judged: &[(&Strike, HashSet<usize>, u64)],
    seen: impl Fn(&Strike) -> bool,
) -> (HashSet<usize>, Option<u64>) {
    let mut before: HashSet<usize> = HashSet::new();
    let mut most = None;
    for (strike, earlier, kept) in judged.iter().rev() {
        if !seen(strike) || !before.insert(strike.op) {
            continue;
        }
        before.extend(earlier);
        most = most.max(Some(*kept));
    }
    (before, most)
}

fn roles_before(
    ruling: &Ruling<'_, '_>,
    device: &DeviceId,
    members: &BTreeSet<MemberId>,
) -> Vec<(u64, Role)> {
    let on_role = members
        .iter()
        .filter_map(|member| ruling.facts.on_role.get(member));
    let strikes = on_role.flatten();
    let untils: BTreeSet<u64> = strikes
        .filter(|number| ruling.counts(**number))
        .filter_map(|number| ruling.facts.strikes.get(*number)?.kept.get(device).copied())
        .collect();
    let role = |until: u64| {
        highest_role(ruling, members, |strike| {
            strike.kept.get(device).is_some_and(|kept| *kept >= until)
        })
    };
    untils
        .into_iter()
        .map(|until| (until, role(until)))
        .collect()
}

fn highest_role(
    ruling: &Ruling<'_, '_>,
    members: &BTreeSet<MemberId>,
    except: impl Fn(&Strike) -> bool,
) -> Role {
    let somebody_has = |role: &Role| {
        members
            .iter()
            .any(|member| ruling.has_role_except(member, *role, Place::End, &except))
    };
    ROLES.into_iter().find(somebody_has).unwrap_or(Role::Viewer)
}

/// The name and hour with which a member began.
fn founding(graph: &Graph<'_>, op: usize) -> (Option<SealedText>, u32) {
    let Some(node) = graph.node(op) else {
        return (None, 0);
    };
    let name = match &node.action {
        Ok(Action::Genesis(genesis)) => Some(genesis.member_name.clone()),
        Ok(Action::AddMember { name, .. }) => name.clone(),
        Ok(Action::Join(join)) => join.name.clone(),
        Ok(Action::Approve { join }) => graph
            .place(join)
            .and_then(|place| graph.node(place))
            .and_then(|node| match &node.action {
                Ok(Action::Join(join)) => join.name.clone(),
                _ => None,
            }),
        _ => None,
    };
    (name, node.hour)
}

fn voided(node: &Node, reason: VoidReason) -> Voided {
    Voided {
        id: node.id,
        device: node.author,
        reason,
    }
}

/// What a new operation names as its parents: the operations with an effect, and those of newer versions, on which no other builds.
fn heads(graph: &Graph<'_>, reasons: &[Option<VoidReason>]) -> Vec<EnvelopeId> {
    let counted = |op: usize| {
        matches!(
            reasons.get(op),
            Some(None | Some(VoidReason::Unreadable | VoidReason::WrongRecipients))
        )
    };
    let nodes = || {
        graph
            .iter()
            .filter(|(op, _)| counted(*op))
            .map(|(_, node)| node)
    };
    let built_on: BTreeSet<EnvelopeId> = nodes().flat_map(|node| node.parents.clone()).collect();
    let heads = nodes().filter(|node| !built_on.contains(&node.id));
    // Of more than fit, some of everybody: nobody can keep the others' words out of the past of what comes next.
    let mut of_author: BTreeMap<DeviceId, usize> = BTreeMap::new();
    let mut ranked: Vec<(usize, EnvelopeId)> = Vec::new();
    for node in heads {
        let before = of_author.entry(node.author).or_default();
        ranked.push((*before, node.id));
        *before += 1;
    }
    ranked.sort_unstable();
    ranked.truncate(crate::operation::MAX_PARENTS);
    let mut heads: Vec<EnvelopeId> = ranked.into_iter().map(|(_, id)| id).collect();
    heads.sort_unstable();
    heads
}
