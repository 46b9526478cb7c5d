//! What is only on this machine is named, document by document, until another device holds it.

use crate::sim::World;
use skein_engine::api::{Reply, Request};
use skein_model::{DocumentId, NoteEdit};

fn only_here(world: &mut World, index: usize) -> Vec<DocumentId> {
    match world.ask(index, Request::ListOnlyHere).unwrap() {
        Reply::Documents { documents } => {
            documents.into_iter().map(|listed| listed.item.id).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn write_note(world: &mut World, index: usize, title: &str) -> DocumentId {
    let request = Request::CreateNote {
        title: title.to_owned(),
        text: Some("of geese".to_owned()),
        parent: None,
        after: None,
    };
    match world.ask(index, request).unwrap() {
        Reply::Created { id } => id,
        other => panic!("{other:?}"),
    }
}

fn append(world: &mut World, index: usize, document: DocumentId) {
    let edit = NoteEdit::AppendText {
        text: "more".to_owned(),
    };
    let edited = world.ask(index, Request::EditNote { document, edit });
    assert!(edited.is_ok(), "{edited:?}");
}

#[test]
fn a_document_is_only_here_until_another_device_holds_its_newest_change() {
    let mut world = World::new(1, 2);
    world.found();
    let first = write_note(&mut world, 0, "First");
    let second = write_note(&mut world, 0, "Second");
    assert_eq!(only_here(&mut world, 0), [first, second]);
    world.join(1);
    world.settle(&[0, 1]);
    assert_eq!(only_here(&mut world, 0), []);
    assert_eq!(only_here(&mut world, 1), []);

    world.stop(1);
    append(&mut world, 0, second);
    assert_eq!(only_here(&mut world, 0), [second]);
    // Sealed or not, and after a start.
    world.pass(5_000);
    while world.do_what_is_there() {}
    assert_eq!(only_here(&mut world, 0), [second]);
    world.machines[0].crash(false);
    world.start(0);
    assert_eq!(only_here(&mut world, 0), [second]);

    world.start(1);
    world.settle(&[0, 1]);
    assert_eq!(only_here(&mut world, 0), []);
}
