//! Laws of who made and who last changed a note or card: both sides say the same, and what is not sealed yet is one's own.

use crate::sim::World;
use skein_access::Role;
use skein_engine::api::{
    Authored, BoardEdit, CardId, ClientMessage, DocumentId, Event, NewCard, NoteEdit, Reply,
    Request, ServerMessage, View,
};
use skein_engine::core::{Effect, Input};

/// A shell that is neither the simulation's own nor an editor's.
const WINDOW: u64 = 5_000;

fn pair(seed: u64) -> World {
    let mut world = World::new(seed, 2);
    for machine in &mut world.machines {
        machine.skew_ms = 0;
    }
    world.found();
    world.invite(0, Role::Editor, 5);
    world.join(1);
    rest(&mut world);
    world
}

/// What was written last has reached everybody.
fn rest(world: &mut World) {
    for _ in 0..3 {
        world.settle(&[0, 1]);
        world.pass(400);
    }
}

/// Who made what the view shows, and who changed it last.
fn authors(world: &mut World, index: usize, view: &View) -> (Option<Authored>, Option<Authored>) {
    // Brings the document into memory first.
    let document = match view {
        View::Note { document } | View::Card { document, .. } => *document,
        _ => panic!("{view:?}"),
    };
    let _ = world.ask(index, Request::ReadNote { document });
    let request = Request::Subscribe { view: view.clone() };
    let message = ClientMessage { id: 1, request };
    let client = WINDOW;
    let effects = world.machines[index].handle(world.now_ms, Input::Client { client, message });
    let told = effects.into_iter().find_map(|effect| match effect {
        Effect::ToClient { message, .. } => match *message {
            ServerMessage::Event {
                event:
                    Event::Note {
                        created, edited, ..
                    }
                    | Event::Card {
                        created, edited, ..
                    },
                ..
            } => Some((created, edited)),
            _ => None,
        },
        _ => None,
    });
    told.expect("the first event")
}

fn names(authors: &(Option<Authored>, Option<Authored>)) -> [String; 2] {
    [&authors.0, &authors.1].map(|by| by.as_ref().unwrap().name.clone())
}

fn created(reply: Reply) -> DocumentId {
    match reply {
        Reply::Created { id } => id,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_note_says_who_made_it_and_who_changed_it_last_on_both_sides() {
    let mut world = pair(1);
    let request = Request::CreateNote {
        title: "Plan".to_owned(),
        text: Some("one".to_owned()),
        parent: None,
        after: None,
    };
    let document = created(world.ask(0, request).unwrap());
    let view = View::Note { document };
    // Not in an envelope yet.
    let first = authors(&mut world, 0, &view);
    assert_eq!(names(&first), ["Member 0", "Member 0"]);
    rest(&mut world);
    assert_eq!(authors(&mut world, 0, &view), first);
    assert_eq!(authors(&mut world, 1, &view), first);
    world.pass(7_200_000);
    let text = "two".to_owned();
    let edit = NoteEdit::AppendText { text };
    world.ask(1, Request::EditNote { document, edit }).unwrap();
    let second = authors(&mut world, 1, &view);
    assert_eq!(names(&second), ["Member 0", "Member 1"]);
    assert_eq!(second.0, first.0);
    assert!(second.1.as_ref().unwrap().at >= first.1.unwrap().at + 7_200_000);
    rest(&mut world);
    assert_eq!(authors(&mut world, 0, &view), second);
    assert_eq!(authors(&mut world, 1, &view), second);
}

#[test]
fn a_card_says_who_made_it_and_who_changed_it_last_whatever_happened_to_others() {
    let mut world = pair(2);
    let request = Request::CreateBoard {
        title: "Work".to_owned(),
        columns: None,
        parent: None,
        after: None,
    };
    let document = created(world.ask(0, request).unwrap());
    let column = world.board(0, document).unwrap().columns[0].id;
    let [one, other] = [1, 2].map(|number| CardId::from_bytes([number; 16]));
    let cards = [one, other].map(|id| NewCard {
        id,
        title: "A card".to_owned(),
    });
    let edit = BoardEdit::AddCards {
        column,
        after: None,
        cards: cards.to_vec(),
    };
    world.ask(0, Request::EditBoard { document, edit }).unwrap();
    rest(&mut world);
    let edit = BoardEdit::SetLabels {
        card: one,
        labels: vec!["bird".to_owned()],
    };
    world.ask(1, Request::EditBoard { document, edit }).unwrap();
    rest(&mut world);
    for index in [0, 1] {
        let of = |world: &mut World, card| {
            let view = View::Card { document, card };
            authors(world, index, &view)
        };
        let touched = of(&mut world, one);
        assert_eq!(names(&touched), ["Member 0", "Member 1"]);
        let untouched = of(&mut world, other);
        assert_eq!(names(&untouched), ["Member 0", "Member 0"]);
    }
}
