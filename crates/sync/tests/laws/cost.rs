//! What agreement costs on the wire.

use skein_access::EnvelopeKind;
use skein_sync::Group;

use crate::world::World;

fn overhead(world: &World) -> u64 {
    world.bytes - world.envelope_bytes
}

#[test]
fn equal_sets_agree_in_less_than_five_hundred_bytes() {
    let mut world = World::new(2, 1);
    world.seed(&[0, 1], EnvelopeKind::Access, 40, 200);
    world.seed(&[0, 1], EnvelopeKind::Data, 10_000, 160);
    world.connect(0, 1);
    world.run_for(1_000);
    assert_eq!(world.nodes[0].agreements(Group::Data), 1);
    assert_eq!(world.nodes[1].agreements(Group::Data), 1);
    assert!(
        world.bytes < 500,
        "{} bytes, greeting included",
        world.bytes
    );
}

#[test]
fn ten_of_ten_thousand_differing_cost_less_than_fifteen_kilobytes() {
    for seed in 0..5 {
        let mut world = World::new(2, seed);
        world.seed(&[0, 1], EnvelopeKind::Data, 10_000, 160);
        world.seed(&[0], EnvelopeKind::Data, 5, 160);
        world.seed(&[1], EnvelopeKind::Data, 5, 160);
        world.connect(0, 1);
        world.run_for(1_000);
        assert!(world.is_equal());
        assert!(overhead(&world) < 15_000, "{} bytes", overhead(&world));
    }
}

#[test]
fn the_little_that_a_returning_dialer_brings_is_sent_without_being_asked_for() {
    for seed in 0..5 {
        let mut world = World::new(2, seed);
        world.seed(&[0, 1], EnvelopeKind::Data, 10_000, 160);
        world.seed(&[0], EnvelopeKind::Data, 10, 160);
        world.connect(0, 1);
        world.run_for(1_000);
        assert!(world.is_equal());
        assert_eq!(world.nodes[0].agreements(Group::Data), 1);
        // Every id of a differing leaf is compared once; none is named again to be asked for.
        assert!(overhead(&world) < 9_700, "{} bytes", overhead(&world));
    }
}

#[test]
fn what_a_returning_peer_has_not_confirmed_goes_before_the_comparison_which_then_costs_next_to_nothing()
 {
    for (seed, dialer) in [(0, 0), (1, 0), (2, 1), (3, 1)] {
        let mut world = World::new(2, seed);
        world.seed(&[0, 1], EnvelopeKind::Access, 20, 160);
        world.seed(&[0, 1], EnvelopeKind::Data, 10_000, 160);
        let link = world.connect(0, 1);
        world.run_for(1_000);
        world.break_link(link);
        let mut news = world.seed(&[0], EnvelopeKind::Data, 5, 160);
        news.extend(world.seed(&[1], EnvelopeKind::Data, 5, 160));
        let before = overhead(&world);
        world.connect(dialer, 1 - dialer);
        world.run_for(1_000);
        assert!(world.is_equal());
        assert!(
            world
                .nodes
                .iter()
                .all(|node| node.agreements(Group::Data) == 2)
        );
        let cost = overhead(&world) - before;
        assert!(cost < 600, "{cost} bytes, greeting included");
        for id in news {
            let times: usize = world
                .nodes
                .iter()
                .filter_map(|node| node.arrivals.get(&id))
                .sum();
            assert_eq!(times, 1);
        }
    }
}

#[test]
fn whoever_lost_what_it_confirmed_gets_it_whatever_was_sent_before_comparing() {
    for seed in 0..4 {
        let mut world = World::new(2, seed);
        world.seed(&[0, 1], EnvelopeKind::Data, 200, 160);
        let link = world.connect(0, 1);
        world.run_for(1_000);
        world.break_link(link);
        world.nodes[1].forget_all(Group::Data);
        world.nodes[1].acknowledged.clear();
        world.liars.insert(1);
        world.seed(&[0], EnvelopeKind::Data, 3, 160);
        world.connect(seed as usize % 2, 1 - seed as usize % 2);
        world.run_for(1_000);
        assert!(world.is_equal());
        assert_eq!(world.nodes[0].lacking.len(), 200);
    }
}

