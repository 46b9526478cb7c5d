//! Which operations are looked at: so many of each person, and none of whom nobody let in. It bounds what a hostile member or the holder of a
//! ticket can cost, and leaves nobody a way to crowd out what others said.
//!
//! Rights are not judged here. Whoever *may* ever have been let in, going by what was said before and taking no removal into account, is a
//! *person*: whatever can have an effect is by one. Somebody *vouches* for a device if he let it in by name, or had seen it come by a ticket.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use crate::id::{DeviceId, EnvelopeId, MemberId, WorkspaceId};
use crate::node::{Node, VoidReason};
use crate::operation::{Action, Invite, Join};
use crate::role::Role;

/// Of one device no more operations than this are looked at: what takes something away first, and then those with the shortest past.
const OF_ONE_DEVICE: usize = 2_000;
/// Of all devices of a person, together.
const OF_ONE_PERSON: usize = 8_000;
/// Of all devices for which nobody vouches yet, together; and of their joins.
const OF_THE_UNKNOWN: usize = 2_000;
/// Of everybody together. Of more than this, those of the persons who came last are ignored; whoever somebody brought in comes after him.
const OF_ALL: usize = 40_000;

/// The operations whose whole past is here, in access order: by the longest way from a beginning, then by id.
pub(crate) type Order = Vec<(usize, EnvelopeId)>;

/// What is looked at.
#[derive(Default)]
pub(crate) struct Looked {
    /// In access order.
    pub(crate) at: Vec<EnvelopeId>,
    /// What is not, with the reason.
    pub(crate) ignored: Vec<(EnvelopeId, VoidReason)>,
    /// The devices of all persons.
    pub(crate) claimed: BTreeSet<DeviceId>,
}

/// Somebody who may ever have been let in.
struct Person {
    /// Who brought him in; the founder himself.
    by: usize,
    owner: bool,
    /// In the order in which they came.
    devices: Vec<DeviceId>,
}

/// An invite, and whose it is.
struct Door<'n> {
    invite: &'n Invite,
    maker: usize,
}

/// Who let whom in, and whose each operation is. Operations are named by their place in access order.
struct People<'n> {
    order: Vec<&'n Node>,
    persons: Vec<Person>,
    /// The persons whose device it is.
    of_device: HashMap<DeviceId, Vec<usize>>,
    of_member: HashMap<MemberId, usize>,
    doors: HashMap<EnvelopeId, Door<'n>>,
    /// Joins that wait for an owner.
    asking: HashMap<EnvelopeId, usize>,
    said_by: HashMap<DeviceId, Vec<usize>>,
    /// The devices that an operation lets in by name.
    lets_in: HashMap<usize, Vec<DeviceId>>,
}

/// Decides which of the operations in `order` are looked at.
pub(crate) fn look(
    workspace: WorkspaceId,
    all: &BTreeMap<EnvelopeId, Node>,
    order: &Order,
) -> Looked {
    let mut people = People {
        order: order.iter().filter_map(|(_, id)| all.get(id)).collect(),
        persons: Vec::new(),
        of_device: HashMap::new(),
        of_member: HashMap::new(),
        doors: HashMap::new(),
        asking: HashMap::new(),
        said_by: HashMap::new(),
        lets_in: HashMap::new(),
    };
    for (place, node) in people.order.clone().into_iter().enumerate() {
        people.meet(workspace, place, node);
    }
    people.choose()
}

impl<'n> People<'n> {
    fn is_owner(&self, person: usize) -> bool {
        self.persons.get(person).is_some_and(|known| known.owner)
    }

    fn seat(&mut self, device: DeviceId, person: usize) {
        let persons = self.of_device.entry(device).or_default();
        if persons.contains(&person) {
            return;
        }
        persons.push(person);
        if let Some(person) = self.persons.get_mut(person) {
            person.devices.push(device);
        }
    }

    fn let_in(&mut self, place: usize, device: DeviceId, person: usize) {
        self.seat(device, person);
        self.lets_in.entry(place).or_default().push(device);
    }

