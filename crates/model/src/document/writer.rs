//! Writing fields within a transaction, with a log of what was done to what (for undo) and of what was touched.

use std::collections::BTreeMap;

use automerge::transaction::{OwnedTransaction, Transactable};
use automerge::{ObjId, ObjType, ROOT, ScalarValue, Value};

use super::fields::{self, Fields, ITEM};
use super::index::BoardIndex;
use super::{EditError, TextLog, Touched};
use crate::edit::{Scalar, Step};
use crate::id::CardId;
use crate::text::{Splice, Splices, TextField};
use crate::view::Life;

/// A place inside a document: keys from the root.
pub(super) type Path = Vec<String>;

pub(super) struct Writer<'a> {
    pub(super) tx: &'a mut OwnedTransaction,
    pub(super) index: &'a mut Option<BoardIndex>,
    pub(super) steps: Vec<Step>,
    pub(super) touched: Touched,
    pub(super) text: TextLog,
}

/// What a stored value means.
pub(super) fn scalar_of(value: &Value<'_>) -> Scalar {
    match fields::scalar(value) {
        Some(ScalarValue::Str(text)) => Scalar::Text(text.to_string()),
        Some(ScalarValue::Boolean(flag)) => Scalar::Flag(*flag),
        Some(ScalarValue::Uint(number)) => {
            u32::try_from(*number).map_or(Scalar::Nothing, Scalar::Number)
        }
        _ => Scalar::Nothing,
    }
}

