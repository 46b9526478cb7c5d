//! Laws of the access state: one answer for one set, whatever the order; and what hostile members try in vain.

use crate::world::{HOUR, World};
use proptest::prelude::*;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use skein_access::operation::Kept;
use skein_access::{
    AccessChange, Action, Authority, Envelope, Keyring, Operation, OperationError, Role,
    UnverifiedEnvelope, VoidReason, leave, remove_device, set_role,
};
use std::collections::BTreeMap;

fn reason(world: &World, id: skein_access::EnvelopeId) -> Option<VoidReason> {
    world
        .authority()
        .voided()
        .iter()
        .find(|voided| voided.id == id)
        .map(|voided| voided.reason)
}

fn owners(authority: &Authority) -> usize {
    let people = authority.members(&Keyring::default());
    people
        .iter()
        .filter(|member| member.role == Role::Owner && !member.devices.is_empty())
        .count()
}

#[test]
fn the_founder_is_the_owner() {
    let world = World::new(1);
    let authority = world.authority();
    assert!(authority.is_founded());
    assert_eq!(world.role(0), Some(Role::Owner));
    assert_eq!(authority.members(&Keyring::default())[0].joined_hour, HOUR);
    assert!(!Authority::build(world.workspace, []).is_founded());
}

#[test]
fn nobody_raises_themselves() {
    let mut world = World::with(2, &[Role::Editor]);
    let member = world.member(1);
    let id = world.say(
        1,
        Action::Raise {
            member,
            role: Role::Owner,
        },
    );
    assert_eq!(reason(&world, id), Some(VoidReason::NotAllowed));
    assert_eq!(world.role(1), Some(Role::Editor));
}

#[test]
fn nobody_names_a_higher_role_for_himself_by_lowering_himself() {
    let mut world = World::with(2, &[Role::Editor]);
    let member = world.member(1);
    let lower = |role| Action::Lower {
        member,
        role,
        kept: vec![],
    };
    let id = world.say(1, lower(Role::Owner));
    assert_eq!(reason(&world, id), Some(VoidReason::NotAllowed));
    assert_eq!(world.role(1), Some(Role::Editor));
    let id = world.say(1, lower(Role::Viewer));
    assert_eq!(reason(&world, id), None);
    assert_eq!(world.role(1), Some(Role::Viewer));
    let id = world.say(1, lower(Role::Editor));
    assert_eq!(reason(&world, id), Some(VoidReason::NotAllowed));
    assert_eq!(world.role(1), Some(Role::Viewer));
}

#[test]
fn who_is_no_owner_neither_invites_nor_adds_nor_removes() {
    let mut world = World::with(3, &[Role::Editor, Role::Viewer]);
    let (founder, viewer) = (world.member(0), world.member(2));
    let stranger = world.stranger();
    let consent = world.devices[stranger]
        .key
        .consent(&world.workspace, &world.devices[1].id());
    let actions = [
        Action::RemoveMember {
            member: founder,
            kept: vec![],
        },
        Action::RemoveDevice {
            device: world.devices[0].id(),
            kept: 0,
        },
        Action::Lower {
            member: founder,
            role: Role::Viewer,
            kept: vec![],
        },
        Action::Raise {
            member: viewer,
            role: Role::Editor,
        },
        Action::AddDevice {
            member: founder,
            device: consent.clone(),
        },
        Action::AddMember {
            role: Role::Owner,
            name: None,
            devices: vec![consent],
        },
        Action::Relays { relays: vec![] },
        Action::Approve {
            join: world.all[2].id(),
        },
    ];
    for action in actions {
        let shown = format!("{action:?}");
        let id = world.say(1, action);
        assert!(reason(&world, id).is_some(), "{shown}");
    }
    assert_eq!(world.role(0), Some(Role::Owner));
    assert_eq!(world.role(2), Some(Role::Viewer));
    assert_eq!(world.role(stranger), None);
}

