//! Reading boards: columns, cards, checklists.

use std::collections::BTreeSet;

use automerge::{ObjId, ObjType, ScalarValue};

use super::fields::{self, ASSIGNEE, Fields, ITEM, LABEL, register};
use super::files;
use crate::id::{CardId, ChecklistItemId, ColumnId, DocumentId};
use crate::position;
use crate::projection::CardRow;
use crate::view::{
    BoardView, CardPlace, CardSummary, CardView, ChecklistItemView, ColumnView, Life, Priority,
    Register,
};

/// A column that no board has: where cards without a readable place are said to lie.
const NOWHERE: ColumnId = ColumnId::from_bytes([0; 16]);

/// The columns of a board in their order, deleted ones included.
#[derive(Debug, Clone, Default)]
pub(super) struct Columns(pub(super) Vec<(ColumnId, String, Life, ObjId)>);

impl Columns {
    pub(super) fn read(f: &dyn Fields) -> Self {
        let Some(columns) = fields::columns(f) else {
            return Self::default();
        };
        let mut list: Vec<_> = f
            .keys_of(&columns)
            .into_iter()
            .filter_map(|key| {
                let id: ColumnId = key
                    .parse()
                    .ok()
                    .filter(|id: &ColumnId| id.to_string() == key)?;
                let obj = fields::child(f, &columns, &key, ObjType::Map)?;
                Some((id, column_position(f, &obj), fields::life(f, &obj), obj))
            })
            .collect();
        list.sort_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
        Self(list)
    }

    pub(super) fn has(&self, column: ColumnId) -> bool {
        self.0.iter().any(|(id, ..)| *id == column)
    }

    /// The column that is never hidden: the first live one.
    pub(super) fn first(&self) -> Option<ColumnId> {
        self.first_except(None)
    }

    pub(super) fn first_except(&self, except: Option<ColumnId>) -> Option<ColumnId> {
        let mut others = self.0.iter().filter(|(id, ..)| Some(*id) != except);
        let live = others.clone().find(|(_, _, life, _)| life.is_live());
        live.or_else(|| others.next()).map(|(id, ..)| *id)
    }

    /// Where cards of this column are shown: a column that is not there is replaced by the first.
    pub(super) fn shown(&self, column: ColumnId) -> ColumnId {
        if self.has(column) {
            column
        } else {
            self.first().unwrap_or(column)
        }
    }
}

fn column_position(f: &dyn Fields, obj: &ObjId) -> String {
    let position = register(f, obj, "position", fields::string).value;
    position::readable(&position).to_owned()
}

/// Every card of the board, by id.
pub(super) fn card_objects(f: &dyn Fields) -> Vec<(CardId, ObjId)> {
    let Some(cards) = fields::cards(f) else {
        return Vec::new();
    };
    let keys = f.keys_of(&cards).into_iter();
    keys.filter_map(|key| {
        let id: CardId = key
            .parse()
            .ok()
            .filter(|id: &CardId| id.to_string() == key)?;
        Some((id, fields::child(f, &cards, &key, ObjType::Map)?))
    })
    .collect()
}

/// Reads the stored form of a card's place.
pub(super) fn parse_place(text: &str) -> CardPlace {
    let (column, at) = text.split_once('|').unwrap_or_default();
    CardPlace {
        column: column.parse().unwrap_or(NOWHERE),
        position: position::readable(at).to_owned(),
    }
}

pub(super) fn write_place(place: &CardPlace) -> String {
    format!("{}|{}", place.column, position::readable(&place.position))
}

/// The place in force, as written.
pub(super) fn raw_place(f: &dyn Fields, card: &ObjId) -> CardPlace {
    parse_place(&register(f, card, "place", fields::string).value)
}

fn shown_place(f: &dyn Fields, columns: &Columns, card: &ObjId) -> Register<CardPlace> {
    let Register { value, others } = register(f, card, "place", fields::string);
    let show = |text: &String| {
        let place = parse_place(text);
        CardPlace {
            column: columns.shown(place.column),
            position: place.position,
        }
    };
    let value = show(&value);
    let mut shown = Vec::new();
    for other in others.iter().map(show) {
        if other != value && !shown.contains(&other) {
            shown.push(other);
        }
    }
    Register {
        value,
        others: shown,
    }
}

