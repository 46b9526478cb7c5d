//! The table of rights: every role, every kind of document, every door.

use crate::world::World;
use skein_access::{
    Action, Admission, Authority, DataPayload, Denied, DeviceKey, Envelope, InviteProof, Relay,
    Role, Unaccepted, profile_of, seal_data,
};
use skein_model::{DocumentId, Kind};

const ROLES: [Role; 4] = [Role::Owner, Role::Editor, Role::Commenter, Role::Viewer];

#[test]
fn each_role_may_do_exactly_what_the_table_says() {
    let world = World::with(1, &ROLES);
    let authority = world.authority();
    // (role, reads, writes, administers)
    let table = [
        (Role::Owner, true, true, true),
        (Role::Editor, true, true, false),
        (Role::Commenter, true, false, false),
        (Role::Viewer, true, false, false),
    ];
    for (number, (role, reads, writes, administers)) in table.into_iter().enumerate() {
        let device = world.devices[number + 1].id();
        assert_eq!(authority.role_of(&device), Some(role));
        for kind in [Kind::Note, Kind::Board] {
            assert_eq!(
                authority.read(&device, kind).is_ok(),
                reads,
                "{role:?} reads {kind:?}"
            );
            let write = authority.write(&device, kind);
            assert_eq!(write.is_ok(), writes, "{role:?} writes {kind:?}");
            match write {
                Ok(permit) => assert_eq!((permit.kind(), permit.device()), (kind, device)),
                Err(denied) => assert_eq!(denied, Denied::Role { role }),
            }
        }
        assert_eq!(
            authority.admin(&device).is_ok(),
            administers,
            "{role:?} administers"
        );
    }
}

#[test]
fn strangers_may_do_nothing_and_the_removed_read_what_they_hold() {
    let mut world = World::with(2, &[Role::Owner]);
    let stranger = world.stranger();
    world.remove(0, 1, 9);
    let authority = world.authority();
    for (device, expected) in [(stranger, Denied::NotAMember), (1, Denied::Removed)] {
        let device = world.devices[device].id();
        let reads = authority.read(&device, Kind::Note).is_ok();
        assert_eq!(reads, expected == Denied::Removed);
        assert_eq!(authority.rebuild(&device).unwrap_err(), expected);
        assert_eq!(authority.write(&device, Kind::Note).unwrap_err(), expected);
        assert_eq!(authority.admin(&device).unwrap_err(), expected);
    }
}

fn seal(world: &mut World, authority: &Authority, device: usize) -> Envelope {
    // Also under a key that nobody should write under any more: a right is not a matter of keys.
    let keyring = world.devices[0].keyring();
    let epoch = match keyring.writing_epoch(authority) {
        Some((epoch, _)) => epoch,
        None => *keyring.epochs().next().unwrap(),
    };
    let key = keyring.get(&epoch).unwrap();
    let payload = DataPayload {
        document: DocumentId::from_bytes([1; 16]),
        kind_code: Kind::Note.code(),
        changes: vec![],
    };
    let stamp = world.stamp(device);
    let author = DeviceKey::from_bytes(&world.devices[device].key.to_bytes());
    seal_data(&author, &stamp, (&epoch, key), &payload, &mut world.rng).unwrap()
}

fn write(
    world: &mut World,
    authority: &Authority,
    device: usize,
) -> Result<(bool, bool), Unaccepted> {
    let envelope = seal(world, authority, device);
    let permit = authority.accept(&envelope)?;
    Ok((permit.member().is_some(), permit.writes(Kind::Note)))
}

#[test]
fn an_envelope_counts_by_its_authors_role() {
    let mut world = World::with(3, &ROLES);
    let authority = world.authority();
    assert_eq!(write(&mut world, &authority, 1), Ok((true, true)));
    assert_eq!(write(&mut world, &authority, 2), Ok((true, true)));
    assert_eq!(write(&mut world, &authority, 3), Ok((true, false)));
    assert_eq!(write(&mut world, &authority, 4), Ok((true, false)));
    let stranger = world.stranger();
    assert_eq!(
        write(&mut world, &authority, stranger),
        Err(Unaccepted::UnknownAuthor)
    );
}

