//! Long work: what leaves the core for a while is neither waited for by others nor lost when it never comes back.

use crate::sim::World;
use crate::sim::machine::Asked;
use rand::Rng;
use skein_access::Role;
use skein_engine::api::{Event, NoteEdit, Reply, Request, SearchHit, ServerMessage, View};
use skein_engine::core::{Effect, Input, Job};
use skein_model::{DocumentId, Splice, Splices, TextField};

/// Words that no packing makes small.
fn long_text(world: &mut World, words: usize) -> String {
    (0..words).fold(String::new(), |mut text, number| {
        text.push_str(&format!("w{:08x}", world.rng.r#gen::<u32>()));
        text.push(if number % 30 == 29 { '\n' } else { ' ' });
        text
    })
}

fn note(world: &mut World, index: usize, title: &str, text: String) -> DocumentId {
    let request = Request::CreateNote {
        title: title.to_owned(),
        text: Some(text),
        parent: None,
        after: None,
    };
    match world.ask(index, request) {
        Ok(Reply::Created { id }) => id,
        other => panic!("{other:?}"),
    }
}

fn search(query: &str) -> Request {
    Request::Search {
        query: query.to_owned(),
        limit: 20,
    }
}

fn found(world: &mut World, index: usize, query: &str) -> Vec<SearchHit> {
    match world.ask(index, search(query)) {
        Ok(Reply::Found { hits }) => hits,
        other => panic!("{other:?}"),
    }
}

/// Lets one who is alone come to rest; the audit finds nothing.
fn rest(world: &mut World) {
    world.settle(&[0]);
    for _ in 0..5 {
        world.pass(2_000);
        world.settle(&[0]);
    }
    match world.ask(0, Request::Audit) {
        Ok(Reply::Audit { report }) => assert_eq!(report.differences, []),
        other => panic!("{other:?}"),
    }
}

/// Types through the last view until that is acknowledged; no work that left the core is run for it.
fn type_at_start(world: &mut World, words: &str) {
    let at = world.views.len() - 1;
    world.views[at].type_in(&Splices(vec![Splice {
        at: 0,
        delete: 0,
        insert: words.to_owned(),
    }]));
    while world.work_view(at, usize::MAX) {}
    assert!(world.views[at].is_settled(), "typing waits for nothing");
}

/// A machine with a long note that was opened and typed into, so that its document is in memory.
fn with_long_note() -> (World, DocumentId) {
    let mut world = World::new(7, 1);
    world.found();
    world.machines[0].skew_ms = 0;
    let text = long_text(&mut world, 20_000);
    let id = note(&mut world, 0, "Journey", text);
    rest(&mut world);
    // Taken up again, it has the size that it has on disk.
    world.machines[0].crash(false);
    world.start(0);
    world.open_view(0, id, TextField::NoteText);
    for _ in 0..20 {
        world.work_view(0, usize::MAX);
        world.run_job(0);
    }
    (world, id)
}

#[test]
fn a_search_finds_what_was_typed_before_it_into_a_long_note_and_typing_goes_on_meanwhile() {
    let (mut world, id) = with_long_note();
    type_at_start(&mut world, "first ");
    let asked = world.ask_for(0, search("first"), Asked::Question);
    assert!(
        matches!(world.machines[0].jobs.as_slice(), [Job::Read { .. }]),
        "a long text is read away from the core: {:?}",
        world.machines[0].jobs
    );
    type_at_start(&mut world, "second ");
    let later = world.ask_for(0, search("second"), Asked::Question);
    assert!(world.machines[0].answers.is_empty(), "both wait");
    world.run_job(0);
    let hits = |world: &World, request| match world.machines[0].answers.get(&request) {
        Some(Ok(Reply::Found { hits })) => Some(hits.iter().map(|hit| hit.id).collect::<Vec<_>>()),
        _ => None,
    };
    assert_eq!(hits(&world, asked), Some(vec![id]));
    assert_eq!(
        hits(&world, later),
        None,
        "what it looks for is not read yet"
    );
    world.run_job(0);
    assert_eq!(hits(&world, later), Some(vec![id]));
    rest(&mut world);
}

#[test]
fn a_text_that_was_not_indexed_when_the_power_went_is_found_afterwards() {
    let (mut world, id) = with_long_note();
    type_at_start(&mut world, "unindexed ");
    world.ask_for(0, search("unindexed"), Asked::Question);
    assert_eq!(world.machines[0].jobs.len(), 1);
    world.machines[0].crash(true);
    world.views.clear();
    world.start(0);
    rest(&mut world);
    let hits = found(&mut world, 0, "unindexed");
    assert_eq!(hits.iter().map(|hit| hit.id).collect::<Vec<_>>(), [id]);
}

/// Lets half a minute pass in which nobody touches anything; whether a document was compacted in it.
fn is_compacted(world: &mut World) -> bool {
    let mut compacted = false;
    for _ in 0..30 {
        world.pass(1_000);
        let jobs = &world.machines[0].jobs;
        compacted |= jobs.iter().any(|job| matches!(job, Job::Compact { .. }));
        world.run_job(0);
    }
    compacted
}

#[test]
fn a_long_note_that_was_read_from_its_changes_is_read_from_a_snapshot_the_next_time_and_is_the_same()
 {
    let (mut world, id) = with_long_note();
    type_at_start(&mut world, "first ");
    assert!(
        is_compacted(&mut world),
        "200,000 operations in few changes"
    );
    let text = world.text(0, id, TextField::NoteText);
    world.machines[0].crash(false);
    world.views.clear();
    world.start(0);
    world.ask_for(0, Request::ReadNote { document: id }, Asked::Question);
    assert!(
        matches!(
            world.machines[0].jobs.as_slice(),
            [Job::Load { snapshot: Some(_), changes, .. }] if changes.is_empty()
        ),
        "{:?}",
        world.machines[0].jobs
    );
    world.run_job(0);
    assert_eq!(world.text(0, id, TextField::NoteText), text);
    assert!(!is_compacted(&mut world), "it is as short as it gets");
    rest(&mut world);
}

/// The events of a shell that asked apart, as the oldest work that left the core comes back.
fn events_of_work(world: &mut World, client: u64) -> Vec<Event> {
    let done = world.machines[0].jobs.remove(0).run();
    let effects = world.machines[0].handle(world.now_ms, Input::JobDone(Box::new(done)));
    effects
        .into_iter()
        .filter_map(|effect| world.keep(0, effect))
        .filter_map(|effect| match effect {
            Effect::ToClient {
                client: to,
                message,
            } if to == client => match *message {
                ServerMessage::Event { event, .. } => Some(event),
                ServerMessage::Reply { .. } => None,
            },
            _ => None,
        })
        .collect()
}

#[test]
fn a_long_note_is_shown_before_its_document_is_read_and_what_is_missing_follows() {
    let client = 1 << 40;
    let mut world = World::new(13, 1);
    world.found();
    world.machines[0].skew_ms = 0;
    let text = long_text(&mut world, 20_000);
    let length = u32::try_from(text.len()).unwrap();
    let id = note(&mut world, 0, "Journey", text);
    rest(&mut world);
    world.machines[0].crash(false);
    world.start(0);
    let view = View::Note { document: id };
    let (_, first) = world.ask_apart(0, client, Request::Subscribe { view });
    let Some(Event::Note {
        note: shown,
        created,
        ..
    }) = first
    else {
        panic!("{first:?}");
    };
    assert!(
        matches!(world.machines[0].jobs.as_slice(), [Job::Load { .. }]),
        "the document is on its way: {:?}",
        world.machines[0].jobs
    );
    assert_eq!(
        (shown.title.value.as_str(), shown.text_length),
        ("Journey", length)
    );
    assert_eq!(created, None, "who wrote it stands in the document");
    // Meanwhile somebody links to it: not a reason to say that it is gone.
    note(&mut world, 0, "Plan", "See [[Journey]].".to_owned());
    let events = events_of_work(&mut world, client);
    let told = events.iter().rev().find_map(|event| match event {
        Event::Note {
            note,
            created,
            backlinks,
            ..
        } => Some((note, created, backlinks)),
        _ => None,
    });
    let Some((told, created, backlinks)) = told else {
        panic!("{events:?}");
    };
    assert_eq!(*told, shown, "what was shown early is what it is");
    assert!(created.is_some());
    let from: Vec<&str> = backlinks.iter().map(|link| link.title.as_str()).collect();
    assert_eq!(from, ["Plan"]);
    assert!(!events.iter().any(|event| matches!(event, Event::Gone)));
}

#[test]
fn what_was_confirmed_and_not_merged_when_the_power_went_is_in_what_is_read_next() {
    let mut world = World::new(17, 2);
    world.found();
    for machine in &mut world.machines {
        machine.skew_ms = 0;
    }
    let text = long_text(&mut world, 20_000);
    let id = note(&mut world, 0, "Journey", text);
    world.invite(0, Role::Editor, 2);
    world.join(1);
    world.rest_and_check(&[0, 1]);
    // Read again, they have the size that they have on disk, and are merged away from the core.
    for index in 0..2 {
        world.machines[index].crash(false);
        let mut rng = world.rng.clone();
        world.network.machine_gone(&mut rng, index);
        world.start(index);
    }
    world.dial(1, 0);
    world.settle(&[0, 1]);
    for index in 0..2 {
        world.text(index, id, TextField::NoteText);
    }
    world.open_view(1, id, TextField::NoteText);
    for _ in 0..20 {
        world.work_view(0, usize::MAX);
        world.run_job(1);
    }
    type_at_start(&mut world, "Bo was here. ");
    let is_merging = |world: &World| {
        let jobs = &world.machines[0].jobs;
        jobs.iter().any(|job| matches!(job, Job::Merge { .. }))
    };
    for _ in 0..100_000 {
        if is_merging(&world) {
            break;
        }
        for pipe in world.network.busy() {
            world.deliver(pipe);
        }
        world.pass(1);
        world.run_job(1);
    }
    assert!(
        is_merging(&world),
        "a long note is merged away from the core"
    );
    world.machines[0].crash(false);
    let mut rng = world.rng.clone();
    world.network.machine_gone(&mut rng, 0);
    world.start(0);
    let asked = world.ask_for(0, Request::ReadNote { document: id }, Asked::Question);
    let mut read = None;
    for _ in 0..10 {
        world.run_job(0);
        read = read.or_else(|| world.machines[0].answers.remove(&asked));
    }
    let Some(Ok(Reply::Note { note })) = read else {
        panic!("{read:?}");
    };
    assert!(
        note.text.starts_with("Bo was here. "),
        "{}",
        &note.text[..40]
    );
}

#[test]
fn typing_that_somebody_else_had_done_already_leaves_nothing_for_the_next_start() {
    let mut world = World::new(9, 1);
    world.found();
    let id = note(&mut world, 0, "Journey", "to be taken back".to_owned());
    rest(&mut world);
    world.open_view(0, id, TextField::NoteText);
    while world.work_view(0, usize::MAX) {}

    // The editor has not heard of it when it deletes the same.
    let edit = NoteEdit::ReplaceText {
        base: "to be taken back".to_owned(),
        text: "to be".to_owned(),
    };
    world
        .ask(0, Request::EditNote { document: id, edit })
        .unwrap();
    world.views[0].type_in(&Splices(vec![Splice {
        at: 5,
        delete: 11,
        insert: String::new(),
    }]));
    world.work_view(0, 0);
    while world.work_view(0, usize::MAX) {}
    assert_eq!(world.views[0].text(), "to be");

    world.check_nothing_is_left(&[0]);
}