#[test]
fn a_device_is_added_only_with_its_consent_to_that_very_adder() {
    let mut world = World::with(4, &[Role::Owner]);
    let stranger = world.stranger();
    let member = world.member(0);
    let for_other = world.devices[stranger]
        .key
        .consent(&world.workspace, &world.devices[1].id());
    let id = world.say(
        0,
        Action::AddDevice {
            member,
            device: for_other,
        },
    );
    assert_eq!(reason(&world, id), Some(VoidReason::Forged));
    let consent = world.devices[stranger]
        .key
        .consent(&world.workspace, &world.devices[0].id());
    world.say(
        0,
        Action::AddDevice {
            member,
            device: consent,
        },
    );
    assert_eq!(
        world.authority().member_of(&world.devices[stranger].id()),
        Some(member)
    );
}

#[test]
fn an_operation_of_another_workspace_has_no_place_here() {
    let world = World::new(5);
    let mut other = World::with(6, &[Role::Owner]);
    other.rotate(1);
    let mut authority = world.authority();
    let before = authority.clone();
    for envelope in &other.all {
        let bytes = envelope.bytes();
        assert!(
            UnverifiedEnvelope::decode(bytes)
                .unwrap()
                .verify(&world.workspace)
                .is_err()
        );
        assert!(authority.insert(envelope).is_empty());
    }
    assert_eq!(authority, before);
}

#[test]
fn a_beginning_repeated_or_copied_founds_nobody_else() {
    let mut world = World::new(7);
    let body = world.all[0].bytes()[142..world.all[0].bytes().len() - 64].to_vec();
    let genesis = Operation::decode(&body).unwrap();
    let again = genesis
        .sign(&world.devices[0].key, &world.stamp(0))
        .unwrap();
    world.publish(0, again);
    assert_eq!(world.authority().members(&Keyring::default()).len(), 1);
    let thief = world.stranger();
    let copied = genesis
        .sign(&world.devices[thief].key, &world.stamp(thief))
        .unwrap();
    let id = world.publish(thief, copied);
    assert_eq!(reason(&world, id), Some(VoidReason::OtherGenesis));
    assert_eq!(world.role(thief), None);
    assert_eq!(world.role(0), Some(Role::Owner));
}

#[test]
fn what_the_removed_say_unseen_or_backdated_is_void_and_what_rests_on_it_too() {
    let mut world = World::with(8, &[Role::Owner, Role::Editor]);
    let past = world.devices[1].authority.heads().to_vec();
    world.remove(0, 1, 9);
    // Unseen by the removal: an invite, a join by it, a removal, a promotion.
    let ticket = world.invite(1, Role::Owner, 1);
    let guest = world.join(&ticket, 1, "Guest");
    let editor = world.member(2);
    let unseen = [
        world.say_after(
            1,
            past.clone(),
            Action::RemoveMember {
                member: editor,
                kept: vec![],
            },
        ),
        world.say_after(
            1,
            past,
            Action::Raise {
                member: editor,
                role: Role::Owner,
            },
        ),
    ];
    for id in unseen {
        assert_eq!(reason(&world, id), Some(VoidReason::Removed));
    }
    assert_eq!(world.role(guest), None);
    assert_eq!(world.role(1), None);
    assert_eq!(world.role(2), Some(Role::Editor));
    // After it, too.
    world.share_all();
    let late = world.say(
        1,
        Action::Raise {
            member: editor,
            role: Role::Owner,
        },
    );
    assert_eq!(reason(&world, late), Some(VoidReason::Removed));
}

#[test]
fn what_the_removed_said_before_stays() {
    let mut world = World::with(9, &[Role::Owner]);
    let ticket = world.invite(1, Role::Editor, 1);
    let guest = world.join(&ticket, 1, "Guest");
    world.share_all();
    world.remove(0, 1, 9);
    assert_eq!(world.role(guest), Some(Role::Editor));
}

#[test]
fn a_removed_identity_never_returns() {
    let mut world = World::with(10, &[Role::Editor]);
    world.remove(0, 1, 9);
    let consent = world.devices[1]
        .key
        .consent(&world.workspace, &world.devices[0].id());
    world.say(
        0,
        Action::AddMember {
            role: Role::Editor,
            name: None,
            devices: vec![consent],
        },
    );
    assert_eq!(world.role(1), None);
}

