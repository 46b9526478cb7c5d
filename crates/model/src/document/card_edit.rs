//! Edits of cards and their checklists.

use std::collections::BTreeSet;

use super::EditError;
use super::apply::one_line;
use super::board::{self, Columns};
use super::board_edit::index;
use super::create::fields_of;
use super::fields::{self, ASSIGNEE, Fields, ITEM, LABEL};
use super::writer::{Path, Writer, card_path};
use crate::edit::{BoardEdit, NewCard, Scalar};
use crate::id::{CardId, ChecklistItemId, ColumnId};
use crate::position;
use crate::view::{CardPlace, ChecklistItemView, Register};

/// Most assignees or labels of one card.
const MOST_MEMBERS: usize = 100;
/// Longest name of an assignee or label, in bytes.
const LONGEST_MEMBER: usize = 200;

pub(super) fn apply(writer: &mut Writer<'_>, edit: &BoardEdit) -> Result<(), EditError> {
    match edit {
        BoardEdit::AddCards {
            column,
            after,
            cards,
        } => add_cards(writer, *column, *after, cards),
        BoardEdit::MoveCard {
            card,
            column,
            after,
        } => move_card(writer, *card, *column, *after),
        BoardEdit::ChoosePlace { card, place } => choose_place(writer, *card, place),
        BoardEdit::SetCardTitle { card, title } => {
            writer.set(&card_path(*card), "title", Scalar::Text(one_line(title)))
        }
        BoardEdit::SetAssignees { card, assignees } => {
            set_members(writer, *card, ASSIGNEE, assignees)
        }
        BoardEdit::SetOwner { card, member } => set_owner(writer, *card, member.as_deref()),
        BoardEdit::SetLabels { card, labels } => set_members(writer, *card, LABEL, labels),
        BoardEdit::ChangeAssignees { card, add, remove } => {
            change_members(writer, *card, ASSIGNEE, add, remove)
        }
        BoardEdit::ChangeLabels { card, add, remove } => {
            change_members(writer, *card, LABEL, add, remove)
        }
        BoardEdit::SetDue { card, due } => {
            if let Some(due) = due.as_deref().filter(|due| !board::is_date(due)) {
                return Err(EditError::Refused(format!(
                    "{due:?} is not a date (YYYY-MM-DD)"
                )));
            }
            writer.set(
                &card_path(*card),
                "due",
                due.clone().map_or(Scalar::Nothing, Scalar::Text),
            )
        }
        BoardEdit::SetPriority { card, priority } => {
            let word = priority.map_or(Scalar::Nothing, |priority| {
                Scalar::Text(priority.as_str().to_owned())
            });
            writer.set(&card_path(*card), "priority", word)
        }
        BoardEdit::AddChecklistItem {
            card,
            id,
            title,
            after,
        } => add_item(writer, *card, *id, title, *after),
        BoardEdit::SetChecklistItem {
            card,
            item,
            title,
            done,
        } => {
            let path = item_path(*card, *item);
            if let Some(title) = title {
                writer.set(&path, "title", Scalar::Text(one_line(title)))?;
            }
            done.map_or(Ok(()), |done| writer.set(&path, "done", Scalar::Flag(done)))
        }
        BoardEdit::MoveChecklistItem { card, item, after } => {
            move_item(writer, *card, *item, *after)
        }
        BoardEdit::RemoveChecklistItem { card, item } => {
            writer.set_trashed(&item_path(*card, *item), true)
        }
        BoardEdit::RestoreChecklistItem { card, item } => {
            writer.set_trashed(&item_path(*card, *item), false)
        }
        BoardEdit::ArchiveCard { card, archived } => {
            writer.set(&card_path(*card), "archived", Scalar::Flag(*archived))
        }
        BoardEdit::TrashCard { card } => writer.set_trashed(&card_path(*card), true),
        BoardEdit::RestoreCard { card } => writer.set_trashed(&card_path(*card), false),
        // The others are the board's own.
        _ => Ok(()),
    }
}

