//! New envelopes go at once to those who lack them, and to nobody twice.

use skein_access::EnvelopeKind;
use skein_sync::{Group, SessionInput};

use crate::world::{World, device};

fn connected(nodes: usize, links: &[(usize, usize)]) -> World {
    let mut world = World::new(nodes, 5);
    let all: Vec<usize> = (0..nodes).collect();
    world.seed(&all, EnvelopeKind::Access, 3, 200);
    world.seed(&all, EnvelopeKind::Data, 50, 200);
    for (dialer, listener) in links {
        world.connect(*dialer, *listener);
    }
    world.run_for(2_000);
    world
}

#[test]
fn a_new_envelope_reaches_third_peers_through_the_middle_exactly_once() {
    let mut world = connected(4, &[(0, 1), (2, 1), (2, 3)]);
    world.records_wire = true;
    let id = world.make(0, EnvelopeKind::Data, 400);
    world.drain();
    assert!(world.is_equal(), "without waiting for a reconciliation");
    let named_to = |to: usize| {
        let frames = world
            .wire
            .iter()
            .filter(move |(_, receiver, _)| *receiver == to);
        frames
            .filter(|(_, _, bytes)| bytes.windows(32).any(|window| window == id.as_bytes()))
            .count()
    };
    assert_eq!(named_to(0), 0, "nobody tells the author of it");
    for node in 1..4 {
        assert_eq!(world.nodes[node].arrivals.get(&id), Some(&1));
    }
    assert_eq!(world.nodes[0].arrivals.get(&id), None, "no echo");
    assert!(world.nodes[0].acknowledged[&device(1)].contains(&id));
}

#[test]
fn in_a_full_mesh_an_envelope_comes_about_once_to_each() {
    let links: Vec<(usize, usize)> = (0..5).flat_map(|a| (0..a).map(move |b| (a, b))).collect();
    let mut world = connected(5, &links);
    let ids: Vec<_> = (0..100)
        .map(|turn| {
            let id = world.make(turn % 5, EnvelopeKind::Data, 400);
            world.rounds();
            id
        })
        .collect();
    assert!(world.is_equal());
    let arrivals: usize = world
        .nodes
        .iter()
        .flat_map(|node| ids.iter().filter_map(|id| node.arrivals.get(id)))
        .sum();
    assert!(
        (400..=440).contains(&arrivals),
        "{arrivals} arrivals of 100 envelopes at four others each"
    );
}

#[test]
fn everyone_learns_who_holds_an_envelope_of_theirs_in_a_mesh() {
    let mut world = connected(3, &[(0, 1), (1, 2), (2, 0)]);
    let id = world.make(0, EnvelopeKind::Data, 400);
    world.drain();
    for peer in [1, 2] {
        assert!(world.nodes[0].acknowledged[&device(peer)].contains(&id));
    }
}

#[test]
fn edits_made_while_a_stream_runs_arrive_too() {
    let mut world = World::new(2, 5);
    world.seed(&[0], EnvelopeKind::Data, 5_000, 200);
    world.connect(1, 0);
    for turn in 0..40 {
        for _ in 0..10 {
            world.step();
        }
        world.make(turn % 2, EnvelopeKind::Data, 300);
    }
    world.drain();
    assert!(world.is_equal());
}

#[test]
fn a_pause_of_ten_minutes_ends_in_a_reconciliation_and_so_does_a_request() {
    let mut world = connected(2, &[(0, 1)]);
    assert_eq!(world.nodes[0].agreements(Group::Data), 1);
    // Something that no session was told of, as from a file.
    let bytes = world.fresh(EnvelopeKind::Data, 100, 300);
    world.nodes[0].keep(bytes);
    world.run_for(9 * 60_000);
    assert!(!world.is_equal());
    world.run_for(2 * 60_000);
    assert!(world.is_equal());
    for (node, links) in [(0, 0), (1, 0)] {
        let bytes = world.fresh(EnvelopeKind::Data, 100, 300);
        world.nodes[node].keep(bytes);
        world.input(node, links, SessionInput::Reconcile);
        world.run_for(2_000);
        assert!(world.is_equal(), "asked for by {node}");
    }
}

#[test]
fn a_burst_larger_than_any_queue_still_arrives() {
    let mut world = connected(3, &[(0, 1), (1, 2)]);
    for _ in 0..6_000 {
        world.make(0, EnvelopeKind::Data, 160);
    }
    world.run_for(10_000);
    assert!(world.is_equal());
}

#[test]
fn presence_passes_and_is_bounded() {
    let mut world = connected(2, &[(0, 1)]);
    world.input(0, 0, SessionInput::Presence(b"caret at 7"));
    world.drain();
    assert_eq!(world.nodes[1].presence, [b"caret at 7".to_vec()]);
    for _ in 0..1_000 {
        world.input(0, 0, SessionInput::Presence(&[1; 100]));
    }
    world.input(0, 0, SessionInput::Presence(&[1; 100_000]));
    world.drain();
    assert!(world.nodes[1].presence.len() <= 65);
    assert!(world.nodes[0].closed.is_empty() && world.nodes[1].closed.is_empty());
}

#[test]
fn questions_about_chunks_pass_all_of_them_and_are_bounded() {
    let mut world = connected(2, &[(0, 1)]);
    for number in 0..200_u8 {
        world.input(0, 0, SessionInput::Holding(&[number; 8_000]));
    }
    world.input(0, 0, SessionInput::Holding(&[1; 100_000]));
    world.drain();
    assert_eq!(world.nodes[1].holding.len(), 200);
    assert!(world.nodes[0].closed.is_empty() && world.nodes[1].closed.is_empty());
}