#[test]
fn a_ticket_that_a_removed_person_knew_lets_nobody_back_in() {
    let mut world = World::with(11, &[Role::Owner]);
    let made_by_them = world.invite(1, Role::Owner, 9);
    let they_came_by = world.invite(0, Role::Editor, 9);
    let second = world.join(&they_came_by, 0, "Second");
    world.share_all();
    world.remove(0, 1, 9);
    world.remove(0, second, 9);
    for ticket in [made_by_them, they_came_by] {
        let back = world.stranger();
        world.tell(1, back);
        let stamp = world.stamp(back);
        let device = &world.devices[back];
        let envelope = skein_access::join(
            &ticket,
            &device.authority,
            &device.key,
            Some("Back"),
            &stamp,
            &mut world.rng,
        )
        .unwrap();
        let id = world.publish(back, envelope);
        assert_eq!(reason(&world, id), Some(VoidReason::InviteClosed));
    }
}

#[test]
fn of_two_owners_who_remove_each_other_the_senior_stays() {
    for seed in 20..40 {
        let mut world = World::with(seed, &[Role::Owner, Role::Owner]);
        world.remove(1, 2, 9);
        world.remove(2, 1, 9);
        assert_eq!(world.role(1), Some(Role::Owner));
        assert_eq!(world.role(2), None);
        assert_eq!(world.authority().voided()[0].reason, VoidReason::Outranked);
    }
}

#[test]
fn a_circle_of_removals_is_broken_at_its_most_junior() {
    for seed in 40..50 {
        let mut world = World::with(seed, &[Role::Owner, Role::Owner, Role::Owner]);
        world.remove(1, 2, 9);
        world.remove(2, 3, 9);
        world.remove(3, 1, 9);
        let roles: Vec<_> = (0..4).map(|device| world.role(device)).collect();
        assert_eq!(
            roles,
            [
                Some(Role::Owner),
                Some(Role::Owner),
                None,
                Some(Role::Owner)
            ]
        );
    }
}

#[test]
fn a_removal_outside_a_circle_undoes_what_its_target_did_inside() {
    let mut world = World::with(51, &[Role::Owner, Role::Owner, Role::Owner, Role::Owner]);
    // 2 and 3 remove each other; 2 also removes 1, who removes 4.
    world.remove(2, 3, 9);
    world.remove(2, 1, 9);
    world.remove(3, 2, 9);
    world.remove(1, 4, 9);
    let roles: Vec<bool> = (0..5).map(|device| world.role(device).is_some()).collect();
    assert_eq!(roles, [true, false, true, false, true]);
}

#[test]
fn an_owner_who_was_lowered_cannot_raise_themselves_by_pretending_not_to_know() {
    let mut world = World::with(12, &[Role::Owner]);
    let past = world.devices[1].authority.heads().to_vec();
    let member = world.member(1);
    world.set_role(0, 1, Role::Viewer, 9);
    let id = world.say_after(
        1,
        past,
        Action::Raise {
            member,
            role: Role::Owner,
        },
    );
    assert_eq!(reason(&world, id), Some(VoidReason::NotAllowed));
    assert_eq!(world.role(1), Some(Role::Viewer));
    // A role given again, knowingly, counts.
    world.share_all();
    world.set_role(0, 1, Role::Owner, 9);
    assert_eq!(world.role(1), Some(Role::Owner));
}

#[test]
fn of_concurrent_roles_the_lower_one_stays() {
    let mut world = World::with(13, &[Role::Owner, Role::Viewer]);
    world.set_role(0, 2, Role::Editor, 0);
    world.share_all();
    world.set_role(0, 2, Role::Owner, 0);
    world.set_role(1, 2, Role::Viewer, 9);
    assert_eq!(world.role(2), Some(Role::Viewer));
}

