//! The edits are the API's own types: their JSON form is fixed, and undo travels through it unharmed.

use crate::support::*;
use serde_json::{from_value, json, to_value};
use skein_model::*;

#[test]
fn edits_read_as_tagged_objects_with_camel_case_fields() {
    let (c, to) = (card(0), column(1));
    let edit: BoardEdit =
        from_value(json!({"type": "move_card", "card": c, "column": to})).unwrap();
    assert_eq!(
        edit,
        BoardEdit::MoveCard {
            card: c,
            column: to,
            after: None
        }
    );
    let edit = BoardEdit::DeleteColumn {
        id: to,
        move_cards_to: None,
    };
    assert_eq!(
        to_value(&edit).unwrap(),
        json!({"type": "delete_column", "id": to, "moveCardsTo": null})
    );
    assert_eq!(to_value(NoteEdit::Trash).unwrap(), json!({"type": "trash"}));
    let splices = Splices(vec![Splice {
        at: 1,
        delete: 2,
        insert: "x".into(),
    }]);
    assert_eq!(
        to_value(&splices).unwrap(),
        json!([{"at": 1, "delete": 2, "insert": "x"}])
    );
    assert_eq!(
        to_value(Life::KeptDespiteTrash).unwrap(),
        json!("kept_despite_trash")
    );
    let view = to_value(board(1).board().unwrap()).unwrap();
    assert_eq!(
        view["cards"][0]["place"]["value"]["column"],
        json!(column(0))
    );
    assert_eq!(view["cards"][0]["checklistDone"], json!(0));
}

#[test]
fn an_undo_works_after_a_journey_through_json() {
    let mut a = board(2);
    let before = a.board().unwrap();
    let edits = vec![
        BoardEdit::SetLabels {
            card: card(0),
            labels: vec!["a".into()],
        },
        BoardEdit::SetDue {
            card: card(1),
            due: Some("2026-02-28".into()),
        },
        BoardEdit::SetColumnLimit {
            id: column(0),
            limit: Some(4),
        },
    ];
    let edited = board_edit(&mut a, BoardEdit::Many { edits });
    assert_eq!(edited.changes.len(), 1);
    let undo: Edit = from_value(to_value(edited.undo.unwrap()).unwrap()).unwrap();
    a.edit(&undo, 0).unwrap();
    let mut after = a.board().unwrap();
    // "No limit" and "no date" read alike whether they were never said or taken back.
    after.columns[0].limit = before.columns[0].limit.clone();
    assert_eq!(after, before);
}

#[test]
fn rows_and_projections_travel_in_the_stored_encoding() {
    let projection = board(3).projection().unwrap();
    let bytes = postcard::to_stdvec(&projection).unwrap();
    assert_eq!(
        postcard::from_bytes::<Projection>(&bytes).unwrap(),
        projection
    );
    let field = TextField::CardDescription(card(1));
    assert_eq!(
        postcard::from_bytes::<TextField>(&postcard::to_stdvec(&field).unwrap()).unwrap(),
        field
    );
}

#[test]
fn a_document_may_be_handed_to_another_thread() {
    fn sent<T: Send>(value: T) -> T {
        value
    }
    let mut document = sent(board(1));
    type_at(
        &mut document,
        TextField::CardDescription(card(0)),
        0,
        0,
        "x",
    );
    assert!(sent(document).has_open_burst());
}
