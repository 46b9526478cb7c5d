//! The page on the protocol suffices to read operations: the tables in its section on fields drive a decoder that knows nothing else, and all that real
//! operations say comes out of it, under the same names and in the same order.

use std::collections::{BTreeMap, BTreeSet};

use crypto_box::SecretKey;
use ed25519_dalek::{Signature, VerifyingKey};
use skein_access::operation::{
    Consent, DeviceSeal, EpochSeal, InviteSeal, Kept, KeyEpoch, WrappedKey,
};
use skein_access::sealed_text::SealedText;
use skein_access::{
    Action, DeviceKey, Envelope, NewInvite, Operation, Relay, Role, Whereabouts, approve,
    create_device_invite, decline, remove_device, set_relays,
};

use crate::world::{HOUR, World, invite_as};

const PAGE: &str = include_str!("../../../../docs/protocol.md");

/// What a field holds, however it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Leaf {
    Number(u64),
    Bytes(Vec<u8>),
}

type Said = Vec<(String, Leaf)>;

/// The tables of the page: the actions by their tag, and the parts by their name; each with its fields, name and type.
struct Page {
    actions: BTreeMap<u64, (String, Vec<(String, String)>)>,
    parts: BTreeMap<String, Vec<(String, String)>>,
}

impl Page {
    fn read() -> Self {
        let (_, after) = PAGE.split_once("### Fields").unwrap();
        let (tables, _) = after.split_once("**Form.**").unwrap();
        let mut page = Self {
            actions: BTreeMap::new(),
            parts: BTreeMap::new(),
        };
        for row in tables.lines().filter_map(|line| line.strip_prefix("| ")) {
            let cells: Vec<&str> = row
                .trim_end_matches('|')
                .split(" | ")
                .map(str::trim)
                .collect();
            match cells.as_slice() {
                [tag, name, fields] if tag.parse::<u64>().is_ok() => {
                    let action = ((*name).to_owned(), fields_of(fields));
                    page.actions.insert(tag.parse().unwrap(), action);
                }
                [name, fields] if fields.contains(": ") => {
                    page.parts.insert((*name).to_owned(), fields_of(fields));
                }
                _ => {}
            }
        }
        page
    }

    fn part(&self, name: &str) -> Option<&Vec<(String, String)>> {
        let action = self.actions.values().find(|(action, _)| action == name);
        self.parts.get(name).or(action.map(|(_, fields)| fields))
    }

    fn take(&self, name: &str, kind: &str, rest: &mut &[u8], said: &mut Said) {
        let mut number = |rest: &mut &[u8]| {
            let number = varint(rest);
            said.push((name.to_owned(), Leaf::Number(number)));
            number
        };
        if let Some(inner) = kind.strip_suffix('?') {
            if number(rest) == 1 {
                self.take(name, inner, rest, said);
            }
        } else if let Some(inner) = kind.strip_prefix('[') {
            for _ in 0..number(rest) {
                self.take(name, inner.trim_end_matches(']'), rest, said);
            }
        } else if matches!(kind, "role" | "u32" | "u64" | "flag") {
            number(rest);
        } else if kind == "id" || kind == "text" || kind.starts_with("bytes") {
            let length = usize::try_from(varint(rest)).unwrap();
            let fixed = match kind {
                "id" => Some(32),
                _ => kind
                    .strip_prefix("bytes(")
                    .map(|length| length.trim_end_matches(')').parse().unwrap()),
            };
            assert!(fixed.is_none_or(|fixed| fixed == length), "{name}: {kind}");
            let (bytes, after) = rest.split_at(length);
            *rest = after;
            said.push((name.to_owned(), Leaf::Bytes(bytes.to_vec())));
        } else {
            let part = self.part(kind);
            for (name, kind) in
                part.unwrap_or_else(|| panic!("the page does not say what {kind} is"))
            {
                self.take(name, kind, rest, said);
            }
        }
    }

