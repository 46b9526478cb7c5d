//! Who lies in a run: members, and those who are out, who sign what no engine would; and peers who keep back what they have. And the law
//! of it: what they say changes nobody's place but their own.

use std::collections::{BTreeMap, BTreeSet};

use rand::Rng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha20Rng;
use skein_access::operation::{DeviceSeal, Kept, KeyEpoch, WrappedKey};
use skein_access::wire::Fixed;
use skein_access::{
    Action, Chain, DeviceId, DeviceKey, EnvelopeId, EnvelopeKind, EpochId, MemberId, Operation,
    Role, Stamp,
};
use skein_engine::api::Member;
use skein_model::{ActorSeed, ChangeBytes, Document, DocumentId, Edit, Kind, NoteEdit};
use skein_store::EnvelopeState;
use skein_sync::Frame;

use super::World;
use super::mallory::Mallory;
use super::relay::RELAY;

/// How many of a hundred envelopes a peer that keeps some back lets through.
const LETS_THROUGH: u32 = 60;

/// Whom the lies are about.
struct Whom {
    device: DeviceId,
    person: MemberId,
}

impl World {
    /// Somebody begins or ends to keep things back, or says what no engine would.
    pub(crate) fn about_liars(&mut self, fate: &mut ChaCha20Rng) {
        match fate.gen_range(0..60) {
            0 => {
                let whose = [RELAY, fate.gen_range(0..self.machines.len())];
                self.keeps_back(whose[usize::from(fate.gen_bool(0.5))]);
            }
            1..3 => self.keeps_nothing_back(),
            3 => {
                if let Some(liar) = self.liars().choose(fate) {
                    self.lie(*liar, fate);
                }
            }
            _ => {}
        }
    }

    // ---- keeping back ----

    fn keeps_back(&mut self, whose: usize) {
        self.keeps_nothing_back();
        self.log(|| format!("{whose} keeps things back"));
        self.withholds = Some(whose);
    }

    /// What was kept back comes with the next session: who lied in one has no honest end of it.
    pub(crate) fn keeps_nothing_back(&mut self) {
        match self.withholds.take() {
            Some(RELAY) if self.relay().is_running() => self.relay_starts_again(),
            Some(RELAY) | None => {}
            Some(index) if self.machines[index].is_running() => {
                self.stop(index);
                self.start(index);
            }
            Some(_) => {}
        }
    }

    /// Takes some of what is in a frame out of it. The one who keeps things back gives only the rest, or keeps only the rest and says that
    /// he has all.
    pub(crate) fn hold_back(&mut self, bytes: &mut Vec<u8>) {
        let Ok(Frame::Items(mut items)) = Frame::decode(bytes) else {
            return;
        };
        let all = items.envelopes.len();
        items.envelopes.retain(|_| self.chance(LETS_THROUGH));
        let gone = all - items.envelopes.len();
        if gone > 0 {
            self.log(|| format!("{gone} of {all} envelopes are kept back"));
            *bytes = Frame::Items(items).encode().unwrap();
        }
    }

    // ---- saying what is not so ----

    /// Machines of people who never were owners, and know the workspace: what owners say holds.
    fn liars(&self) -> Vec<usize> {
        let could = |index: &usize| {
            let machine = &self.machines[*index];
            machine.joined && machine.is_running() && !self.owners_once.contains(&machine.person)
        };
        (0..self.machines.len()).filter(could).collect()
    }

