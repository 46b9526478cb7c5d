//! A relay takes in what one device brings as fast as it was told to and no faster; nothing is lost, and nobody else waits for it.

use crate::sim::World;
use rand::distributions::{Alphanumeric, DistString};
use skein_access::Role;
use skein_engine::api::{Reply, Request};

/// Two people who meet at a relay that takes so many bytes a second of each connection; it has all that there is.
fn two_at_a_relay(bytes_per_second: u64) -> World {
    let mut world = World::new(21, 2);
    world.found();
    world.name_relay();
    world.invite(0, Role::Editor, 1);
    world.join(1);
    world.settle(&[0, 1]);
    world.relay.as_mut().unwrap().limits.bytes_per_second = bytes_per_second;
    world.relay_starts_again();
    world
}

/// So many notes of a thousand characters that nothing packs.
fn writes(world: &mut World, index: usize, notes: usize) {
    for number in 0..notes {
        let text = Alphanumeric.sample_string(&mut world.rng, 1_000);
        let request = Request::CreateNote {
            title: format!("Note {number}"),
            text: Some(text),
            parent: None,
            after: None,
        };
        world.ask(index, request).unwrap();
    }
}

/// How many changes that are here the relay does not have.
fn lacking(world: &mut World, index: usize) -> u32 {
    let Ok(Reply::Peers { peers, .. }) = world.ask(index, Request::ListPeers) else {
        panic!("no peers")
    };
    let relay = peers.into_iter().find(|peer| peer.relay).unwrap();
    relay.behind
}

/// How long (ms, in the world's time) until the relay has all that this one has.
fn until_kept(world: &mut World, index: usize) -> u64 {
    let began = world.now_ms;
    loop {
        while world.do_what_is_there() {}
        if lacking(world, index) == 0 {
            return world.now_ms - began;
        }
        world.pass(100);
        assert!(world.now_ms - began < 200_000, "it never has all of it");
    }
}

#[test]
fn what_comes_faster_than_a_relay_takes_it_in_waits_and_arrives_and_others_are_served_meanwhile() {
    let mut world = two_at_a_relay(2_000);
    writes(&mut world, 0, 40);
    writes(&mut world, 1, 1);
    world.meet_the_relay(&[0, 1]);
    assert!(until_kept(&mut world, 1) < 5_000, "who brings little waits");
    assert!(
        lacking(&mut world, 0) > 10,
        "who brings much is let through"
    );
    // Some 40 kB at 2 kB a second.
    assert!(until_kept(&mut world, 0) > 12_000);
    world.settle(&[0, 1]);
    world.check_among(&[0, 1]);
}

#[test]
fn as_fast_as_a_relay_usually_is_nobody_waits() {
    let mut world = two_at_a_relay(8 * 1024 * 1024);
    writes(&mut world, 0, 40);
    world.meet_the_relay(&[0, 1]);
    assert!(until_kept(&mut world, 0) < 5_000);
}
