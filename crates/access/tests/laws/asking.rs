//! Laws of asking to be let in: nobody reads before an owner said yes, and all replicas agree on what was said, in whatever order it came.

use crate::world::{World, invite_as};
use proptest::prelude::*;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha20Rng;
use skein_access::{
    Admission, Authority, DeviceKey, EnvelopeId, InviteProof, NewInvite, Role, Ticket, VoidReason,
    approve, decline,
};

/// Ana, Bea who is an owner too, and an editor; all know all.
const OWNERS: [Role; 2] = [Role::Owner, Role::Editor];
const ANA: usize = 0;
const BEA: usize = 1;
const EDITOR: usize = 2;

fn asking_invite(world: &mut World, by: usize, uses: u32) -> Ticket {
    let new = NewInvite {
        approval: true,
        ..invite_as(Role::Editor, uses)
    };
    let ticket = world.invite_with(by, new);
    world.share_all();
    ticket
}

/// Somebody who asked, with what all know, and his join.
fn asks(world: &mut World, ticket: &Ticket, name: &str) -> (usize, EnvelopeId) {
    let device = world.join(ticket, ANA, name);
    (device, world.all.last().unwrap().id())
}

fn lets_in(world: &mut World, by: usize, join: &EnvelopeId) -> EnvelopeId {
    let stamp = world.stamp(by);
    let owner = &world.devices[by];
    let permit = owner.authority.admin(&owner.id()).unwrap();
    let envelope = approve(&permit, &owner.key, &stamp, join).unwrap();
    world.publish(by, envelope)
}

fn declines(world: &mut World, by: usize, join: &EnvelopeId) -> EnvelopeId {
    let stamp = world.stamp(by);
    let owner = &world.devices[by];
    let permit = owner.authority.admin(&owner.id()).unwrap();
    let envelope = decline(&permit, &owner.key, &stamp, join).unwrap();
    world.publish(by, envelope)
}

fn invite_of(world: &World, ticket: &Ticket) -> EnvelopeId {
    world.authority().invite_of(ticket).unwrap()
}

fn why_void(world: &World, id: EnvelopeId) -> Option<VoidReason> {
    let authority = world.authority();
    let voided = authority.voided().iter().find(|voided| voided.id == id);
    voided.map(|voided| voided.reason)
}

#[test]
fn the_name_of_who_asks_is_read_by_members_only_and_stays_his_name() {
    let mut world = World::with(1, &OWNERS);
    let ticket = asking_invite(&mut world, ANA, 5);
    world.rotate(BEA);
    world.share_all();
    let (cem, join) = asks(&mut world, &ticket, "Cem");
    let (other, _) = asks(&mut world, &ticket, "Dora");
    world.share_all();
    let names = |world: &World, device: usize| {
        let device = &world.devices[device];
        let pending = device.authority.pending(&device.keyring());
        pending
            .into_iter()
            .map(|asks| asks.name)
            .collect::<Vec<_>>()
    };
    let read = [Some("Cem".to_owned()), Some("Dora".to_owned())];
    for member in [ANA, BEA, EDITOR] {
        let mut names = names(&world, member);
        names.sort();
        assert_eq!(names, read);
    }
    // Neither by the ticket nor by what one asked with oneself.
    assert_eq!(names(&world, cem), [None, None]);
    let by_ticket = world.authority().invite_keyring(&ticket);
    let pending = world.authority().pending(&by_ticket);
    assert!(pending.iter().all(|asks| asks.name.is_none()));

    lets_in(&mut world, BEA, &join);
    world.share_all();
    world.rotate(BEA);
    world.share_all();
    for member in [ANA, EDITOR, cem] {
        let keyring = world.devices[member].keyring();
        let people = world.authority().members(&keyring);
        let person = people
            .iter()
            .find(|person| person.name.as_deref() == Some("Cem"));
        assert_eq!(person.unwrap().devices, [world.devices[cem].id()]);
    }
    assert!(world.devices[other].keyring().epochs().next().is_none());
}