#[test]
fn everybody_writes_his_own_profile_and_nobody_anothers() {
    let mut world = World::with(31, &ROLES);
    let authority = world.authority();
    let member = |device: usize| authority.member_of(&world.devices[device].id()).unwrap();
    let profiles: Vec<DocumentId> = (1..=4).map(|device| profile_of(&member(device))).collect();
    let elsewhere = DocumentId::from_bytes([1; 16]);
    for device in 1..=4 {
        let id = world.devices[device].id();
        let permit = authority.write(&id, Kind::Profile).unwrap();
        assert_eq!(profile_of(&permit.member()), profiles[device - 1]);
        let envelope = seal(&mut world, &authority, device);
        let permit = authority.accept(&envelope).unwrap();
        for (number, profile) in profiles.iter().enumerate() {
            let own = number + 1 == device;
            assert_eq!(permit.writes_in(Kind::Profile, profile), own);
            assert!(!own || !permit.writes_in(Kind::Note, profile));
        }
        assert!(!permit.writes_in(Kind::Profile, &elsewhere));
        let writes = permit.writes(Kind::Note);
        assert_eq!(permit.writes_in(Kind::Note, &elsewhere), writes);
    }
}

#[test]
fn what_a_removed_device_wrote_before_still_counts_and_later_does_not() {
    let mut world = World::with(4, &[Role::Editor]);
    let before = world.devices[1].chain;
    world.remove(0, 1, before.sequence);
    let authority = world.authority();
    assert_eq!(write(&mut world, &authority, 1), Ok((true, true)));
    world.devices[1].chain.sequence = before.sequence + 1;
    assert_eq!(
        write(&mut world, &authority, 1),
        Err(Unaccepted::Quarantined)
    );
}

#[test]
fn operations_enter_the_set_whatever_became_of_their_author_but_not_from_strangers() {
    let mut world = World::with(8, &[Role::Owner]);
    let ticket = world.invite(0, Role::Editor, 1);
    world.remove(0, 1, 1);
    let unseen = world.invite(1, Role::Owner, 1);
    let guest = world.join(&unseen, 1, "Guest");
    let by_removed = world.all[world.all.len() - 2].clone();
    let join = world.all[world.all.len() - 1].clone();
    let without = Authority::build(world.workspace, &world.all[..world.all.len() - 2]);
    assert!(without.accept(&by_removed).is_ok());
    assert_eq!(
        without.accept(&join).unwrap_err(),
        Unaccepted::UnknownAuthor
    );
    let mut with = without.clone();
    with.insert(&by_removed);
    assert!(with.accept(&join).is_ok());
    let parents = vec![world.all[0].id()];
    world.say_after(guest, parents, Action::Relays { relays: vec![] });
    let by_guest = world.all.last().unwrap().clone();
    assert_eq!(
        with.accept(&by_guest).unwrap_err(),
        Unaccepted::UnknownAuthor
    );
    world.say_after(0, vec![by_guest.id()], Action::Relays { relays: vec![] });
    with.insert(world.all.last().unwrap());
    assert!(with.accept(&by_guest).is_ok(), "a member builds on it");
    world.share_all();
    let joined = world.join(&ticket, 0, "Cleo");
    let join = world.all.last().unwrap();
    let permit = without.accept(join).unwrap();
    assert_eq!(permit.member(), None);
    assert!(world.role(joined).is_some());
}

#[test]
fn of_two_concurrent_removals_the_one_that_keeps_more_decides() {
    let mut world = World::with(5, &[Role::Owner, Role::Editor]);
    world.remove(0, 2, 3);
    world.remove(1, 2, 7);
    let authority = world.authority();
    world.devices[2].chain.sequence = 7;
    assert_eq!(write(&mut world, &authority, 2), Ok((true, true)));
    world.devices[2].chain.sequence = 8;
    assert_eq!(
        write(&mut world, &authority, 2),
        Err(Unaccepted::Quarantined)
    );
}

