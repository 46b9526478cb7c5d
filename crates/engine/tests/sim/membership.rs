//! Who comes, goes and may do what in a run: further devices, roles, removals, leaving; and the laws of those who are out.

use std::collections::BTreeSet;

use rand::Rng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha20Rng;
use skein_access::{
    Authority, DeviceKey, Envelope, EnvelopeKind, Keyring, Role, UnverifiedEnvelope, WorkspaceId,
};
use skein_engine::api::{Member, Reply, Request, WorkspaceState};
use skein_model::NoteEdit;
use skein_store::{Opened, Store};

use super::World;

/// One who starts alone has so many machines at most.
const MOST_MACHINES: usize = 6;

impl World {
    /// The machines of those who are in, of two that are one device the first.
    pub(crate) fn insiders(&self) -> Vec<usize> {
        (0..self.machines.len())
            .filter(|index| !self.out.contains(index) && self.copied_to != Some(*index))
            .collect()
    }

    /// Something about people, as an own source of chance says: other stories stay as they were.
    pub(crate) fn about_people(&mut self, fate: &mut ChaCha20Rng, members: usize) {
        let subject = fate.gen_range(1..members.max(2));
        match fate.gen_range(0..10) {
            0..3 => self.add_device(fate.gen_range(0..members)),
            3..6 => {
                let roles = [
                    Role::Owner,
                    Role::Editor,
                    Role::Editor,
                    Role::Commenter,
                    Role::Viewer,
                ];
                self.change_role(subject, roles[fate.gen_range(0..roles.len())]);
            }
            6..9 => self.take_out(subject),
            _ => self.go(subject),
        }
    }

    /// Another owner than the founder decides about somebody, who may be an owner himself and decide about the first; or no longer is one, and
    /// does not know it.
    pub(crate) fn another_owner_decides(&mut self, fate: &mut ChaCha20Rng, members: usize) {
        let decides = |index: &usize| {
            let machine = &self.machines[*index];
            self.owners_once.contains(index) && machine.is_running() && machine.joined
        };
        let owners: Vec<usize> = (1..members).filter(decides).collect();
        let Some(by) = owners.choose(fate).copied() else {
            return;
        };
        let subject = fate.gen_range(1..members);
        let Some(member) = self.person_at(subject, by).filter(|_| subject != by) else {
            return;
        };
        let role = [Role::Owner, Role::Editor, Role::Viewer][fate.gen_range(0..3)];
        let member = member.id;
        let request = match fate.gen_bool(0.5) {
            true => Request::RemoveMember { member },
            false => Request::SetRole { member, role },
        };
        self.log(|| format!("{by} decides about {subject}: {request:?}"));
        if self.ask(by, request).is_ok() {
            self.contested.insert(subject);
            self.owners_once.insert(subject);
            self.may_be_lost(subject);
        }
    }

    /// Who is in where several owners decided apart: as the founder has it, once he has heard all of them.
    pub(crate) fn see_whom_owners_kept(&mut self) {
        if self.contested.is_empty() {
            return;
        }
        for index in 1..self.machines.len() {
            for _ in 0..2 {
                self.meet_one(index, 0);
            }
        }
        let people = self.people(0).into_iter();
        let inside: BTreeSet<String> = people
            .flat_map(|member| member.devices)
            .map(|device| device.id)
            .collect();
        for person in self.contested.clone() {
            let device = self.machines[person].device.to_string();
            if !inside.contains(&device) && !self.out.contains(&person) {
                self.log(|| format!("{person} is out by another owner"));
                self.is_out_now(person);
            }
        }
    }

    fn person_at(&mut self, index: usize, at: usize) -> Option<Member> {
        if !self.machines[at].is_running() || !self.machines[at].joined {
            return None;
        }
        let name = format!("Member {index}");
        let people = self.people(at).into_iter();
        people.clone().find(|member| member.name == name)
    }

    /// A machine that becomes a further device of a person, when it meets somebody.
    fn add_device(&mut self, of: usize) {
        let usable = self.machines[of].is_running() && self.machines[of].joined;
        if !usable || self.out.contains(&of) || self.machines.len() >= MOST_MACHINES {
            return;
        }
        let request = Request::InviteDevice {
            member: None,
            expires_in_hours: Some(1_000_000),
        };
        let Ok(Reply::Invite { ticket, .. }) = self.ask(of, request) else {
            return;
        };
        let index = self.add_machine();
        self.log(|| format!("{index} is to be a further device of {of}"));
        let person = self.machines[of].person;
        self.machines[index].person = person;
        let request = Request::JoinWorkspace {
            ticket,
            member_name: None,
            zone: None,
        };
        self.ask(index, request).unwrap();
    }

