//! Undo takes back one edit and nothing that others did, before or after it.

use crate::support::*;
use skein_model::*;

fn edits() -> Vec<BoardEdit> {
    let c = card(1);
    vec![
        BoardEdit::Rename {
            title: "Other".into(),
        },
        BoardEdit::AddColumn {
            id: column(7),
            title: "Later".into(),
            after: Some(column(0)),
        },
        BoardEdit::RenameColumn {
            id: column(1),
            title: "Now".into(),
        },
        BoardEdit::MoveColumn {
            id: column(2),
            after: None,
        },
        BoardEdit::SetColumnLimit {
            id: column(1),
            limit: Some(3),
        },
        BoardEdit::DeleteColumn {
            id: column(0),
            move_cards_to: Some(column(2)),
        },
        BoardEdit::AddCards {
            column: column(1),
            after: None,
            cards: vec![NewCard {
                id: card(8),
                title: "n".into(),
            }],
        },
        BoardEdit::MoveCard {
            card: c,
            column: column(2),
            after: None,
        },
        BoardEdit::MoveCard {
            card: c,
            column: column(0),
            after: Some(card(2)),
        },
        BoardEdit::SetCardTitle {
            card: c,
            title: "T".into(),
        },
        BoardEdit::SetAssignees {
            card: c,
            assignees: vec!["ana".into()],
        },
        BoardEdit::SetOwner {
            card: c,
            member: Some("bea".into()),
        },
        BoardEdit::SetLabels {
            card: c,
            labels: vec!["red".into(), "blue".into()],
        },
        BoardEdit::SetDue {
            card: c,
            due: Some("2026-11-30".into()),
        },
        BoardEdit::SetPriority {
            card: c,
            priority: Some(Priority::High),
        },
        BoardEdit::AddChecklistItem {
            card: c,
            id: item(0),
            title: "i".into(),
            after: None,
        },
        BoardEdit::ArchiveCard {
            card: c,
            archived: true,
        },
        BoardEdit::TrashCard { card: c },
        BoardEdit::ReplaceDescription {
            card: c,
            base: String::new(),
            text: "words".into(),
        },
        BoardEdit::Many {
            edits: vec![
                BoardEdit::SetCardTitle {
                    card: c,
                    title: "M".into(),
                },
                BoardEdit::TrashCard { card: card(0) },
                BoardEdit::ReplaceDescription {
                    card: c,
                    base: String::new(),
                    text: "many".into(),
                },
            ],
        },
        BoardEdit::Trash,
    ]
}

/// The board without what can never be taken back: things that were made are trashed.
fn visible(document: &Document) -> (BoardView, Vec<CardRow>) {
    let mut view = document.board().unwrap();
    view.cards.retain(|card| card.life.is_live());
    let mut rows = document.projection().unwrap().cards;
    rows.retain(|row| row.life.is_live());
    (view, rows)
}

#[test]
fn every_edit_and_its_undo_leave_the_board_as_it_was_and_redo_brings_it_back() {
    for edit in edits() {
        let mut a = board(4);
        let before = visible(&a);
        let done = board_edit(&mut a, edit.clone());
        let after = visible(&a);
        assert_ne!(before, after, "{edit:?}");
        let undone = undo(&mut a, &done);
        assert_eq!(visible(&a), before, "{edit:?}");
        let redone = undo(&mut a, &undone);
        assert_eq!(visible(&a), after, "{edit:?}");
        undo(&mut a, &redone);
        assert_eq!(visible(&a), before, "{edit:?}");
    }
}

#[test]
fn a_stack_of_edits_is_taken_back_in_reverse_across_a_reload() {
    let mut a = board(4);
    let mut stack = Vec::new();
    for edit in edits() {
        stack.push((visible(&a), board_edit(&mut a, edit)));
    }
    let mut a = replica(&a, 5);
    while let Some((before, edited)) = stack.pop() {
        if edited.undo.is_some() {
            undo(&mut a, &edited);
        }
        assert_eq!(visible(&a), before);
    }
}

#[test]
fn what_others_did_to_the_same_fields_meanwhile_stays() {
    let mut a = board(2);
    let title = board_edit(
        &mut a,
        BoardEdit::SetCardTitle {
            card: card(0),
            title: "mine".into(),
        },
    );
    let moved = board_edit(
        &mut a,
        BoardEdit::MoveCard {
            card: card(0),
            column: column(1),
            after: None,
        },
    );
    let labels = board_edit(
        &mut a,
        BoardEdit::SetLabels {
            card: card(0),
            labels: vec!["red".into()],
        },
    );
    let new = vec![NewCard {
        id: card(8),
        title: "new".into(),
    }];
    let added = board_edit(
        &mut a,
        BoardEdit::AddCards {
            column: column(0),
            after: None,
            cards: new,
        },
    );
    let mut b = replica(&a, 1);
    board_edit(
        &mut b,
        BoardEdit::SetCardTitle {
            card: card(0),
            title: "theirs".into(),
        },
    );
    board_edit(
        &mut b,
        BoardEdit::MoveCard {
            card: card(0),
            column: column(2),
            after: None,
        },
    );
    board_edit(
        &mut b,
        BoardEdit::SetLabels {
            card: card(0),
            labels: vec!["red".into(), "blue".into()],
        },
    );
    board_edit(
        &mut b,
        BoardEdit::SetDue {
            card: card(8),
            due: Some("2026-12-24".into()),
        },
    );
    exchange(&mut a, &mut b);
    for edited in [added, labels, moved, title] {
        undo(&mut a, &edited);
    }
    let view = a.card(card(0)).unwrap();
    assert_eq!(view.title.value, "theirs");
    assert_eq!(view.place.value.column, column(2));
    assert_eq!(view.labels, ["blue"]);
    assert!(
        a.card(card(8)).unwrap().life.is_live(),
        "a card that others worked on is not taken away"
    );
}

