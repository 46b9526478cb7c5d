//! Laws of joining and of keys: the access set and a ticket suffice, history opens, the removed are left out.

use crate::world::{HOUR, World, invite_as};
use skein_access::operation::{DeviceSeal, KeyEpoch};
use skein_access::wire::Fixed;
use skein_access::{
    Action, Admission, Authority, DataPayload, DeviceId, DeviceKey, Envelope, EnvelopeId, EpochId,
    InviteProof, JoinError, Keyring, NewInvite, Role, RotationReason, Ticket, VoidReason, approve,
    join, rotation_due, seal_data, seal_for_missing,
};
use skein_model::{ChangeBytes, DocumentId};

fn write(world: &mut World, device: usize, text: &str) -> Envelope {
    let payload = DataPayload {
        document: DocumentId::from_bytes([1; 16]),
        kind_code: 1,
        changes: vec![ChangeBytes(text.as_bytes().to_vec())],
    };
    let stamp = world.stamp(device);
    let author = &world.devices[device];
    let keyring = author.keyring();
    let (epoch, key) = keyring.writing_epoch(&author.authority).unwrap();
    let envelope = seal_data(&author.key, &stamp, (&epoch, key), &payload, &mut world.rng).unwrap();
    world.devices[device].chain = envelope.next();
    envelope
}

fn read(keyring: &Keyring, envelope: &Envelope) -> Option<String> {
    let payload = envelope.open(keyring.get(&envelope.header().epoch)?).ok()?;
    Some(String::from_utf8(payload.changes[0].0.clone()).unwrap())
}

fn try_join(world: &mut World, ticket: &Ticket, device: usize) -> Result<Envelope, JoinError> {
    let stamp = world.stamp(device);
    let device = &world.devices[device];
    join(
        ticket,
        &device.authority,
        &device.key,
        Some("Dora"),
        &stamp,
        &mut world.rng,
    )
}

#[test]
fn a_joiner_with_only_the_access_set_and_the_ticket_reads_all_history() {
    let mut world = World::new(1);
    let first = write(&mut world, 0, "before any invite");
    world.rotate(0);
    let second = write(&mut world, 0, "under the second key");
    let ticket = world.invite(0, Role::Editor, 1).to_string();
    world.rotate(0);
    let third = write(&mut world, 0, "written after the invite was made");
    // Everyone sleeps. The joiner has the operations, as anybody may carry them, and the text of the ticket.
    let ticket: Ticket = ticket.parse().unwrap();
    let joiner = world.join(&ticket, 0, "Bea");
    drop(ticket);
    let device = &world.devices[joiner];
    assert_eq!(device.authority.role_of(&device.id()), Some(Role::Editor));
    let keyring = device.keyring();
    assert_eq!(read(&keyring, &first).unwrap(), "before any invite");
    assert_eq!(read(&keyring, &second).unwrap(), "under the second key");
    assert_eq!(
        read(&keyring, &third).unwrap(),
        "written after the invite was made"
    );
    assert_eq!(device.authority.workspace_name(&keyring).unwrap(), "Geese");
    let names: Vec<_> = device
        .authority
        .members(&keyring)
        .into_iter()
        .map(|member| member.name.unwrap())
        .collect();
    assert_eq!(names, ["Ana", "Bea"]);
}

#[test]
fn a_joiner_is_a_member_everywhere_and_gets_the_next_key() {
    let mut world = World::new(2);
    let ticket = world.invite(0, Role::Editor, 1);
    let joiner = world.join(&ticket, 0, "Bea");
    let by_joiner = write(&mut world, joiner, "hello from Bea");
    world.share_all();
    let founder = &world.devices[0];
    assert!(founder.authority.accept(&by_joiner).is_ok());
    assert_eq!(
        read(&founder.keyring(), &by_joiner).unwrap(),
        "hello from Bea"
    );
    assert_eq!(
        founder.authority.members(&founder.keyring())[1]
            .name
            .as_deref(),
        Some("Bea")
    );
    assert_eq!(
        rotation_due(&founder.authority, &founder.keyring()),
        Some(RotationReason::Joined)
    );
    world.rotate(0);
    world.share_all();
    for device in [0, joiner] {
        let device = &world.devices[device];
        assert_eq!(rotation_due(&device.authority, &device.keyring()), None);
    }
    let after = write(&mut world, 0, "under the key after the join");
    assert_eq!(
        read(&world.devices[joiner].keyring(), &after).unwrap(),
        "under the key after the join"
    );
}

