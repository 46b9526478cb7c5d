//! Members see everything, the invited see the access set until they join, strangers see a closed door.

use skein_access::{Admission, EnvelopeId, EnvelopeKind, WorkspaceId};
use skein_sync::{CloseReason, Frame, Group, SessionInput};

use crate::world::{World, device};

fn invitation() -> EnvelopeId {
    EnvelopeId::from_bytes([1; 32])
}

/// Node 0 is the member with content, node 1 the other; who dials is the caller's choice.
fn meeting(other: Admission) -> (World, Vec<EnvelopeId>, Vec<Vec<u8>>) {
    let mut world = World::new(2, 9);
    world.records_wire = true;
    world.seed(&[0], EnvelopeKind::Access, 12, 200);
    let data = world.seed(&[0], EnvelopeKind::Data, 400, 200);
    let bytes = data
        .iter()
        .map(|id| world.nodes[0].held[id].clone())
        .collect();
    world.nodes[0].admissions.insert(device(1), other);
    (world, data, bytes)
}

fn leaks(world: &World, secrets: &[Vec<u8>]) -> bool {
    let sent = world.wire.iter().filter(|(from, _, _)| *from == 0);
    sent.into_iter().any(|(_, _, frame)| {
        secrets.iter().any(|secret| {
            frame
                .windows(secret.len())
                .any(|window| window == secret.as_slice())
        })
    })
}

#[test]
fn an_invitee_gets_the_access_set_and_no_id_or_byte_of_data_until_it_joins() {
    for (dialer, listener) in [(1, 0), (0, 1)] {
        let (mut world, data, bytes) = meeting(Admission::Invitee(invitation()));
        let link = world.connect(dialer, listener);
        world.run_for(3_000);
        world.make(0, EnvelopeKind::Data, 300);
        world.run_for(3_000);
        assert_eq!(world.nodes[1].set.len(Group::Access), 12);
        assert_eq!(world.nodes[1].set.len(Group::Data), 0);
        assert_eq!(world.nodes[1].agreements(Group::Access), 1);
        assert_eq!(world.nodes[1].agreements(Group::Data), 0);
        let ids: Vec<Vec<u8>> = data.iter().map(|id| id.as_bytes().to_vec()).collect();
        assert!(!leaks(&world, &ids) && !leaks(&world, &bytes));

        // The join is an access envelope; storing it makes the invitee a member.
        world.make(1, EnvelopeKind::Access, 300);
        world.drain();
        assert_eq!(world.nodes[0].set.len(Group::Access), 13);
        world.nodes[0]
            .admissions
            .insert(device(1), Admission::Member);
        world.input(0, link, SessionInput::AccessChanged);
        world.drain();
        assert!(world.is_equal(), "at once, without a pause");
    }
}

#[test]
fn the_proof_of_an_invite_reaches_the_one_who_decides() {
    for (dialer, listener) in [(1, 0), (0, 1)] {
        let (mut world, _, _) = meeting(Admission::Invitee(invitation()));
        let proof = skein_access::InviteProof::from_bytes(&[5; 96]).unwrap();
        world.nodes[1].proof = Some(proof);
        world.connect(dialer, listener);
        world.run_for(1_000);
        assert_eq!(world.nodes[0].proofs, [proof]);
        assert!(world.nodes[1].proofs.is_empty());
    }
}

#[test]
fn an_invitee_that_asks_for_data_is_closed() {
    let frames = [
        Frame::Want {
            group: Group::Data,
            ids: skein_sync::Ids(vec![[1; 32]]),
        },
        Frame::Stream {
            group: Group::Data,
            after: None,
        },
        Frame::Open {
            group: Group::Data,
            count: 0,
            message: skein_sync::Bytes(vec![0x61]),
        },
    ];
    for frame in frames {
        let (mut world, _, bytes) = meeting(Admission::Invitee(invitation()));
        let link = world.connect(1, 0);
        world.run_for(1_000);
        world.input(0, link, SessionInput::Frame(&frame.encode().unwrap()));
        world.run_for(1_000);
        assert!(
            world.nodes[0]
                .closed
                .contains(&(device(1), CloseReason::NotYetMember)),
            "{:?}",
            world.nodes[0].closed
        );
        assert!(!leaks(&world, &bytes));
    }
}

#[test]
fn an_invitee_cannot_pour_in_envelopes() {
    let (mut world, _, _) = meeting(Admission::Invitee(invitation()));
    world.connect(1, 0);
    world.run_for(1_000);
    for _ in 0..100 {
        world.make(1, EnvelopeKind::Access, 300);
        world.drain();
    }
    assert!(world.nodes[0].set.len(Group::Access) <= 12 + 64);
    assert!(matches!(
        world.nodes[0].closed[0].1,
        CloseReason::TooMuch(_)
    ));
}

#[test]
fn a_stranger_that_dials_gets_a_close_and_not_one_byte() {
    // One who knows the workspace's id (once a member), and one who does not.
    for workspaces in [
        vec![crate::world::WORKSPACE],
        vec![WorkspaceId::from_bytes([8; 32])],
        vec![],
    ] {
        let (mut world, _, _) = meeting(Admission::Stranger);
        world.nodes[1].workspaces = workspaces;
        world.connect(1, 0);
        world.run_for(6_000);
        assert_eq!(
            world.nodes[0].closed,
            [(device(1), CloseReason::NothingShared)]
        );
        assert!(
            world.wire.iter().all(|(from, _, _)| *from != 0),
            "nothing was said to the stranger"
        );
        assert!(world.links.is_empty());
    }
}