    /// Somebody new, or the same again: one operation may stand in several envelopes.
    fn person(&mut self, member: MemberId, by: usize, owner: bool) -> usize {
        let next = self.persons.len();
        let number = *self.of_member.entry(member).or_insert(next);
        if number == next {
            self.persons.push(Person {
                by,
                owner,
                devices: Vec::new(),
            });
        }
        number
    }

    fn said(&mut self, device: DeviceId, place: usize) {
        self.said_by.entry(device).or_default().push(place);
    }

    /// Notes whose operation this is, and whom it may let in.
    fn meet(&mut self, workspace: WorkspaceId, place: usize, node: &'n Node) {
        match &node.action {
            Ok(Action::Genesis(genesis)) => {
                let founder = self.person(MemberId::from(workspace), 0, true);
                self.let_in(place, genesis.founder, founder);
                self.said(node.author, place);
            }
            Ok(Action::Join(join)) => self.meet_join(place, node, join),
            _ => {
                let acting = self.of_device.get(&node.author).cloned();
                if let Some(acting) = acting {
                    self.meet_member(place, node, &acting);
                }
            }
        }
    }

    fn meet_member(&mut self, place: usize, node: &'n Node, acting: &[usize]) {
        let Some(first) = acting.first().copied() else {
            return;
        };
        self.said(node.author, place);
        let owner = acting.iter().copied().find(|one| self.is_owner(*one));
        let own = |people: &Self, member: &MemberId| {
            let person = people.of_member.get(member).copied();
            person.filter(|person| owner.is_some() || acting.contains(person))
        };
        match (&node.action, owner) {
            (Ok(Action::AddMember { role, devices, .. }), Some(by)) => {
                let person = self.person(MemberId::from(node.id), by, *role == Role::Owner);
                for consent in devices {
                    self.let_in(place, consent.device, person);
                }
            }
            (Ok(Action::AddDevice { member, device }), _) => {
                if let Some(person) = own(self, member) {
                    self.let_in(place, device.device, person);
                }
            }
            (Ok(Action::Raise { member, role } | Action::Lower { member, role, .. }), Some(_))
                if *role == Role::Owner =>
            {
                let person = self.of_member.get(member).copied();
                if let Some(person) = person.and_then(|person| self.persons.get_mut(person)) {
                    person.owner = true;
                }
            }
            (Ok(Action::Invite(invite)), _) => {
                let mine = invite.for_member.as_ref();
                if owner.is_some() || mine.is_some_and(|member| own(self, member).is_some()) {
                    let maker = owner.unwrap_or(first);
                    self.doors.insert(node.id, Door { invite, maker });
                }
            }
            (Ok(Action::Approve { join }), Some(by)) => self.meet_approval(place, join, by),
            _ => {}
        }
    }

    fn meet_join(&mut self, place: usize, node: &Node, join: &Join) {
        let Some(door) = self.doors.get(&join.invite) else {
            return;
        };
        if door.invite.key != join.key {
            return;
        }
        if door.invite.approval {
            self.asking.insert(node.id, place);
        } else if let Some(person) = self.behind(node, join, None) {
            self.seat(node.author, person);
            self.said(node.author, place);
        }
    }

    fn meet_approval(&mut self, place: usize, join: &EnvelopeId, by: usize) {
        let asked = self.asking.get(join).copied();
        let Some((asked, node)) = asked.and_then(|asked| Some((asked, *self.order.get(asked)?)))
        else {
            return;
        };
        if let Ok(Action::Join(said)) = &node.action
            && let Some(person) = self.behind(node, said, Some(by))
        {
            self.asking.remove(join);
            self.let_in(place, node.author, person);
            self.said(node.author, asked);
        }
    }