    /// Parents, tag, the name of the action and what its fields hold.
    fn decode(&self, body: &[u8]) -> (Vec<Vec<u8>>, u64, String, Said) {
        let (format, mut rest) = body.split_first().unwrap();
        assert_eq!(*format, 1);
        let mut parents = Vec::new();
        self.take("parents", "[bytes(32)]", &mut rest, &mut parents);
        let tag = varint(&mut rest);
        let (name, fields) = &self.actions[&tag];
        let mut said = Vec::new();
        for (name, kind) in fields {
            self.take(name, kind, &mut rest, &mut said);
        }
        assert!(rest.is_empty(), "{name} says more than the page does");
        let again = [
            vec![1],
            encoded(&parents),
            vec![u8::try_from(tag).unwrap()],
            encoded(&said),
        ];
        assert_eq!(again.concat(), body, "{name}");
        let parents = parents.into_iter().filter_map(|(_, leaf)| match leaf {
            Leaf::Bytes(bytes) => Some(bytes),
            Leaf::Number(_) => None,
        });
        (parents.collect(), tag, name.clone(), said)
    }
}

fn fields_of(cell: &str) -> Vec<(String, String)> {
    let fields = cell
        .split(" · ")
        .map(|field| field.split_once(": ").unwrap());
    fields
        .map(|(name, kind)| (name.to_owned(), kind.to_owned()))
        .collect()
}

fn varint(rest: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, after) = rest.split_first().unwrap();
        *rest = after;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return value;
        }
    }
    panic!("a number without an end")
}

fn put(mut value: u64, bytes: &mut Vec<u8>) {
    while value >= 0x80 {
        bytes.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    bytes.push(u8::try_from(value).unwrap());
}

fn encoded(said: &Said) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (_, leaf) in said {
        match leaf {
            Leaf::Number(number) => put(*number, &mut bytes),
            Leaf::Bytes(content) => {
                put(content.len() as u64, &mut bytes);
                bytes.extend(content);
            }
        }
    }
    bytes
}

/// What an action says, as the crate itself reads it.
#[derive(Default)]
struct Teller(Said);

impl Teller {
    fn number(&mut self, name: &str, number: u64) {
        self.0.push((name.to_owned(), Leaf::Number(number)));
    }

    fn bytes(&mut self, name: &str, bytes: &[u8]) {
        self.0.push((name.to_owned(), Leaf::Bytes(bytes.to_vec())));
    }

    fn role(&mut self, role: Role) {
        let number = [Role::Viewer, Role::Commenter, Role::Editor, Role::Owner]
            .iter()
            .position(|one| *one == role);
        self.number("role", number.unwrap() as u64);
    }

    fn maybe<T>(&mut self, name: &str, value: Option<&T>, tell: impl Fn(&mut Self, &T)) {
        self.number(name, u64::from(value.is_some()));
        if let Some(value) = value {
            tell(self, value);
        }
    }

    fn list<T>(&mut self, name: &str, items: &[T], tell: impl Fn(&mut Self, &T)) {
        self.number(name, items.len() as u64);
        items.iter().for_each(|item| tell(self, item));
    }

    fn name(&mut self, name: &SealedText) {
        self.bytes("epoch", name.epoch.as_bytes());
        self.bytes("sealed", &name.sealed);
    }

    fn consent(&mut self, consent: &Consent) {
        self.bytes("device", consent.device.as_bytes());
        self.bytes("sealing", &consent.sealing.0);
        self.bytes("signature", &consent.signature.0);
    }

    fn kept(&mut self, kept: &[Kept]) {
        self.list("kept", kept, |teller, kept| {
            teller.bytes("device", kept.device.as_bytes());
            teller.number("sequence", kept.sequence);
        });
    }

    fn keys(&mut self, keys: &[EpochSeal]) {
        self.list("keys", keys, |teller, seal| {
            teller.bytes("epoch", seal.epoch.as_bytes());
            teller.bytes("key", &seal.key.0);
        });
    }

    fn seals(&mut self, devices: &[DeviceSeal], invites: &[InviteSeal]) {
        self.list("devices", devices, |teller, seal| {
            teller.bytes("device", seal.device.as_bytes());
            teller.bytes("key", &seal.key.0);
        });
        self.list("invites", invites, |teller, seal| {
            teller.bytes("invite", seal.invite.as_bytes());
            teller.bytes("key", &seal.key.0);
        });
    }