    fn change_role(&mut self, of: usize, role: Role) {
        let Some(member) = self.person_at(of, 0) else {
            return;
        };
        self.log(|| format!("0 makes {of} {role:?}"));
        let request = Request::SetRole {
            member: member.id,
            role,
        };
        if self.ask(0, request).is_err() {
            return;
        }
        self.given.insert(of, role);
        if role == Role::Owner {
            self.owners_once.insert(of);
        }
        if role < member.role {
            self.may_be_lost(of);
        }
    }

    fn take_out(&mut self, whom: usize) {
        let Some(member) = self.person_at(whom, 0) else {
            return;
        };
        self.log(|| format!("0 takes {whom} out"));
        if self
            .ask(0, Request::RemoveMember { member: member.id })
            .is_ok()
        {
            self.is_out_now(whom);
        }
    }

    fn go(&mut self, index: usize) {
        if !self.machines[index].is_running() || !self.machines[index].joined {
            return;
        }
        self.log(|| format!("{index} leaves"));
        if self.ask(index, Request::Leave).is_ok() {
            self.left.insert(index);
            self.is_out_now(index);
        }
    }

    fn is_out_now(&mut self, index: usize) {
        let person = self.machines[index].person;
        for other in 0..self.machines.len() {
            if self.machines[other].person == person {
                self.out.insert(other);
            }
        }
        self.may_be_lost(index);
    }

    /// What somebody makes who was taken out, or whose role was lowered, need not count: up to where it does is for others to say.
    pub(crate) fn may_be_lost(&mut self, index: usize) {
        let person = self.machines[index].person;
        self.uncertain.insert(person);
        self.breaks += 1;
    }

    /// Those who are out meet those who are in: each side may hold word that the other lacks.
    pub(crate) fn spread_the_word(&mut self) {
        for index in 0..self.machines.len() {
            if self.uncertain.contains(&self.machines[index].person) {
                self.ledger.excuse(index);
            }
        }
        for index in self.out.clone() {
            if self.ledger.twice {
                // He, or another machine with his key, may have been told before his disk was put back, and is a stranger for an hour since.
                self.pass(3_600_000);
            }
            self.meet_insiders(index);
        }
    }

    /// A further device whose invite was closed before it came has not come, and stays outside. Those who were there from the
    /// beginning say so, once they know the same.
    pub(crate) fn see_who_came(&mut self, members: usize) {
        self.see_whose_invite_was_closed(members);
        let first: Vec<usize> = (0..members)
            .filter(|index| !self.out.contains(index))
            .collect();
        self.settle(&first);
        for index in members..self.machines.len() {
            if self.out.contains(&index) {
                continue;
            }
            self.meet_insiders(index);
            self.meet_insiders(index);
            self.is_out_unless_known(index, &first);
        }
    }

    /// All came by one invite, and whoever is taken out, or lowered, knew its ticket. Of a join that nobody had heard of but him, those who
    /// are in hear nothing: whoever began it needs another invite.
    fn see_whose_invite_was_closed(&mut self, members: usize) {
        if self.uncertain.is_empty() || self.tickets.len() > 1 {
            return;
        }
        for index in 0..members {
            if self.out.contains(&index) || self.machines[index].joined {
                continue;
            }
            self.meet_insiders(index);
            self.meet_insiders(index);
            self.join(index);
            let inside = self.insiders().into_iter();
            let inside: Vec<usize> = inside
                .filter(|other| self.machines[*other].joined)
                .collect();
            if !self.machines[index].joined {
                self.is_out_unless_known(index, &inside);
            }
        }
        self.see_who_only_thinks_so(members);
    }

    /// Whoever came in by himself, from a bundle or at a relay that lost it, and whose invite was closed before word of him reached the founder, has
    /// not come in either, though he thinks so.
    fn see_who_only_thinks_so(&mut self, members: usize) {
        let unknown = |world: &mut Self| -> Vec<usize> {
            let joined =
                |index: &usize| !world.out.contains(index) && world.machines[*index].joined;
            let joined: Vec<usize> = (1..members).filter(joined).collect();
            let unknown = joined.into_iter().filter(|index| !world.knows(0, *index));
            unknown.collect()
        };
        for index in unknown(self) {
            self.meet_insiders(index);
            self.meet_insiders(index);
        }
        if unknown(self).is_empty() {
            return;
        }
        for other in self.insiders() {
            for _ in 0..2 {
                self.meet_one(other, 0);
            }
        }
        for index in unknown(self) {
            self.log(|| format!("{index} has not come in, and thinks so"));
            self.out.insert(index);
        }
    }

    /// Whether somebody has heard that a machine's device is in.
    fn knows(&mut self, who: usize, of: usize) -> bool {
        let device = self.machines[of].device.to_string();
        let people = self.people(who);
        let mut devices = people.iter().flat_map(|member| &member.devices);
        devices.any(|known| known.id == device)
    }