    /// The person as whom a join comes in, brought by whoever approved it or made the invite.
    fn behind(&mut self, node: &Node, join: &Join, by: Option<usize>) -> Option<usize> {
        let door = self.doors.get(&join.invite)?;
        let (owner, by) = (door.invite.role == Role::Owner, by.unwrap_or(door.maker));
        match door.invite.for_member {
            Some(member) => self.of_member.get(&member).copied(),
            None => Some(self.person(MemberId::from(node.id), by, owner)),
        }
    }

    /// The devices for which somebody vouches, from the founder's on; by one invite no more than it allows, those for which somebody vouched first.
    fn vouched(&self) -> HashSet<DeviceId> {
        let nodes = self.order.iter().enumerate();
        let places: HashMap<EnvelopeId, usize> =
            nodes.map(|(place, node)| (node.id, place)).collect();
        let mut vouched = HashSet::new();
        let mut seen = HashSet::new();
        let mut came_by: HashMap<EnvelopeId, u32> = HashMap::new();
        let first = self.order.iter().find_map(|node| match &node.action {
            Ok(Action::Genesis(genesis)) => Some(genesis.founder),
            _ => None,
        });
        let mut next: VecDeque<DeviceId> = first.into_iter().collect();
        loop {
            while let Some(device) = next.pop_front() {
                if !vouched.insert(device) {
                    continue;
                }
                let said = self.said_by.get(&device).map_or(&[][..], Vec::as_slice);
                let by_name = said.iter().filter_map(|place| self.lets_in.get(place));
                next.extend(by_name.flatten());
                for (device, invite) in self.joins_before(said, &places, &mut seen) {
                    let uses = self.doors.get(&invite).map_or(0, |door| door.invite.uses);
                    let came = came_by.entry(invite).or_default();
                    if *came < uses {
                        *came += 1;
                        next.push_back(device);
                    }
                }
            }
            // A founder who made an invite and was never seen again: whoever came first stands for him.
            let founders = self.persons.first().map_or(&[][..], |one| &one.devices);
            if vouched.iter().any(|device| !founders.contains(device)) {
                return vouched;
            }
            let alone = |node: &&&Node| self.came_alone(node).is_some();
            let came = self.order.iter().filter(alone).map(|node| node.author);
            next.extend(came.filter(|device| !vouched.contains(device)).take(1));
            if next.is_empty() {
                return vouched;
            }
        }
    }

    /// The joins by which somebody came without an owner's word, not seen before, in the past of these operations; in access order.
    fn joins_before(
        &self,
        said: &[usize],
        places: &HashMap<EnvelopeId, usize>,
        seen: &mut HashSet<usize>,
    ) -> Vec<(DeviceId, EnvelopeId)> {
        let mut joins: BTreeSet<usize> = BTreeSet::new();
        let mut before = said.to_vec();
        while let Some(place) = before.pop() {
            let Some(node) = self.order.get(place).filter(|_| seen.insert(place)) else {
                continue;
            };
            if self.came_alone(node).is_some() {
                joins.insert(place);
            }
            before.extend(node.parents.iter().filter_map(|parent| places.get(parent)));
        }
        let nodes = joins.into_iter().filter_map(|place| self.order.get(place));
        nodes
            .filter_map(|node| Some((node.author, self.came_alone(node)?)))
            .collect()
    }

    /// The invite by which an operation's author came without an owner's word, if it is such a join.
    fn came_alone(&self, node: &Node) -> Option<EnvelopeId> {
        match &node.action {
            Ok(Action::Join(join)) => {
                let door = self.doors.get(&join.invite)?;
                let fits = door.invite.key == join.key && !door.invite.approval;
                (fits && self.of_device.contains_key(&node.author)).then_some(join.invite)
            }
            _ => None,
        }
    }

    /// The persons, each after whoever brought him in, and of two the one who came first.
    fn ranked(&self) -> Vec<usize> {
        let mut brought: HashMap<usize, Vec<usize>> = HashMap::new();
        for (number, person) in self.persons.iter().enumerate().skip(1) {
            brought.entry(person.by).or_default().push(number);
        }
        let mut ranked: Vec<usize> = self.persons.first().map(|_| 0).into_iter().collect();
        let mut next = 0;
        while let Some(person) = ranked.get(next).copied() {
            ranked.extend(brought.get(&person).into_iter().flatten());
            next += 1;
        }
        ranked
    }

