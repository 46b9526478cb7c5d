//! Replicas that exchange random edits in any order end up equal, and each step tells truly what it touched.

use std::collections::BTreeMap;

use crate::support::*;
use proptest::prelude::*;
use skein_model::*;

/// One random act: who, what, and three numbers that say where.
#[derive(Debug, Clone)]
struct Act {
    who: usize,
    what: u8,
    x: u8,
    y: u8,
    z: u8,
}

fn acts(most: usize) -> impl Strategy<Value = Vec<Act>> {
    let act = (
        0usize..4,
        any::<u8>(),
        any::<u8>(),
        any::<u8>(),
        any::<u8>(),
    );
    prop::collection::vec(
        act.prop_map(|(who, what, x, y, z)| Act { who, what, x, y, z }),
        1..most,
    )
}

fn board_act(act: &Act, new: &mut u8) -> BoardEdit {
    let c = card(act.x % 6);
    let (to, word) = (column(act.y % 4), format!("w{}", act.z % 5));
    let after = (!act.z.is_multiple_of(3)).then(|| card(act.z % 6));
    match act.what % 24 {
        0..=4 => BoardEdit::MoveCard {
            card: c,
            column: to,
            after,
        },
        5 => BoardEdit::SetCardTitle {
            card: c,
            title: word,
        },
        6 => BoardEdit::SetLabels {
            card: c,
            labels: vec![word, "x".into()],
        },
        7 => BoardEdit::ChangeLabels {
            card: c,
            add: vec![],
            remove: vec!["x".into()],
        },
        8 => BoardEdit::SetAssignees {
            card: c,
            assignees: vec![word],
        },
        9 => BoardEdit::SetDue {
            card: c,
            due: (act.z.is_multiple_of(2)).then(|| format!("2026-01-{:02}", act.z % 28 + 1)),
        },
        10 => BoardEdit::SetPriority {
            card: c,
            priority: (act.z.is_multiple_of(2)).then_some(Priority::High),
        },
        11 => BoardEdit::TrashCard { card: c },
        12 => BoardEdit::RestoreCard { card: c },
        13 => BoardEdit::ArchiveCard {
            card: c,
            archived: act.z.is_multiple_of(2),
        },
        14 => BoardEdit::AddChecklistItem {
            card: c,
            id: item(act.y % 4),
            title: word,
            after: None,
        },
        15 => BoardEdit::SetChecklistItem {
            card: c,
            item: item(act.y % 4),
            title: None,
            done: Some(act.z.is_multiple_of(2)),
        },
        16 => BoardEdit::RemoveChecklistItem {
            card: c,
            item: item(act.y % 4),
        },
        17 => BoardEdit::DeleteColumn {
            id: to,
            move_cards_to: None,
        },
        18 => BoardEdit::RestoreColumn { id: to },
        19 => BoardEdit::RenameColumn {
            id: to,
            title: word,
        },
        21 => BoardEdit::MoveChecklistItem {
            card: c,
            item: item(act.y % 4),
            after: (!act.z.is_multiple_of(5)).then(|| item(act.z % 4)),
        },
        22 => BoardEdit::SetOwner {
            card: c,
            member: (!act.z.is_multiple_of(3)).then(|| format!("word {}", act.z % 4)),
        },
        20 => BoardEdit::ReplaceDescription {
            card: c,
            base: String::new(),
            text: word,
        },
        _ => {
            *new = new.wrapping_add(1);
            let id = card(*new % 200 + 20);
            BoardEdit::AddCards {
                column: to,
                after,
                cards: vec![NewCard { id, title: word }],
            }
        }
    }
}

/// Delivers, one by one and in an order of its own, what a replica lacks.
fn deliver(replicas: &mut [Document], from: usize, to: usize, order: u8) {
    replicas[from].close_burst(0).unwrap();
    replicas[to].close_burst(0).unwrap();
    let mut changes = replicas[from].changes_since(&replicas[to].heads()).unwrap();
    if order.is_multiple_of(2) {
        changes.reverse();
    }
    let turn = usize::from(order) % changes.len().max(1);
    changes.rotate_left(turn);
    let batch = usize::from(order / 16) + 1;
    for part in changes.chunks(batch) {
        merge_and_check(&mut replicas[to], part);
    }
}

/// Merges, and compares what the merge says it touched with what is different.
fn merge_and_check(document: &mut Document, changes: &[ChangeBytes]) {
    let before = looked_at(document);
    let merged = document.merge(changes).unwrap();
    assert!(merged.quarantined.is_empty(), "{:?}", merged.quarantined);
    let after = looked_at(document);
    if !merged.touched.header {
        assert_eq!(before.header, after.header);
    }
    let cards = before.cards.keys().chain(after.cards.keys());
    for card in cards.filter(|card| !merged.touched.cards.contains(card)) {
        // A card may be shown in another column because the columns changed: the header says so.
        if !merged.touched.header {
            assert_eq!(
                before.cards.get(card),
                after.cards.get(card),
                "{card} changed silently"
            );
        }
    }
    for (field, text) in &after.texts {
        let old = before.texts.get(field).cloned().unwrap_or_default();
        let splices = merged.text.iter().find(|(touched, _)| touched == field);
        let told = splices.map_or(old.clone(), |(_, splices)| splices.apply(&old).unwrap());
        assert_eq!(&told, text, "the splices lead to another text");
    }
}