#[test]
fn only_owners_let_in_or_decline_and_only_those_who_ask() {
    let mut world = World::with(2, &OWNERS);
    let ticket = asking_invite(&mut world, ANA, 5);
    let (cem, join) = asks(&mut world, &ticket, "Cem");
    world.share_all();
    for action in [
        skein_access::Action::Approve { join },
        skein_access::Action::Decline { join },
    ] {
        let said = world.say(EDITOR, action);
        assert_eq!(why_void(&world, said), Some(VoidReason::NotAllowed));
    }
    // Nor does he let himself in.
    let said = world.say(cem, skein_access::Action::Approve { join });
    assert_eq!(why_void(&world, said), Some(VoidReason::NotAMember));
    let of_a_member = world.all[2].id();
    let said = world.say(ANA, skein_access::Action::Decline { join: of_a_member });
    assert_eq!(why_void(&world, said), Some(VoidReason::UnknownSubject));
    assert!(world.authority().waits(&world.devices[cem].id()));
}

#[test]
fn who_is_declined_is_out_is_told_why_and_does_not_come_back_by_that_key() {
    let mut world = World::with(3, &OWNERS);
    let ticket = asking_invite(&mut world, ANA, 5);
    let (cem, join) = asks(&mut world, &ticket, "Cem");
    let (dora, other) = asks(&mut world, &ticket, "Dora");
    world.share_all();
    let said = declines(&mut world, BEA, &join);
    world.share_all();
    let authority = world.authority();
    let device = world.devices[cem].id();
    assert!(authority.is_turned_away(&device) && authority.is_declined(&device));
    assert!(authority.farewell(&device).contains(&said));
    let proof = InviteProof::new(&ticket, &device, &world.devices[ANA].id());
    let admission = authority.admission(&device, Some(&proof), &world.devices[ANA].id());
    assert_eq!(admission, Admission::Removed);
    // A late yes changes nothing, and the other is asked about still.
    let late = world.say(ANA, skein_access::Action::Approve { join });
    assert_eq!(why_void(&world, late), Some(VoidReason::Declined));
    assert!(world.authority().waits(&world.devices[dora].id()));
    lets_in(&mut world, ANA, &other);
    assert_eq!(world.role(dora), Some(Role::Editor));
}

#[test]
fn revoking_the_invite_declines_who_still_asks_and_leaves_who_is_in() {
    let mut world = World::with(4, &OWNERS);
    let ticket = asking_invite(&mut world, ANA, 5);
    let (cem, join) = asks(&mut world, &ticket, "Cem");
    let (dora, _) = asks(&mut world, &ticket, "Dora");
    world.share_all();
    lets_in(&mut world, ANA, &join);
    world.share_all();
    let invite = invite_of(&world, &ticket);
    let said = world.revoke(BEA, &invite);
    let authority = world.authority();
    assert_eq!(world.role(cem), Some(Role::Editor));
    let dora = world.devices[dora].id();
    assert!(authority.is_turned_away(&dora) && !authority.is_declined(&dora));
    assert!(authority.farewell(&dora).contains(&said));
}

#[test]
fn of_two_who_ask_by_an_invite_for_one_the_owner_chooses() {
    let mut world = World::with(5, &OWNERS);
    let ticket = asking_invite(&mut world, ANA, 1);
    let (first, _) = asks(&mut world, &ticket, "First");
    let (second, join) = asks(&mut world, &ticket, "Second");
    world.share_all();
    let authority = world.authority();
    assert!(authority.waits(&world.devices[first].id()));
    let keyring = world.devices[ANA].keyring();
    let mut invites = authority.invites(&keyring).into_iter();
    let used = invites
        .find(|invite| invite.approval)
        .map(|invite| invite.used);
    assert_eq!(used, Some(0), "asking is no use");
    lets_in(&mut world, ANA, &join);
    world.share_all();
    assert_eq!(world.role(second), Some(Role::Editor));
    assert!(world.authority().is_turned_away(&world.devices[first].id()));
    assert!(!world.authority().is_declined(&world.devices[first].id()));
}