fn due(f: &dyn Fields, card: &ObjId) -> Register<Option<String>> {
    register(f, card, "due", |value| {
        Some(fields::string(value).filter(|due| is_date(due)))
    })
}

/// Whether a text is a date of the form `YYYY-MM-DD`.
pub(super) fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let mut number = |digits: usize| {
        let part = parts
            .next()
            .filter(|part| part.len() == digits && part.bytes().all(|b| b.is_ascii_digit()))?;
        part.parse::<u32>().ok()
    };
    let (Some(year), Some(month), Some(day)) = (number(4), number(2), number(2)) else {
        return false;
    };
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    (1..=12).contains(&month) && (1..=days).contains(&day) && parts.next().is_none()
}

fn priority(f: &dyn Fields, card: &ObjId) -> Register<Option<Priority>> {
    register(f, card, "priority", |value| {
        Some(fields::string(value).and_then(|word| Priority::from_word(&word)))
    })
}

/// Who answers for a card.
pub(super) fn owner(f: &dyn Fields, card: &ObjId) -> Register<Option<String>> {
    register(f, card, "owner", |value| Some(fields::string(value)))
}

fn archived(f: &dyn Fields, card: &ObjId) -> Register<bool> {
    register(f, card, "archived", fields::flag)
}

/// The members of a set that is written as keys.
pub(super) fn members(keys: &[String], prefix: &str) -> Vec<String> {
    let names: BTreeSet<_> = keys
        .iter()
        .filter_map(|key| key.strip_prefix(prefix))
        .map(str::to_owned)
        .collect();
    names.into_iter().collect()
}

/// The items of a checklist in order, removed ones included.
pub(super) fn checklist(f: &dyn Fields, card: &ObjId, keys: &[String]) -> Vec<ChecklistItemView> {
    let mut items: Vec<_> = keys
        .iter()
        .filter_map(|key| {
            let name = key.strip_prefix(ITEM)?;
            let id: ChecklistItemId = name
                .parse()
                .ok()
                .filter(|id: &ChecklistItemId| id.to_string() == name)?;
            let obj = fields::child(f, card, key, ObjType::Map)?;
            Some(ChecklistItemView {
                id,
                title: fields::title(f, &obj),
                done: register(f, &obj, "done", fields::flag),
                position: column_position(f, &obj),
                life: fields::life(f, &obj),
            })
        })
        .collect();
    items.sort_by(|a, b| (&a.position, a.id).cmp(&(&b.position, b.id)));
    items
}

fn count_conflicts(card: &CardView) -> u32 {
    let fields = [
        card.title.is_disputed(),
        card.place.is_disputed(),
        card.due.is_disputed(),
        card.priority.is_disputed(),
        card.owner.is_disputed(),
        card.archived.is_disputed(),
        card.life == Life::KeptDespiteTrash,
    ];
    let items = card.checklist.iter().flat_map(|item| {
        [
            item.title.is_disputed(),
            item.done.is_disputed(),
            item.life == Life::KeptDespiteTrash,
        ]
    });
    fields.into_iter().chain(items).map(u32::from).sum()
}

fn read_card(f: &dyn Fields, columns: &Columns, id: CardId, obj: &ObjId) -> CardView {
    let keys = f.keys_of(obj);
    let mut checklist = checklist(f, obj, &keys);
    checklist.retain(|item| item.life.is_live());
    let text = fields::child(f, obj, "description", ObjType::Text);
    let mut card = CardView {
        id,
        place: shown_place(f, columns, obj),
        title: fields::title(f, obj),
        assignees: members(&keys, ASSIGNEE),
        owner: owner(f, obj),
        labels: members(&keys, LABEL),
        due: due(f, obj),
        priority: priority(f, obj),
        archived: archived(f, obj),
        life: fields::life(f, obj),
        checklist,
        description_length: text.map_or(0, |text| fields::text_length(f, &text)),
        conflicts: 0,
    };
    card.conflicts = count_conflicts(&card);
    card
}

pub(super) fn card(f: &dyn Fields, id: CardId) -> Option<CardView> {
    Some(read_card(f, &Columns::read(f), id, &fields::card(f, id)?))
}

