//! Many new documents at once: in lists before they are made, made in an order that suits whoever looks, and all there in the end.

use crate::sim::World;
use crate::sim::machine::Asked;
use rand::Rng;
use skein_access::Role;
use skein_engine::api::{Reply, Request, View};
use skein_engine::core::{Input, Job};
use skein_model::{DocumentId, NoteEdit, TextField};

const NOTES: usize = 300;

/// Somebody with many notes, and somebody who joins: all he is sent has come, and nothing that left his core is done.
fn just_received() -> (World, Vec<DocumentId>) {
    just_received_of(0)
}

/// The same, and so many of the notes are some hours older than the others.
fn just_received_of(older: usize) -> (World, Vec<DocumentId>) {
    let mut world = World::new(11, 2);
    world.found();
    for machine in &mut world.machines {
        machine.skew_ms = 0;
    }
    let notes = (0..NOTES)
        .map(|number| {
            if number == older {
                // What was written is sealed, in its hour.
                for _ in 0..20 {
                    world.pass(500);
                    while world.do_what_is_there() {}
                }
                world.machines[0].skew_ms += 5 * 3_600_000;
            }
            write(&mut world, &format!("Note {number}"), number)
        })
        .collect();
    world.invite(0, Role::Editor, 2);
    world.join(1);
    world.dial(1, 0);
    for _ in 0..10_000 {
        for pipe in world.network.busy() {
            world.deliver(pipe);
        }
        world.pass(1);
        if world.documents(1, false).len() == NOTES {
            return (world, notes);
        }
    }
    panic!("{} of {NOTES} are listed", world.documents(1, false).len());
}

fn write(world: &mut World, title: &str, number: usize) -> DocumentId {
    let word = world.rng.r#gen::<u32>();
    let request = Request::CreateNote {
        title: title.to_owned(),
        text: Some(format!("goose{number} w{word:08x} #flock")),
        parent: None,
        after: None,
    };
    match world.ask(0, request) {
        Ok(Reply::Created { id }) => id,
        other => panic!("{other:?}"),
    }
}

fn arriving(world: &mut World) -> usize {
    world.status(1).arriving as usize
}

fn found(world: &mut World, query: &str) -> Vec<DocumentId> {
    let request = Request::Search {
        query: query.to_owned(),
        limit: 20,
    };
    match world.ask(1, request) {
        Ok(Reply::Found { hits }) => hits.into_iter().map(|hit| hit.id).collect(),
        other => panic!("{other:?}"),
    }
}

fn titles(world: &mut World) -> Vec<String> {
    let listed = world.documents(1, false).into_iter();
    listed.map(|listed| listed.item.title).collect()
}

/// The power goes, and comes back.
fn power_cut(world: &mut World) {
    world.machines[1].crash(true);
    let mut rng = world.rng.clone();
    world.network.machine_gone(&mut rng, 1);
    world.views.clear();
    world.start(1);
}

#[test]
fn titles_are_listed_before_any_document_is_made() {
    let (mut world, _) = just_received();
    let jobs = &world.machines[1].jobs;
    assert!(
        jobs.iter().any(|job| matches!(job, Job::Begin(_))),
        "{jobs:?}"
    );
    let expected = {
        let listed = world.documents(0, false).into_iter();
        listed.map(|listed| listed.item.title).collect::<Vec<_>>()
    };
    assert_eq!(titles(&mut world), expected);
    assert!(arriving(&mut world) >= NOTES, "and it says so");
    world.rest_and_check(&[0, 1]);
    assert_eq!(titles(&mut world), expected);
    assert_eq!(arriving(&mut world), 0);
}

#[test]
fn a_document_that_is_opened_meanwhile_comes_first() {
    let (mut world, notes) = just_received();
    let before = arriving(&mut world);
    // Some are being made elsewhere just now; any other is there before the answer.
    let answered = notes.iter().enumerate().find_map(|(number, document)| {
        let request = Request::ReadNote {
            document: *document,
        };
        let asked = world.ask_for(1, request, Asked::Question);
        Some((number, world.machines[1].answers.remove(&asked)?))
    });
    let Some((number, Ok(Reply::Note { note }))) = answered else {
        panic!("{answered:?}");
    };
    assert!(
        note.text.starts_with(&format!("goose{number} ")),
        "{}",
        note.text
    );
    assert_eq!(arriving(&mut world), before - 1, "the others wait");
    let edit = NoteEdit::AppendText {
        text: "and on".to_owned(),
    };
    let document = notes[NOTES - 1];
    assert!(world.ask(1, Request::EditNote { document, edit }).is_ok());
    world.rest_and_check(&[0, 1]);
    let text = world.text(0, document, TextField::NoteText);
    assert!(text.ends_with("and on"), "{text}");
}

