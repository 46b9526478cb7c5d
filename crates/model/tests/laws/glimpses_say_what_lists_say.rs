//! Laws of glimpses: what is read from changes alone is what the document made of them says, or nothing.

use crate::support::{actor, board, document_id, exchange, note, note_edit, place, replica};
use proptest::prelude::*;
use skein_model::*;

fn titled(document: &mut Document, title: &str) {
    note_edit(
        document,
        NoteEdit::Rename {
            title: title.to_owned(),
        },
    );
}

fn glimpse(document: &Document) -> Option<Glimpse> {
    Glimpse::of(document.id(), &document.all_changes().unwrap())
}

fn as_listed(document: &Document) -> Option<Glimpse> {
    Some(Glimpse {
        kind: document.kind(),
        listed: document.listed().unwrap(),
    })
}

#[test]
fn a_note_and_a_board_are_seen_as_they_are_listed() {
    for document in [note("long after"), note(""), board(3)] {
        assert_eq!(glimpse(&document), as_listed(&document));
    }
}

#[test]
fn titles_that_two_gave_apart_are_seen_as_both_wishes() {
    let mut one = note("of geese");
    let mut other = replica(&one, 1);
    titled(&mut one, "North");
    titled(&mut other, "South");
    titled(&mut other, "South again");
    exchange(&mut one, &mut other);
    let seen = glimpse(&one).unwrap();
    assert_eq!(Some(seen.clone()), as_listed(&one));
    assert!(seen.listed.title.is_disputed());
}

#[test]
fn what_only_the_whole_history_tells_is_not_guessed() {
    let mut thrown_away = note("of geese");
    note_edit(&mut thrown_away, NoteEdit::Trash);
    assert_eq!(glimpse(&thrown_away), None);
}

#[test]
fn without_its_beginning_or_under_another_name_nothing_is_seen() {
    let whole = note("of geese").all_changes().unwrap();
    assert_eq!(Glimpse::of(document_id(), &whole[1..]), None);
    assert_eq!(Glimpse::of(DocumentId::from_bytes([1; 16]), &whole), None);
    assert_eq!(Glimpse::of(document_id(), &[]), None);
}

proptest! {
    #[test]
    fn any_titles_and_words_are_seen_as_they_are_listed(
        title in ".{0,60}", titles in prop::collection::vec(".{0,40}", 0..4), text in "(title|place|life|format|\u{5}|.){0,80}",
    ) {
        let mut document =
            Document::create_note(document_id(), actor(0), &title, &text, &place(), 0).unwrap();
        for title in &titles {
            titled(&mut document, title);
        }
        prop_assert_eq!(glimpse(&document), as_listed(&document));
    }

    #[test]
    fn bytes_that_are_no_change_are_passed_over(mut bytes in prop::collection::vec(any::<u8>(), 0..200), at in any::<prop::sample::Index>()) {
        let mut changes = note("of geese").all_changes().unwrap();
        let listed = as_listed(&note("of geese"));
        changes.push(ChangeBytes(bytes.clone()));
        prop_assert_eq!(Glimpse::of(document_id(), &changes), listed);
        let place = at.index(changes[0].0.len());
        bytes.truncate(4);
        changes[0].0.splice(place..place, bytes);
        let _ = Glimpse::of(document_id(), &changes);
    }
}