struct Looked {
    header: String,
    cards: BTreeMap<CardId, (CardView, CardRow)>,
    texts: BTreeMap<TextField, String>,
}

fn looked_at(document: &Document) -> Looked {
    let mut looked = Looked {
        header: String::new(),
        cards: BTreeMap::new(),
        texts: BTreeMap::new(),
    };
    match document.kind() {
        Kind::Profile => looked.header = format!("{:?}", document.profile().unwrap()),
        Kind::Note => {
            let mut note = document.note().unwrap();
            note.text_length = 0;
            looked.header = format!("{note:?}");
            looked.texts.insert(
                TextField::NoteText,
                document.text(TextField::NoteText).unwrap(),
            );
        }
        Kind::Board => {
            let mut board = document.board().unwrap();
            for summary in std::mem::take(&mut board.cards) {
                let view = document.card(summary.id).unwrap();
                let row = document.card_row(summary.id).unwrap().unwrap();
                looked.texts.insert(
                    TextField::CardDescription(summary.id),
                    row.description.clone(),
                );
                looked.cards.insert(summary.id, (view, row));
            }
            // Which deleted columns show depends on the cards too.
            board.columns.retain(|column| column.life == Life::Alive);
            looked.header = format!("{board:?}");
        }
    }
    looked
}

/// Everybody gets everything.
fn settle(replicas: &mut [Document], order: u8) {
    for _ in 0..2 {
        for from in 0..replicas.len() {
            for to in 0..replicas.len() {
                if from != to {
                    deliver(replicas, from, to, order);
                }
            }
        }
    }
    for pair in replicas.windows(2) {
        assert_same(&pair[0], &pair[1]);
    }
}

