//! Laws against whoever says too much: nobody crowds out what others said.

use crate::world::{HOUR, World};
use rand::Rng;
use skein_access::{
    Action, Authority, Chain, DeviceId, DeviceKey, Envelope, EnvelopeId, Keyring, Operation, Role,
    Stamp, Ticket, VoidReason, join,
};

/// More than is looked at of one person, and of all for whom nobody vouches.
const MANY: u64 = 2_500;

/// Operations by one device that all build on the same, each another.
fn flood(world: &World, key: &DeviceKey, parents: &[EnvelopeId], count: u64) -> Vec<Envelope> {
    let one = |sequence: u64| {
        let stamp = Stamp {
            workspace: world.workspace,
            hour: HOUR,
            chain: Chain {
                sequence,
                previous: EnvelopeId::NONE,
            },
        };
        let operation = Operation {
            parents: parents.to_vec(),
            action: Action::SealFor {
                epoch: skein_access::EpochId::from_bytes([7; 32]),
                devices: Vec::new(),
                invites: Vec::new(),
            },
        };
        operation.sign(key, &stamp).unwrap()
    };
    (10..10 + count).map(one).collect()
}

fn voided(authority: &Authority, by: &DeviceId, reason: VoidReason) -> usize {
    let all = authority.voided().iter();
    all.filter(|voided| voided.device == *by && voided.reason == reason)
        .count()
}

/// Somebody else's join by the same ticket, with a key that is thrown away, knowing only what `from` knows.
fn join_again(world: &mut World, ticket: &Ticket, from: &Authority) -> Envelope {
    let key = DeviceKey::generate(&mut world.rng);
    let stamp = Stamp {
        workspace: world.workspace,
        hour: HOUR,
        chain: Chain::START,
    };
    join(ticket, from, &key, Some("Nobody"), &stamp, &mut world.rng).unwrap()
}

#[test]
fn a_member_who_says_more_than_is_looked_at_shouts_down_nobody_but_himself() {
    let mut world = World::with(1, &[Role::Editor, Role::Editor]);
    let joined = world.devices[1].authority.heads().to_vec();
    let later = {
        let ticket = world.invite(0, Role::Editor, 1);
        world.join(&ticket, 0, "Later")
    };
    world.share_all();
    let mallory = world.devices[1].id();
    let noise = flood(&world, &world.devices[1].key, &joined, MANY);
    world.all.extend(noise);
    let loud = world.authority();
    assert!(voided(&loud, &mallory, VoidReason::TooMany) > 400);
    assert_eq!(world.role(later), Some(Role::Editor));
    world.remove(0, 1, 9);
    let authority = world.authority();
    assert!(authority.is_out(&mallory));
    assert_eq!(
        authority.role_of(&world.devices[2].id()),
        Some(Role::Editor)
    );
    assert_eq!(
        authority.role_of(&world.devices[later].id()),
        Some(Role::Editor)
    );
}

#[test]
fn a_removed_member_does_not_come_back_by_saying_much_as_if_from_before() {
    let mut world = World::with(2, &[Role::Editor]);
    let before = world.devices[1].authority.heads().to_vec();
    world.remove(0, 1, 9);
    let gone = world.devices[1].id();
    let noise = flood(&world, &world.devices[1].key, &before, MANY);
    world.all.extend(noise);
    assert!(world.authority().is_out(&gone));
}

#[test]
fn what_strangers_say_is_not_looked_at() {
    let mut world = World::with(3, &[Role::Editor]);
    let quiet = world.authority();
    let beginning = vec![world.all[0].id()];
    let stranger = DeviceKey::generate(&mut world.rng);
    let noise = flood(&world, &stranger, &beginning, MANY);
    let mut authority = quiet.clone();
    authority.insert_all(&noise);
    assert_eq!(
        authority.members(&Keyring::default()),
        quiet.members(&Keyring::default())
    );
    assert_eq!(authority.heads(), quiet.heads());
    assert_eq!(
        voided(&authority, &stranger.id(), VoidReason::NotAMember),
        2_500
    );
}

#[test]
fn what_builds_on_something_that_is_not_looked_at_had_seen_all_before_it() {
    let mut world = World::with(4, &[Role::Owner]);
    let stranger = DeviceKey::generate(&mut world.rng);
    let between = flood(&world, &stranger, world.authority().heads(), 1).remove(0);
    world.all.push(between.clone());
    let member = world.member(1);
    let lowered = Action::Lower {
        member,
        role: Role::Viewer,
        kept: vec![],
    };
    world.say_after(0, vec![between.id()], lowered);
    assert_eq!(world.role(1), Some(Role::Viewer));
}

#[test]
fn a_ticket_that_leaked_pushes_out_neither_who_came_by_it_nor_who_came_later() {
    let mut world = World::new(5);
    let ticket = world.invite(0, Role::Editor, 1);
    let known = world.authority();
    let bea = world.join(&ticket, 0, "Bea");
    world.share_all();
    let other = world.invite(0, Role::Editor, 1);
    let cleo = world.join(&other, 0, "Cleo");
    world.share_all();
    world.rotate(0);
    for _ in 0..MANY {
        let again = join_again(&mut world, &ticket, &known);
        world.all.push(again);
    }
    assert_eq!(world.role(bea), Some(Role::Editor));
    assert_eq!(world.role(cleo), Some(Role::Editor));
    assert_eq!(world.authority().members(&Keyring::default()).len(), 3);
}