    fn is_out_unless_known(&mut self, index: usize, inside: &[usize]) {
        if !inside.iter().any(|other| self.knows(*other, index)) {
            self.log(|| format!("{index} has not come in"));
            self.out.insert(index);
        }
    }

    fn meet_insiders(&mut self, index: usize) {
        if !self.machines[index].is_running() {
            self.start(index);
        }
        for other in self.insiders() {
            self.meet_one(index, other);
        }
    }

    /// One dials another, and for a second all that is said arrives.
    fn meet_one(&mut self, index: usize, other: usize) {
        // What one of them dialled before arrives first: it would take the place of this link and end it.
        for (from, to) in [(other, index), (index, other)] {
            while let Some(pipe) = self.network.beginning(from, to) {
                self.deliver(pipe);
            }
        }
        if self.can_meet(index, other) {
            self.dial(index, other);
        }
        for _ in 0..20 {
            for pipe in self.network.busy() {
                self.deliver(pipe);
            }
            self.pass(50);
        }
    }

    /// Whoever is out may not know it yet, and writes on; nobody ever sees that, whoever he meets.
    pub(crate) fn check_the_late(&mut self) {
        if self.out.is_empty() {
            return;
        }
        let inside = self.insiders();
        let outside: Vec<usize> = self.out.iter().copied().collect();
        let mut late = Vec::new();
        for index in outside.iter().copied() {
            if !self.machines[index].is_running() {
                self.start(index);
            }
            let title = format!("Too late at {index}");
            let request = Request::CreateNote {
                title,
                text: None,
                parent: None,
                after: None,
            };
            let _ = self.ask(index, request);
            for document in self.documents(index, false).into_iter().take(3) {
                let text = format!("[late {index}]");
                let request = Request::EditNote {
                    document: document.item.id,
                    edit: NoteEdit::AppendText { text: text.clone() },
                };
                let _ = self.ask(index, request);
                late.push((document.item.id, text));
            }
        }
        self.spread_the_word();
        self.settle(&inside);
        for index in inside.iter().copied() {
            let documents = self.documents(index, false);
            let titles = documents.iter().map(|listed| listed.item.title.as_str());
            for title in titles {
                assert!(!title.starts_with("Too late"), "{title} is seen at {index}");
            }
            for (document, text) in &late {
                let seen = match self.ask(
                    index,
                    Request::ReadNote {
                        document: *document,
                    },
                ) {
                    Ok(Reply::Note { note }) => note.text,
                    _ => continue,
                };
                assert!(!seen.contains(text.as_str()), "{text} is seen at {index}");
            }
        }
        for index in outside {
            let status = self.status(index);
            let knows = status.out || status.state == WorkspaceState::Joining;
            // Nobody says a word to a stranger who came by an invite that was closed before anybody had heard of him, and he hears none from
            // a device that he never heard of.
            let lets_in = |one: usize, other: usize| {
                let device = self.machines[other].device;
                self.machines[one].devices_allowed.contains(&device)
            };
            let is_a_stranger = inside
                .iter()
                .all(|other| !lets_in(*other, index) || !lets_in(index, *other));
            assert!(
                knows || (is_a_stranger && self.unheard_of.contains(&index)),
                "{index} met everybody and does not know that it is out: {status:?}"
            );
        }
    }

    /// Nobody who is out opens the key under which those who are in write on. The machines have stopped.
    pub(crate) fn check_keys(&self) {
        let Some(inside) = self.insiders().first().copied() else {
            return;
        };
        let envelopes = envelopes_at(&self.machines[inside].path);
        let Some(first) = envelopes.first() else {
            return;
        };
        let authority = Authority::build(first.header().workspace, &envelopes);
        let keyring = |index: usize| -> Keyring {
            authority.keyring(&DeviceKey::from_bytes(&self.machines[index].key))
        };
        let theirs = keyring(inside);
        let Some((epoch, _)) = theirs.writing_epoch(&authority) else {
            panic!("those who are in have no key to write under")
        };
        for index in self.out.iter().copied() {
            assert!(
                keyring(index).get(&epoch).is_none(),
                "{index} is out and opens the key"
            );
        }
    }
}

fn envelopes_at(path: &std::path::Path) -> Vec<Envelope> {
    let Ok(Opened::Ready(store)) = Store::open(path) else {
        panic!("the file does not open")
    };
    let workspace = store.setting("workspace").unwrap().unwrap();
    let workspace = WorkspaceId::from_bytes(workspace.try_into().unwrap());
    let stored = store.envelopes_of_kind(EnvelopeKind::Access).unwrap();
    let verified = stored.iter().map(|stored| {
        let envelope = UnverifiedEnvelope::decode(&stored.bytes).unwrap();
        envelope.verify(&workspace).unwrap()
    });
    verified.collect()
}