fn item_path(card: CardId, item: ChecklistItemId) -> Path {
    let mut path = card_path(card);
    path.push(format!("{ITEM}{item}"));
    path
}

fn known_columns(writer: &Writer<'_>, column: ColumnId) -> Result<Columns, EditError> {
    let columns = Columns::read(&*writer.tx);
    if columns.has(column) {
        Ok(columns)
    } else {
        Err(EditError::Missing {
            what: "column",
            id: column.to_string(),
        })
    }
}

fn set_place(writer: &mut Writer<'_>, card: CardId, place: &CardPlace) -> Result<(), EditError> {
    writer.set(
        &card_path(card),
        "place",
        Scalar::Text(board::write_place(place)),
    )
}

/// Puts cards that tie with the one before a slot behind what was put into it.
fn make_room(
    writer: &mut Writer<'_>,
    column: ColumnId,
    tied: &[CardId],
    mut last: String,
    next: Option<&str>,
) -> Result<(), EditError> {
    for card in tied {
        last = position::between_for(Some(&last), next, card.as_bytes());
        set_place(
            writer,
            *card,
            &CardPlace {
                column,
                position: last.clone(),
            },
        )?;
    }
    Ok(())
}

fn add_cards(
    writer: &mut Writer<'_>,
    column: ColumnId,
    after: Option<CardId>,
    cards: &[NewCard],
) -> Result<(), EditError> {
    let columns = known_columns(writer, column)?;
    let Some(first) = cards.first() else {
        return Ok(());
    };
    let slot = index(writer).slot(&columns, column, after, first.id);
    let next = slot.after.as_deref();
    let mut last = slot.before.clone();
    for card in cards {
        let position = position::between_for(last.as_deref(), next, card.id.as_bytes());
        let place = board::write_place(&CardPlace {
            column,
            position: position.clone(),
        });
        let fields = fields_of([
            ("title", Scalar::Text(one_line(&card.title))),
            ("place", Scalar::Text(place)),
        ]);
        writer.make(&card_path(card.id), fields, Some("description"))?;
        last = Some(position);
    }
    make_room(writer, column, &slot.tied, last.unwrap_or_default(), next)
}

fn move_card(
    writer: &mut Writer<'_>,
    card: CardId,
    column: ColumnId,
    after: Option<CardId>,
) -> Result<(), EditError> {
    let columns = known_columns(writer, column)?;
    let missing = || EditError::Missing {
        what: "card",
        id: card.to_string(),
    };
    let obj = fields::card(&*writer.tx, card).ok_or_else(missing)?;
    let disputed = writer.tx.values_of(&obj, "place").len() > 1;
    let order = index(writer);
    let now = order.place(&columns, card).ok_or_else(missing)?;
    let stays = after == Some(card) || order.predecessor(&columns, card) == after;
    if now.column == column && stays && !disputed {
        return Ok(());
    }
    if after == Some(card) {
        return set_place(
            writer,
            card,
            &CardPlace {
                column,
                position: now.position,
            },
        );
    }
    let slot = order.slot(&columns, column, after, card);
    let position = position::between_for(
        slot.before.as_deref(),
        slot.after.as_deref(),
        card.as_bytes(),
    );
    set_place(
        writer,
        card,
        &CardPlace {
            column,
            position: position.clone(),
        },
    )?;
    make_room(writer, column, &slot.tied, position, slot.after.as_deref())
}

/// Puts a card at the bottom of a column.
pub(super) fn append(
    writer: &mut Writer<'_>,
    columns: &Columns,
    card: CardId,
    column: ColumnId,
) -> Result<(), EditError> {
    // A card follows itself nowhere: that is the bottom.
    let slot = index(writer).slot(columns, column, Some(card), card);
    let position = position::between_for(slot.before.as_deref(), None, card.as_bytes());
    set_place(writer, card, &CardPlace { column, position })
}

