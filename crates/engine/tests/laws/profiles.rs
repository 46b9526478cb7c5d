//! Laws of profiles: each says who he is and when he works, all read it, it is in no list, and nobody else changes it.

use crate::sim::World;
use crate::sim::machine::Machine;
use skein_access::Role;
use skein_engine::api::{
    ApiError, ClientMessage, ErrorCode, Event, Hours, Member, Reply, Request, ServerMessage, View,
};
use skein_engine::core::{Effect, Input};

/// A shell that is neither the simulation's own nor an editor's.
const WINDOW: u64 = 5_000;

fn week() -> Hours {
    Hours {
        start: 540,
        end: 1050,
        days: vec![1, 2, 3, 4, 5],
    }
}

fn say(
    world: &mut World,
    index: usize,
    name: Option<&str>,
    zone: Option<&str>,
    hours: Option<Hours>,
) -> Result<Reply, ApiError> {
    let request = Request::SetProfile {
        name: name.map(str::to_owned),
        zone: zone.map(str::to_owned),
        hours,
    };
    world.ask(index, request)
}

fn heard(effects: Vec<Effect>) -> Option<Vec<Member>> {
    let people = effects.into_iter().filter_map(|effect| match effect {
        Effect::ToClient {
            client: WINDOW,
            message,
        } => match *message {
            ServerMessage::Event {
                event: Event::People { members },
                ..
            } => Some(members),
            _ => None,
        },
        _ => None,
    });
    people.last()
}

fn people(world: &mut World, index: usize) -> Vec<Member> {
    let request = Request::Subscribe { view: View::People };
    let message = ClientMessage { id: 1, request };
    let input = Input::Client {
        client: WINDOW,
        message,
    };
    heard(world.machines[index].handle(world.now_ms, input)).expect("the first event carries all")
}

fn me(world: &mut World, index: usize) -> Member {
    let mut members = people(world, index);
    members.retain(|member| member.me);
    members.pop().unwrap()
}

/// What was written last has reached everybody.
fn rest(world: &mut World) {
    for _ in 0..3 {
        world.settle(&[0, 1]);
        world.pass(400);
    }
}

fn pair(seed: u64, role: Role) -> World {
    let mut world = World::new(seed, 2);
    for machine in &mut world.machines {
        machine.skew_ms = 0;
    }
    world.found();
    world.invite(0, role, 5);
    world.join(1);
    rest(&mut world);
    world
}

#[test]
fn what_a_member_says_of_himself_is_read_by_all_even_when_he_may_only_look() {
    for (seed, role) in [(1, Role::Editor), (2, Role::Viewer)] {
        let mut world = pair(seed, role);
        say(
            &mut world,
            1,
            Some("Bea Okafor"),
            Some("Asia/Tokyo"),
            Some(week()),
        )
        .unwrap();
        rest(&mut world);
        for index in 0..2 {
            let members = people(&mut world, index);
            let bea = members
                .iter()
                .find(|member| member.name == "Bea Okafor")
                .unwrap();
            assert_eq!(bea.zone.as_deref(), Some("Asia/Tokyo"));
            assert_eq!(bea.hours, Some(week()));
            assert!(bea.working.is_some() && bea.changes_at.is_some());
            let other = members.iter().find(|member| member.id != bea.id).unwrap();
            assert_eq!((&other.zone, other.working), (&None, None));
        }
    }
}

#[test]
fn a_profile_is_in_no_list_and_no_search_and_the_audit_finds_all_in_order() {
    let mut world = pair(3, Role::Editor);
    say(
        &mut world,
        1,
        Some("Wildgoose"),
        Some("Europe/Lisbon"),
        None,
    )
    .unwrap();
    rest(&mut world);
    for index in 0..2 {
        let listed = world.ask(
            index,
            Request::ListDocuments {
                kind: None,
                trashed: false,
            },
        );
        assert!(matches!(listed, Ok(Reply::Documents { documents }) if documents.is_empty()));
        for query in ["Wildgoose", "Lisbon"] {
            let found = world.ask(
                index,
                Request::Search {
                    query: query.to_owned(),
                    limit: 9,
                },
            );
            assert!(matches!(found, Ok(Reply::Found { hits }) if hits.is_empty()));
        }
        let Ok(Reply::Audit { report }) = world.ask(index, Request::Audit) else {
            panic!("an audit is answered by its report")
        };
        assert_eq!((report.documents, &report.differences[..]), (0, &[][..]));
    }
    world.rest_and_check(&[0, 1]);
}