    fn epoch(&mut self, epoch: &KeyEpoch) {
        self.bytes("epoch", epoch.epoch.as_bytes());
        self.seals(&epoch.devices, &epoch.invites);
        self.list("wrapped", &epoch.wrapped, |teller, wrapped: &WrappedKey| {
            teller.bytes("epoch", wrapped.epoch.as_bytes());
            teller.bytes("key", &wrapped.key.0);
        });
    }

    fn action(&mut self, action: &Action) -> &'static str {
        match action {
            Action::Genesis(genesis) => {
                self.bytes("founder", genesis.founder.as_bytes());
                self.bytes("sealing", &genesis.sealing.0);
                self.bytes("nonce", &genesis.nonce.0);
                self.epoch(&genesis.epoch);
                self.name(&genesis.workspace_name);
                self.name(&genesis.member_name);
                "Genesis"
            }
            Action::AddMember {
                role,
                name,
                devices,
            } => {
                self.role(*role);
                self.maybe("name", name.as_ref(), Self::name);
                self.list("devices", devices, Self::consent);
                "AddMember"
            }
            Action::AddDevice { member, device } => {
                self.bytes("member", member.as_bytes());
                self.consent(device);
                "AddDevice"
            }
            Action::RemoveMember { member, kept } => {
                self.bytes("member", member.as_bytes());
                self.kept(kept);
                "RemoveMember"
            }
            Action::RemoveDevice { device, kept } => {
                self.bytes("device", device.as_bytes());
                self.number("kept", *kept);
                "RemoveDevice"
            }
            Action::Raise { member, role } => {
                self.bytes("member", member.as_bytes());
                self.role(*role);
                "Raise"
            }
            Action::Lower { member, role, kept } => {
                self.bytes("member", member.as_bytes());
                self.role(*role);
                self.kept(kept);
                "Lower"
            }
            Action::Invite(invite) => {
                self.bytes("key", &invite.key.0);
                self.bytes("sealing", &invite.sealing.0);
                self.role(invite.role);
                self.number("uses", u64::from(invite.uses));
                let hour = invite.expires_hour.map(u64::from);
                self.maybe("expires_hour", hour.as_ref(), |teller, hour| {
                    teller.number("expires_hour", *hour);
                });
                self.number("approval", u64::from(invite.approval));
                self.maybe(
                    "for_member",
                    invite.for_member.as_ref(),
                    |teller, member| {
                        teller.bytes("for_member", member.as_bytes());
                    },
                );
                self.maybe("label", invite.label.as_ref(), Self::name);
                self.keys(&invite.keys);
                "Invite"
            }
            Action::Join(join) => {
                self.bytes("invite", join.invite.as_bytes());
                self.bytes("key", &join.key.0);
                self.bytes("sealing", &join.sealing.0);
                self.maybe("name", join.name.as_ref(), Self::name);
                self.keys(&join.keys);
                self.bytes("proof", &join.proof.0);
                "Join"
            }
            Action::RevokeInvite { invite } => {
                self.bytes("invite", invite.as_bytes());
                "RevokeInvite"
            }
            Action::Approve { join } => {
                self.bytes("join", join.as_bytes());
                "Approve"
            }
            Action::KeyEpoch(epoch) => {
                self.epoch(epoch);
                "KeyEpoch"
            }
            Action::SealFor {
                epoch,
                devices,
                invites,
            } => {
                self.bytes("epoch", epoch.as_bytes());
                self.seals(devices, invites);
                "SealFor"
            }
            Action::Relays { relays } => {
                self.list("relays", relays, |teller, relay: &Relay| {
                    teller.bytes("device", relay.device.as_bytes());
                    teller.list("addresses", &relay.addresses, |teller, address| {
                        teller.bytes("addresses", address.as_bytes());
                    });
                });
                "Relays"
            }
            Action::Decline { join } => {
                self.bytes("join", join.as_bytes());
                "Decline"
            }
        }
    }
}

fn body(envelope: &Envelope) -> &[u8] {
    let bytes = envelope.bytes();
    &bytes[142..bytes.len() - 64]
}