#[test]
fn a_removed_member_keeps_what_they_had_and_gets_nothing_new() {
    let mut world = World::with(3, &[Role::Editor, Role::Editor]);
    world.rotate(0);
    world.share_all();
    let before = write(&mut world, 0, "before the removal");
    world.remove(0, 1, 9);
    world.share_all();
    let device = &world.devices[2];
    assert_eq!(
        rotation_due(&device.authority, &device.keyring()),
        Some(RotationReason::NoUsableKey)
    );
    assert!(device.keyring().writing_epoch(&device.authority).is_none());
    world.rotate(2);
    world.share_all();
    let after = write(&mut world, 0, "after the removal");
    let removed = world.devices[1].keyring();
    assert_eq!(read(&removed, &before).unwrap(), "before the removal");
    assert_eq!(read(&removed, &after), None);
    assert_eq!(
        read(&world.devices[2].keyring(), &after).unwrap(),
        "after the removal"
    );
}

#[test]
fn keys_made_apart_are_all_wrapped_by_the_next_one() {
    let mut world = World::with(4, &[Role::Editor]);
    world.rotate(0);
    world.rotate(1);
    let left = write(&mut world, 0, "left");
    let right = write(&mut world, 1, "right");
    world.share_all();
    let writing: Vec<EpochId> = [0, 1]
        .map(|device| {
            let device = &world.devices[device];
            device.keyring().writing_epoch(&device.authority).unwrap().0
        })
        .to_vec();
    assert_eq!(writing[0], writing[1], "both write under the lowest id");
    world.rotate(0);
    let ticket = world.invite(0, Role::Viewer, 1);
    let joiner = world.join(&ticket, 0, "Cleo");
    let keyring = world.devices[joiner].keyring();
    assert_eq!(read(&keyring, &left).unwrap(), "left");
    assert_eq!(read(&keyring, &right).unwrap(), "right");
}

#[test]
fn names_do_not_appear_in_any_bytes() {
    let mut world = World::new(5);
    let new = NewInvite {
        label: Some("Labelled for Bartholomew".to_owned()),
        ..invite_as(Role::Editor, 1)
    };
    let ticket = world.invite_with(0, new);
    world.join(&ticket, 0, "Bartholomew");
    let bytes: Vec<u8> = world
        .all
        .iter()
        .flat_map(|envelope| envelope.bytes().to_vec())
        .collect();
    for name in ["Ana", "Geese", "Bartholomew", "Labelled"] {
        let found = bytes
            .windows(name.len())
            .any(|window| window == name.as_bytes());
        assert!(!found, "{name} can be read");
    }
    let founder = &world.devices[0];
    let invites = founder.authority.invites(&founder.keyring());
    assert_eq!(
        invites[0].label.as_deref(),
        Some("Labelled for Bartholomew")
    );
    assert_eq!(founder.authority.workspace_name(&Keyring::default()), None);
}

#[test]
fn a_single_use_ticket_lets_one_in() {
    let mut world = World::new(6);
    let ticket = world.invite(0, Role::Editor, 1);
    let left = world.join(&ticket, 0, "Left");
    let right = world.join(&ticket, 0, "Right");
    let authority = world.authority();
    let inside: Vec<bool> = [left, right]
        .map(|device| authority.is_member(&world.devices[device].id()))
        .to_vec();
    assert_eq!(inside.iter().filter(|inside| **inside).count(), 1);
    assert_eq!(authority.voided()[0].reason, VoidReason::InviteUsedUp);
    world.share_all();
    let third = world.stranger();
    world.share_all();
    assert_eq!(try_join(&mut world, &ticket, third), Err(JoinError::UsedUp));
}

#[test]
fn a_ticket_used_again_later_never_pushes_out_who_used_it_first() {
    for seed in 0..20 {
        let mut world = World::new(seed);
        let ticket = world.invite(0, Role::Owner, 1);
        let first = world.stranger();
        world.tell(0, first);
        let thief = world.stranger();
        world.tell(0, thief);
        let envelope = try_join(&mut world, &ticket, first).unwrap();
        world.publish(first, envelope);
        world.tell(first, 0);
        world.rotate(0);
        // The thief pretends to have seen nothing of that.
        let envelope = try_join(&mut world, &ticket, thief).unwrap();
        world.publish(thief, envelope);
        assert_eq!(world.role(first), Some(Role::Owner));
        assert_eq!(world.role(thief), None);
    }
}

#[test]
fn a_ticket_for_several_lets_that_many_in() {
    let mut world = World::new(7);
    let ticket = world.invite(0, Role::Commenter, 3);
    for _ in 0..4 {
        let _ = world.stranger();
        let device = world.devices.len() - 1;
        world.tell(0, device);
        let envelope = try_join(&mut world, &ticket, device).unwrap();
        world.publish(device, envelope);
    }
    let authority = world.authority();
    let inside = world.devices[1..]
        .iter()
        .filter(|device| authority.is_member(&device.id()));
    assert_eq!(inside.count(), 3);
}

