//! Laws of "why can't we connect?": whatever keeps two devices apart has a name.

use crate::sim::World;
use skein_access::{DeviceId, DeviceKey, Role};
use skein_engine::api::{Cause, Event, Ladder, Request, Rung, View, WayOutcome};
use skein_engine::core::{Input, PeerInput};
use skein_net::{DialFailure, Tried};

/// Bo's machine is switched off, and Ana's notices.
fn goes_away(world: &mut World) {
    world.stop(1);
    let gone = PeerInput::Disconnected {
        peer: world.machines[1].device,
        reason: "no answer".to_owned(),
    };
    world.give(0, Input::Peer(gone));
}

/// Ana, who listens, and Bo, who was with her and is away.
fn apart(seed: u64) -> World {
    let mut world = World::new(seed, 2);
    world.found();
    world.invite(0, Role::Editor, 1);
    world.join(1);
    for _ in 0..3 {
        world.settle(&[0, 1]);
        world.pass(400);
    }
    goes_away(&mut world);
    let here = "/ip4/192.168.1.5/tcp/4711".to_owned();
    world.give(0, Input::Peer(PeerInput::Listening(here)));
    world
}

fn ladder_to(world: &mut World, device: DeviceId) -> Ladder {
    let device = device.to_string();
    match world.look(0, View::Ladder { device }) {
        Event::Ladder { ladder } => ladder,
        other => panic!("{other:?}"),
    }
}

fn to_bo(world: &mut World) -> Ladder {
    let bo = world.machines[1].device;
    ladder_to(world, bo)
}

/// An attempt to reach a device came to this, at an address of its own or as a whole.
fn failed(world: &mut World, device: DeviceId, at: Option<&str>, why: DialFailure) {
    let news = PeerInput::DialFailed {
        expected: Some(device),
        addresses: Vec::new(),
        reason: why.to_string(),
        connected: false,
        tried: [Tried {
            address: at.map(str::to_owned),
            why,
        }]
        .into(),
    };
    world.give(0, Input::Peer(news));
}

#[test]
fn what_keeps_two_apart_who_have_no_relay_has_a_name() {
    let cases = [
        (DialFailure::NoAnswer, Cause::NoWay),
        (DialFailure::NothingListens, Cause::NoWay),
        (DialFailure::NoRoute, Cause::Offline),
        (DialFailure::Refused, Cause::HungUp),
        (
            DialFailure::WrongDevice {
                found: DeviceKey::from_bytes(&[9; 32]).id(),
            },
            Cause::OtherDevice,
        ),
    ];
    for (why, cause) in cases {
        let mut world = apart(1);
        let bo = world.machines[1].device;
        failed(&mut world, bo, Some("/ip4/10.0.0.2/tcp/4711"), why.clone());
        assert_eq!(to_bo(&mut world).cause, cause, "{why:?}");
    }
}

#[test]
fn who_is_connected_or_was_not_tried_yet_is_said_to_be_so() {
    let mut world = apart(2);
    world.start(1);
    world.settle(&[0, 1]);
    assert_eq!(to_bo(&mut world).cause, Cause::Connected);
    let mut world = World::new(3, 2);
    world.found();
    world.invite(0, Role::Editor, 1);
    world.join(1);
    world.settle(&[0, 1]);
    goes_away(&mut world);
    assert_eq!(to_bo(&mut world).cause, Cause::NotListening);
}

#[test]
fn with_a_relay_it_is_told_apart_whether_the_relay_or_the_other_is_away() {
    let mut world = apart(4);
    let relay = DeviceKey::from_bytes(&[7; 32]).id();
    let address = skein_net::address_of("relay.example.org:4711", &relay);
    let address = address.unwrap().unwrap();
    world.ask(0, Request::AddRelay { address }).unwrap();
    let bo = world.machines[1].device;
    failed(
        &mut world,
        bo,
        Some("/ip4/10.0.0.2/tcp/4711"),
        DialFailure::NoAnswer,
    );
    assert_eq!(
        to_bo(&mut world).cause,
        Cause::Trying,
        "the relay was not tried"
    );
    failed(
        &mut world,
        relay,
        None,
        DialFailure::UnknownHost("relay.example.org".into()),
    );
    let ladder = to_bo(&mut world);
    assert_eq!(ladder.cause, Cause::RelayUnreached);
    let asked = |ladder: &Ladder| {
        ladder.rungs.iter().find_map(|rung| match rung {
            Rung::Relay {
                name,
                connected,
                outcome,
            } => Some((name.clone(), *connected, *outcome)),
            _ => None,
        })
    };
    let named = "relay.example.org:4711".to_owned();
    assert_eq!(
        asked(&ladder),
        Some((named.clone(), false, WayOutcome::UnknownName))
    );
    assert_eq!(ladder_to(&mut world, relay).cause, Cause::RelayUnreached);

    let connected = PeerInput::Connected {
        peer: relay,
        address: "/ip4/203.0.113.9/tcp/4711".to_owned(),
        dialed: true,
    };
    world.give(0, Input::Peer(connected));
    failed(&mut world, bo, None, DialFailure::NotAtRelay);
    let ladder = to_bo(&mut world);
    assert_eq!(ladder.cause, Cause::Away);
    assert_eq!(asked(&ladder), Some((named, true, WayOutcome::NotThere)));
    assert_eq!(ladder_to(&mut world, relay).cause, Cause::Connected);
}

#[test]
fn what_failed_before_a_connection_explains_nothing_after_it() {
    let mut world = apart(5);
    let bo = world.machines[1].device;
    failed(
        &mut world,
        bo,
        Some("/ip4/10.0.0.2/tcp/4711"),
        DialFailure::Refused,
    );
    world.start(1);
    world.settle(&[0, 1]);
    goes_away(&mut world);
    assert_ne!(to_bo(&mut world).cause, Cause::HungUp);
}