#[test]
fn the_last_owner_cannot_go() {
    let mut world = World::with(14, &[Role::Editor]);
    let founder = world.member(0);
    let device = world.devices[0].id();
    let (owner, stamp) = (&world.devices[0], world.stamp(0));
    let none = BTreeMap::new();
    let authority = &owner.authority;
    let permit = authority.admin(&device).unwrap();
    assert_eq!(
        leave(authority, &owner.key, &stamp, &none),
        Err(OperationError::LastOwner)
    );
    assert_eq!(
        remove_device(authority, &owner.key, &stamp, &device, 0),
        Err(OperationError::LastOwner)
    );
    let lowered = set_role(&permit, &owner.key, &stamp, &founder, Role::Editor, &none);
    assert_eq!(lowered, Err(OperationError::LastOwner));
    let forced = [
        Action::RemoveMember {
            member: founder,
            kept: vec![],
        },
        Action::RemoveDevice { device, kept: 0 },
        Action::Lower {
            member: founder,
            role: Role::Viewer,
            kept: vec![],
        },
    ];
    for action in forced {
        let id = world.say(0, action);
        assert!(matches!(
            reason(&world, id),
            Some(VoidReason::LastOwner | VoidReason::Outranked)
        ));
        assert_eq!(world.role(0), Some(Role::Owner));
    }
}

#[test]
fn when_all_owners_leave_at_once_the_senior_stays() {
    for seed in 60..70 {
        let mut world = World::with(seed, &[Role::Owner, Role::Owner, Role::Editor]);
        for device in 0..3 {
            let stamp = world.stamp(device);
            let who = &world.devices[device];
            let envelope = leave(&who.authority, &who.key, &stamp, &BTreeMap::new()).unwrap();
            world.publish(device, envelope);
        }
        let roles: Vec<_> = (0..4).map(|device| world.role(device)).collect();
        assert_eq!(roles, [Some(Role::Owner), None, None, Some(Role::Editor)]);
    }
}

#[test]
fn an_operation_waits_for_what_it_builds_on() {
    let mut world = World::with(15, &[Role::Editor]);
    world.set_role(0, 1, Role::Viewer, 9);
    let mut authority = Authority::build(world.workspace, &world.all[..1]);
    authority.insert(world.all.last().unwrap());
    assert_eq!(authority.voided()[0].reason, VoidReason::Waiting);
    let changes = authority.insert_all(&world.all[1..3]);
    assert!(changes.contains(&AccessChange::Joined(world.member(1))));
    assert!(authority.voided().is_empty());
    assert_eq!(authority, world.authority());
    assert_eq!(
        authority.role_of(&world.devices[1].id()),
        Some(Role::Viewer)
    );
}

#[test]
fn an_operation_of_a_newer_version_is_kept_in_its_place_and_named() {
    let mut world = World::new(16);
    let mut body = vec![1, 1, 32];
    body.extend(world.all[0].id().as_bytes());
    body.extend([99, 1, 2, 3]);
    assert!(Operation::decode(&body).is_none());
    // Signed as the documentation says.
    let (key, stamp) = (&world.devices[0].key, world.stamp(0));
    let like = Operation {
        parents: vec![world.all[0].id()],
        action: Action::Relays { relays: vec![] },
    };
    let like = like.sign(key, &stamp).unwrap();
    let mut bytes = like.bytes()[..142].to_vec();
    bytes.extend(body);
    let mut message = b"skein/1 envelope signature\0".to_vec();
    message.extend(blake3::derive_key("skein/1 envelope signature", &bytes));
    let signer = ed25519_dalek::SigningKey::from_bytes(&key.to_bytes());
    bytes.extend(ed25519_dalek::Signer::sign(&signer, &message).to_bytes());
    let newer = UnverifiedEnvelope::decode(&bytes)
        .unwrap()
        .verify(&world.workspace)
        .unwrap();
    let id = world.publish(0, newer);
    assert_eq!(reason(&world, id), Some(VoidReason::Unreadable));
    assert_eq!(world.authority().heads(), [id]);
    world.invite(0, Role::Editor, 1);
    assert_eq!(world.authority().invites(&Keyring::default()).len(), 1);
}

