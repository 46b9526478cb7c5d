//! A file that turns out to be damaged in the middle, after it was opened: nothing more is written, and the rest stays readable.

use std::fs;

use crate::sim::World;
use rand::distributions::{Alphanumeric, DistString};
use skein_access::DeviceKey;
use skein_engine::api::{ApiError, ErrorCode, Reply, Request, WorkspaceState};
use skein_engine::core::Core;
use skein_model::{DocumentId, NoteEdit};
use skein_store::{Opened, Store};

const PAGE: usize = 4096;

fn write_note(world: &mut World, title: &str, text: String) -> DocumentId {
    let request = Request::CreateNote {
        title: title.to_owned(),
        text: Some(text),
        parent: None,
        after: None,
    };
    match world.ask(0, request).unwrap() {
        Reply::Created { id } => id,
        other => panic!("{other:?}"),
    }
}

fn state(world: &mut World) -> WorkspaceState {
    match world.ask(0, Request::Status).unwrap() {
        Reply::Status { status } => status.state,
        other => panic!("{other:?}"),
    }
}

fn read(world: &mut World, document: DocumentId) -> Result<Reply, ApiError> {
    world.ask(0, Request::ReadNote { document })
}

/// Opens the file if it still looks whole.
fn opens(world: &mut World) -> bool {
    let machine = &mut world.machines[0];
    let Ok(opened @ Opened::Ready(_)) = Store::open(&machine.path) else {
        return false;
    };
    machine.core = Core::open(opened, DeviceKey::from_bytes(&machine.key), &mut world.rng).ok();
    machine.core.is_some()
}

#[test]
fn damage_met_while_it_is_open_ends_the_writing_and_not_the_reading() {
    let mut world = World::new(1, 7);
    world.found();
    let notes: Vec<(DocumentId, String)> = (0..10)
        .map(|number| {
            // Nothing that packs well: each note fills pages of its own.
            let text = Alphanumeric.sample_string(&mut world.rng, 9_000);
            let note = write_note(&mut world, &format!("Note {number}"), text.clone());
            (note, text)
        })
        .collect();
    // Closed in good order, so a start has no reason to look at all of the file.
    world.machines[0].crash(false);
    let path = world.machines[0].path.clone();
    let whole = fs::read(&path).unwrap();
    let (mut met, mut still_read) = (0, 0);
    for page in 1..whole.len() / PAGE {
        let mut damaged = whole.clone();
        damaged[page * PAGE..page * PAGE + 64]
            .iter_mut()
            .for_each(|byte| *byte ^= 0x55);
        fs::write(&path, &damaged).unwrap();
        if !opens(&mut world) {
            continue;
        }
        if state(&mut world) != WorkspaceState::Ready {
            world.machines[0].crash(false);
            continue;
        }
        let before = fs::read(&path).unwrap();
        let mut failed = Vec::new();
        for (note, text) in &notes {
            match read(&mut world, *note) {
                Ok(Reply::Note { note }) => assert_eq!(&note.text, text, "page {page}"),
                Ok(other) => panic!("{other:?}"),
                Err(error) => failed.push(error),
            }
        }
        if let Some(error) = failed.first() {
            met += 1;
            still_read += notes.len() - failed.len();
            assert_eq!(error.code, ErrorCode::Damaged, "page {page}: {error:?}");
            assert!(error.message.contains("left as it is"), "{error:?}");
            assert_eq!(state(&mut world), WorkspaceState::ReadOnly, "page {page}");
            let edit = Request::EditNote {
                document: notes[0].0,
                edit: NoteEdit::AppendText {
                    text: "more".to_owned(),
                },
            };
            assert!(world.ask(0, edit).is_err(), "page {page}");
            world.machines[0].crash(false);
            assert_eq!(fs::read(&path).unwrap(), before, "page {page}");
        }
        world.machines[0].crash(false);
    }
    assert!(met >= 8, "only {met} pages were met");
    assert!(still_read > met * 5, "{still_read} notes over {met} pages");
}
