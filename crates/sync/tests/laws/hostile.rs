//! Bytes of a peer are hostile: no panic, no hang, nothing lost, and a reason for every close.

use std::collections::HashSet;

use proptest::prelude::*;
use rand::Rng;
use skein_access::{EnvelopeId, EnvelopeKind};
use skein_sync::{
    Bytes, CloseReason, FRAME_BYTES, Frame, FrameError, Group, Ids, Items, Scope, SessionInput, Why,
};

use crate::world::{World, device, envelope, reference};

fn frames() -> impl Strategy<Value = Frame> {
    let group = prop_oneof![Just(Group::Access), Just(Group::Data)];
    let bytes = prop::collection::vec(any::<u8>(), 0..80);
    let ids = prop::collection::vec(any::<[u8; 32]>(), 0..5);
    (
        group,
        bytes,
        ids,
        any::<u64>(),
        any::<u32>(),
        any::<bool>(),
        0..16,
    )
        .prop_map(|(group, bytes, ids, number, small, yes, which)| {
            let message = Bytes([&[0x61], bytes.as_slice()].concat());
            match which {
                0 => Frame::Granted(if yes { Scope::All } else { Scope::Access }),
                1 => Frame::Open {
                    group,
                    count: number % 3,
                    message,
                },
                2 => Frame::Round { group, message },
                3 => Frame::Stream {
                    group,
                    after: ids.first().map(|id| (small, *id)),
                },
                4 => Frame::StreamEnd { group },
                5 => Frame::Have {
                    group,
                    paced: yes,
                    ids: Ids(ids),
                },
                6 => Frame::More { group },
                7 => Frame::Want {
                    group,
                    ids: Ids(ids),
                },
                8 => Frame::Stored {
                    number: number % 3,
                    refused: vec![0, 9],
                },
                9 => Frame::Settled {
                    group,
                    deferred: small % 2,
                    withheld: 0,
                },
                10 => Frame::Again,
                11 => Frame::Bye(Bytes(bytes)),
                12 if small == 0 => Frame::Holding(Bytes(bytes)),
                12 if small == 1 => Frame::Pack(Bytes(bytes)),
                12 => Frame::Presence(Bytes(bytes)),
                13 => {
                    let kind = if group == Group::Access {
                        EnvelopeKind::Access
                    } else {
                        EnvelopeKind::Data
                    };
                    Frame::Items(Items {
                        number: number % 2,
                        group,
                        why: [Why::Wanted, Why::Stream, Why::Live][small as usize % 3],
                        missing: Ids(if yes { ids } else { Vec::new() }),
                        envelopes: vec![Bytes(envelope(kind, small, number, 200).1)],
                    })
                }
                14 => Frame::Items(Items {
                    number: 0,
                    group,
                    why: Why::Live,
                    missing: Ids::default(),
                    envelopes: vec![Bytes(bytes)],
                }),
                _ => Frame::Round {
                    group,
                    message: Bytes(bytes),
                },
            }
        })
}

/// A connected pair in the middle of something, with node 1 about to be fed lies in the name of node 0.
fn pair(seed: u64, steps: usize, dialer: usize) -> (World, usize) {
    let mut world = World::new(2, seed);
    world.seed(&[0, 1], EnvelopeKind::Data, 60, 200);
    world.seed(&[0], EnvelopeKind::Data, 40, 200);
    world.seed(&[1], EnvelopeKind::Data, 40, 200);
    // Frames that a third puts between two honest nodes confuse the numbers of their batches.
    world.liars.extend([0, 1]);
    let link = world.connect(dialer, 1 - dialer);
    for _ in 0..steps {
        world.step();
    }
    (world, link)
}