/// A further device of somebody; everybody knows it.
pub(crate) fn second_device(world: &mut World, of: usize) -> usize {
    let ticket = {
        let (stamp, member) = (world.stamp(of), world.member(of));
        let device = &world.devices[of];
        let keyring = device.keyring();
        let found_at = crate::world::invite_as(Role::Editor, 1).found_at;
        let (ticket, envelope) = skein_access::create_device_invite(
            &device.authority,
            &device.key,
            &keyring,
            &stamp,
            (member, None),
            found_at,
            &mut world.rng,
        )
        .unwrap();
        world.publish(of, envelope);
        ticket
    };
    let second = world.join(&ticket, of, "Second");
    world.share_all();
    second
}

#[test]
fn whoever_is_lowered_keeps_what_a_device_wrote_that_he_took_out_before() {
    let mut world = World::with(5, &[Role::Editor]);
    let second = second_device(&mut world, 1);
    let gone = world.devices[second].id();
    world.say(
        1,
        Action::RemoveDevice {
            device: gone,
            kept: 4,
        },
    );
    world.share_all();
    let (stamp, member) = (world.stamp(0), world.member(1));
    let owner = &world.devices[0];
    let permit = owner.authority.admin(&owner.id()).unwrap();
    let last = [(world.devices[1].id(), 9), (gone, 4)].into();
    let lowered =
        skein_access::set_role(&permit, &owner.key, &stamp, &member, Role::Viewer, &last).unwrap();
    world.publish(0, lowered);
    let authority = world.authority();
    world.devices[second].chain.sequence = 4;
    assert_eq!(write(&mut world, &authority, second), Ok((true, true)));
}

#[test]
fn who_takes_out_a_device_of_his_own_does_not_decide_what_counts_of_it_for_ever() {
    let mut world = World::with(5, &[Role::Editor]);
    let second = second_device(&mut world, 1);
    let gone = world.devices[second].id();
    let taken_out = Action::RemoveDevice {
        device: gone,
        kept: u64::MAX,
    };
    world.say(1, taken_out);
    world.share_all();
    let counts = |world: &mut World, sequence: u64| {
        world.devices[second].chain.sequence = sequence;
        let authority = world.authority();
        write(world, &authority, second).is_ok()
    };
    assert!(counts(&mut world, 1_000));
    // The owner says what of it has arrived.
    let stamp = world.stamp(0);
    let owner = &world.devices[0];
    let member = owner.authority.member_of(&gone).unwrap();
    let permit = owner.authority.admin(&owner.id()).unwrap();
    let last = [(world.devices[1].id(), 9), (gone, 3)].into();
    let envelope =
        skein_access::remove_member(&permit, &owner.key, &stamp, &member, &last).unwrap();
    world.publish(0, envelope);
    assert!(counts(&mut world, 3));
    assert!(!counts(&mut world, 4));
    assert!(!counts(&mut world, 1_000));
}

#[test]
fn an_owner_who_lacks_some_of_it_takes_nothing_that_another_owner_kept() {
    let mut world = World::with(5, &[Role::Editor, Role::Owner]);
    let second = second_device(&mut world, 1);
    let gone = world.devices[second].id();
    world.say(
        0,
        Action::RemoveDevice {
            device: gone,
            kept: 10,
        },
    );
    world.share_all();
    let (stamp, member) = (world.stamp(2), world.member(1));
    let owner = &world.devices[2];
    let permit = owner.authority.admin(&owner.id()).unwrap();
    let last = [(world.devices[1].id(), 9), (gone, 5)].into();
    let envelope =
        skein_access::remove_member(&permit, &owner.key, &stamp, &member, &last).unwrap();
    world.publish(2, envelope);
    let authority = world.authority();
    world.devices[second].chain.sequence = 10;
    assert_eq!(write(&mut world, &authority, second), Ok((true, true)));
}

#[test]
fn a_later_removal_that_names_no_number_leaves_what_the_earlier_ones_kept() {
    let mut world = World::with(5, &[Role::Owner, Role::Editor]);
    world.remove(0, 2, 3);
    world.remove(1, 2, 7);
    world.share_all();
    let member = world.member(2);
    world.say(
        0,
        Action::RemoveMember {
            member,
            kept: vec![],
        },
    );
    let authority = world.authority();
    world.devices[2].chain.sequence = 7;
    assert_eq!(write(&mut world, &authority, 2), Ok((true, true)));
}