fn choose_place(writer: &mut Writer<'_>, card: CardId, place: &CardPlace) -> Result<(), EditError> {
    known_columns(writer, place.column)?;
    if position::readable(&place.position) != place.position {
        return Err(EditError::Refused(format!(
            "{:?} is not a position",
            place.position
        )));
    }
    set_place(writer, card, place)
}

fn members_of(writer: &Writer<'_>, card: CardId, prefix: &str) -> Result<Vec<String>, EditError> {
    let obj = fields::card(&*writer.tx, card);
    let obj = obj.ok_or_else(|| EditError::Missing {
        what: "card",
        id: card.to_string(),
    })?;
    Ok(board::members(&writer.tx.keys_of(&obj), prefix))
}

fn set_members(
    writer: &mut Writer<'_>,
    card: CardId,
    prefix: &str,
    wanted: &[String],
) -> Result<(), EditError> {
    let now: BTreeSet<String> = members_of(writer, card, prefix)?.into_iter().collect();
    let wanted: BTreeSet<String> = wanted.iter().map(|name| name.trim().to_owned()).collect();
    let add: Vec<_> = wanted.difference(&now).cloned().collect();
    let remove: Vec<_> = now.difference(&wanted).cloned().collect();
    change_members(writer, card, prefix, &add, &remove)
}