#[test]
fn two_owners_who_let_in_another_each_by_an_invite_for_one_put_nobody_out() {
    let mut world = World::with(6, &OWNERS);
    let ticket = asking_invite(&mut world, ANA, 1);
    let (first, of_first) = asks(&mut world, &ticket, "First");
    let (second, of_second) = asks(&mut world, &ticket, "Second");
    world.share_all();
    lets_in(&mut world, ANA, &of_first);
    lets_in(&mut world, BEA, &of_second);
    world.share_all();
    assert_eq!(world.role(first), Some(Role::Editor));
    assert_eq!(world.role(second), Some(Role::Editor));
}

#[test]
fn a_ticket_that_went_astray_lets_so_many_ask_and_no_more_until_an_owner_decided() {
    let mut world = World::new(7);
    let ticket = asking_invite(&mut world, ANA, 100);
    let mut first = None;
    for number in 0..32 {
        let (_, join) = asks(&mut world, &ticket, &format!("Number {number}"));
        first.get_or_insert(join);
        world.tell(world.devices.len() - 1, ANA);
    }
    let here = world.devices[ANA].id();
    let late = DeviceKey::generate(&mut world.rng).id();
    let proof = InviteProof::new(&ticket, &late, &here);
    let admission = |world: &World| world.authority().admission(&late, Some(&proof), &here);
    assert_eq!(admission(&world), Admission::Stranger);
    declines(&mut world, ANA, &first.unwrap());
    assert!(matches!(admission(&world), Admission::Invitee(_)));
}

/// What two owners may say about one who asks, none knowing of the other.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Said {
    Yes,
    No,
    Revoked,
    /// The other owner, who says yes at the same time, is taken out.
    OtherRemoved,
}

fn say(
    world: &mut World,
    by: usize,
    other: usize,
    what: Said,
    join: &EnvelopeId,
    invite: &EnvelopeId,
) {
    match what {
        Said::Yes => lets_in(world, by, join),
        Said::No => declines(world, by, join),
        Said::Revoked => world.revoke(by, invite),
        Said::OtherRemoved => world.remove(by, other, 0),
    };
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn whatever_two_owners_say_at_once_has_one_end_on_all_replicas(
        ana in prop::sample::select(vec![Said::Yes, Said::No, Said::Revoked, Said::OtherRemoved]),
        bea in prop::sample::select(vec![Said::Yes, Said::No, Said::Revoked]),
        orders in any::<u64>(),
    ) {
        let mut world = World::with(8, &OWNERS);
        let ticket = asking_invite(&mut world, ANA, 2);
        let (cem, join) = asks(&mut world, &ticket, "Cem");
        world.share_all();
        let invite = invite_of(&world, &ticket);
        say(&mut world, ANA, BEA, ana, &join, &invite);
        say(&mut world, BEA, ANA, bea, &join, &invite);
        let device = world.devices[cem].id();
        let authority = world.authority();
        // A no outweighs a yes that it had not seen; what the removed say at once does not count, and he still waits.
        let no = |said| matches!(said, Said::No | Said::Revoked);
        match (ana, bea) {
            (Said::OtherRemoved, _) => prop_assert!(authority.waits(&device)),
            (ana, bea) if no(ana) || no(bea) => {
                prop_assert!(authority.is_turned_away(&device));
                prop_assert_eq!(authority.is_declined(&device), ana == Said::No || bea == Said::No);
            }
            _ => prop_assert_eq!(authority.role_of(&device), Some(Role::Editor)),
        }
        let mut chance = ChaCha20Rng::seed_from_u64(orders);
        for _ in 0..6 {
            let mut all = world.all.clone();
            all.shuffle(&mut chance);
            let mut replica = Authority::build(world.workspace, []);
            for envelope in &all {
                replica.insert(envelope);
            }
            prop_assert!(replica == authority);
        }
    }
}
