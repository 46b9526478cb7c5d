//! What two people do apart: nothing is lost, and what they disagree about is shown.

use crate::support::*;
use skein_model::*;

#[test]
fn two_people_drag_one_card_and_one_card_remains_with_both_places_known() {
    let mut a = board(3);
    let mut b = replica(&a, 1);
    board_edit(
        &mut a,
        BoardEdit::MoveCard {
            card: card(0),
            column: column(1),
            after: None,
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
    exchange(&mut a, &mut b);
    let view = a.board().unwrap();
    let moved: Vec<_> = view.cards.iter().filter(|c| c.id == card(0)).collect();
    assert_eq!(moved.len(), 1);
    let mut columns = vec![moved[0].place.value.column];
    columns.extend(moved[0].place.others.iter().map(|place| place.column));
    columns.sort();
    assert_eq!(columns, [column(1), column(2)]);
    assert_eq!(moved[0].conflicts, 1);
    // One click settles it everywhere.
    let wish = moved[0].place.others[0].clone();
    board_edit(
        &mut b,
        BoardEdit::ChoosePlace {
            card: card(0),
            place: wish.clone(),
        },
    );
    exchange(&mut a, &mut b);
    let place = a.card(card(0)).unwrap().place;
    assert_eq!((place.value, place.others.len()), (wish, 0));
}

#[test]
fn two_people_tick_one_item_and_agree() {
    let mut a = board(1);
    board_edit(
        &mut a,
        BoardEdit::AddChecklistItem {
            card: card(0),
            id: item(0),
            title: "buy".into(),
            after: None,
        },
    );
    let mut b = replica(&a, 1);
    for document in [&mut a, &mut b] {
        let tick = BoardEdit::SetChecklistItem {
            card: card(0),
            item: item(0),
            title: None,
            done: Some(true),
        };
        board_edit(document, tick);
    }
    exchange(&mut a, &mut b);
    let view = a.card(card(0)).unwrap();
    assert_eq!(view.conflicts, 0);
    assert!(view.checklist[0].done.value);
    assert_eq!(a.card_row(card(0)).unwrap().unwrap().checklist_done, 1);
}

fn checklist(document: &mut Document, items: u8) {
    for n in (0..items).rev() {
        let add = BoardEdit::AddChecklistItem {
            card: card(0),
            id: item(n),
            title: format!("item {n}"),
            after: None,
        };
        board_edit(document, add);
    }
}

fn order(document: &Document) -> Vec<ChecklistItemId> {
    let items = document.card(card(0)).unwrap().checklist;
    items.iter().map(|item| item.id).collect()
}

fn move_item(n: u8, after: Option<u8>) -> BoardEdit {
    BoardEdit::MoveChecklistItem {
        card: card(0),
        item: item(n),
        after: after.map(item),
    }
}

#[test]
fn an_item_that_one_moves_and_another_ticks_is_one_item_moved_and_ticked() {
    let mut a = board(1);
    checklist(&mut a, 3);
    let mut b = replica(&a, 1);
    board_edit(&mut a, move_item(0, Some(2)));
    board_edit(
        &mut b,
        BoardEdit::SetChecklistItem {
            card: card(0),
            item: item(0),
            title: None,
            done: Some(true),
        },
    );
    let since = b.heads();
    exchange(&mut a, &mut b);
    assert_eq!(order(&b), [item(1), item(2), item(0)]);
    let view = b.card(card(0)).unwrap();
    assert!(view.checklist[2].done.value);
    assert_eq!(view.conflicts, 0);
    let said: Vec<_> = b.sentences(&since).unwrap();
    assert_eq!(said.len(), 1);
    assert_eq!(said[0].verb, Verb::Checked);
}

#[test]
fn an_item_that_two_people_move_stays_one_and_undo_puts_it_back() {
    let mut a = board(1);
    checklist(&mut a, 3);
    let mut b = replica(&a, 1);
    let moved = board_edit(&mut a, move_item(0, Some(2)));
    undo(&mut a, &moved);
    assert_eq!(order(&a), [item(0), item(1), item(2)]);
    board_edit(&mut a, move_item(0, Some(2)));
    board_edit(&mut b, move_item(0, Some(1)));
    exchange(&mut a, &mut b);
    assert_eq!(order(&a).len(), 3);
    assert_eq!(order(&a), order(&b));
    assert_eq!(a.card(card(0)).unwrap().conflicts, 0);
    assert!(board_edit(&mut a, move_item(1, None)).changes.is_empty());
}

fn own(name: Option<&str>) -> BoardEdit {
    BoardEdit::SetOwner {
        card: card(0),
        member: name.map(Into::into),
    }
}

fn leave(name: &str) -> BoardEdit {
    BoardEdit::ChangeAssignees {
        card: card(0),
        add: vec![],
        remove: vec![name.into()],
    }
}

#[test]
fn two_owners_named_apart_are_both_shown_and_both_work_on_the_card() {
    let mut a = board(1);
    let mut b = replica(&a, 1);
    board_edit(&mut a, own(Some("ana")));
    board_edit(&mut b, own(Some("bea")));
    exchange(&mut a, &mut b);
    let view = a.card(card(0)).unwrap();
    let mut owners = view.owner.others;
    owners.extend([view.owner.value]);
    owners.sort();
    assert_eq!(owners, [Some("ana".to_owned()), Some("bea".to_owned())]);
    assert_eq!(view.assignees, ["ana", "bea"]);
    assert_eq!(view.conflicts, 1);
    // One leaves: the other answers for it, and there is no dispute any more.
    board_edit(&mut b, leave("ana"));
    exchange(&mut a, &mut b);
    let view = a.card(card(0)).unwrap();
    assert_eq!(
        (view.owner.value.as_deref(), view.conflicts),
        (Some("bea"), 0)
    );
}

#[test]
fn whoever_leaves_a_card_no_longer_owns_it_and_undo_gives_it_back() {
    let mut a = board(1);
    board_edit(&mut a, own(Some("ana")));
    let since = a.heads();
    for edit in [
        leave("ana"),
        BoardEdit::SetAssignees {
            card: card(0),
            assignees: vec!["bea".into()],
        },
    ] {
        let left = board_edit(&mut a, edit);
        assert_eq!(a.card(card(0)).unwrap().owner.value, None);
        let said = a.sentences(&since).unwrap();
        assert!(
            said.iter().any(|sentence| sentence.verb == Verb::Owned),
            "{said:?}"
        );
        undo(&mut a, &left);
        let view = a.card(card(0)).unwrap();
        assert_eq!(view.owner.value.as_deref(), Some("ana"));
        assert_eq!(view.assignees, ["ana"]);
    }
    board_edit(&mut a, own(None));
    let view = a.card(card(0)).unwrap();
    assert_eq!((view.owner.value, view.assignees.len()), (None, 1));
}

#[test]
fn an_owner_named_while_somebody_takes_them_off_the_card_stays_on_it() {
    let mut a = board(1);
    let assignees = vec!["ana".to_owned()];
    let assign = BoardEdit::SetAssignees {
        card: card(0),
        assignees,
    };
    board_edit(&mut a, assign);
    let mut b = replica(&a, 1);
    board_edit(&mut a, own(Some("ana")));
    board_edit(&mut b, leave("ana"));
    exchange(&mut a, &mut b);
    let view = b.card(card(0)).unwrap();
    assert_eq!(view.owner.value.as_deref(), Some("ana"));
    assert_eq!(view.assignees, ["ana"]);
}

#[test]
fn a_text_task_ticked_twice_counts_as_ticked() {
    let mut a = note("- [ ] one\n- [ ] two\n");
    let mut b = replica(&a, 1);
    for document in [&mut a, &mut b] {
        type_at(document, TextField::NoteText, 3, 1, "x");
    }
    exchange(&mut a, &mut b);
    let text = a.text(TextField::NoteText).unwrap();
    assert!(text.starts_with("- [xx] one"), "{text}");
    let scanned = markdown::scan(&text);
    assert_eq!((scanned.tasks_done, scanned.tasks_total), (1, 2));
}

#[test]
fn a_deleted_note_that_was_edited_unseen_is_kept_in_both_directions() {
    for trash_first in [true, false] {
        let mut a = note("text");
        let mut b = replica(&a, 1);
        note_edit(&mut a, NoteEdit::Trash);
        assert_eq!(a.life(), Life::Trashed);
        type_at(&mut b, TextField::NoteText, 0, 0, "more ");
        if trash_first {
            exchange(&mut a, &mut b);
        } else {
            exchange(&mut b, &mut a);
        }
        for document in [&a, &b] {
            assert_eq!(document.life(), Life::KeptDespiteTrash);
            assert_eq!(document.text(TextField::NoteText).unwrap(), "more text");
            assert_eq!(document.projection().unwrap().conflicts, 1);
        }
        note_edit(&mut a, NoteEdit::Restore);
        exchange(&mut a, &mut b);
        assert_eq!(b.life(), Life::Alive);
    }
}

#[test]
fn a_note_deleted_by_two_people_who_saw_all_between_them_stays_deleted() {
    let mut a = note("text");
    let mut b = replica(&a, 1);
    note_edit(&mut a, NoteEdit::Rename { title: "A".into() });
    note_edit(&mut a, NoteEdit::Trash);
    note_edit(&mut b, NoteEdit::Trash);
    exchange(&mut a, &mut b);
    assert_eq!(a.life(), Life::Trashed);
    note_edit(&mut b, NoteEdit::Restore);
    exchange(&mut a, &mut b);
    assert_eq!(a.life(), Life::Alive);
}

#[test]
fn a_deleted_card_that_was_edited_unseen_is_kept() {
    let edits = [
        BoardEdit::SetCardTitle {
            card: card(0),
            title: "better".into(),
        },
        BoardEdit::MoveCard {
            card: card(0),
            column: column(2),
            after: None,
        },
        BoardEdit::SetLabels {
            card: card(0),
            labels: vec!["red".into()],
        },
        BoardEdit::AddChecklistItem {
            card: card(0),
            id: item(1),
            title: "x".into(),
            after: None,
        },
        BoardEdit::ReplaceDescription {
            card: card(0),
            base: String::new(),
            text: "words".into(),
        },
    ];
    for edit in edits {
        let mut a = board(2);
        let mut b = replica(&a, 1);
        board_edit(&mut a, BoardEdit::TrashCard { card: card(0) });
        board_edit(&mut b, edit);
        exchange(&mut a, &mut b);
        assert_eq!(a.card(card(0)).unwrap().life, Life::KeptDespiteTrash);
        board_edit(&mut a, BoardEdit::RestoreCard { card: card(0) });
        exchange(&mut a, &mut b);
        assert_eq!(b.card(card(0)).unwrap().life, Life::Alive);
    }
}

#[test]
fn typing_into_a_description_keeps_a_card_that_was_deleted_unseen() {
    let mut a = board(1);
    let mut b = replica(&a, 1);
    board_edit(&mut a, BoardEdit::TrashCard { card: card(0) });
    type_at(&mut b, TextField::CardDescription(card(0)), 0, 0, "mine");
    exchange(&mut a, &mut b);
    assert_eq!(a.card(card(0)).unwrap().life, Life::KeptDespiteTrash);
    assert_eq!(a.card_row(card(0)).unwrap().unwrap().description, "mine");
}

#[test]
fn a_deleted_card_that_nobody_edited_is_gone_for_all() {
    let mut a = board(2);
    let mut b = replica(&a, 1);
    board_edit(&mut a, BoardEdit::TrashCard { card: card(0) });
    board_edit(
        &mut b,
        BoardEdit::SetCardTitle {
            card: card(1),
            title: "other".into(),
        },
    );
    exchange(&mut a, &mut b);
    assert_eq!(b.card(card(0)).unwrap().life, Life::Trashed);
}

#[test]
fn a_removed_item_that_was_ticked_unseen_is_kept() {
    let mut a = board(1);
    board_edit(
        &mut a,
        BoardEdit::AddChecklistItem {
            card: card(0),
            id: item(0),
            title: "x".into(),
            after: None,
        },
    );
    let mut b = replica(&a, 1);
    board_edit(
        &mut a,
        BoardEdit::RemoveChecklistItem {
            card: card(0),
            item: item(0),
        },
    );
    assert!(a.card(card(0)).unwrap().checklist.is_empty());
    let tick = BoardEdit::SetChecklistItem {
        card: card(0),
        item: item(0),
        title: None,
        done: Some(true),
    };
    board_edit(&mut b, tick);
    exchange(&mut a, &mut b);
    assert_eq!(
        a.card(card(0)).unwrap().checklist[0].life,
        Life::KeptDespiteTrash
    );
}

#[test]
fn a_deleted_column_that_received_a_card_unseen_stays_visible() {
    let mut a = board(2);
    let mut b = replica(&a, 1);
    board_edit(
        &mut a,
        BoardEdit::DeleteColumn {
            id: column(1),
            move_cards_to: None,
        },
    );
    let new = vec![NewCard {
        id: card(9),
        title: "new".into(),
    }];
    board_edit(
        &mut b,
        BoardEdit::AddCards {
            column: column(1),
            after: None,
            cards: new,
        },
    );
    exchange(&mut a, &mut b);
    let view = a.board().unwrap();
    let kept = view.columns.iter().find(|c| c.id == column(1)).unwrap();
    assert_eq!(kept.life, Life::KeptDespiteTrash);
    assert_eq!(a.card_row(card(9)).unwrap().unwrap().column, column(1));
    // Once the card has moved on, the column is gone.
    board_edit(
        &mut b,
        BoardEdit::MoveCard {
            card: card(9),
            column: column(0),
            after: None,
        },
    );
    exchange(&mut a, &mut b);
    assert!(a.board().unwrap().columns.iter().all(|c| c.id != column(1)));
}

#[test]
fn a_deleted_column_that_was_renamed_unseen_stays_visible() {
    let mut a = board(0);
    let mut b = replica(&a, 1);
    board_edit(
        &mut a,
        BoardEdit::DeleteColumn {
            id: column(1),
            move_cards_to: None,
        },
    );
    board_edit(
        &mut b,
        BoardEdit::RenameColumn {
            id: column(1),
            title: "Now".into(),
        },
    );
    exchange(&mut a, &mut b);
    let view = a.board().unwrap();
    assert_eq!(view.columns[1].life, Life::KeptDespiteTrash);
    assert_eq!(view.columns[1].title.value, "Now");
}

#[test]
fn an_edit_and_a_rename_go_together() {
    let mut a = note("one two");
    let mut b = replica(&a, 1);
    note_edit(
        &mut a,
        NoteEdit::Rename {
            title: "Better".into(),
        },
    );
    type_at(&mut b, TextField::NoteText, 7, 0, " three");
    exchange(&mut a, &mut b);
    assert_eq!(
        a.note().unwrap().title,
        Register {
            value: "Better".into(),
            others: vec![]
        }
    );
    assert_eq!(a.text(TextField::NoteText).unwrap(), "one two three");
}

#[test]
fn two_titles_are_both_shown_until_one_is_chosen() {
    let mut a = note("");
    let mut b = replica(&a, 1);
    note_edit(&mut a, NoteEdit::Rename { title: "A".into() });
    note_edit(&mut b, NoteEdit::Rename { title: "B".into() });
    exchange(&mut a, &mut b);
    let title = a.note().unwrap().title;
    let mut both = vec![title.value.clone(), title.others[0].clone()];
    both.sort();
    assert_eq!(both, ["A", "B"]);
    note_edit(&mut b, NoteEdit::Rename { title: title.value });
    exchange(&mut a, &mut b);
    assert!(!a.note().unwrap().title.is_disputed());
}

#[test]
fn labels_added_apart_are_all_there() {
    let mut a = board(1);
    let mut b = replica(&a, 1);
    board_edit(
        &mut a,
        BoardEdit::SetLabels {
            card: card(0),
            labels: vec!["red".into()],
        },
    );
    board_edit(
        &mut b,
        BoardEdit::SetLabels {
            card: card(0),
            labels: vec!["blue".into()],
        },
    );
    exchange(&mut a, &mut b);
    assert_eq!(a.card(card(0)).unwrap().labels, ["blue", "red"]);
}

#[test]
fn two_long_texts_written_apart_lose_no_character_and_double_none() {
    let mut a = note("The end.\n");
    let mut b = replica(&a, 1);
    let (mut mine, mut theirs) = (String::new(), String::new());
    for n in 0..400u32 {
        let (x, y) = (format!("<a{n}>"), format!("<b{n}>"));
        type_at(&mut a, TextField::NoteText, mine.len() as u32, 0, &x);
        let end = b.text_length(TextField::NoteText).unwrap();
        type_at(&mut b, TextField::NoteText, end, 0, &y);
        mine.push_str(&x);
        theirs.push_str(&y);
        if n % 20 == 0 {
            a.close_burst(0).unwrap();
            b.close_burst(0).unwrap();
        }
    }
    exchange(&mut a, &mut b);
    assert_eq!(
        a.text(TextField::NoteText).unwrap(),
        format!("{mine}The end.\n{theirs}")
    );
}

#[test]
fn cards_put_at_one_place_apart_can_still_be_separated() {
    let mut a = board(2);
    let mut b = replica(&a, 1);
    for (n, document) in [(10, &mut a), (11, &mut b)] {
        let cards = vec![NewCard {
            id: card(n),
            title: "n".into(),
        }];
        board_edit(
            document,
            BoardEdit::AddCards {
                column: column(0),
                after: Some(card(0)),
                cards,
            },
        );
    }
    exchange(&mut a, &mut b);
    let order = |d: &Document| {
        d.board()
            .unwrap()
            .cards
            .iter()
            .map(|c| c.id)
            .collect::<Vec<_>>()
    };
    let before = order(&a);
    assert_eq!((before[0], before[3]), (card(0), card(1)));
    board_edit(
        &mut a,
        BoardEdit::MoveCard {
            card: card(1),
            column: column(0),
            after: Some(before[1]),
        },
    );
    assert_eq!(order(&a), [card(0), before[1], card(1), before[2]]);
}

#[test]
fn cards_with_one_position_make_room() {
    let mut a = board(3);
    let tie = a.card(card(0)).unwrap().place.value;
    for n in [1, 2] {
        board_edit(
            &mut a,
            BoardEdit::ChoosePlace {
                card: card(n),
                place: tie.clone(),
            },
        );
    }
    let cards = vec![NewCard {
        id: card(7),
        title: "between".into(),
    }];
    board_edit(
        &mut a,
        BoardEdit::AddCards {
            column: column(0),
            after: Some(card(0)),
            cards,
        },
    );
    let order: Vec<_> = a.board().unwrap().cards.iter().map(|c| c.id).collect();
    assert_eq!(order, [card(0), card(7), card(1), card(2)]);
}

#[test]
fn the_order_of_cards_follows_what_others_moved() {
    let mut a = board(4);
    let mut b = replica(&a, 1);
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
        BoardEdit::MoveCard {
            card: card(3),
            column: column(2),
            after: Some(card(0)),
        },
    );
    exchange(&mut a, &mut b);
    board_edit(
        &mut a,
        BoardEdit::MoveCard {
            card: card(1),
            column: column(2),
            after: Some(card(0)),
        },
    );
    let cards = a.board().unwrap().cards;
    let order: Vec<_> = cards
        .iter()
        .filter(|c| c.place.value.column == column(2))
        .map(|c| c.id)
        .collect();
    assert_eq!(order, [card(0), card(1), card(3)]);
}