#[test]
fn parents_and_lists_out_of_order_are_refused() {
    let mut world = World::with(17, &[Role::Owner]);
    let mut parents = vec![world.all[0].id(), world.all[1].id()];
    parents.sort();
    parents.reverse();
    let action = Action::Relays { relays: vec![] };
    let unordered = Operation {
        parents,
        action: action.clone(),
    };
    assert!(Operation::decode(&unordered.encode()).is_none());
    let twice = Operation {
        parents: vec![world.all[0].id(); 2],
        action,
    };
    assert!(Operation::decode(&twice.encode()).is_none());
    let kept = Kept {
        device: world.devices[1].id(),
        sequence: 1,
    };
    let member = world.member(1);
    let id = world.say(
        0,
        Action::RemoveMember {
            member,
            kept: vec![kept, kept],
        },
    );
    assert!(matches!(reason(&world, id), Some(VoidReason::Malformed(_))));
}

/// About a hundred; two fifths of `PROPTEST_CASES` when that is set.
fn cases() -> u32 {
    ProptestConfig::default().cases * 2 / 5
}

/// A history full of quarrels: members act on partial knowledge, some beyond their rights.
fn quarrel(seed: u64, steps: usize) -> World {
    let roles = [Role::Owner, Role::Owner, Role::Editor, Role::Viewer];
    let mut world = World::with(seed, &roles);
    let mut chance = ChaCha20Rng::seed_from_u64(seed ^ 0xABCD);
    let mut tickets = vec![(world.invite(0, Role::Owner, 2), 0)];
    for _ in 0..steps {
        let people = world.devices.len();
        let (by, on) = (chance.gen_range(0..people), chance.gen_range(0..people));
        let knows = |world: &World| {
            world.devices[by]
                .authority
                .member_of(&world.devices[on].id())
        };
        match chance.gen_range(0..11) {
            0 | 1 => world.tell(by, on),
            2 => {
                if let Some(member) = knows(&world) {
                    world.say(
                        by,
                        Action::RemoveMember {
                            member,
                            kept: vec![],
                        },
                    );
                }
            }
            3 => {
                let device = world.devices[on].id();
                world.say(by, Action::RemoveDevice { device, kept: 3 });
            }
            4 | 5 => {
                if let Some(member) = knows(&world) {
                    let role = [Role::Owner, Role::Editor, Role::Viewer][chance.gen_range(0..3)];
                    let action = if chance.gen_bool(0.5) {
                        Action::Raise { member, role }
                    } else {
                        Action::Lower {
                            member,
                            role,
                            kept: vec![],
                        }
                    };
                    world.say(by, action);
                }
            }
            6 => {
                let device = &world.devices[by];
                if device.authority.admin(&device.id()).is_ok()
                    && device.keyring().epochs().count() > 0
                {
                    tickets.push((world.invite(by, Role::Owner, chance.gen_range(1..3)), by));
                }
            }
            7 if people < 9 => {
                let (ticket, maker) = tickets[chance.gen_range(0..tickets.len())].clone();
                let from = if chance.gen_bool(0.5) { maker } else { by };
                let new = world.stranger();
                world.tell(from, new);
                let stamp = world.stamp(new);
                let device = &world.devices[new];
                let joined = skein_access::join(
                    &ticket,
                    &device.authority,
                    &device.key,
                    Some("N"),
                    &stamp,
                    &mut world.rng,
                );
                if let Ok(envelope) = joined {
                    world.publish(new, envelope);
                }
            }
            8 => {
                if world.devices[by]
                    .authority
                    .is_member(&world.devices[by].id())
                {
                    world.rotate(by);
                }
            }
            9 => {
                let invites = world.devices[by].authority.invites(&Keyring::default());
                if let Some(invite) = invites.first() {
                    let invite = invite.id;
                    world.say(by, Action::RevokeInvite { invite });
                }
            }
            _ => {
                let consent = world.devices[on]
                    .key
                    .consent(&world.workspace, &world.devices[by].id());
                if let Some(member) = world.devices[by]
                    .authority
                    .member_of(&world.devices[by].id())
                {
                    world.say(
                        by,
                        Action::AddDevice {
                            member,
                            device: consent,
                        },
                    );
                }
            }
        }
    }
    world
}