/// Whatever was fed: what was held is held, and time brings the session to an end or to agreement.
fn comes_to_rest(world: &mut World, held: usize) {
    world.run_for(70_000);
    assert!(world.nodes[1].held.len() >= held);
    if world.links.is_empty() {
        world
            .nodes
            .iter()
            .for_each(|node| assert!(node.sessions.is_empty()));
    }
    // A fresh connection repairs everything.
    let links: Vec<usize> = world.links.keys().copied().collect();
    for link in links {
        world.break_link(link);
    }
    world.liars.clear();
    for node in &mut world.nodes {
        node.acknowledged.clear();
    }
    world.connect(0, 1);
    world.run_for(15_000);
    let missing: Vec<_> = world.nodes[0]
        .held
        .keys()
        .filter(|id| !world.nodes[1].held.contains_key(*id))
        .collect();
    assert!(
        missing.is_empty(),
        "{} envelopes are missing",
        missing.len()
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn frames_that_make_no_sense_never_panic_and_never_hang(
        lies in prop::collection::vec(frames(), 1..6),
        steps in 0_usize..60,
        dialer in 0_usize..2,
        seed in any::<u64>(),
    ) {
        let (mut world, link) = pair(seed, steps, dialer);
        let held = world.nodes[1].held.len();
        for lie in lies {
            world.input(1, link, SessionInput::Frame(&lie.encode().unwrap()));
            world.step();
        }
        comes_to_rest(&mut world, held);
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), first in 0_u8..20) {
        let _ = Frame::decode(&bytes);
        let _ = Frame::decode(&[&[first], bytes.as_slice()].concat());
    }

    #[test]
    fn what_is_encoded_is_decoded_again(frame in frames()) {
        prop_assert_eq!(Frame::decode(&frame.encode().unwrap()), Ok(frame));
    }
}

