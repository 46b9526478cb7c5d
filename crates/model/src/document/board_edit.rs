//! Edits of a board and its columns.

use super::apply::{self, NewText, one_line};
use super::board::Columns;
use super::create::fields_of;
use super::index::BoardIndex;
use super::writer::{Path, Writer};
use super::{EditError, card_edit, fields, typing};
use crate::edit::{BoardEdit, Scalar};
use crate::id::{CardId, ColumnId};
use crate::position;
use crate::text::TextField;

/// Edits nest at most so deep.
const DEEPEST: usize = 8;

/// Applies an edit; `texts_back` gathers what takes its text changes back.
pub(super) fn apply(
    writer: &mut Writer<'_>,
    edit: &BoardEdit,
    texts_back: &mut Vec<BoardEdit>,
) -> Result<(), EditError> {
    apply_at(writer, edit, texts_back, 0)
}

fn apply_at(
    writer: &mut Writer<'_>,
    edit: &BoardEdit,
    texts_back: &mut Vec<BoardEdit>,
    depth: usize,
) -> Result<(), EditError> {
    match edit {
        BoardEdit::Rename { title } => apply::rename(writer, title),
        BoardEdit::Move { parent, position } => apply::move_document(writer, *parent, position),
        BoardEdit::Trash | BoardEdit::Restore if depth > 0 => Err(EditError::Refused(
            "a board is deleted or restored by an edit of its own".into(),
        )),
        BoardEdit::Trash => writer.set_document_trashed(true),
        BoardEdit::Restore => writer.set_document_trashed(false),
        BoardEdit::AddColumn { id, title, after } => add_column(writer, *id, title, *after),
        BoardEdit::RenameColumn { id, title } => {
            writer.set(&column_path(*id), "title", Scalar::Text(one_line(title)))
        }
        BoardEdit::MoveColumn { id, after } => move_column(writer, *id, *after),
        BoardEdit::SetColumnLimit { id, limit } => writer.set(
            &column_path(*id),
            "limit",
            limit.map_or(Scalar::Nothing, Scalar::Number),
        ),
        BoardEdit::DeleteColumn { id, move_cards_to } => delete_column(writer, *id, *move_cards_to),
        BoardEdit::RestoreColumn { id } => writer.set_trashed(&column_path(*id), false),
        BoardEdit::ReplaceDescription { card, base, text } => {
            texts_back.extend(replace_description(writer, *card, base, text)?);
            Ok(())
        }
        BoardEdit::Many { .. } if depth >= DEEPEST => {
            Err(EditError::Refused("the edit is nested too deeply".into()))
        }
        BoardEdit::Many { edits } => edits
            .iter()
            .try_for_each(|edit| apply_at(writer, edit, texts_back, depth + 1)),
        BoardEdit::TakeBack { steps } => writer.take_back(steps),
        edit => card_edit::apply(writer, edit),
    }
}

pub(super) fn column_path(column: ColumnId) -> Path {
    vec!["columns".to_owned(), column.to_string()]
}

fn missing(column: ColumnId) -> EditError {
    EditError::Missing {
        what: "column",
        id: column.to_string(),
    }
}

/// Makes room behind a column: the position there, and new ones for columns that tie with the one before.
fn room(
    columns: &Columns,
    moving: ColumnId,
    after: Option<ColumnId>,
) -> Result<(String, Vec<(ColumnId, String)>), EditError> {
    let others: Vec<_> = columns.0.iter().filter(|(id, ..)| *id != moving).collect();
    let slot = match after {
        None => 0,
        Some(after) => {
            others
                .iter()
                .position(|(id, ..)| *id == after)
                .ok_or_else(|| missing(after))?
                + 1
        }
    };
    let before = slot
        .checked_sub(1)
        .and_then(|last| others.get(last))
        .map(|column| column.1.as_str());
    let rest = others.get(slot..).unwrap_or_default();
    let tied = rest
        .iter()
        .take_while(|column| Some(column.1.as_str()) == before)
        .count();
    let next = rest.get(tied).map(|column| column.1.as_str());
    let position = position::between_for(before, next, moving.as_bytes());
    let mut last = position.clone();
    let mut moved = Vec::new();
    for (id, ..) in rest.iter().take(tied) {
        last = position::between_for(Some(&last), next, id.as_bytes());
        moved.push((*id, last.clone()));
    }
    Ok((position, moved))
}