    fn lie(&mut self, liar: usize, fate: &mut ChaCha20Rng) {
        self.may_be_lost(liar);
        let note = self.some_document(liar, Some(Kind::Note));
        let note = note.map(|note| note.item.id).filter(|_| fate.gen_bool(0.5));
        self.stop(liar);
        let mut mallory = Mallory::at(self, liar);
        let devices = self.machines.iter().map(|machine| machine.device);
        let people: Vec<Whom> = devices
            .filter_map(|device| {
                let person = mallory.authority.member_of(&device)?;
                Some(Whom { device, person })
            })
            .collect();
        // What somebody says of himself is no lie: by that he may go.
        let own = mallory.authority.member_of(&mallory.key.id());
        let others = people.iter().filter(|whom| Some(whom.person) != own);
        let others: Vec<&Whom> = others.collect();
        for _ in 0..fate.gen_range(1..6) {
            let Some(whom) = others.choose(fate) else {
                break;
            };
            let operation = Operation {
                parents: mallory.some_parents(fate),
                action: mallory.some_lie(whom, fate),
            };
            let stamp = mallory.some_stamp(fate);
            self.log(|| format!("{liar} says {:?}", operation.action));
            if let Ok(envelope) = operation.sign(&mallory.key, &stamp) {
                mallory.put(&envelope);
            }
        }
        if let Some(note) = note {
            self.half_signed |= mallory.signs_half(note, fate);
        }
        drop(mallory);
        self.start(liar);
    }

    /// In are those who came in by an honest hand and were not taken out by one, with the roles that one gave.
    pub(crate) fn check_who_is_in(&mut self, inside: &[usize]) {
        let expected: BTreeSet<String> = inside
            .iter()
            .map(|index| self.machines[*index].device.to_string())
            .collect();
        let first = inside.first().map(|index| who(self.people(*index)));
        for index in inside.iter().copied() {
            let people = self.people(index);
            let same = first.as_ref() == Some(&who(people.clone()));
            assert!(same, "{index} has others in than the first: {people:?}");
            let devices = people.iter().flat_map(|member| &member.devices);
            let found: BTreeSet<String> = devices.map(|device| device.id.clone()).collect();
            assert_eq!(found, expected, "who is in, as {index} has it");
            let roles: BTreeMap<String, Role> = people
                .into_iter()
                .map(|member| (member.name, member.role))
                .collect();
            for (person, role) in &self.given {
                if self.contested.contains(person) {
                    continue;
                }
                let name = format!("Member {person}");
                assert!(
                    roles.get(&name).is_none_or(|has| has == role),
                    "{name} has {roles:?} at {index}, and was given {role:?}"
                );
            }
        }
    }
}

/// What all have to agree on.
fn who(people: Vec<Member>) -> BTreeSet<(String, Role, Vec<String>)> {
    let of = |member: Member| {
        let mut devices: Vec<String> = member.devices.into_iter().map(|device| device.id).collect();
        devices.sort();
        (member.name, member.role, devices)
    };
    people.into_iter().map(of).collect()
}