#[test]
fn every_way_in_that_is_closed_says_why() {
    let mut world = World::new(8);
    let ticket = world.invite(0, Role::Editor, 1);
    let newcomer = world.stranger();
    assert_eq!(
        try_join(&mut world, &ticket, newcomer),
        Err(JoinError::NotYetHere)
    );
    assert_eq!(try_join(&mut world, &ticket, 0), Err(JoinError::AlreadyIn));
    let foreign = World::new(99).invite(0, Role::Editor, 1);
    assert_eq!(
        try_join(&mut world, &foreign, newcomer),
        Err(JoinError::OtherWorkspace)
    );
    let joined = world.join(&ticket, 0, "Bea");
    world.share_all();
    world.remove(0, joined, 1);
    let open = world.invite(0, Role::Editor, 1);
    world.share_all();
    assert_eq!(try_join(&mut world, &open, joined), Err(JoinError::Removed));
    let invite = world
        .authority()
        .invites(&Keyring::default())
        .into_iter()
        .find(|invite| invite.open)
        .unwrap();
    world.revoke(0, &invite.id);
    world.share_all();
    assert_eq!(
        try_join(&mut world, &open, newcomer),
        Err(JoinError::Revoked)
    );
    let authority = world.authority();
    assert!(!authority.has_open_invites());
    let short = skein_access::NewInvite {
        expires_hour: Some(HOUR - 1),
        ..invite_as(Role::Editor, 1)
    };
    let expired = world.invite_with(0, short);
    world.share_all();
    assert_eq!(
        try_join(&mut world, &expired, newcomer),
        Err(JoinError::Expired)
    );
    let stamp = world.stamp(newcomer);
    let nameless = join(
        &open,
        &authority,
        &world.devices[newcomer].key,
        Some(" "),
        &stamp,
        &mut world.rng,
    );
    assert!(nameless.is_err());
}

#[test]
fn a_new_key_is_not_left_for_the_holder_of_a_ticket_that_expired() {
    let mut world = World::new(10);
    let with_end = |end| skein_access::NewInvite {
        expires_hour: Some(end),
        ..invite_as(Role::Editor, 1)
    };
    let expired = world.invite_with(0, with_end(HOUR - 1));
    let open = world.invite_with(0, with_end(HOUR));
    let before = world.authority().invite_keyring(&expired).epochs().count();
    world.rotate(0);
    let authority = world.authority();
    assert_eq!(authority.invite_keyring(&expired).epochs().count(), before);
    assert_eq!(authority.invite_keyring(&open).epochs().count(), before + 1);
}

#[test]
fn a_join_that_a_revocation_had_not_seen_does_not_count() {
    let mut world = World::new(9);
    let ticket = world.invite(0, Role::Editor, 1);
    let invite = world.authority().invites(&Keyring::default())[0].id;
    let joined = world.join(&ticket, 0, "Bea");
    world.revoke(0, &invite);
    assert_eq!(world.role(joined), None);
    assert_eq!(
        world.authority().voided()[0].reason,
        VoidReason::InviteClosed
    );
}

/// Ways in which a join turns out not to count: what happens beside it, unseen by the one who joins.
const UNSEEN: [fn(&mut World, &Ticket, EnvelopeId); 4] = [
    |world, _, invite| {
        world.revoke(0, &invite);
    },
    |world, _, _| {
        world.set_role(0, 1, Role::Editor, 99);
    },
    |world, _, _| {
        world.remove(0, 1, 99);
    },
    |world, ticket, _| {
        let first = world.join(ticket, 1, "Somebody quicker");
        world.tell(first, 0);
    },
];