#[test]
fn a_device_that_was_taken_out_shouts_down_no_other_device_of_its_person() {
    let mut world = World::with(8, &[Role::Editor]);
    let phone = crate::permits::second_device(&mut world, 1);
    let before = world.devices[1].authority.heads().to_vec();
    let laptop = world.devices[1].id();
    world.say(
        phone,
        Action::RemoveDevice {
            device: laptop,
            kept: 9,
        },
    );
    let noise = flood(&world, &world.devices[1].key, &before, MANY);
    world.all.extend(noise);
    let authority = world.authority();
    assert!(authority.is_out(&laptop));
    assert!(authority.is_member(&world.devices[phone].id()));
}

#[test]
fn who_vouches_for_keys_of_his_own_by_a_ticket_that_is_used_up_gives_them_no_share() {
    let mut world = World::new(9);
    let ticket = world.invite(0, Role::Viewer, 1);
    let known = world.authority();
    let mallory = world.join(&ticket, 0, "Mallory");
    world.share_all();
    world.rotate(0);
    world.share_all();
    let other = world.invite(0, Role::Editor, 1);
    let bea = world.join(&other, 0, "Bea");
    world.share_all();
    world.rotate(0);
    // As many keys as would fill all that is looked at, if each had a share.
    let mut parents = Vec::new();
    for _ in 0..20 {
        let key = DeviceKey::generate(&mut world.rng);
        let stamp = Stamp {
            workspace: world.workspace,
            hour: HOUR,
            chain: Chain::START,
        };
        let sybil = join(
            &ticket,
            &known,
            &key,
            Some("Nobody"),
            &stamp,
            &mut world.rng,
        )
        .unwrap();
        let noise = flood(&world, &key, &[sybil.id()], 2_000);
        parents.push(sybil.id());
        world.all.push(sybil);
        world.all.extend(noise);
    }
    parents.sort_unstable();
    let vouches = Operation {
        parents,
        action: Action::Relays { relays: vec![] },
    };
    let mallory = &world.devices[mallory];
    world.all.push(
        vouches
            .sign(
                &mallory.key,
                &Stamp {
                    workspace: world.workspace,
                    hour: HOUR,
                    chain: mallory.chain,
                },
            )
            .unwrap(),
    );
    let bea = world.devices[bea].id();
    let authority = world.authority();
    assert_eq!(authority.role_of(&bea), Some(Role::Editor));
    assert_eq!(authority.members(&Keyring::default()).len(), 3);
}

#[test]
fn a_ticket_that_leaked_shuts_the_door_of_no_other() {
    let mut world = World::with(10, &[Role::Editor]);
    let leaked = world.invite(0, Role::Editor, 1);
    let known = world.authority();
    for _ in 0..MANY {
        let join = join_again(&mut world, &leaked, &known);
        world.all.push(join);
    }
    let asking = skein_access::NewInvite {
        approval: true,
        ..crate::world::invite_as(Role::Editor, 9)
    };
    let other = world.invite(0, Role::Editor, 1);
    let asked = world.invite_with(0, asking);
    let cleo = world.join(&other, 0, "Cleo");
    world.join(&asked, 0, "Dora");
    assert_eq!(world.role(cleo), Some(Role::Editor));
    assert!(world.authority().has_pending());
}

#[test]
fn a_workspace_whose_founder_made_one_invite_and_never_came_back_is_looked_at() {
    let mut world = World::new(11);
    let ticket = world.invite(0, Role::Owner, 9);
    let first = world.join(&ticket, 0, "First");
    let second = world.join(&ticket, first, "Second");
    world.tell(second, first);
    let heads = world.devices[first].authority.heads().to_vec();
    let noise = flood(&world, &world.devices[second].key, &heads, MANY);
    world.all.extend(noise);
    // More than all unknown have together.
    let own = flood(&world, &world.devices[first].key, &heads, 1_500);
    let last = own.last().unwrap().id();
    world.all.extend(own);
    let member = world.devices[first]
        .authority
        .member_of(&world.devices[second].id())
        .unwrap();
    world.say_after(
        first,
        vec![last],
        Action::RemoveMember {
            member,
            kept: vec![],
        },
    );
    assert_eq!(world.role(first), Some(Role::Owner));
    assert_eq!(world.role(second), None);
}

#[test]
fn somebody_who_was_removed_does_not_say_who_used_a_ticket_first() {
    let mut world = World::with(12, &[Role::Viewer]);
    let ticket = world.invite(0, Role::Editor, 1);
    let known = world.authority();
    world.share_all();
    let bea = world.join(&ticket, 0, "Bea");
    world.share_all();
    world.rotate(0);
    world.remove(0, 1, 9);
    let thief = join_again(&mut world, &ticket, &known);
    let joined = vec![thief.id()];
    world.all.push(thief.clone());
    world.say_after(1, joined, Action::Relays { relays: vec![] });
    let authority = world.authority();
    assert_eq!(world.role(bea), Some(Role::Editor));
    assert!(!authority.is_member(&thief.header().device));
}

#[test]
fn the_heads_name_somebodys_word_of_everybody_when_more_stand_than_fit() {
    let mut world = World::with(7, &[Role::Editor]);
    let heads = world.authority().heads().to_vec();
    let mut noise = flood(&world, &world.devices[1].key, &heads, 1_200);
    let own = world.say_after(0, heads, Action::Relays { relays: vec![] });
    let at = world.rng.gen_range(0..noise.len());
    noise.rotate_left(at);
    world.all.extend(noise);
    let authority = world.authority();
    assert_eq!(authority.heads().len(), 1_024);
    assert!(authority.heads().contains(&own));
}