    /// Of one device: what takes something away, then the rest.
    fn of_device_in_turn(&self, device: &DeviceId) -> Vec<(bool, usize)> {
        let said = self.said_by.get(device).into_iter().flatten();
        let mut said: Vec<(bool, usize)> = said
            .map(|place| (!self.takes_away(*place), *place))
            .collect();
        said.sort_unstable();
        said.dedup();
        said.truncate(OF_ONE_DEVICE);
        said
    }

    fn takes_away(&self, place: usize) -> bool {
        matches!(
            self.order.get(place).map(|node| &node.action),
            Some(Ok(Action::RemoveMember { .. }
                | Action::RemoveDevice { .. }
                | Action::Lower { .. }
                | Action::RevokeInvite { .. }
                | Action::Decline { .. }))
        )
    }

    /// Of the devices for which nobody vouches: joins, of each invite in turn, and what else they said, of each device in turn.
    fn of_unknown_in_turn(&self, vouched: &HashSet<DeviceId>) -> Vec<usize> {
        let mut of_door: HashMap<EnvelopeId, usize> = HashMap::new();
        let mut joins: Vec<(usize, usize)> = Vec::new();
        for (place, node) in self.order.iter().enumerate() {
            let Ok(Action::Join(join)) = &node.action else {
                continue;
            };
            let asks = self.asking.contains_key(&node.id);
            let came = self.came_alone(node).is_some() && !vouched.contains(&node.author);
            if asks || came {
                let before = of_door.entry(join.invite).or_default();
                joins.push((*before, place));
                *before += 1;
            }
        }
        let mut rest: Vec<(usize, usize)> = Vec::new();
        for (device, said) in &self.said_by {
            let others = said.iter().filter(|place| {
                let node = self.order.get(**place);
                !vouched.contains(device)
                    && node.is_some_and(|node| self.came_alone(node).is_none())
            });
            rest.extend(others.copied().enumerate());
        }
        let mut chosen = Vec::new();
        for mut of_a_kind in [joins, rest] {
            of_a_kind.sort_unstable();
            of_a_kind.truncate(OF_THE_UNKNOWN);
            chosen.extend(of_a_kind.into_iter().map(|(_, place)| place));
        }
        chosen
    }

    fn choose(self) -> Looked {
        let vouched = self.vouched();
        let mut looked = Looked::default();
        let mut at: BTreeSet<usize> = BTreeSet::new();
        for person in self.ranked() {
            let devices = self.persons.get(person).map(|known| &known.devices);
            let devices = devices.into_iter().flatten();
            let known = devices.filter(|device| vouched.contains(*device));
            let mut theirs: Vec<(bool, usize)> = known
                .flat_map(|device| self.of_device_in_turn(device))
                .filter(|(_, place)| !at.contains(place))
                .collect();
            // In the order of the devices, so that those who came last give way; but what takes something away before all else.
            theirs.sort_by_key(|(gives, _)| *gives);
            let left = OF_ALL.saturating_sub(at.len()).min(OF_ONE_PERSON);
            at.extend(theirs.into_iter().map(|(_, place)| place).take(left));
        }
        at.extend(self.of_unknown_in_turn(&vouched));
        let said = self.said_by.values().flatten().chain(self.asking.values());
        let said: HashSet<usize> = said.copied().collect();
        for (place, node) in self.order.iter().enumerate() {
            if at.contains(&place) {
                looked.at.push(node.id);
                continue;
            }
            let reason = match &node.action {
                _ if said.contains(&place) => VoidReason::TooMany,
                Err(reason) => *reason,
                Ok(Action::Join(_)) => VoidReason::NoInvite,
                Ok(_) => VoidReason::NotAMember,
            };
            looked.ignored.push((node.id, reason));
        }
        looked.claimed = self.of_device.into_keys().collect();
        looked
    }
}