impl Writer<'_> {
    pub(super) fn object(&self, path: &[String]) -> Option<ObjId> {
        path.iter().try_fold(ROOT, |obj, key| {
            fields::child(&*self.tx, &obj, key, ObjType::Map)
        })
    }

    fn existing(&self, path: &[String]) -> Result<ObjId, EditError> {
        self.object(path).ok_or_else(|| EditError::Missing {
            what: match path {
                [_, _, _] => "checklist item",
                [container, ..] if container == "columns" => "column",
                _ => "card",
            },
            id: path
                .last()
                .map(|key| key.trim_start_matches(ITEM).to_owned())
                .unwrap_or_default(),
        })
    }

    fn scalars(&self, obj: &ObjId, key: &str) -> Vec<Scalar> {
        self.tx
            .values_of(obj, key)
            .iter()
            .map(|(value, _)| scalar_of(value))
            .collect()
    }

    /// Sets a field, unless it says so already.
    pub(super) fn set(
        &mut self,
        path: &[String],
        key: &str,
        became: Scalar,
    ) -> Result<(), EditError> {
        let obj = self.existing(path)?;
        let mut values = self.scalars(&obj, key);
        let same = match values.as_slice() {
            [] => matches!(became, Scalar::Absent),
            [only] => *only == became,
            _ => false,
        };
        if same {
            return Ok(());
        }
        self.put(&obj, key, &became)?;
        let was = values.pop().unwrap_or(Scalar::Absent);
        let field: Path = path.iter().cloned().chain([key.to_owned()]).collect();
        self.mark(&field);
        self.steps.push(Step::Field {
            path: field,
            was,
            became,
        });
        self.renew(path)
    }

    /// Says again what a field says, so that it stays when somebody removes it without knowing of this edit.
    pub(super) fn confirm(&mut self, path: &[String], key: &str) -> Result<(), EditError> {
        let obj = self.existing(path)?;
        match self.scalars(&obj, key).pop() {
            Some(value) => {
                // The same value over itself would be no step at all.
                self.put(&obj, key, &Scalar::Absent)?;
                self.put(&obj, key, &value)
            }
            None => Ok(()),
        }
    }

    fn put(&mut self, obj: &ObjId, key: &str, value: &Scalar) -> Result<(), EditError> {
        match value {
            Scalar::Absent => self.tx.delete(obj, key)?,
            Scalar::Nothing => self.tx.put(obj, key, ScalarValue::Null)?,
            Scalar::Flag(flag) => self.tx.put(obj, key, *flag)?,
            Scalar::Number(number) => self.tx.put(obj, key, u64::from(*number))?,
            Scalar::Text(text) => self.tx.put(obj, key, text.as_str())?,
        }
        Ok(())
    }

    /// Writes a new generation into every living thing around a field, so that a removal which did not know of this
    /// edit does not win silently.
    fn renew(&mut self, path: &[String]) -> Result<(), EditError> {
        for length in 2..=path.len() {
            let Some(obj) = path.get(..length).and_then(|thing| self.object(thing)) else {
                continue;
            };
            if fields::life(&*self.tx, &obj) != Life::Trashed {
                let generation = fields::next_generation(&*self.tx, &obj);
                self.tx.put(&obj, "life", generation)?;
            }
        }
        Ok(())
    }

    /// Throws a card, column or checklist item away, or brings it back.
    pub(super) fn set_trashed(&mut self, path: &[String], trashed: bool) -> Result<(), EditError> {
        let obj = self.existing(path)?;
        let settled = match fields::life(&*self.tx, &obj) {
            Life::Alive => !trashed,
            Life::Trashed => trashed,
            Life::KeptDespiteTrash => false,
        };
        if settled {
            return Ok(());
        }
        let generation = fields::next_generation(&*self.tx, &obj);
        self.tx
            .put(&obj, "life", if trashed { -generation } else { generation })?;
        self.mark(path);
        self.steps.push(Step::Life {
            path: path.to_vec(),
            trashed,
        });
        match path {
            [_, _, _] => self.renew(path.get(..2).unwrap_or_default()),
            _ => Ok(()),
        }
    }

    /// Throws the document away as far as its writer knows it, or brings it back.
    pub(super) fn set_document_trashed(&mut self, trashed: bool) -> Result<(), EditError> {
        let values = self.tx.values_of(&ROOT, "life");
        let is_set = values
            .iter()
            .any(|(value, _)| matches!(fields::scalar(value), Some(ScalarValue::Bytes(_))));
        if !trashed && !is_set {
            return Ok(());
        }
        let value = match trashed {
            true => {
                ScalarValue::Bytes(self.tx.get_heads().iter().flat_map(|hash| hash.0).collect())
            }
            false => ScalarValue::Null,
        };
        drop(values);
        self.tx.put(ROOT, "life", value)?;
        self.touched.header = true;
        self.steps.push(Step::Life {
            path: Path::new(),
            trashed,
        });
        Ok(())
    }

    /// Makes a card, column or checklist item.
    pub(super) fn make(
        &mut self,
        path: &[String],
        fields: BTreeMap<String, Scalar>,
        text: Option<&str>,
    ) -> Result<(), EditError> {
        let (key, parent) = path
            .split_last()
            .ok_or_else(|| EditError::Inner("no place to make it".into()))?;
        let parent_obj = self.existing(parent)?;
        if fields::child(&*self.tx, &parent_obj, key, ObjType::Map).is_some() {
            let what = match path {
                [_, _, _] => "checklist item",
                [container, ..] if container == "columns" => "column",
                _ => "card",
            };
            return Err(EditError::Exists {
                what,
                id: key.trim_start_matches(ITEM).to_owned(),
            });
        }
        let obj = self
            .tx
            .put_object(&parent_obj, key.as_str(), ObjType::Map)?;
        for (key, value) in &fields {
            self.put(&obj, key, value)?;
        }
        self.tx.put(&obj, "life", 1i64)?;
        if let Some(text) = text {
            self.tx.put_object(&obj, text, ObjType::Text)?;
        }
        self.mark(path);
        if let (Some(Scalar::Text(place)), [_, card]) = (fields.get("place"), path) {
            self.index_place(card, place);
        }
        self.steps.push(Step::Made {
            path: path.to_vec(),
            fields,
        });
        self.renew(parent)
    }

    /// Changes a text; the splices must have been checked against it.
    pub(super) fn splice(
        &mut self,
        field: TextField,
        obj: &ObjId,
        splices: &Splices,
    ) -> Result<(), EditError> {
        for Splice { at, delete, insert } in splices.0.iter().rev() {
            self.tx
                .splice_text(obj, *at as usize, *delete as isize, insert)?;
        }
        self.text.push(field, splices.clone());
        match field {
            TextField::NoteText => {
                self.touched.text = true;
                Ok(())
            }
            TextField::CardDescription(card) => {
                self.touched.cards.insert(card);
                self.renew(&card_path(card))
            }
        }
    }

    /// Takes a log of steps back, last first, each only where nobody changed it since.
    pub(super) fn take_back(&mut self, steps: &[Step]) -> Result<(), EditError> {
        for step in steps.iter().rev() {
            match step {
                Step::Field { path, was, became } => self.take_back_field(path, was, became)?,
                Step::Life { path, trashed } if path.is_empty() => {
                    self.set_document_trashed(!trashed)?
                }
                Step::Life { path, trashed } => {
                    if is_thing(path) && self.object(path).is_some() {
                        self.set_trashed(path, !trashed)?;
                    }
                }
                Step::Made { path, fields } => {
                    if is_thing(path) && self.is_as_made(path, fields) {
                        self.set_trashed(path, true)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn take_back_field(
        &mut self,
        path: &[String],
        was: &Scalar,
        became: &Scalar,
    ) -> Result<(), EditError> {
        let Some((key, owner)) = path.split_last() else {
            return Ok(());
        };
        let known = match owner {
            [] => matches!(key.as_str(), "title" | "place"),
            owner => {
                is_thing(owner)
                    && !matches!(key.as_str(), "life" | "description")
                    && !key.starts_with(ITEM)
            }
        };
        let Some(obj) = self.object(owner).filter(|_| known) else {
            return Ok(());
        };
        let mut values = self.scalars(&obj, key);
        if values.is_empty() {
            values.push(Scalar::Absent);
        }
        if !values.contains(became) {
            return Ok(());
        }
        // Others who wrote the field at the same time keep what they wrote.
        values.retain(|value| value != became);
        let back = values.pop().unwrap_or_else(|| was.clone());
        self.set(owner, key, back)
    }

    /// Whether a thing still is exactly what its maker made it.
    fn is_as_made(&self, path: &[String], made: &BTreeMap<String, Scalar>) -> bool {
        let Some(obj) = self.object(path) else {
            return false;
        };
        let f: &dyn Fields = &*self.tx;
        f.keys_of(&obj).iter().all(|key| match key.as_str() {
            "life" => true,
            "description" => fields::child(f, &obj, key, ObjType::Text)
                .is_none_or(|text| fields::text_length(f, &text) == 0),
            item if item.starts_with(ITEM) => fields::child(f, &obj, item, ObjType::Map)
                .is_none_or(|item| fields::life(f, &item) == Life::Trashed),
            field => {
                let values = self.scalars(&obj, field);
                match (values.as_slice(), made.get(field)) {
                    ([now], Some(then)) => now == then,
                    ([now], None) => matches!(now, Scalar::Nothing | Scalar::Flag(false)),
                    _ => false,
                }
            }
        })
    }

    fn mark(&mut self, path: &[String]) {
        match path {
            [container, card, ..] if container == "cards" => {
                if let Ok(id) = card.parse() {
                    self.touched.cards.insert(id);
                }
                if let [_, _, field] = path
                    && field == "place"
                    && let Some(obj) = self.object(path.get(..2).unwrap_or_default())
                    && let Some(Scalar::Text(place)) = self.scalars(&obj, "place").pop()
                {
                    self.index_place(card, &place);
                }
            }
            _ => self.touched.header = true,
        }
    }

    fn index_place(&mut self, card: &str, place: &str) {
        if let (Some(index), Ok(id)) = (self.index.as_mut(), card.parse::<CardId>()) {
            index.put(id, super::board::parse_place(place));
        }
    }
}

/// Whether a path names a card, a column or a checklist item.
fn is_thing(path: &[String]) -> bool {
    match path {
        [container, _] => container == "cards" || container == "columns",
        [container, _, item] => container == "cards" && item.starts_with(ITEM),
        _ => false,
    }
}

pub(super) fn card_path(card: CardId) -> Path {
    vec!["cards".to_owned(), card.to_string()]
}
