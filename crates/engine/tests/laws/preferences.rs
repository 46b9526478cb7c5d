//! Laws of the preferences: kept on this machine in every state of a profile, told to every shell, and bounded.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};

use crate::sim::World;
use skein_access::DeviceKey;
use skein_engine::api::{ApiError, ClientMessage, ErrorCode, Event, Reply, Request, View};
use skein_engine::api::{Outcome, ServerMessage};
use skein_engine::core::{Core, Effect, Input};
use skein_store::{Opened, Store};

/// A shell that is neither the simulation's own nor an editor's.
const WINDOW: u64 = 5_000;

fn set(world: &mut World, key: &str, value: Option<&str>) -> Result<Reply, ApiError> {
    let request = Request::SetPreference {
        key: key.to_owned(),
        value: value.map(str::to_owned),
    };
    world.ask(0, request)
}

/// What a window is told in return for a request of its own.
fn told(world: &mut World, request: Request) -> Vec<ServerMessage> {
    let input = Input::Client {
        client: WINDOW,
        message: ClientMessage { id: 1, request },
    };
    let effects = world.machines[0].handle(world.now_ms, input);
    let messages = effects.into_iter().filter_map(|effect| match effect {
        Effect::ToClient { client, message } => (client == WINDOW).then_some(*message),
        _ => None,
    });
    messages.collect()
}

fn values(messages: &[ServerMessage]) -> Option<BTreeMap<String, String>> {
    messages.iter().rev().find_map(|message| match message {
        ServerMessage::Event {
            event: Event::Preferences { values },
            ..
        } => Some(values.clone()),
        _ => None,
    })
}

fn shown(world: &mut World) -> BTreeMap<String, String> {
    let view = View::Preferences;
    values(&told(world, Request::Subscribe { view })).expect("the first event carries all")
}

fn map(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    entries.iter().map(owned).collect()
}

/// Opens the profile as one that a later Skein wrote, which this one does not touch.
fn start_only_to_read(world: &mut World) {
    const WHERE_SQLITE_KEEPS_THE_VERSION: u64 = 60;
    let machine = &mut world.machines[0];
    let mut file = File::options().write(true).open(&machine.path).unwrap();
    file.seek(SeekFrom::Start(WHERE_SQLITE_KEEPS_THE_VERSION))
        .unwrap();
    file.write_all(&[0, 0, 1, 0]).unwrap();
    drop(file);
    let opened = Store::open(&machine.path).unwrap();
    assert!(matches!(opened, Opened::Damaged(..)), "{opened:?}");
    let key = DeviceKey::from_bytes(&machine.key);
    machine.core = Some(Core::open(opened, key, &mut world.rng).unwrap());
}

#[test]
fn a_preference_is_kept_before_there_is_a_workspace_and_after_a_restart() {
    let mut world = World::new(1, 1);
    assert!(shown(&mut world).is_empty());
    set(&mut world, "theme", Some("\"dark\"")).unwrap();
    set(&mut world, "board.abc234.view", Some("{}")).unwrap();
    world.found();
    set(&mut world, "theme", Some("\"light\"")).unwrap();
    set(&mut world, "board.abc234.view", None).unwrap();
    world.machines[0].crash(false);
    world.start(0);
    assert_eq!(shown(&mut world), map(&[("theme", "\"light\"")]));
}

#[test]
fn every_change_is_told_whole_and_what_is_already_so_is_not_told() {
    let mut world = World::new(2, 1);
    set(&mut world, "density", Some("1")).unwrap();
    shown(&mut world);
    let theme = |value: Option<&str>| Request::SetPreference {
        key: "theme".to_owned(),
        value: value.map(str::to_owned),
    };
    let news = values(&told(&mut world, theme(Some("2"))));
    assert_eq!(news, Some(map(&[("density", "1"), ("theme", "2")])));
    assert_eq!(values(&told(&mut world, theme(Some("2")))), None);
    let news = values(&told(&mut world, theme(None)));
    assert_eq!(news, Some(map(&[("density", "1")])));
}

#[test]
fn keys_and_sizes_are_bounded_and_what_is_refused_changes_nothing() {
    let mut world = World::new(3, 1);
    for key in ["", "Theme", "a b", "a_b", "ä", &"k".repeat(65)] {
        let code = set(&mut world, key, Some("1")).unwrap_err().code;
        assert_eq!(code, ErrorCode::Invalid, "{key:?}");
    }
    let code = set(&mut world, "a", Some(&"v".repeat(64 * 1024 + 1)));
    assert_eq!(code.unwrap_err().code, ErrorCode::TooLarge);
    let large = "v".repeat(64 * 1024);
    let taken = (0..40)
        .filter(|number| set(&mut world, &format!("k{number}"), Some(&large)).is_ok())
        .count();
    assert!((8..17).contains(&taken), "{taken} large values were taken");
    assert_eq!(shown(&mut world).len(), taken);
}

#[test]
fn the_settings_of_the_engine_are_out_of_reach() {
    let mut world = World::new(4, 1);
    world.found();
    set(&mut world, "workspace", Some("another")).unwrap();
    set(&mut world, "port", Some("1")).unwrap();
    assert_eq!(
        shown(&mut world),
        map(&[("port", "1"), ("workspace", "another")])
    );
    world.machines[0].crash(false);
    world.start(0);
    let Reply::Status { status } = world.ask(0, Request::Status).unwrap() else {
        panic!("a status is answered by a status")
    };
    assert_eq!(status.workspace_name.as_deref(), Some("Geese"));
    assert_eq!(world.machines[0].core.as_ref().unwrap().port(), None);
}

#[test]
fn a_profile_that_is_only_read_shows_preferences_and_refuses_to_keep_any() {
    let mut world = World::new(5, 1);
    set(&mut world, "theme", Some("1")).unwrap();
    world.machines[0].crash(false);
    start_only_to_read(&mut world);
    let refused = told(
        &mut world,
        Request::SetPreference {
            key: "theme".to_owned(),
            value: Some("2".to_owned()),
        },
    );
    assert!(
        matches!(&refused[..], [ServerMessage::Reply { result: Outcome::Error(error), .. }]
        if error.code == ErrorCode::ReadOnly)
    );
    assert_eq!(shown(&mut world), map(&[("theme", "1")]));
}