#[test]
fn a_device_that_two_people_took_acts_for_both() {
    let mut world = World::with(18, &[Role::Viewer]);
    let consent = world.devices[1]
        .key
        .consent(&world.workspace, &world.devices[0].id());
    let founder = world.member(0);
    world.say(
        0,
        Action::AddDevice {
            member: founder,
            device: consent,
        },
    );
    let authority = world.authority();
    assert_eq!(authority.role_of(&world.devices[1].id()), Some(Role::Owner));
    assert!(
        authority
            .members(&Keyring::default())
            .iter()
            .all(|member| member.devices.contains(&world.devices[1].id()))
    );
}

#[test]
fn taking_somebody_out_never_takes_the_last_device_of_an_owner_along() {
    let mut world = World::with(19, &[Role::Viewer]);
    let founder = world.member(0);
    let consent = world.devices[1]
        .key
        .consent(&world.workspace, &world.devices[0].id());
    world.say(
        0,
        Action::AddDevice {
            member: founder,
            device: consent,
        },
    );
    let device = world.devices[0].id();
    world.say(0, Action::RemoveDevice { device, kept: 9 });
    world.share_all();
    assert_eq!(owners(&world.authority()), 1);
    // The viewer's only device is the owner's last.
    let viewer = world.authority().member_of(&world.devices[1].id()).unwrap();
    world.say(
        1,
        Action::RemoveMember {
            member: viewer,
            kept: vec![],
        },
    );
    assert_eq!(owners(&world.authority()), 1);
}