#[test]
fn whoever_was_turned_away_learns_it_from_what_he_may_see() {
    for (number, beside) in UNSEEN.iter().enumerate() {
        let mut world = World::with(30, &[Role::Owner]);
        let ticket = world.invite(1, Role::Editor, 1);
        world.tell(1, 0);
        let invites = world.authority().invites(&Keyring::default());
        let invite = invites.iter().find(|invite| invite.open).unwrap().id;
        beside(&mut world, &ticket, invite);
        let late = world.join(&ticket, 1, "Cem");
        let joined = world.all.last().unwrap().clone();
        world.rotate(0);
        let later = world.rotate(0);

        let (authority, device) = (world.authority(), world.devices[late].id());
        assert!(authority.is_turned_away(&device), "{number}");
        let here = world.devices[0].id();
        let proof = InviteProof::new(&ticket, &device, &here);
        for proof in [Some(&proof), None] {
            let admission = authority.admission(&device, proof, &here);
            assert_eq!(admission, Admission::Removed, "{number}");
        }
        let farewell = authority.farewell(&device);
        assert!(
            !farewell.contains(&later),
            "{number}: more than what concerns him"
        );
        let seen = world
            .all
            .iter()
            .filter(|envelope| farewell.contains(&envelope.id()));
        let theirs = Authority::build(world.workspace, seen.chain([&joined]));
        assert!(theirs.is_turned_away(&device), "{number}: he cannot know");
        assert!(
            authority
                .farewell(&DeviceId::from_bytes([9; 32]))
                .is_empty()
        );
        let opens = world.devices[late].keyring();
        let keyring = authority.keyring(&world.devices[0].key);
        let (epoch, _) = keyring.writing_epoch(&authority).unwrap();
        assert!(
            opens.get(&epoch).is_none(),
            "{number}: he reads what is written after"
        );
    }
}

#[test]
fn a_proof_cannot_be_taken_over_by_another_device() {
    let mut world = World::new(10);
    let ticket = world.invite(0, Role::Owner, 5);
    world.join(&ticket, 0, "Bea");
    let Some(Action::Join(stolen)) = world.all.last().map(|envelope| {
        let body = &envelope.bytes()[142..envelope.bytes().len() - 64];
        skein_access::Operation::decode(body).unwrap().action
    }) else {
        panic!("not a join");
    };
    let thief = world.stranger();
    world.share_all();
    world.say(thief, Action::Join(stolen));
    assert_eq!(world.role(thief), None);
    assert_eq!(world.authority().voided()[0].reason, VoidReason::Forged);
}

#[test]
fn an_invite_that_needs_approval_gives_neither_keys_nor_rights_before_it() {
    let mut world = World::new(11);
    let text = write(&mut world, 0, "history");
    let new = NewInvite {
        approval: true,
        ..invite_as(Role::Editor, 1)
    };
    let ticket = world.invite_with(0, new);
    let joiner = world.join(&ticket, 0, "Bea");
    world.share_all();
    let here = world.devices[0].id();
    let waiting = &world.devices[joiner];
    assert_eq!(waiting.authority.role_of(&waiting.id()), None);
    assert!(read(&waiting.keyring(), &text).is_none());
    let pending = waiting.authority.pending(&waiting.keyring());
    assert_eq!(pending[0].device, waiting.id());
    let proof = InviteProof::new(&ticket, &waiting.id(), &here);
    let admission = waiting
        .authority
        .admission(&waiting.id(), Some(&proof), &here);
    assert!(matches!(admission, Admission::Invitee(_)));

    let stamp = world.stamp(0);
    let owner = &world.devices[0];
    let permit = owner.authority.admin(&owner.id()).unwrap();
    let envelope = approve(&permit, &owner.key, &stamp, &pending[0].join).unwrap();
    world.publish(0, envelope);
    let stamp = world.stamp(0);
    let owner = &world.devices[0];
    let keyring = owner.keyring();
    let envelope = seal_for_missing(
        &owner.authority,
        &owner.key,
        &keyring,
        &stamp,
        &mut world.rng,
    )
    .unwrap()
    .unwrap();
    world.publish(0, envelope);
    world.share_all();
    let member = &world.devices[joiner];
    assert_eq!(member.authority.role_of(&member.id()), Some(Role::Editor));
    assert_eq!(read(&member.keyring(), &text).unwrap(), "history");
    let (owner, stamp) = (&world.devices[0], world.stamp(0));
    let again = seal_for_missing(
        &owner.authority,
        &owner.key,
        &owner.keyring(),
        &stamp,
        &mut world.rng,
    );
    assert_eq!(again.unwrap(), None);
}

#[test]
fn a_ticket_for_my_own_device_makes_no_second_person() {
    let mut world = World::with(12, &[Role::Editor]);
    let new = NewInvite {
        for_member: Some(world.member(1)),
        ..invite_as(Role::Viewer, 1)
    };
    let ticket = world.invite_with(0, new);
    let second = world.join(&ticket, 0, "ignored");
    let authority = world.authority();
    assert_eq!(
        authority.member_of(&world.devices[second].id()),
        Some(world.member(1))
    );
    assert_eq!(
        authority.role_of(&world.devices[second].id()),
        Some(Role::Editor)
    );
    assert_eq!(authority.members(&Keyring::default()).len(), 2);
    world.share_all();
    world.remove(0, 1, 1);
    assert_eq!(
        world.role(second),
        None,
        "a removed person goes with all devices"
    );
}

