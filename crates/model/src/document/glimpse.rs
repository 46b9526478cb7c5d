//! What a list shows of a document, read from its changes before they are made a document: that costs a small part of making it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use automerge::{ChangeHash, Cursor, CursorPosition, ObjId, ROOT, ScalarValue, Value, legacy};

use super::body::guarded;
use super::fields::{self, Fields};
use super::guard;
use super::project::Listed;
use crate::id::DocumentId;
use crate::kind::{ChangeBytes, Kind};
use crate::view::Life;

/// The fields that lists show. A beginning writes all of them but the last, and what names the document with them.
const SHOWN: [&str; 4] = ["title", "place", "format", LIFE];
/// Once it is written to, only the whole history tells whether the document lives.
const LIFE: &str = "life";

/// What is known of a document before it is made. It may turn out otherwise: whether its changes fit together was not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glimpse {
    /// What it is.
    pub kind: Kind,
    /// What a list shows of it.
    pub listed: Listed,
}

impl Glimpse {
    /// Looks at the changes of a document. `None` when its beginning is not among them, when that is too large for a look, or when only
    /// the whole document tells whether it lives.
    #[must_use]
    pub fn of(id: DocumentId, changes: &[ChangeBytes]) -> Option<Self> {
        let mut root = Root::default();
        for change in changes {
            root.read(change);
        }
        let (found, kind) = guard::read_identity(&root).ok()?;
        if found != id || root.written.contains_key(LIFE) {
            return None;
        }
        Some(Self {
            kind,
            listed: Listed {
                title: fields::title(&root, &ROOT),
                place: fields::document_place(&root),
                life: Life::Alive,
            },
        })
    }
}

/// The values of the fields at the root, as operations wrote them.
#[derive(Default)]
struct Root {
    written: BTreeMap<String, BTreeMap<legacy::OpId, ScalarValue>>,
    overwritten: BTreeSet<legacy::OpId>,
}

impl Root {
    fn read(&mut self, bytes: &ChangeBytes) {
        let Some(change) = guard::decode_small(bytes, &SHOWN) else {
            return;
        };
        let Ok(change) = guarded(|| change.decode()) else {
            return;
        };
        for (operation, number) in change.operations.iter().zip(change.start_op.get()..) {
            let legacy::Key::Map(key) = &operation.key else {
                continue;
            };
            if operation.obj != legacy::ObjectId::Root {
                continue;
            }
            self.overwritten.extend(operation.pred.iter().cloned());
            let value = match &operation.action {
                legacy::OpType::Put(value) => value.clone(),
                // Of the wrong type, as any object is here: it reads as the field's default.
                legacy::OpType::Make(_) => ScalarValue::Null,
                _ => continue,
            };
            let by = legacy::OpId::new(number, &change.actor_id);
            let values = self.written.entry(key.to_string()).or_default();
            values.insert(by, value);
        }
    }
}

impl Fields for Root {
    fn values_of(&self, obj: &ObjId, key: &str) -> Vec<(Value<'_>, ObjId)> {
        let written = self.written.get(key).filter(|_| *obj == ROOT);
        let in_force = written.into_iter().flatten();
        in_force
            .filter(|(by, _)| !self.overwritten.contains(by))
            .map(|(by, value)| {
                let by = ObjId::Id(by.counter(), by.actor().clone(), 0);
                (Value::Scalar(Cow::Borrowed(value)), by)
            })
            .collect()
    }

    fn keys_of(&self, obj: &ObjId) -> Vec<String> {
        let keys = self.written.keys().filter(|_| *obj == ROOT);
        keys.cloned().collect()
    }

    // There is nothing but the root.
    fn text_of(&self, _: &ObjId) -> String {
        String::new()
    }

    fn length_of(&self, _: &ObjId) -> usize {
        0
    }

    fn unit(&self, _: &ObjId, _: usize) -> Option<(Value<'_>, ObjId)> {
        None
    }

    fn written_by(&self, _: &ObjId) -> Option<ChangeHash> {
        None
    }

    fn mark(&self, _: &ObjId, _: CursorPosition) -> Option<Cursor> {
        None
    }

    fn place_of(&self, _: &ObjId, _: &Cursor) -> Option<usize> {
        None
    }
}