#[test]
fn what_was_written_under_an_earlier_higher_role_still_counts() {
    let mut world = World::with(6, &[Role::Editor]);
    world.set_role(0, 1, Role::Viewer, 5);
    let authority = world.authority();
    world.devices[1].chain.sequence = 5;
    assert_eq!(write(&mut world, &authority, 1), Ok((true, true)));
    world.devices[1].chain.sequence = 6;
    assert_eq!(write(&mut world, &authority, 1), Ok((true, false)));
    world.share_all();
    world.set_role(0, 1, Role::Editor, 6);
    let authority = world.authority();
    assert_eq!(write(&mut world, &authority, 1), Ok((true, true)));
}

#[test]
fn only_members_and_holders_of_open_tickets_come_in() {
    let mut world = World::with(7, &[Role::Editor]);
    let ticket = world.invite(0, Role::Editor, 1);
    let other_ticket = World::new(99).invite(0, Role::Editor, 1);
    let (here, there) = (world.devices[0].id(), world.devices[1].id());
    let newcomer = world.stranger();
    let newcomer = world.devices[newcomer].id();
    let authority = world.authority();
    let proof = InviteProof::new(&ticket, &newcomer, &here);
    let again = InviteProof::from_bytes(&proof.to_bytes()).unwrap();
    assert_eq!(authority.admission(&there, None, &here), Admission::Member);
    assert_eq!(
        authority.admission(&newcomer, None, &here),
        Admission::Stranger
    );
    assert!(matches!(
        authority.admission(&newcomer, Some(&again), &here),
        Admission::Invitee(_)
    ));
    // Shown by somebody else, shown elsewhere, for another workspace, damaged.
    let thief = DeviceKey::generate(&mut world.rng).id();
    assert_eq!(
        authority.admission(&thief, Some(&proof), &here),
        Admission::Stranger
    );
    assert_eq!(
        authority.admission(&newcomer, Some(&proof), &there),
        Admission::Stranger
    );
    let foreign = InviteProof::new(&other_ticket, &newcomer, &here);
    assert_eq!(
        authority.admission(&newcomer, Some(&foreign), &here),
        Admission::Stranger
    );
    let mut bytes = proof.to_bytes();
    bytes[40] ^= 1;
    let damaged = InviteProof::from_bytes(&bytes).unwrap();
    assert_eq!(
        authority.admission(&newcomer, Some(&damaged), &here),
        Admission::Stranger
    );
    // Used up: the next holder of the ticket is a stranger, the one who joined is a member.
    world.share_all();
    let joined = world.join(&ticket, 0, "Cleo");
    let authority = world.authority();
    assert_eq!(
        authority.admission(&world.devices[joined].id(), None, &here),
        Admission::Member
    );
    assert_eq!(
        authority.admission(&newcomer, Some(&proof), &here),
        Admission::Stranger
    );
    assert!(!authority.has_open_invites());
}

#[test]
fn a_relay_is_one_because_an_owner_named_it_and_is_no_device_of_anybody() {
    let mut world = World::with(9, &[Role::Editor]);
    let here = world.devices[0].id();
    let device = DeviceKey::generate(&mut world.rng).id();
    let naming = |devices: &[_]| Action::Relays {
        relays: devices
            .iter()
            .map(|device| Relay {
                device: *device,
                addresses: Vec::new(),
            })
            .collect(),
    };
    let admission = |world: &World| world.authority().admission(&device, None, &here);
    world.say(1, naming(&[device]));
    world.share_all();
    assert_eq!(admission(&world), Admission::Stranger);
    world.say(0, naming(&[device]));
    world.share_all();
    assert_eq!(admission(&world), Admission::Relay);
    let authority = world.authority();
    assert!(!authority.is_member(&device) && authority.member_of(&device).is_none());
    world.say(0, naming(&[]));
    world.share_all();
    assert_eq!(admission(&world), Admission::Stranger);
}