fn make_room(writer: &mut Writer<'_>, moved: Vec<(ColumnId, String)>) -> Result<(), EditError> {
    moved.into_iter().try_for_each(|(id, position)| {
        writer.set(&column_path(id), "position", Scalar::Text(position))
    })
}

fn add_column(
    writer: &mut Writer<'_>,
    id: ColumnId,
    title: &str,
    after: Option<ColumnId>,
) -> Result<(), EditError> {
    let columns = Columns::read(&*writer.tx);
    let (position, moved) = room(&columns, id, after)?;
    let fields = fields_of([
        ("title", Scalar::Text(one_line(title))),
        ("position", Scalar::Text(position)),
    ]);
    writer.make(&column_path(id), fields, None)?;
    make_room(writer, moved)
}

fn move_column(
    writer: &mut Writer<'_>,
    id: ColumnId,
    after: Option<ColumnId>,
) -> Result<(), EditError> {
    let columns = Columns::read(&*writer.tx);
    let slot = columns
        .0
        .iter()
        .position(|(column, ..)| *column == id)
        .ok_or_else(|| missing(id))?;
    let before = slot
        .checked_sub(1)
        .and_then(|last| columns.0.get(last))
        .map(|column| column.0);
    if after == Some(id) || before == after {
        return Ok(());
    }
    let (position, moved) = room(&columns, id, after)?;
    writer.set(&column_path(id), "position", Scalar::Text(position))?;
    make_room(writer, moved)
}

fn delete_column(
    writer: &mut Writer<'_>,
    id: ColumnId,
    to: Option<ColumnId>,
) -> Result<(), EditError> {
    let columns = Columns::read(&*writer.tx);
    if !columns.has(id) {
        return Err(missing(id));
    }
    let to = match to {
        Some(to) if to == id || !columns.has(to) => return Err(missing(to)),
        Some(to) => Some(to),
        None => columns.first_except(Some(id)),
    };
    let cards = index(writer).cards_in(&columns, id);
    match (to, cards.is_empty()) {
        (None, false) => {
            return Err(EditError::Refused(
                "the last column still holds cards, which would have no place".into(),
            ));
        }
        (None, true) => {}
        (Some(to), _) => {
            for card in cards {
                card_edit::append(writer, &columns, card, to)?;
            }
        }
    }
    writer.set_trashed(&column_path(id), true)
}

fn replace_description(
    writer: &mut Writer<'_>,
    card: CardId,
    base: &str,
    text: &str,
) -> Result<Option<BoardEdit>, EditError> {
    let missing = || EditError::Missing {
        what: "card",
        id: card.to_string(),
    };
    let obj = fields::description(&*writer.tx, card).ok_or_else(missing)?;
    let head = fields::text(&*writer.tx, &obj);
    let splices = NewText::Replaced { base, text }.splices(&head);
    if splices.is_empty() {
        return Ok(None);
    }
    typing::check(&*writer.tx, &obj, &splices, None)?;
    let became = splices.apply(&head)?;
    writer.splice(TextField::CardDescription(card), &obj, &splices)?;
    Ok(Some(BoardEdit::ReplaceDescription {
        card,
        base: became,
        text: head,
    }))
}

/// The order of the cards, made when it is first asked for.
pub(super) fn index<'a>(writer: &'a mut Writer<'_>) -> &'a mut BoardIndex {
    let tx = &*writer.tx;
    writer.index.get_or_insert_with(|| BoardIndex::build(tx))
}