#[test]
fn the_latest_are_made_before_the_older_ones() {
    let older = NOTES / 2;
    let (mut world, notes) = just_received_of(older);
    let made = |world: &mut World, numbers: std::ops::Range<usize>| {
        let is_made = |number: &usize| {
            let hits = found(world, &format!("goose{number}"));
            hits.contains(&notes[*number])
        };
        numbers.filter(is_made).count()
    };
    // One job was begun with what came first, while more was on the way; the last may hold some of both.
    let begun_before = world.machines[1].jobs.len();
    for _ in 0..1_000 {
        if made(&mut world, older..NOTES) == NOTES - older {
            break;
        }
        if !world.machines[1].jobs.is_empty() {
            let done = world.machines[1].jobs.remove(0).run();
            world.give(1, Input::JobDone(Box::new(done)));
        }
        world.pass(10);
    }
    assert_eq!(made(&mut world, older..NOTES), NOTES - older);
    let early = made(&mut world, 0..older);
    assert!(
        early <= (begun_before + 1) * 64,
        "{early} of the older ones"
    );
    world.rest_and_check(&[0, 1]);
}

#[test]
fn whoever_asks_for_a_document_that_is_just_being_made_waits_for_it() {
    let (mut world, notes) = just_received();
    let mut waited = 0;
    for (client, document) in (1 << 40..).zip(notes) {
        let asked = world.ask_for(1, Request::ReadNote { document }, Asked::Question);
        let view = View::Files { document };
        let (watched, _) = world.ask_apart(1, client, Request::Subscribe { view });
        let answer = world.machines[1].answers.remove(&asked);
        assert_eq!(answer.is_some(), watched.is_some(), "both wait, or neither");
        if let Some(answer) = answer {
            assert!(matches!(answer, Ok(Reply::Note { .. })), "{answer:?}");
            continue;
        }
        waited += 1;
        for _ in 0..10 {
            if !world.machines[1].answers.contains_key(&asked) {
                world.run_job(1);
            }
        }
        let answer = world.machines[1].answers.remove(&asked);
        assert!(matches!(answer, Some(Ok(Reply::Note { .. }))), "{answer:?}");
    }
    assert!(waited > 0);
    world.rest_and_check(&[0, 1]);
}

#[test]
fn after_a_power_cut_between_listing_and_making_it_goes_on_by_itself() {
    let (mut world, notes) = just_received();
    power_cut(&mut world);
    assert_eq!(titles(&mut world).len(), NOTES, "still listed");
    world.run_job(1);
    power_cut(&mut world);
    // Nobody needs to be there for it.
    for _ in 0..100 {
        world.run_job(1);
        world.pass(10);
    }
    assert_eq!(arriving(&mut world), 0);
    for number in [0, NOTES / 2, NOTES - 1] {
        assert_eq!(
            found(&mut world, &format!("goose{number}")),
            [notes[number]]
        );
    }
    world.rest_and_check(&[0, 1]);
    assert_eq!(found(&mut world, "note 299"), [notes[299]]);
}

#[test]
fn what_its_author_may_no_longer_have_written_leaves_the_lists() {
    let (mut world, _) = just_received();
    world.rest_and_check(&[0, 1]);
    // Somebody writes many notes while he is away, and is taken out meanwhile.
    let third = world.add_machine();
    world.machines[third].skew_ms = 0;
    world.invite(0, Role::Editor, 2);
    world.join(third);
    world.settle(&[0, 1, third]);
    world.stop(0);
    for number in 0..50 {
        let request = Request::CreateNote {
            title: format!("Late {number}"),
            text: None,
            parent: None,
            after: None,
        };
        world.ask(third, request).unwrap();
    }
    world.pass(5_000);
    for _ in 0..10_000 {
        for pipe in world.network.busy() {
            world.deliver(pipe);
        }
        world.pass(1);
        if titles(&mut world).len() == NOTES + 50 {
            break;
        }
    }
    assert_eq!(titles(&mut world).len(), NOTES + 50);
    assert!(arriving(&mut world) > 0, "not all of them are made");
    world.stop(third);
    world.start(0);
    let people = world.people(0);
    let member = people
        .into_iter()
        .find(|member| {
            member
                .devices
                .iter()
                .any(|device| device.id == world.machines[third].device.to_string())
        })
        .unwrap()
        .id;
    world.ask(0, Request::RemoveMember { member }).unwrap();
    world.out.insert(third);
    world.uncertain.insert(third);
    world.settle(&[0, 1]);
    for _ in 0..30 {
        world.pass(400);
    }
    world.settle(&[0, 1]);
    world.check_among(&[0, 1]);
    assert_eq!(titles(&mut world).len(), NOTES);
    assert_eq!(arriving(&mut world), 0);
}