fn row(f: &dyn Fields, columns: &Columns, id: CardId, obj: &ObjId) -> CardRow {
    let card = read_card(f, columns, id, obj);
    let text = fields::child(f, obj, "description", ObjType::Text);
    CardRow {
        id,
        column: card.place.value.column,
        position: card.place.value.position,
        title: card.title.value,
        assignees: card.assignees,
        labels: card.labels,
        due: card.due.value,
        priority: card.priority.value,
        archived: card.archived.value,
        life: card.life,
        checklist_done: card
            .checklist
            .iter()
            .map(|item| u32::from(item.done.value))
            .sum(),
        checklist_total: u32::try_from(card.checklist.len()).unwrap_or(u32::MAX),
        description: text.map(|text| fields::text(f, &text)).unwrap_or_default(),
        conflicts: card.conflicts,
    }
}

pub(super) fn card_row(f: &dyn Fields, id: CardId) -> Option<CardRow> {
    Some(row(f, &Columns::read(f), id, &fields::card(f, id)?))
}

/// All cards, ordered by id.
pub(super) fn card_rows(f: &dyn Fields) -> Vec<CardRow> {
    let columns = Columns::read(f);
    let mut rows: Vec<_> = card_objects(f)
        .iter()
        .map(|(id, obj)| row(f, &columns, *id, obj))
        .collect();
    rows.sort_by_key(|row| row.id);
    rows
}

fn summary(f: &dyn Fields, card: CardView, obj: &ObjId, any_files: bool) -> CardSummary {
    let text = fields::child(f, obj, "description", ObjType::Text).filter(|_| any_files);
    let referred = text.map(|text| crate::file::referred(&fields::text(f, &text)));
    CardSummary {
        files: referred.map_or(0, |files| u32::try_from(files.len()).unwrap_or(u32::MAX)),
        id: card.id,
        place: card.place,
        title: card.title.value,
        assignees: card.assignees,
        owner: card.owner.value,
        labels: card.labels,
        due: card.due.value,
        priority: card.priority.value,
        archived: card.archived.value,
        life: card.life,
        checklist_done: card
            .checklist
            .iter()
            .map(|item| u32::from(item.done.value))
            .sum(),
        checklist_total: u32::try_from(card.checklist.len()).unwrap_or(u32::MAX),
        has_description: card.description_length > 0,
        conflicts: card.conflicts,
    }
}

/// The card as the board shows it.
pub(super) fn card_summary(f: &dyn Fields, id: CardId) -> Option<CardSummary> {
    let obj = fields::card(f, id)?;
    let card = read_card(f, &Columns::read(f), id, &obj);
    Some(summary(f, card, &obj, files::any(f)))
}

/// The visible columns; `used` are those that hold live cards.
fn column_views(f: &dyn Fields, columns: &Columns, used: &BTreeSet<ColumnId>) -> Vec<ColumnView> {
    let visible = columns
        .0
        .iter()
        .filter(|(id, _, life, _)| life.is_live() || used.contains(id));
    visible
        .map(|(id, position, life, obj)| ColumnView {
            id: *id,
            title: fields::title(f, obj),
            limit: register(f, obj, "limit", |value| match value {
                ScalarValue::Uint(limit) => Some(u32::try_from(*limit).ok()),
                _ => Some(None),
            }),
            position: position.clone(),
            life: if *life == Life::Trashed {
                Life::KeptDespiteTrash
            } else {
                *life
            },
        })
        .collect()
}

/// The visible columns, given the columns that hold live cards.
pub(super) fn columns(f: &dyn Fields, used: &BTreeSet<ColumnId>) -> Vec<ColumnView> {
    column_views(f, &Columns::read(f), used)
}

pub(super) fn board(f: &dyn Fields, id: DocumentId, life: Life) -> BoardView {
    let columns = Columns::read(f);
    let objects = card_objects(f);
    let any_files = files::any(f);
    let mut cards: Vec<_> = objects
        .iter()
        .map(|(id, obj)| summary(f, read_card(f, &columns, *id, obj), obj, any_files))
        .collect();
    cards.sort_by(|a, b| (&a.place.value, a.id).cmp(&(&b.place.value, b.id)));
    let used = cards
        .iter()
        .filter(|card| card.life.is_live() && !card.archived)
        .map(|card| card.place.value.column)
        .collect();
    let place = fields::document_place(f);
    BoardView {
        id,
        title: fields::title(f, &automerge::ROOT),
        parent: place.value.parent,
        position: place.value.position,
        other_places: place.others,
        life,
        columns: column_views(f, &columns, &used),
        cards,
    }
}