impl Mallory {
    /// Signs lines for a note, one of them in an envelope with bytes that are no change; perhaps after what rests on it.
    fn signs_half(&mut self, note: DocumentId, fate: &mut ChaCha20Rng) -> bool {
        let Ok(permit) = self.authority.read(&self.key.id(), Kind::Note) else {
            return false;
        };
        let keyring = self.authority.keyring(&self.key);
        let Ok(stored) = self.store.load(&permit, note) else {
            return false;
        };
        if keyring.writing_epoch(&self.authority).is_none() {
            return false;
        }
        let snapshot = stored.snapshot.map(|snapshot| snapshot.bytes);
        let changes: Vec<ChangeBytes> = stored.changes.into_iter().map(|(_, one)| one).collect();
        let actor = ActorSeed(fate.r#gen());
        let Ok(mut loaded) = Document::load(actor, snapshot.as_deref(), &changes) else {
            return false;
        };
        let mut line = |text: &str| {
            let text = text.to_owned();
            let edit = Edit::Note(NoteEdit::AppendText { text });
            let edited = loaded.document.edit(&edit, 0);
            edited.map(|edited| edited.changes).unwrap_or_default()
        };
        let (first, second) = (line("one line"), line("another line"));
        let none = vec![ChangeBytes(vec![0x85, 0x6f, 0x4a, 0x83, 1, 2, 3, 4, 1])];
        let envelopes = match fate.gen_range(0..3) {
            0 => vec![[first, none].concat(), second],
            1 => vec![[none, second].concat(), first],
            _ => vec![[first, none, second].concat()],
        };
        for changes in envelopes {
            let stamp = self.stamp();
            let envelope = self.seal(fate, &stamp, note, 1, changes);
            self.keep(&envelope, &EnvelopeState::Waiting, Some(note));
        }
        true
    }

    /// All that is known, the beginning alone, or something in between, as if it were long ago.
    fn some_parents(&self, fate: &mut ChaCha20Rng) -> Vec<EnvelopeId> {
        if fate.gen_bool(0.5) {
            return self.authority.heads().to_vec();
        }
        let stored = self.store.envelopes_of_kind(EnvelopeKind::Access).unwrap();
        let known: Vec<EnvelopeId> = stored.iter().map(|stored| stored.id).collect();
        known.choose(fate).copied().into_iter().collect()
    }

    /// A number that comes next, one far ahead, or one that was used before; in some hour.
    fn some_stamp(&self, fate: &mut ChaCha20Rng) -> Stamp {
        let mut stamp = self.stamp();
        stamp.hour = [0, stamp.hour, u32::MAX][fate.gen_range(0..3)];
        stamp.chain = match fate.gen_range(0..10) {
            0 | 1 => Chain::after(
                fate.gen_range(0..1 << 40),
                EnvelopeId::from_bytes(fate.r#gen()),
            ),
            2 | 3 => Chain {
                sequence: fate.gen_range(0..20),
                previous: EnvelopeId::NONE,
            },
            _ => stamp.chain,
        };
        stamp
    }

    fn some_lie(&self, whom: &Whom, fate: &mut ChaCha20Rng) -> Action {
        let own = self.authority.member_of(&self.key.id());
        let own = own.unwrap_or(whom.person);
        let new = DeviceKey::from_bytes(&fate.r#gen()).consent(&self.workspace, &self.key.id());
        let join = EnvelopeId::from_bytes(fate.r#gen());
        let invites = self.authority.invites(&self.authority.keyring(&self.key));
        let member = whom.person;
        match fate.gen_range(0..14) {
            0 | 1 => Action::RemoveMember {
                member,
                kept: Vec::new(),
            },
            2 => Action::RemoveMember {
                member,
                kept: vec![Kept {
                    device: whom.device,
                    sequence: 1,
                }],
            },
            3 => Action::RemoveDevice {
                device: whom.device,
                kept: 0,
            },
            4 => Action::Lower {
                member,
                role: Role::Viewer,
                kept: Vec::new(),
            },
            5 => Action::Lower {
                member: own,
                role: Role::Owner,
                kept: Vec::new(),
            },
            6 => Action::Raise {
                member: own,
                role: Role::Owner,
            },
            7 => Action::AddMember {
                role: Role::Owner,
                name: None,
                devices: vec![new],
            },
            8 => Action::AddDevice {
                member,
                device: new,
            },
            9 => match invites.choose(fate) {
                Some(invite) => Action::RevokeInvite { invite: invite.id },
                None => Action::Decline { join },
            },
            10 => Action::Relays { relays: Vec::new() },
            11 => Action::Approve { join },
            12 => Action::SealFor {
                epoch: EpochId::from_bytes(fate.r#gen()),
                devices: vec![junk_seal(whom.device, fate)],
                invites: Vec::new(),
            },
            _ => self.some_epoch(fate),
        }
    }

    /// A key for everybody that nobody can open, and older ones under it that it does not open.
    fn some_epoch(&self, fate: &mut ChaCha20Rng) -> Action {
        let mut recipients: Vec<DeviceId> = self.authority.devices().into_iter().collect();
        recipients.sort();
        let keyring = self.authority.keyring(&self.key);
        let wrapped = keyring.epochs().map(|epoch| WrappedKey {
            epoch: *epoch,
            key: Fixed([fate.r#gen(); 72]),
        });
        let wrapped = wrapped.collect();
        Action::KeyEpoch(KeyEpoch {
            epoch: EpochId::from_bytes(fate.r#gen()),
            devices: recipients
                .into_iter()
                .map(|device| junk_seal(device, fate))
                .collect(),
            invites: Vec::new(),
            wrapped,
        })
    }
}

fn junk_seal(device: DeviceId, fate: &mut ChaCha20Rng) -> DeviceSeal {
    DeviceSeal {
        device,
        key: Fixed([fate.r#gen(); 80]),
    }
}