#[test]
fn an_empty_side_is_streamed_to_without_naming_ids() {
    for (dialer, listener) in [(0, 1), (1, 0)] {
        let mut world = World::new(2, 1);
        world.seed(&[0], EnvelopeKind::Access, 20, 160);
        world.seed(&[0], EnvelopeKind::Data, 20_000, 160);
        world.connect(dialer, listener);
        world.run_for(1_000);
        assert!(world.is_equal());
        assert_eq!(world.nodes[1].agreements(Group::Data), 1);
        assert_eq!(
            world.nodes[0].acknowledged.values().next().unwrap().len(),
            20_020
        );
        assert!(
            overhead(&world) < 20_020 * 3 + 1_000,
            "{} bytes",
            overhead(&world)
        );
    }
}

#[test]
fn two_empty_replicas_agree() {
    let mut world = World::new(2, 1);
    world.connect(0, 1);
    world.run_for(1_000);
    assert_eq!(world.nodes[0].agreements(Group::Data), 1);
    assert_eq!(world.nodes[1].agreements(Group::Data), 1);
    assert!(world.bytes < 500);
}

#[test]
fn a_broken_stream_goes_on_where_it_broke() {
    let mut world = World::new(3, 1);
    world.seed(&[0, 2], EnvelopeKind::Data, 8_000, 2_000);
    let link = world.connect(1, 0);
    while world.nodes[1].held.len() < 4_000 {
        world.step();
    }
    world.break_link(link);
    world.drain();
    let before = overhead(&world);
    let window = 4 * 1024 * 1024 / 2_000 + 500;
    world.connect(1, 2);
    world.run_for(12_000);
    assert!(world.is_equal());
    let cost = overhead(&world) - before;
    assert!(
        cost < (4_000 + window) * 4 + 1_000,
        "{cost} bytes for the second half"
    );
    let twice: usize = world.nodes[1]
        .arrivals
        .values()
        .map(|times| times - 1)
        .sum();
    assert!(
        twice as u64 <= window,
        "{twice} envelopes came twice: only what was under way"
    );
}

#[test]
fn two_peers_together_bring_each_envelope_about_once() {
    let mut world = World::new(3, 3);
    world.seed(&[0, 1, 2], EnvelopeKind::Data, 100, 160);
    world.seed(&[0, 1], EnvelopeKind::Data, 10_000, 160);
    world.connect(2, 0);
    world.connect(1, 2);
    world.run_for(30_000);
    assert!(world.is_equal());
    let twice: usize = world.nodes[2]
        .arrivals
        .values()
        .map(|times| times - 1)
        .sum();
    assert!(twice < 100, "{twice} of 10,000 came twice");
}

#[test]
fn an_empty_replica_with_two_peers_is_streamed_to_by_one() {
    let mut world = World::new(3, 3);
    world.seed(&[0, 1], EnvelopeKind::Data, 5_000, 160);
    world.connect(2, 0);
    world.connect(1, 2);
    world.run_for(70_000);
    assert!(world.is_equal());
    let twice: usize = world.nodes[2]
        .arrivals
        .values()
        .map(|times| times - 1)
        .sum();
    assert!(twice < 100, "{twice} of 5,000 came twice");
    assert!(
        world.nodes[2].agreements(Group::Data) >= 2,
        "and both agree in the end"
    );
}

#[test]
fn a_slow_store_is_never_sent_more_than_the_window() {
    let mut world = World::new(2, 3);
    world.seed(&[0], EnvelopeKind::Data, 300, 100_000);
    world.connect(0, 1);
    // Node 1 stores only when nothing else is left to do.
    loop {
        let links: Vec<usize> = world.links.keys().copied().collect();
        let moved = links
            .iter()
            .any(|link| world.deliver(*link, 0) || world.deliver(*link, 1));
        if !moved && !world.work(0) && !world.work(1) {
            break;
        }
    }
    assert!(world.is_equal());
    assert!(world.nodes[1].most_unstored_bytes < 5 * 1024 * 1024);
    assert!(
        world.nodes[1].most_unstored_bytes > 3 * 1024 * 1024,
        "and the window is used"
    );
}

#[test]
fn a_link_of_six_kilobytes_a_second_is_slow_and_never_given_up() {
    let mut world = World::new(2, 3);
    world.seed(&[0], EnvelopeKind::Data, 1_000, 3_000);
    world.seed(&[0], EnvelopeKind::Data, 2, 150_000);
    let link = world.connect(0, 1);
    loop {
        while world.work(0) || world.work(1) || world.deliver(link, 0) {}
        let Some(size) = world.next_size(link, 1) else {
            break;
        };
        for _ in 0..size / 1_500 {
            world.tick(250);
        }
        world.deliver(link, 1);
    }
    assert!(world.is_equal(), "{:?}", world.nodes[1].closed);
    assert!(world.nodes[0].closed.is_empty() && world.nodes[1].closed.is_empty());
}