fn change_members(
    writer: &mut Writer<'_>,
    card: CardId,
    prefix: &str,
    add: &[String],
    remove: &[String],
) -> Result<(), EditError> {
    let path = card_path(card);
    for name in remove {
        writer.set(&path, &format!("{prefix}{}", name.trim()), Scalar::Absent)?;
    }
    if prefix == ASSIGNEE {
        release(writer, card, remove)?;
    }
    for name in add.iter().map(|name| name.trim()) {
        check_name(name)?;
        writer.set(&path, &format!("{prefix}{name}"), Scalar::Flag(true))?;
    }
    if !add.is_empty() && members_of(writer, card, prefix)?.len() > MOST_MEMBERS {
        return Err(EditError::Refused(format!(
            "a card has at most {MOST_MEMBERS} of these"
        )));
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), EditError> {
    if name.is_empty() || name.len() > LONGEST_MEMBER || name.chars().any(char::is_control) {
        return Err(EditError::Refused(format!(
            "{name:?} cannot be used as a name"
        )));
    }
    Ok(())
}

/// Who answers for a card is among its assignees.
fn set_owner(writer: &mut Writer<'_>, card: CardId, member: Option<&str>) -> Result<(), EditError> {
    let now = owner_of(writer, card)?;
    let member = member.map(str::trim);
    if now.value.as_deref() == member && !now.is_disputed() {
        return Ok(());
    }
    let path = card_path(card);
    let Some(name) = member else {
        return writer.set(&path, "owner", Scalar::Nothing);
    };
    check_name(name)?;
    if members_of(writer, card, ASSIGNEE)?
        .iter()
        .any(|known| known == name)
    {
        writer.confirm(&path, &format!("{ASSIGNEE}{name}"))?;
    } else {
        change_members(writer, card, ASSIGNEE, &[name.to_owned()], &[])?;
    }
    writer.set(&path, "owner", Scalar::Text(name.to_owned()))
}

fn owner_of(writer: &Writer<'_>, card: CardId) -> Result<Register<Option<String>>, EditError> {
    let obj = fields::card(&*writer.tx, card).ok_or_else(|| EditError::Missing {
        what: "card",
        id: card.to_string(),
    })?;
    Ok(board::owner(&*writer.tx, &obj))
}

/// Whoever leaves a card no longer answers for it; another whom somebody else chose at the same time does.
fn release(writer: &mut Writer<'_>, card: CardId, gone: &[String]) -> Result<(), EditError> {
    let now = owner_of(writer, card)?;
    let mut wishes: Vec<String> = std::iter::once(now.value)
        .chain(now.others)
        .flatten()
        .collect();
    let before = wishes.len();
    wishes.retain(|wish| !gone.iter().any(|name| name.trim() == wish));
    if wishes.len() == before {
        return Ok(());
    }
    let left = wishes.into_iter().next();
    writer.set(
        &card_path(card),
        "owner",
        left.map_or(Scalar::Nothing, Scalar::Text),
    )
}

/// Room behind an item of a checklist (none: first), and new places for those that tie with it.
struct Room {
    position: String,
    moved: Vec<(ChecklistItemId, String)>,
}

fn room(
    writer: &Writer<'_>,
    card: CardId,
    id: ChecklistItemId,
    after: Option<ChecklistItemId>,
) -> Result<Room, EditError> {
    let obj = fields::card(&*writer.tx, card);
    let obj = obj.ok_or_else(|| EditError::Missing {
        what: "card",
        id: card.to_string(),
    })?;
    let mut items: Vec<ChecklistItemView> =
        board::checklist(&*writer.tx, &obj, &writer.tx.keys_of(&obj));
    items.retain(|item| item.id != id);
    let slot = after.map_or(Some(0), |after| {
        items
            .iter()
            .position(|item| item.id == after)
            .map(|slot| slot + 1)
    });
    let slot = slot.unwrap_or(items.len());
    let before = slot
        .checked_sub(1)
        .and_then(|last| items.get(last))
        .map(|item| item.position.as_str());
    let rest = items.get(slot..).unwrap_or_default();
    let next = rest
        .iter()
        .map(|item| item.position.as_str())
        .find(|position| Some(*position) != before);
    let position = position::between_for(before, next, id.as_bytes());
    let mut last = position.clone();
    let tied = rest
        .iter()
        .take_while(|item| Some(item.position.as_str()) == before);
    let moved = tied.map(|item| {
        last = position::between_for(Some(&last), next, item.id.as_bytes());
        (item.id, last.clone())
    });
    Ok(Room {
        moved: moved.collect(),
        position,
    })
}

fn set_item_position(
    writer: &mut Writer<'_>,
    card: CardId,
    item: ChecklistItemId,
    position: String,
) -> Result<(), EditError> {
    writer.set(&item_path(card, item), "position", Scalar::Text(position))
}

fn add_item(
    writer: &mut Writer<'_>,
    card: CardId,
    id: ChecklistItemId,
    title: &str,
    after: Option<ChecklistItemId>,
) -> Result<(), EditError> {
    let Room { position, moved } = room(writer, card, id, after)?;
    let fields = fields_of([
        ("title", Scalar::Text(one_line(title))),
        ("done", Scalar::Flag(false)),
        ("position", Scalar::Text(position)),
    ]);
    writer.make(&item_path(card, id), fields, None)?;
    moved
        .into_iter()
        .try_for_each(|(item, position)| set_item_position(writer, card, item, position))
}

fn move_item(
    writer: &mut Writer<'_>,
    card: CardId,
    item: ChecklistItemId,
    after: Option<ChecklistItemId>,
) -> Result<(), EditError> {
    let obj = fields::card(&*writer.tx, card);
    let items = obj.map(|obj| board::checklist(&*writer.tx, &obj, &writer.tx.keys_of(&obj)));
    let items: Vec<_> = items.into_iter().flatten().map(|item| item.id).collect();
    let at = items.iter().position(|id| *id == item);
    let before = at
        .and_then(|at| at.checked_sub(1))
        .and_then(|at| items.get(at));
    if at.is_some() && (before == after.as_ref() || after == Some(item)) {
        return Ok(());
    }
    let Room { position, moved } = room(writer, card, item, after)?;
    set_item_position(writer, card, item, position)?;
    moved
        .into_iter()
        .try_for_each(|(item, position)| set_item_position(writer, card, item, position))
}