/// Whether `key` signed the parts under a label, as the page says it.
fn is_signed(label: &str, key: &[u8; 32], parts: &[&[u8]], signature: &[u8; 64]) -> bool {
    let message = [
        label.as_bytes(),
        &[0],
        &blake3::derive_key(label, &parts.concat()),
    ]
    .concat();
    let key = VerifyingKey::from_bytes(key).unwrap();
    key.verify_strict(&message, &Signature::from_bytes(signature))
        .is_ok()
}

fn asking() -> NewInvite {
    NewInvite {
        approval: true,
        ..invite_as(Role::Viewer, 3)
    }
}

/// A workspace in which everything was said that can be said, with and without what may be left out.
fn everything() -> World {
    let mut world = World::with(90, &[Role::Editor, Role::Editor, Role::Viewer]);
    let labelled = NewInvite {
        expires_hour: Some(HOUR + 300),
        label: Some("For the printers".to_owned()),
        ..invite_as(Role::Commenter, 200)
    };
    world.invite_with(0, labelled);
    let ticket = world.invite_with(0, asking());
    for (asks, lets_in) in [("Gil", true), ("Ora", false)] {
        let new = world.join(&ticket, 0, asks);
        world.share_all();
        let join = world.all.last().unwrap().id();
        let stamp = world.stamp(0);
        let owner = &world.devices[0];
        let permit = owner.authority.admin(&owner.id()).unwrap();
        let envelope = match lets_in {
            true => approve(&permit, &owner.key, &stamp, &join),
            false => decline(&permit, &owner.key, &stamp, &join),
        };
        world.publish(0, envelope.unwrap());
        world.share_all();
        assert_eq!(world.role(new).is_some(), lets_in);
    }
    let (workspace, owner) = (world.workspace, world.devices[0].id());
    let consents = |count: usize, world: &mut World| -> Vec<Consent> {
        let new = (0..count).map(|_| DeviceKey::generate(&mut world.rng));
        let mut consents: Vec<Consent> = new.map(|key| key.consent(&workspace, &owner)).collect();
        consents.sort_by_key(|consent| consent.device);
        consents
    };
    let names =
        world
            .all
            .iter()
            .find_map(|envelope| match Operation::decode(body(envelope))?.action {
                Action::Genesis(genesis) => Some(genesis.member_name),
                _ => None,
            });
    for name in [None, names] {
        let devices = consents(2, &mut world);
        let role = Role::Commenter;
        world.say(
            0,
            Action::AddMember {
                role,
                name,
                devices,
            },
        );
    }
    let device = consents(1, &mut world).remove(0);
    let member = world.member(1);
    world.say(0, Action::AddDevice { member, device });
    let relays = [
        vec![],
        vec![
            "/dns/relay.example/udp/4711/quic-v1".to_owned(),
            String::new(),
        ],
    ];
    let relays = relays.map(|addresses| Relay {
        device: world.devices[0].id(),
        addresses,
    });
    for relay in relays {
        let stamp = world.stamp(0);
        let owner = &world.devices[0];
        let permit = owner.authority.admin(&owner.id()).unwrap();
        let envelope = set_relays(&permit, &owner.key, &stamp, vec![relay]).unwrap();
        world.publish(0, envelope);
    }
    world.share_all();
    world.rotate(0);
    let epoch = Operation::decode(body(world.all.last().unwrap())).unwrap();
    let Action::KeyEpoch(epoch) = epoch.action else {
        panic!("a rotation is a new epoch")
    };
    assert!(!epoch.invites.is_empty() && !epoch.wrapped.is_empty());
    world.say(
        0,
        Action::SealFor {
            epoch: epoch.epoch,
            devices: epoch.devices,
            invites: epoch.invites,
        },
    );
    world.share_all();
    let stamp = world.stamp(1);
    let device = &world.devices[1];
    let (ticket, envelope) = create_device_invite(
        &device.authority,
        &device.key,
        &device.keyring(),
        &stamp,
        (member, Some(HOUR + 1)),
        Whereabouts::default(),
        &mut world.rng,
    )
    .unwrap();
    world.publish(1, envelope);
    let second = world.join(&ticket, 1, "");
    world.share_all();
    world.set_role(0, 3, Role::Editor, 7);
    world.set_role(0, 3, Role::Commenter, 300);
    let stamp = world.stamp(1);
    let gone = world.devices[second].id();
    let device = &world.devices[1];
    let removal = remove_device(&device.authority, &device.key, &stamp, &gone, 70_000).unwrap();
    world.publish(1, removal);
    world.share_all();
    let invites = world.devices[0]
        .authority
        .invites(&world.devices[0].keyring());
    let open = invites.iter().find(|invite| invite.open).unwrap().id;
    world.revoke(0, &open);
    world.remove(0, 2, u64::MAX);
    world.share_all();
    world
}