fn round_trip(document: &Document) {
    let changes = document.all_changes().unwrap();
    let middle = changes.len() / 2;
    let half = Document::load(actor(50), None, &changes[..middle.max(1)]).unwrap();
    let snapshot = half.document.snapshot().unwrap();
    let loaded = Document::load(actor(51), Some(&snapshot.bytes), &changes).unwrap();
    assert!(loaded.waiting.is_empty() && loaded.quarantined.is_empty());
    assert_same(document, &loaded.document);
    let whole = document.snapshot().unwrap();
    assert_same(
        document,
        &Document::load(actor(52), Some(&whole.bytes), &[])
            .unwrap()
            .document,
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn boards_with_random_concurrent_edits_converge(acts in acts(50), count in 2usize..5, order: u8) {
        let first = board(6);
        let mut replicas: Vec<_> = (0..count).map(|n| replica(&first, n as u8 + 1)).collect();
        let mut new = 0;
        for act in &acts {
            let who = act.who % count;
            if act.what >= 230 {
                deliver(&mut replicas, who, usize::from(act.x) % count, act.y);
            } else if act.what >= 220 {
                let field = TextField::CardDescription(card(act.x % 6));
                let length = replicas[who].text_length(field).unwrap();
                type_at(&mut replicas[who], field, u32::from(act.y) % (length + 1), 0, "text ");
            } else {
                // Some edits do not fit (an item or column that is there already, or not there): that is fine.
                let _ = replicas[who].edit(&Edit::Board(board_act(act, &mut new)), 0);
            }
        }
        settle(&mut replicas, order);
        round_trip(&replicas[0]);
        let view = replicas[0].board().unwrap();
        for c in view.cards.iter().filter(|c| c.life.is_live() && !c.archived) {
            prop_assert!(view.columns.iter().any(|column| column.id == c.place.value.column), "a live card is not shown");
        }
    }

    #[test]
    fn notes_with_random_concurrent_typing_converge(acts in acts(60), count in 2usize..5, order: u8) {
        let first = note("Alpha beta.\n\u{1f600} gamma \u{1d11e}.\n");
        let mut replicas: Vec<_> = (0..count).map(|n| replica(&first, n as u8 + 1)).collect();
        for act in &acts {
            let who = act.who % count;
            let document = &mut replicas[who];
            match act.what % 12 {
                0 => { note_edit(document, NoteEdit::Rename { title: format!("T{}", act.x) }); }
                1 => { note_edit(document, if act.x.is_multiple_of(2) { NoteEdit::Trash } else { NoteEdit::Restore }); }
                2 => { note_edit(document, NoteEdit::AppendText { text: format!("p{}", act.x) }); }
                3 => deliver(&mut replicas, who, usize::from(act.x) % count, act.y),
                4 => { document.close_burst(0).unwrap(); }
                _ => {
                    let length = document.text_length(TextField::NoteText).unwrap();
                    let at = u32::from(act.x) % (length + 1);
                    let delete = u32::from(act.y % 4).min(length - at);
                    let insert = ["", "x", "\u{1f680}", "word "][usize::from(act.z % 4)];
                    let before = document.text(TextField::NoteText).unwrap();
                    let splices = Splices(vec![Splice { at, delete, insert: insert.into() }]);
                    let expected = splices.apply(&before);
                    let done = document.splice_text(TextField::NoteText, &splices, None);
                    let after = document.text(TextField::NoteText).unwrap();
                    match expected {
                        Ok(expected) => { prop_assert!(done.is_ok()); prop_assert_eq!(after, expected); }
                        Err(_) => { prop_assert!(done.is_err()); prop_assert_eq!(after, before); }
                    }
                }
            }
        }
        settle(&mut replicas, order);
        round_trip(&replicas[0]);
    }
}

#[test]
fn changes_that_come_before_those_they_rest_on_wait_and_are_released() {
    let mut a = note("");
    let mut b = replica(&a, 1);
    let mut made = Vec::new();
    for n in 0..5 {
        made.extend(
            note_edit(
                &mut a,
                NoteEdit::AppendText {
                    text: format!("{n}"),
                },
            )
            .changes,
        );
    }
    let late = b.merge(&made[1..]).unwrap();
    assert_eq!((late.applied, late.waiting.len()), (0, 4));
    let all = b.merge(&made[..1]).unwrap();
    assert_eq!(
        (all.applied, all.waiting.len(), all.released.len()),
        (5, 0, 4)
    );
    assert_same(&a, &b);
    assert_eq!(b.merge(&made).unwrap().applied, 0, "twice is once");
}

#[test]
fn a_very_long_paste_becomes_changes_that_each_may_travel() {
    let mut a = note("");
    let mut b = replica(&a, 1);
    let long: String = (0..200_000u32)
        .filter_map(|n| char::from_u32(0x4e00 + n * 7919 % 20_000))
        .collect();
    type_at(&mut a, TextField::NoteText, 0, 0, &long);
    type_at(
        &mut a,
        TextField::NoteText,
        0,
        0,
        "\u{1f600}".repeat(40_000).as_str(),
    );
    let changes = a.close_burst(0).unwrap();
    assert!(changes.len() > 4);
    assert!(changes.iter().all(|change| change.0.len() <= 256 * 1024));
    assert!(b.merge(&changes).unwrap().quarantined.is_empty());
    assert_same(&a, &b);
    let length = a.text_length(TextField::NoteText).unwrap();
    type_at(&mut a, TextField::NoteText, 0, length - 1, "");
    exchange(&mut a, &mut b);
    assert_eq!(a.text_length(TextField::NoteText).unwrap(), 1);
}

#[test]
fn an_open_burst_is_no_change_until_it_is_closed() {
    let mut a = note("one");
    let heads = a.heads();
    type_at(&mut a, TextField::NoteText, 3, 0, " two");
    assert!(a.has_open_burst());
    assert_eq!(
        (a.heads(), a.text(TextField::NoteText).unwrap().as_str()),
        (heads, "one two")
    );
    assert!(
        a.merge(&[]).is_err()
            && a.snapshot().is_err()
            && a.changes_since(&Heads::default()).is_err()
    );
    // An edit closes it, and gives both changes in order; a refused edit loses nothing.
    a.edit(
        &Edit::Note(NoteEdit::Move {
            parent: None,
            position: "not a position".into(),
        }),
        0,
    )
    .unwrap_err();
    assert!(a.has_open_burst());
    let edited = note_edit(&mut a, NoteEdit::Rename { title: "X".into() });
    assert_eq!(edited.changes.len(), 2);
    assert!(!a.has_open_burst());
}

#[test]
fn differences_are_told_in_words() {
    let mut a = board(2);
    let since = a.heads();
    board_edit(
        &mut a,
        BoardEdit::MoveCard {
            card: card(0),
            column: column(1),
            after: None,
        },
    );
    board_edit(
        &mut a,
        BoardEdit::SetCardTitle {
            card: card(1),
            title: "Better".into(),
        },
    );
    board_edit(
        &mut a,
        BoardEdit::ReplaceDescription {
            card: card(1),
            base: String::new(),
            text: "two words".into(),
        },
    );
    let told: Vec<_> = a
        .sentences(&since)
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    let expected = [
        "moved \u{201c}Card 0\u{201d} to Doing",
        "renamed \u{201c}Card 1\u{201d} to Better",
        "edited \u{201c}Better\u{201d}: 2 words added",
    ];
    assert_eq!(told, expected);
    assert!(a.sentences(&a.heads()).unwrap().is_empty());
    assert_eq!(
        a.sentences(&Heads::default()).unwrap()[0].verb,
        Verb::Created
    );
}