#[test]
fn a_key_that_is_not_the_one_the_epoch_names_is_not_taken() {
    let mut world = World::with(13, &[Role::Editor]);
    let authority = world.authority();
    let devices = authority.devices();
    let seal = |device: skein_access::DeviceId| DeviceSeal {
        device,
        key: Fixed([3; 80]),
    };
    let epoch = EpochId::from_bytes([1; 32]);
    let hostile = KeyEpoch {
        epoch,
        devices: devices.into_iter().map(seal).collect(),
        invites: Vec::new(),
        wrapped: Vec::new(),
    };
    world.say(1, Action::KeyEpoch(hostile));
    world.share_all();
    let founder = &world.devices[0];
    let keyring = founder.keyring();
    assert!(keyring.get(&epoch).is_none());
    let (writing, _) = keyring.writing_epoch(&founder.authority).unwrap();
    assert_ne!(writing, epoch);
}

#[test]
fn an_epoch_that_leaves_a_member_out_or_takes_a_stranger_in_is_void() {
    for extra in [true, false] {
        let mut world = World::with(14, &[Role::Editor]);
        let mut devices = world.authority().devices();
        if extra {
            devices.insert(DeviceKey::generate(&mut world.rng).id());
        } else {
            devices.remove(&world.devices[1].id());
        }
        let seal = |device| DeviceSeal {
            device,
            key: Fixed([3; 80]),
        };
        let hostile = KeyEpoch {
            epoch: EpochId::from_bytes([1; 32]),
            devices: devices.into_iter().map(seal).collect(),
            invites: Vec::new(),
            wrapped: Vec::new(),
        };
        let id = world.say(0, Action::KeyEpoch(hostile));
        let voided = world.authority().voided().to_vec();
        assert_eq!(
            (voided[0].id, voided[0].reason),
            (id, VoidReason::WrongRecipients)
        );
    }
}

#[test]
fn an_epoch_made_while_somebody_joined_elsewhere_stays_good() {
    let mut world = World::with(15, &[Role::Editor]);
    let ticket = world.invite(0, Role::Editor, 1);
    let joiner = world.join(&ticket, 0, "Cleo");
    world.rotate(1);
    world.share_all();
    assert!(world.authority().voided().is_empty());
    let member = &world.devices[1];
    let (writing, _) = member
        .keyring()
        .writing_epoch(&member.authority)
        .map(|(id, key)| (id, key.clone()))
        .unwrap();
    // The joiner has no share in it yet; any member hands it over.
    assert!(world.devices[joiner].keyring().get(&writing).is_none());
    let stamp = world.stamp(1);
    let member = &world.devices[1];
    let envelope = seal_for_missing(
        &member.authority,
        &member.key,
        &member.keyring(),
        &stamp,
        &mut world.rng,
    )
    .unwrap()
    .unwrap();
    world.publish(1, envelope);
    world.share_all();
    assert!(world.devices[joiner].keyring().get(&writing).is_some());
}

#[test]
fn a_restarted_device_finds_its_keys_in_the_operations() {
    let mut world = World::with(16, &[Role::Editor]);
    world.rotate(1);
    world.share_all();
    let again = DeviceKey::from_bytes(&world.devices[1].key.to_bytes());
    let authority = Authority::build(world.workspace, &world.all);
    let keyring = authority.keyring(&again);
    assert_eq!(keyring.epochs().count(), 2);
    let mut later = Keyring::default();
    assert!(later.refresh(&authority, &again));
    assert!(!later.refresh(&authority, &again));
}

#[test]
fn the_key_that_a_removed_joiner_took_by_the_ticket_is_not_written_under() {
    let mut world = World::with(21, &[Role::Editor]);
    // No new key was made since the join: the joiner is no recipient of the one in use, and holds it all the same.
    let founder = &world.devices[0];
    let (epoch, _) = founder
        .keyring()
        .writing_epoch(&founder.authority)
        .map(|(epoch, key)| (epoch, key.clone()))
        .unwrap();
    assert!(world.devices[1].keyring().get(&epoch).is_some());
    world.remove(0, 1, 9);
    let founder = &world.devices[0];
    assert_eq!(
        rotation_due(&founder.authority, &founder.keyring()),
        Some(RotationReason::NoUsableKey)
    );
    world.rotate(0);
    let later = write(&mut world, 0, "after the removal");
    world.share_all();
    assert_eq!(read(&world.devices[1].keyring(), &later), None);
    assert!(read(&world.devices[0].keyring(), &later).is_some());
}