#[test]
fn a_stranger_that_is_dialled_learns_nothing_from_the_greeting() {
    let (mut world, _, bytes) = meeting(Admission::Stranger);
    world.connect(0, 1);
    world.run_for(6_000);
    assert!(world.links.is_empty());
    let said: Vec<_> = world
        .wire
        .iter()
        .filter(|(from, _, _)| *from == 0)
        .collect();
    assert_eq!(said.len(), 1, "only the greeting");
    assert!(
        !leaks(&world, &[crate::world::WORKSPACE.as_bytes().to_vec()]) && !leaks(&world, &bytes)
    );
    assert_eq!(world.nodes[1].held.len(), 0);
}

#[test]
fn a_greeting_copied_from_another_pair_of_devices_opens_nothing() {
    let mut world = World::new(3, 2);
    world.records_wire = true;
    world.connect(0, 1);
    let greeting = world.wire[0].2.clone();
    // Node 2 knows no workspace and repeats to node 1 what node 0 said.
    world.nodes[2].workspaces.clear();
    let link = world.connect(2, 1);
    world.input(1, link, SessionInput::Frame(&greeting));
    assert!(
        world.nodes[1]
            .closed
            .contains(&(device(2), CloseReason::NothingShared))
    );
}

#[test]
fn a_silent_connection_is_closed_after_five_seconds() {
    let (mut world, _, _) = meeting(Admission::Member);
    let link = world.connect(1, 0);
    world.nodes[1].sessions.clear();
    for _ in 0..19 {
        world.tick(250);
    }
    assert!(world.nodes[0].closed.is_empty());
    world.tick(250);
    assert!(matches!(
        world.nodes[0].closed[0].1,
        CloseReason::TimedOut(_)
    ));
    assert!(!world.links.contains_key(&link));
}

#[test]
fn a_member_that_is_removed_is_told_and_closed() {
    let (mut world, _, _) = meeting(Admission::Member);
    let link = world.connect(1, 0);
    world.run_for(1_000);
    world.nodes[0]
        .admissions
        .insert(device(1), Admission::Stranger);
    world.input(0, link, SessionInput::AccessChanged);
    assert_eq!(
        world.nodes[0].closed,
        [(device(1), CloseReason::AccessWithdrawn)]
    );
    assert!(
        matches!(&world.nodes[1].closed[0].1, CloseReason::ByPeer(why) if why.contains("member"))
    );
}

#[test]
fn two_that_both_believe_they_dialled_or_listened_do_not_hang() {
    use skein_sync::{EnvelopeSet, Fetching, HelloConfig, Session, SessionOutput, Side};
    for side in [Side::Dialer, Side::Listener] {
        let hello = || HelloConfig {
            workspaces: vec![crate::world::WORKSPACE],
            invite: None,
        };
        let (set, mut fetching) = (EnvelopeSet::new(), Fetching::new());
        let mut sessions = Vec::new();
        let mut outputs = Vec::new();
        for (me, peer) in [(0, 1), (1, 0)] {
            let (session, first) = Session::new(device(me), device(peer), side, hello(), 0);
            sessions.push(session);
            outputs.extend(first.into_iter().map(|output| (me, output)));
        }
        let mut now = 0;
        while sessions.iter().any(|session| !session.is_closed()) {
            assert!(now < 60_000, "still open after a minute");
            if outputs.is_empty() {
                now += 1_000;
                for (me, session) in sessions.iter_mut().enumerate() {
                    let more = session.handle(SessionInput::Tick, &set, &mut fetching, now);
                    outputs.extend(more.into_iter().map(|output| (me, output)));
                }
            }
            for (me, output) in std::mem::take(&mut outputs) {
                let (to, input) = match &output {
                    SessionOutput::Send(bytes) => (1 - me, SessionInput::Frame(bytes)),
                    SessionOutput::NeedAdmission { .. } => {
                        (me, SessionInput::Admitted(Admission::Member))
                    }
                    _ => continue,
                };
                let more = sessions[to].handle(input, &set, &mut fetching, now);
                outputs.extend(more.into_iter().map(|output| (to, output)));
            }
        }
    }
}

#[test]
fn whoever_is_out_hands_over_what_it_names_and_gets_no_id_or_byte_of_data() {
    for (dialer, listener) in [(1, 0), (0, 1)] {
        let (mut world, data, bytes) = meeting(Admission::Removed);
        let theirs = world.seed(&[1], EnvelopeKind::Data, 40, 200);
        let link = world.connect(dialer, listener);
        world.run_for(1_000);
        // Without being asked it names nothing.
        assert_eq!(world.nodes[0].set.len(Group::Data), 400);
        let (group, ids) = (Group::Data, theirs.as_slice());
        world.input(1, link, SessionInput::Offer { group, ids });
        world.run_for(3_000);
        assert!(theirs.iter().all(|id| world.nodes[0].ids().contains(id)));
        assert_eq!(world.nodes[1].set.len(Group::Data), 40);
        let ids: Vec<Vec<u8>> = data.iter().map(|id| id.as_bytes().to_vec()).collect();
        assert!(!leaks(&world, &ids) && !leaks(&world, &bytes));
        assert!(world.nodes[0].closed.is_empty(), "the session goes on");

        // A member is told nothing by it: members compare.
        let (mut members, _, _) = meeting(Admission::Member);
        let own = members.seed(&[1], EnvelopeKind::Data, 1, 200);
        let link = members.connect(dialer, listener);
        members.run_for(3_000);
        members.wire.clear();
        let (group, ids) = (Group::Data, own.as_slice());
        members.input(1, link, SessionInput::Offer { group, ids });
        assert!(members.wire.is_empty());
    }
}
