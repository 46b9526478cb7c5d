//! What the law tests share: replicas that are named by a number, and random edits.
#![allow(unreachable_pub)]

use skein_model::*;

pub fn document_id() -> DocumentId {
    DocumentId::from_bytes([9; 16])
}

pub fn column(n: u8) -> ColumnId {
    ColumnId::from_bytes([n + 1; 16])
}

pub fn card(n: u8) -> CardId {
    CardId::from_bytes([n + 1; 16])
}

pub fn item(n: u8) -> ChecklistItemId {
    ChecklistItemId::from_bytes([n + 1; 16])
}

pub fn actor(n: u8) -> ActorSeed {
    ActorSeed([n + 100; 16])
}

pub fn place() -> Place {
    Place {
        parent: None,
        position: position::between(None, None),
    }
}

pub fn note(text: &str) -> Document {
    Document::create_note(document_id(), actor(0), "Plan", text, &place(), 0).unwrap()
}

/// A board with three columns and some cards in the first.
pub fn board(cards: u8) -> Document {
    let columns = [
        (column(0), "To do"),
        (column(1), "Doing"),
        (column(2), "Done"),
    ];
    let mut board =
        Document::create_board(document_id(), actor(0), "Work", &place(), &columns, 0).unwrap();
    let new = (0..cards)
        .map(|n| NewCard {
            id: card(n),
            title: format!("Card {n}"),
        })
        .collect();
    board_edit(
        &mut board,
        BoardEdit::AddCards {
            column: column(0),
            after: None,
            cards: new,
        },
    );
    board
}

/// Another replica of a document.
pub fn replica(of: &Document, n: u8) -> Document {
    let loaded = Document::load(actor(n), None, &of.all_changes().unwrap()).unwrap();
    assert!(loaded.waiting.is_empty() && loaded.quarantined.is_empty());
    loaded.document
}

pub fn board_edit(document: &mut Document, edit: BoardEdit) -> Edited {
    document.edit(&Edit::Board(edit), 0).unwrap()
}

pub fn note_edit(document: &mut Document, edit: NoteEdit) -> Edited {
    document.edit(&Edit::Note(edit), 0).unwrap()
}

pub fn undo(document: &mut Document, edited: &Edited) -> Edited {
    document
        .edit(edited.undo.as_ref().expect("something to take back"), 0)
        .unwrap()
}

/// Gives each what the other lacks.
pub fn exchange(a: &mut Document, b: &mut Document) {
    a.close_burst(0).unwrap();
    b.close_burst(0).unwrap();
    let (from_a, from_b) = (
        a.changes_since(&b.heads()).unwrap(),
        b.changes_since(&a.heads()).unwrap(),
    );
    for (document, changes) in [(&mut *a, from_b), (&mut *b, from_a)] {
        let merged = document.merge(&changes).unwrap();
        assert!(
            merged.quarantined.is_empty() && merged.waiting.is_empty(),
            "{merged:?}"
        );
    }
    assert_same(a, b);
}

pub fn assert_same(a: &Document, b: &Document) {
    assert_eq!(a.heads(), b.heads());
    assert_eq!(a.projection().unwrap(), b.projection().unwrap());
    match a.kind() {
        Kind::Profile => assert_eq!(a.profile().unwrap(), b.profile().unwrap()),
        Kind::Note => assert_eq!(a.note().unwrap(), b.note().unwrap()),
        Kind::Board => assert_eq!(a.board().unwrap(), b.board().unwrap()),
    }
}

pub fn type_at(document: &mut Document, field: TextField, at: u32, delete: u32, insert: &str) {
    let splices = Splices(vec![Splice {
        at,
        delete,
        insert: insert.to_owned(),
    }]);
    document.splice_text(field, &splices, None).unwrap();
}
