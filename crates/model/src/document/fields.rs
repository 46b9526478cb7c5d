//! Reading the fields of a document. A field of the wrong type reads as its default; nothing here fails.
//!
//! Shape: root {format, kind, id, title, place, life; text | columns, cards; one `f:`file for each}. A column is a map {title, position,
//! limit, life}; a card is a map {title, place, life, due, priority, owner, archived, description, `a:`assignee, `l:`label,
//! `c:`item}; a checklist item is a map {title, position, done, life}. Places are one register each, so that two
//! moves never mix; people, labels and items are keys of the card itself, so that no two writers ever create one
//! container twice.

use automerge::transaction::OwnedTransaction;
use automerge::{
    Automerge, ChangeHash, Cursor, CursorPosition, MoveCursor, ObjId, ObjType, ROOT, ReadDoc,
    ScalarValue, Value,
};

use crate::id::{CardId, DocumentId};
use crate::position;
use crate::view::{Life, Place, Register};

pub(super) const ASSIGNEE: &str = "a:";
pub(super) const LABEL: &str = "l:";
pub(super) const ITEM: &str = "c:";

/// The reads that a document, or an open transaction on one, answers.
pub(super) trait Fields {
    /// All concurrent values of a key, the one in force last, each with the operation that wrote it.
    fn values_of(&self, obj: &ObjId, key: &str) -> Vec<(Value<'_>, ObjId)>;
    fn keys_of(&self, obj: &ObjId) -> Vec<String>;
    fn text_of(&self, obj: &ObjId) -> String;
    fn length_of(&self, obj: &ObjId) -> usize;
    /// The value at a place in a text, and the operation that wrote it.
    fn unit(&self, obj: &ObjId, at: usize) -> Option<(Value<'_>, ObjId)>;
    /// The change that an operation belongs to.
    fn written_by(&self, operation: &ObjId) -> Option<ChangeHash>;
    /// What names a place in a text, and where that is now.
    fn mark(&self, obj: &ObjId, at: CursorPosition) -> Option<Cursor>;
    fn place_of(&self, obj: &ObjId, mark: &Cursor) -> Option<usize>;
}

macro_rules! fields {
    ($type:ty) => {
        impl Fields for $type {
            fn values_of(&self, obj: &ObjId, key: &str) -> Vec<(Value<'_>, ObjId)> {
                self.get_all(obj, key).unwrap_or_default()
            }
            fn keys_of(&self, obj: &ObjId) -> Vec<String> {
                self.keys(obj).collect()
            }
            fn text_of(&self, obj: &ObjId) -> String {
                self.text(obj).unwrap_or_default()
            }
            fn length_of(&self, obj: &ObjId) -> usize {
                self.length(obj)
            }
            fn unit(&self, obj: &ObjId, at: usize) -> Option<(Value<'_>, ObjId)> {
                self.get(obj, at).ok().flatten()
            }
            fn written_by(&self, operation: &ObjId) -> Option<ChangeHash> {
                self.hash_for_opid(operation)
            }
            fn mark(&self, obj: &ObjId, at: CursorPosition) -> Option<Cursor> {
                self.get_cursor_moving(obj, at, None, MoveCursor::Before)
                    .ok()
            }
            fn place_of(&self, obj: &ObjId, mark: &Cursor) -> Option<usize> {
                self.get_cursor_position(obj, mark, None).ok()
            }
        }
    };
}
fields!(Automerge);
fields!(OwnedTransaction);

/// The object of a type under a key; the one in force when several were made.
pub(super) fn child(f: &dyn Fields, obj: &ObjId, key: &str, of: ObjType) -> Option<ObjId> {
    let values = f.values_of(obj, key);
    values
        .into_iter()
        .rev()
        .find(|(value, _)| *value == Value::Object(of))
        .map(|(_, id)| id)
}

pub(super) fn note_text(f: &dyn Fields) -> Option<ObjId> {
    child(f, &ROOT, "text", ObjType::Text)
}

pub(super) fn cards(f: &dyn Fields) -> Option<ObjId> {
    child(f, &ROOT, "cards", ObjType::Map)
}

pub(super) fn columns(f: &dyn Fields) -> Option<ObjId> {
    child(f, &ROOT, "columns", ObjType::Map)
}

pub(super) fn card(f: &dyn Fields, id: CardId) -> Option<ObjId> {
    child(f, &cards(f)?, &id.to_string(), ObjType::Map)
}

pub(super) fn description(f: &dyn Fields, id: CardId) -> Option<ObjId> {
    child(f, &card(f, id)?, "description", ObjType::Text)
}

pub(super) fn text(f: &dyn Fields, obj: &ObjId) -> String {
    f.text_of(obj)
}

pub(super) fn text_length(f: &dyn Fields, obj: &ObjId) -> u32 {
    u32::try_from(f.length_of(obj)).unwrap_or(u32::MAX)
}

/// A scalar, if it is one.
pub(super) fn scalar<'a>(value: &'a Value<'_>) -> Option<&'a ScalarValue> {
    match value {
        Value::Scalar(scalar) => Some(scalar.as_ref()),
        Value::Object(_) => None,
    }
}

/// A field with everything that was set concurrently; values that do not parse count as the default.
pub(super) fn register<T: Clone + PartialEq + Default>(
    f: &dyn Fields,
    obj: &ObjId,
    key: &str,
    parse: impl Fn(&ScalarValue) -> Option<T>,
) -> Register<T> {
    let mut values: Vec<T> = f
        .values_of(obj, key)
        .iter()
        .map(|(value, _)| scalar(value).and_then(&parse).unwrap_or_default())
        .collect();
    let Some(value) = values.pop() else {
        return Register {
            value: T::default(),
            others: Vec::new(),
        };
    };
    let mut others: Vec<T> = Vec::new();
    for other in values.into_iter().rev() {
        if other != value && !others.contains(&other) {
            others.push(other);
        }
    }
    Register { value, others }
}

pub(super) fn string(value: &ScalarValue) -> Option<String> {
    match value {
        ScalarValue::Str(text) => Some(text.to_string()),
        _ => None,
    }
}

pub(super) fn title(f: &dyn Fields, obj: &ObjId) -> Register<String> {
    register(f, obj, "title", string)
}

pub(super) fn flag(value: &ScalarValue) -> Option<bool> {
    match value {
        ScalarValue::Boolean(flag) => Some(*flag),
        _ => None,
    }
}

/// The stored form of a document's place.
pub(super) fn write_place(place: &Place) -> String {
    let parent = place.parent.map(|id| id.to_string()).unwrap_or_default();
    format!("{parent}|{}", position::readable(&place.position))
}

pub(super) fn document_place(f: &dyn Fields) -> Register<Place> {
    let mut place = register(f, &ROOT, "place", |value| {
        let text = string(value)?;
        let (parent, at) = text.split_once('|')?;
        Some(Place {
            parent: parent.parse::<DocumentId>().ok(),
            position: position::readable(at).to_owned(),
        })
    });
    if place.value.position.is_empty() {
        place.value.position = position::MIDDLE.to_owned();
    }
    place
}

/// The generations of a life register: negative ones mean thrown away.
fn generations(f: &dyn Fields, obj: &ObjId) -> Vec<i64> {
    let parse = |value: &Value<'_>| match scalar(value) {
        Some(ScalarValue::Int(generation)) => *generation,
        _ => 0,
    };
    f.values_of(obj, "life")
        .iter()
        .map(|(value, _)| parse(value))
        .collect()
}

/// Whether a card, column or checklist item lives. Every edit of it writes a new generation, so that an edit and a
/// removal that did not know of one another stand side by side here.
pub(super) fn life(f: &dyn Fields, obj: &ObjId) -> Life {
    let generations = generations(f, obj);
    let trashed = generations.iter().any(|generation| *generation < 0);
    let alive = generations.is_empty() || generations.iter().any(|generation| *generation >= 0);
    match (alive, trashed) {
        (true, true) => Life::KeptDespiteTrash,
        (false, _) => Life::Trashed,
        (true, false) => Life::Alive,
    }
}

/// A generation above all that are written.
pub(super) fn next_generation(f: &dyn Fields, obj: &ObjId) -> i64 {
    let highest = generations(f, obj)
        .into_iter()
        .map(i64::unsigned_abs)
        .max()
        .unwrap_or(0);
    i64::try_from(highest)
        .ok()
        .and_then(|highest| highest.checked_add(1))
        .unwrap_or(1)
}