#[test]
fn the_documented_fields_suffice_to_read_every_operation() {
    let page = Page::read();
    let world = everything();
    assert_eq!(world.authority().voided(), []);
    let mut seen = BTreeSet::new();
    for envelope in &world.all {
        let (parents, tag, name, said) = page.decode(body(envelope));
        let operation = Operation::decode(body(envelope)).unwrap();
        let theirs = operation.parents.iter().map(|id| id.as_bytes().to_vec());
        assert_eq!(parents, theirs.collect::<Vec<_>>());
        let mut teller = Teller::default();
        assert_eq!(teller.action(&operation.action), name);
        assert_eq!(said, teller.0, "{name}");
        seen.insert(tag);
    }
    assert_eq!(seen, (0..15).collect());
    assert_eq!(page.actions.len(), 15);
}

#[test]
fn the_documented_labels_suffice_to_check_what_operations_prove() {
    let world = everything();
    let workspace = world.workspace.as_bytes();
    let (mut joins, mut consents) = (0, 0);
    for envelope in &world.all {
        let author = envelope.header().device;
        let consented = match Operation::decode(body(envelope)).unwrap().action {
            Action::Genesis(_) => {
                let id = blake3::derive_key("skein/1 workspace id", body(envelope));
                assert_eq!(*workspace, id);
                continue;
            }
            Action::Join(join) => {
                let parts: [&[u8]; 4] = [
                    workspace,
                    join.invite.as_bytes(),
                    author.as_bytes(),
                    &join.sealing.0,
                ];
                let label = "skein/1 join signature";
                assert!(is_signed(label, &join.key.0, &parts, &join.proof.0));
                joins += 1;
                continue;
            }
            Action::AddMember { devices, .. } => devices,
            Action::AddDevice { device, .. } => vec![device],
            _ => continue,
        };
        for consent in consented {
            let parts: [&[u8]; 3] = [workspace, author.as_bytes(), &consent.sealing.0];
            let label = "skein/1 device consent signature";
            let key = consent.device.as_bytes();
            assert!(is_signed(label, key, &parts, &consent.signature.0));
            consents += 1;
        }
    }
    assert!(joins > 3 && consents == 5);
}

#[test]
fn the_documented_derivations_suffice_to_open_an_epoch() {
    let world = everything();
    let device = &world.devices[0];
    let seed = *device.key.to_bytes();
    let secret = blake3::derive_key("skein/1 device sealing key", &seed);
    let secret = SecretKey::from_bytes(secret);
    assert_eq!(*secret.public_key().as_bytes(), device.key.sealing_key().0);
    let epochs = world.all.iter().filter_map(|envelope| {
        match Operation::decode(body(envelope)).unwrap().action {
            Action::Genesis(genesis) => Some(genesis.epoch),
            Action::KeyEpoch(epoch) => Some(epoch),
            _ => None,
        }
    });
    let epochs: Vec<KeyEpoch> = epochs.collect();
    assert_eq!(epochs.len(), 2);
    for epoch in epochs {
        let ours = epoch.devices.iter().find(|seal| seal.device == device.id());
        let key = secret.unseal(&ours.unwrap().key.0).unwrap();
        let mut committed = key;
        committed.extend(u32::try_from(epoch.devices.len()).unwrap().to_be_bytes());
        committed.extend(
            epoch
                .devices
                .iter()
                .flat_map(|seal| *seal.device.as_bytes()),
        );
        committed.extend(
            epoch
                .wrapped
                .iter()
                .flat_map(|older| *older.epoch.as_bytes()),
        );
        let id = blake3::derive_key("skein/1 epoch id", &committed);
        assert_eq!(*epoch.epoch.as_bytes(), id);
    }
}