#[test]
fn of_two_concurrent_values_only_mine_is_taken_back() {
    let mut a = board(1);
    let mut b = replica(&a, 1);
    let mine = board_edit(
        &mut a,
        BoardEdit::SetCardTitle {
            card: card(0),
            title: "mine".into(),
        },
    );
    board_edit(
        &mut b,
        BoardEdit::SetCardTitle {
            card: card(0),
            title: "theirs".into(),
        },
    );
    exchange(&mut a, &mut b);
    undo(&mut a, &mine);
    assert_eq!(
        a.card(card(0)).unwrap().title,
        Register {
            value: "theirs".into(),
            others: vec![]
        }
    );
}

#[test]
fn a_replaced_text_is_taken_back_without_what_others_wrote() {
    let mut a = note("one two three");
    let edit = NoteEdit::ReplaceText {
        base: "one two three".into(),
        text: "one 2 three".into(),
    };
    let mine = note_edit(&mut a, edit);
    let mut b = replica(&a, 1);
    type_at(&mut b, TextField::NoteText, 0, 0, "zero ");
    exchange(&mut a, &mut b);
    undo(&mut a, &mine);
    assert_eq!(a.text(TextField::NoteText).unwrap(), "zero one two three");
    let appended = note_edit(
        &mut a,
        NoteEdit::AppendText {
            text: "A paragraph.".into(),
        },
    );
    assert_eq!(
        a.text(TextField::NoteText).unwrap(),
        "zero one two three\n\nA paragraph."
    );
    undo(&mut a, &appended);
    assert_eq!(a.text(TextField::NoteText).unwrap(), "zero one two three");
}

#[test]
fn an_edit_that_changes_nothing_makes_no_change_and_no_undo() {
    let mut a = board(2);
    for edit in [
        BoardEdit::Rename {
            title: "Work".into(),
        },
        BoardEdit::MoveCard {
            card: card(0),
            column: column(0),
            after: None,
        },
        BoardEdit::MoveCard {
            card: card(1),
            column: column(0),
            after: Some(card(0)),
        },
        BoardEdit::SetLabels {
            card: card(0),
            labels: vec![],
        },
        BoardEdit::Restore,
    ] {
        let heads = a.heads();
        let edited = board_edit(&mut a, edit);
        assert!(edited.changes.is_empty() && edited.undo.is_none());
        assert_eq!(a.heads(), heads);
    }
}

#[test]
fn a_refused_edit_changes_nothing() {
    let mut a = board(2);
    let before = (a.heads(), a.board().unwrap());
    for edit in [
        BoardEdit::SetCardTitle {
            card: card(40),
            title: "x".into(),
        },
        BoardEdit::MoveCard {
            card: card(0),
            column: column(40),
            after: None,
        },
        BoardEdit::SetDue {
            card: card(0),
            due: Some("tomorrow".into()),
        },
        BoardEdit::Many {
            edits: vec![
                BoardEdit::MoveCard {
                    card: card(0),
                    column: column(1),
                    after: None,
                },
                BoardEdit::SetCardTitle {
                    card: card(40),
                    title: "x".into(),
                },
            ],
        },
        BoardEdit::AddCards {
            column: column(0),
            after: None,
            cards: vec![NewCard {
                id: card(0),
                title: "x".into(),
            }],
        },
    ] {
        a.edit(&Edit::Board(edit), 0).unwrap_err();
        assert_eq!((a.heads(), a.board().unwrap()), before);
    }
    // The order is still the true one.
    board_edit(
        &mut a,
        BoardEdit::MoveCard {
            card: card(1),
            column: column(0),
            after: None,
        },
    );
    let order: Vec<_> = a.board().unwrap().cards.iter().map(|c| c.id).collect();
    assert_eq!(order, [card(1), card(0)]);
}

#[test]
fn a_dispute_between_others_is_not_settled_by_my_undo() {
    let mut a = board(1);
    let mine = board_edit(
        &mut a,
        BoardEdit::SetCardTitle {
            card: card(0),
            title: "mine".into(),
        },
    );
    let (mut b, mut c) = (replica(&a, 1), replica(&a, 2));
    board_edit(
        &mut b,
        BoardEdit::SetCardTitle {
            card: card(0),
            title: "b".into(),
        },
    );
    board_edit(
        &mut c,
        BoardEdit::SetCardTitle {
            card: card(0),
            title: "c".into(),
        },
    );
    exchange(&mut a, &mut b);
    exchange(&mut a, &mut c);
    let disputed = a.card(card(0)).unwrap().title;
    assert!(undo(&mut a, &mine).changes.is_empty());
    assert_eq!(a.card(card(0)).unwrap().title, disputed);
}