#[test]
fn mutated_frames_of_a_true_exchange_never_panic_and_never_hang() {
    for seed in 0..400 {
        let (mut world, link) = pair(seed, 0, usize::try_from(seed % 2).unwrap());
        world.records_wire = true;
        let held = world.nodes[1].held.len();
        let steps = world.rng.gen_range(0..40);
        for _ in 0..steps {
            world.step();
        }
        let mine: Vec<Vec<u8>> = world
            .wire
            .iter()
            .filter(|(from, _, _)| *from == 0)
            .map(|(_, _, bytes)| bytes.clone())
            .collect();
        for mut bytes in mine {
            for _ in 0..world.rng.gen_range(0..3) {
                let at = world.rng.gen_range(0..bytes.len());
                match world.rng.gen_range(0..4) {
                    0 => bytes[at] ^= 1 << world.rng.gen_range(0..8),
                    1 => bytes.truncate(at.max(1)),
                    2 => bytes.insert(at, world.rng.r#gen()),
                    _ => bytes[at] = world.rng.r#gen(),
                }
            }
            world.input(1, link, SessionInput::Frame(&bytes));
        }
        comes_to_rest(&mut world, held);
    }
}

#[test]
fn a_peer_that_lists_and_does_not_deliver_is_left_and_another_delivers() {
    let mut world = World::new(3, 6);
    world.seed(&[0, 1, 2], EnvelopeKind::Data, 50, 200);
    world.seed(&[0, 1], EnvelopeKind::Data, 50, 200);
    let link = world.connect(2, 0);
    // Node 0 falls silent when it is asked for envelopes.
    while world.nodes[2].fetching.is_empty() {
        world.step();
    }
    world.nodes[0].sessions.clear();
    world.connect(2, 1);
    world.run_for(25_000);
    assert_eq!(
        world.nodes[2].held.len(),
        100,
        "long before the silent peer is given up"
    );
    world.run_for(10_000);
    assert!(matches!(
        world.nodes[2].closed[0].1,
        CloseReason::TimedOut(_)
    ));
    assert!(!world.links.contains_key(&link));
}

#[test]
fn envelopes_nobody_asked_for_close_the_session() {
    let (mut world, link) = pair(1, 0, 0);
    world.run_for(2_000);
    let number = world.nodes[1].arrivals.len() as u64;
    for why in [Why::Wanted, Why::Stream] {
        let (mut world, link) = if why == Why::Wanted {
            (std::mem::replace(&mut world, World::new(2, 0)), link)
        } else {
            let (mut world, link) = pair(1, 0, 0);
            world.run_for(2_000);
            (world, link)
        };
        let envelopes = vec![Bytes(
            envelope(EnvelopeKind::Data, 5, number + 9_999, 200).1,
        )];
        for batch in 0..4 {
            let items = Items {
                number: batch,
                group: Group::Data,
                why,
                missing: Ids::default(),
                envelopes: envelopes.clone(),
            };
            world.input(
                1,
                link,
                SessionInput::Frame(&Frame::Items(items).encode().unwrap()),
            );
        }
        assert!(!world.nodes[1].closed.is_empty(), "{why:?}");
        assert_eq!(world.nodes[1].held.len(), 140);
    }
}

#[test]
fn frames_of_a_newer_version_are_skipped_or_named_in_the_close() {
    let (mut world, link) = pair(1, 0, 0);
    world.run_for(2_000);
    world.input(1, link, SessionInput::Frame(&[100, 1, 2, 3]));
    assert!(world.nodes[1].closed.is_empty());
    world.input(1, link, SessionInput::Frame(&[40, 1, 2, 3]));
    assert_eq!(
        world.nodes[1].closed,
        [(device(0), CloseReason::BadFrame(FrameError::Unknown(40)))]
    );
    assert!(
        matches!(&world.nodes[0].closed[0].1, CloseReason::ByPeer(why) if why.contains("kind 40"))
    );
}

#[test]
fn a_frame_larger_than_frames_may_be_closes_the_session() {
    let (mut world, link) = pair(1, 0, 0);
    world.run_for(2_000);
    world.input(1, link, SessionInput::Frame(&vec![8; FRAME_BYTES + 1]));
    assert!(matches!(
        world.nodes[1].closed[0].1,
        CloseReason::BadFrame(FrameError::TooLarge(_))
    ));
}

#[test]
fn asking_without_end_closes_the_session() {
    let (mut world, link) = pair(1, 0, 0);
    world.run_for(2_000);
    let want = Frame::Want {
        group: Group::Data,
        ids: Ids(vec![[5; 32]; 500]),
    }
    .encode()
    .unwrap();
    for _ in 0..3 {
        // Unknown ids are answered as missing at once and cost nothing more.
        world.input(1, link, SessionInput::Frame(&want));
    }
    let again = Frame::Again.encode().unwrap();
    for _ in 0..100 {
        world.input(0, link, SessionInput::Frame(&again));
    }
    assert!(
        world.nodes[0].closed.iter().any(|(_, reason)| matches!(
            reason,
            CloseReason::TooMuch(_) | CloseReason::OutOfOrder(_)
        ))
    );
}

#[test]
fn a_different_protocol_is_told_plainly() {
    use skein_sync::{Hello, PROTOCOL};
    let mut world = World::new(2, 1);
    let link = world.connect(0, 1);
    let hello = Hello {
        newest: PROTOCOL + 5,
        oldest: PROTOCOL + 3,
        tags: Ids::default(),
        proof: None,
    };
    world.input(
        1,
        link,
        SessionInput::Frame(&Frame::Hello(hello).encode().unwrap()),
    );
    assert!(matches!(
        world.nodes[1].closed[0].1,
        CloseReason::OtherProtocol { .. }
    ));
}

/// Eleven minutes: longer than two that hold the same wait before they compare again.
const UNTIL_COMPARED_AGAIN: u64 = 660_000;

/// Node 1 acknowledges what node 0 has, and then holds nothing of the data, or only what was before.
fn acknowledged_and_forgotten(forgets_all: bool) -> (World, HashSet<EnvelopeId>) {
    let mut world = World::new(2, 11);
    world.liars.insert(1);
    world.seed(&[0, 1], EnvelopeKind::Data, 30, 200);
    let before: Vec<Vec<u8>> = world.nodes[1].held.values().cloned().collect();
    world.seed(&[0], EnvelopeKind::Data, 12, 200);
    world.connect(0, 1);
    world.run_for(15_000);
    assert!(world.is_equal());
    assert_eq!(world.nodes[0].lacking, []);
    let mut lost = world.nodes[0].ids();
    world.nodes[1].forget_all(Group::Data);
    if !forgets_all {
        for bytes in before {
            lost.remove(&reference(&bytes).key.id);
            world.nodes[1].keep(bytes);
        }
    }
    (world, lost)
}

#[test]
fn what_was_acknowledged_and_forgotten_is_noticed_at_the_next_comparison_and_sent_again() {
    for forgets_all in [true, false] {
        for connects_anew in [true, false] {
            let (mut world, lost) = acknowledged_and_forgotten(forgets_all);
            if connects_anew {
                let links: Vec<usize> = world.links.keys().copied().collect();
                links.into_iter().for_each(|link| world.break_link(link));
                world.connect(0, 1);
            }
            world.run_for(UNTIL_COMPARED_AGAIN);
            let noticed: HashSet<EnvelopeId> = world.nodes[0].lacking.iter().copied().collect();
            assert!(
                noticed.is_subset(&lost) && !noticed.is_empty(),
                "{forgets_all} {connects_anew}"
            );
            assert!(world.is_equal(), "{forgets_all} {connects_anew}");
        }
    }
}
