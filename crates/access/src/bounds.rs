//! Which operations are looked at: so many of each person, and none of whom nobody let in. It bounds what a hostile member or the holder of a
//! ticket can cost, and leaves nobody a way to crowd out what others said.
//!
//! Rights are not judged here. Whoever *may* ever have been let in, going by what was said before and taking no removal into account, is a
//! *person*: whatever can have an effect is by one. Somebody *vouches* for a device if he let it in by name, or had seen it come by a ticket.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::id::{DeviceId, EnvelopeId, MemberId, WorkspaceId};
use crate::node::{Node, VoidReason};
use crate::operation::{Action, Invite, Join};
use crate::role::Role;

/// Of one person no more operations than this are looked at, those with the shortest past first.
const OF_ONE_PERSON: usize = 2_000;
/// The same for the founder.
const OF_THE_FOUNDER: usize = 10_000;
/// Of all devices for which nobody vouches yet, together.
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
    /// Those of which no more operations are looked at.
    pub(crate) full: BTreeSet<DeviceId>,
}

/// Somebody who may ever have been let in.
struct Person {
    /// Who brought him in; the founder himself.
    by: usize,
    owner: bool,
    operations: Vec<usize>,
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
        if !persons.contains(&person) {
            persons.push(person);
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
                operations: Vec::new(),
            });
        }
        number
    }

    fn said(&mut self, device: DeviceId, person: usize, place: usize) {
        self.said_by.entry(device).or_default().push(place);
        if let Some(person) = self.persons.get_mut(person) {
            person.operations.push(place);
        }
    }

    /// Notes whose operation this is, and whom it may let in.
    fn meet(&mut self, workspace: WorkspaceId, place: usize, node: &'n Node) {
        match &node.action {
            Ok(Action::Genesis(genesis)) => {
                let founder = self.person(MemberId::from(workspace), 0, true);
                self.let_in(place, genesis.founder, founder);
                self.said(node.author, founder, place);
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
        self.said(node.author, first, place);
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
            self.said(node.author, person, place);
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
            self.said(node.author, person, asked);
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

    /// The devices for which somebody vouches, from the founder's on.
    fn vouched(&self) -> HashSet<DeviceId> {
        let nodes = self.order.iter().enumerate();
        let places: HashMap<EnvelopeId, usize> =
            nodes.map(|(place, node)| (node.id, place)).collect();
        let mut vouched = HashSet::new();
        let mut seen = HashSet::new();
        let first = self.order.iter().find_map(|node| match &node.action {
            Ok(Action::Genesis(genesis)) => Some(genesis.founder),
            _ => None,
        });
        let mut next: Vec<DeviceId> = first.into_iter().collect();
        while let Some(device) = next.pop() {
            if !vouched.insert(device) {
                continue;
            }
            let said = self.said_by.get(&device).map_or(&[][..], Vec::as_slice);
            let by_name = said.iter().filter_map(|place| self.lets_in.get(place));
            next.extend(by_name.flatten());
            let mut before = said.to_vec();
            while let Some(place) = before.pop() {
                let Some(node) = self.order.get(place).filter(|_| seen.insert(place)) else {
                    continue;
                };
                let came = matches!(&node.action, Ok(Action::Join(_)))
                    && self.of_device.contains_key(&node.author)
                    && !self.asking.contains_key(&node.id);
                next.extend(came.then_some(node.author));
                before.extend(node.parents.iter().filter_map(|parent| places.get(parent)));
            }
        }
        vouched
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

    fn choose(self) -> Looked {
        let vouched = self.vouched();
        let mut looked = Looked::default();
        let mut at: BTreeSet<usize> = BTreeSet::new();
        let mut known: BTreeSet<usize> = BTreeSet::new();
        let author = |place: &usize| self.order.get(*place).map(|node| node.author);
        let mut full: HashSet<usize> = HashSet::new();
        for person in self.ranked() {
            let said = self.persons.get(person).map(|known| &known.operations);
            let mut theirs: Vec<usize> = said.into_iter().flatten().copied().collect();
            theirs.retain(|place| author(place).is_some_and(|device| vouched.contains(&device)));
            theirs.sort_unstable();
            known.extend(&theirs);
            let most = if person == 0 {
                OF_THE_FOUNDER
            } else {
                OF_ONE_PERSON
            };
            if theirs.len() >= most {
                full.insert(person);
            }
            let left = OF_ALL.saturating_sub(at.len());
            at.extend(theirs.into_iter().take(most.min(left)));
        }
        let of_unknown = self.said_by.values().flatten().chain(self.asking.values());
        let unknown: BTreeSet<usize> = of_unknown
            .filter(|place| !known.contains(place))
            .copied()
            .collect();
        let of_unknown_are_full = unknown.len() >= OF_THE_UNKNOWN;
        at.extend(unknown.iter().take(OF_THE_UNKNOWN));
        for (place, node) in self.order.iter().enumerate() {
            if at.contains(&place) {
                looked.at.push(node.id);
                continue;
            }
            let reason = match &node.action {
                _ if known.contains(&place) || unknown.contains(&place) => VoidReason::TooMany,
                Err(reason) => *reason,
                Ok(Action::Join(_)) => VoidReason::NoInvite,
                Ok(_) => VoidReason::NotAMember,
            };
            looked.ignored.push((node.id, reason));
        }
        for (device, persons) in &self.of_device {
            looked.claimed.insert(*device);
            let is_full = match vouched.contains(device) {
                true => persons.first().is_some_and(|person| full.contains(person)),
                false => of_unknown_are_full,
            };
            if is_full {
                looked.full.insert(*device);
            }
        }
        looked
    }
}