#[test]
fn an_undo_goes_back_and_an_empty_name_is_the_one_given_at_joining() {
    let mut world = pair(4, Role::Editor);
    let given = me(&mut world, 0).name;
    say(&mut world, 0, None, Some("Europe/Lisbon"), None).unwrap();
    let reply = say(&mut world, 0, Some("Ana"), Some("Asia/Tokyo"), Some(week()));
    let Ok(Reply::Edited { undo: Some(undo) }) = reply else {
        panic!("there is a way back")
    };
    assert_eq!(me(&mut world, 0).name, "Ana");
    world.ask(0, *undo).unwrap();
    let after = me(&mut world, 0);
    assert_eq!((after.name, after.hours), (given, None));
    assert_eq!(after.zone.as_deref(), Some("Europe/Lisbon"));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let mut world = pair(5, Role::Editor);
    let wrong = Hours {
        days: vec![9],
        ..week()
    };
    let refused = [
        say(&mut world, 0, None, Some("Mars/Olympus"), None),
        say(&mut world, 0, Some("a\nb"), None, None),
        say(&mut world, 0, None, None, Some(wrong)),
    ];
    for reply in refused {
        assert_eq!(reply.unwrap_err().code, ErrorCode::Invalid);
    }
    let mut empty = World::new(6, 1);
    assert!(say(&mut empty, 0, Some("Ana"), None, None).is_err());
}

#[test]
fn the_zone_given_at_the_founding_or_joining_stands_in_the_profile() {
    let mut world = World::new(7, 2);
    let found = Request::CreateWorkspace {
        member_name: "Ana".to_owned(),
        workspace_name: "Geese".to_owned(),
        zone: Some("Europe/Lisbon".to_owned()),
    };
    world.ask(0, found).unwrap();
    world.machines[0].joined = true;
    world.invite(0, Role::Editor, 5);
    let join = Request::JoinWorkspace {
        ticket: world.tickets[0].clone(),
        member_name: Some("Bea".to_owned()),
        zone: Some("Asia/Tokyo".to_owned()),
    };
    world.ask(1, join).unwrap();
    world.machines[1].joined = true;
    rest(&mut world);
    for index in 0..2 {
        let mut zones: Vec<String> = people(&mut world, index)
            .into_iter()
            .map(|member| member.zone.unwrap_or_default())
            .collect();
        zones.sort();
        assert_eq!(zones, ["Asia/Tokyo", "Europe/Lisbon"]);
    }
}

#[test]
fn people_are_told_of_again_when_somebodys_hours_begin_or_end() {
    let mut world = pair(8, Role::Editor);
    let always = Hours {
        start: 0,
        end: 720,
        days: vec![1, 2, 3, 4, 5, 6, 7],
    };
    say(&mut world, 0, None, Some("Etc/UTC"), Some(always)).unwrap();
    let before = me(&mut world, 0);
    let ticks = |machine: &mut Machine, from: u64, ms: u64| {
        let mut told = None;
        let mut now = from;
        while now < from + ms {
            now = machine
                .wakes_at()
                .unwrap_or(now)
                .clamp(now + 1, now + 600_000);
            told = told.or(heard(machine.handle(now, Input::Tick)));
        }
        told
    };
    let now = world.now_ms;
    let told = ticks(&mut world.machines[0], now, 13 * 3_600_000).expect("they are told");
    let after = told.into_iter().find(|member| member.me).unwrap();
    assert_eq!(after.working, before.working.map(|working| !working));
    assert!(after.changes_at > before.changes_at);
}