#[test]
fn a_quarrel_that_once_left_nobody_in_charge_leaves_somebody() {
    assert!(owners(&quarrel(9_759_797_239_071_212_356, 30).authority()) > 0);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]

    #[test]
    fn the_same_set_gives_the_same_state_in_every_order_and_partition(seed in any::<u64>(), steps in 0usize..40) {
        let world = quarrel(seed, steps);
        let expected = world.authority();
        let mut chance = ChaCha20Rng::seed_from_u64(seed);
        let mut order: Vec<&Envelope> = world.all.iter().collect();
        for _ in 0..2 {
            order.shuffle(&mut chance);
            let mut one_by_one = Authority::build(world.workspace, []);
            for envelope in &order {
                one_by_one.insert(envelope);
                one_by_one.insert(envelope);
            }
            prop_assert_eq!(&one_by_one, &expected);
            let middle = chance.gen_range(0..=order.len());
            let mut in_parts = Authority::build(world.workspace, order[middle..].iter().copied());
            in_parts.insert_all(order[..middle].iter().copied());
            prop_assert_eq!(&in_parts, &expected);
        }
    }

    #[test]
    fn any_part_of_a_history_with_its_beginning_has_an_owner(seed in any::<u64>(), steps in 0usize..40) {
        let world = quarrel(seed, steps);
        let mut chance = ChaCha20Rng::seed_from_u64(seed);
        prop_assert!(owners(&world.authority()) > 0);
        for device in &world.devices {
            prop_assert!(!device.authority.is_founded() || owners(&device.authority) > 0);
        }
        for _ in 0..5 {
            let share = chance.gen_range(0.2..1.0);
            let part: Vec<&Envelope> =
                world.all.iter().enumerate().filter(|(n, _)| *n == 0 || chance.gen_bool(share)).map(|(_, e)| e).collect();
            let authority = Authority::build(world.workspace, part.iter().copied());
            prop_assert!(owners(&authority) > 0);
            let of_part = authority.voided().iter().all(|voided| part.iter().any(|e| e.id() == voided.id));
            prop_assert!(of_part);
        }
    }

    #[test]
    fn an_operation_that_counts_was_not_struck_by_one_that_counts(seed in any::<u64>(), steps in 0usize..40) {
        let world = quarrel(seed, steps);
        let authority = world.authority();
        let void: Vec<_> = authority.voided().iter().map(|voided| voided.id).collect();
        let operation = |envelope: &Envelope| {
            Operation::decode(&envelope.bytes()[142..envelope.bytes().len() - 64]).unwrap()
        };
        let counting: Vec<&Envelope> = world.all.iter().filter(|envelope| !void.contains(&envelope.id())).collect();
        for envelope in &counting {
            let Action::RemoveDevice { device, .. } = operation(envelope).action else { continue };
            prop_assert_eq!(authority.role_of(&device), None);
            let mut seen = vec![envelope.id()];
            let mut next = 0;
            while next < seen.len() {
                let known = world.all.iter().find(|other| other.id() == seen[next]).unwrap();
                seen.extend(operation(known).parents);
                seen.dedup();
                next += 1;
                if seen.len() > 20_000 { break; }
            }
            for other in &counting {
                prop_assert!(other.header().device != device || seen.contains(&other.id()));
            }
        }
    }

    #[test]
    fn nothing_that_a_removed_junior_says_or_backdates_changes_anything(seed in any::<u64>(), steps in 1usize..25) {
        let mut world = World::with(seed, &[Role::Owner, Role::Editor, Role::Owner]);
        let ticket = world.invite(1, Role::Owner, 3);
        world.set_role(0, 2, Role::Viewer, 2);
        world.share_all();
        world.remove(0, 1, 5);
        world.tell(0, 2);
        world.rotate(2);
        let before = world.authority();
        let expected = (before.members(&Keyring::default()), before.invites(&Keyring::default()), before.devices());
        let mut chance = ChaCha20Rng::seed_from_u64(seed);
        for _ in 0..steps {
            let until = chance.gen_range(1..=world.all.len());
            let past = Authority::build(world.workspace, &world.all[..until]).heads().to_vec();
            let on = chance.gen_range(0..4);
            let (member, device) = (world.member(on), world.devices[on].id());
            let action = match chance.gen_range(0..6) {
                0 => Action::RemoveMember { member, kept: vec![] },
                1 => Action::RemoveDevice { device, kept: 0 },
                2 => Action::Raise { member, role: Role::Owner },
                3 => Action::Lower { member, role: Role::Viewer, kept: vec![] },
                4 => Action::RevokeInvite { invite: world.all[1].id() },
                _ => {
                    let back = world.stranger();
                    world.tell(1, back);
                    let stamp = world.stamp(back);
                    let device = &world.devices[back];
                    let joined =
                        skein_access::join(&ticket, &device.authority, &device.key, Some("N"), &stamp, &mut world.rng);
                    if let Ok(envelope) = joined {
                        world.publish(back, envelope);
                    }
                    continue;
                }
            };
            world.say_after(1, past, action);
        }
        let after = world.authority();
        let state = (after.members(&Keyring::default()), after.invites(&Keyring::default()), after.devices());
        prop_assert_eq!(state.0, expected.0);
        prop_assert_eq!(state.2, expected.2);
        let open = |invites: &[skein_access::InviteView]| invites.iter().filter(|invite| invite.open).count();
        prop_assert_eq!(open(&state.1), open(&expected.1));
    }

    #[test]
    fn mutated_operations_do_no_harm(seed in any::<u64>(), flips in prop::collection::vec((any::<u16>(), any::<u8>()), 1..6)) {
        let world = quarrel(seed % 8, 10);
        for envelope in &world.all {
            let mut body = envelope.bytes()[142..envelope.bytes().len() - 64].to_vec();
            let whole = Operation::decode(&body).unwrap();
            prop_assert_eq!(whole.encode(), body.clone());
            for (place, with) in &flips {
                let place = usize::from(*place) % body.len();
                body[place] ^= with;
            }
            if let Some(operation) = Operation::decode(&body) {
                prop_assert_eq!(operation.encode(), body);
            }
        }
    }

    #[test]
    fn random_bytes_are_no_operation_or_exactly_one(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut begun = vec![1, 0];
        begun.extend(&bytes);
        for bytes in [bytes, begun] {
            if let Some(operation) = Operation::decode(&bytes) {
                prop_assert_eq!(operation.encode(), bytes);
            }
        }
    }
}
