//! Making documents, and reading them back.

use std::collections::BTreeMap;

use automerge::transaction::Transactable;
use automerge::{ObjType, ROOT, ScalarValue};

use super::body::{Body, guarded};
use super::index::BoardIndex;
use super::merge::Waiting;
use super::recall::Recall;
use super::typing::Typing;
use super::{Document, DocumentError, FORMAT, Loaded, empty, fields, guard};
use crate::edit::Scalar;
use crate::id::{ColumnId, DocumentId};
use crate::kind::{ActorSeed, ChangeBytes, Kind};
use crate::position;
use crate::text::{Splice, Splices, TextField};
use crate::view::{Life, Place};

impl Document {
    /// Makes a note. All its changes are new: see [`Document::all_changes`].
    ///
    /// # Errors
    /// When the library below fails.
    pub fn create_note(
        id: DocumentId,
        actor: ActorSeed,
        title: &str,
        text: &str,
        place: &Place,
        at_ms: i64,
    ) -> Result<Self, DocumentError> {
        let mut note = Self::create(id, Kind::Note, actor, title, place, &[], at_ms)?;
        let whole = Splices(vec![Splice {
            at: 0,
            delete: 0,
            insert: text.to_owned(),
        }]);
        let failed = |_| DocumentError::Broken;
        note.splice_text(TextField::NoteText, &whole, None)
            .map_err(failed)?;
        note.close_burst(at_ms)?;
        Ok(note)
    }

    /// Makes a board with its first columns. All its changes are new: see [`Document::all_changes`].
    ///
    /// # Errors
    /// When the library below fails.
    pub fn create_board(
        id: DocumentId,
        actor: ActorSeed,
        title: &str,
        place: &Place,
        columns: &[(ColumnId, &str)],
        at_ms: i64,
    ) -> Result<Self, DocumentError> {
        Self::create(id, Kind::Board, actor, title, place, columns, at_ms)
    }

    pub(super) fn create(
        id: DocumentId,
        kind: Kind,
        actor: ActorSeed,
        title: &str,
        place: &Place,
        columns: &[(ColumnId, &str)],
        at_ms: i64,
    ) -> Result<Self, DocumentError> {
        let mut document = Self::around(id, kind, Body::Settled(Box::new(empty(actor))));
        document.body.step(|tx| -> Result<(), DocumentError> {
            let mut write = || -> Result<(), automerge::AutomergeError> {
                tx.put(ROOT, "format", FORMAT)?;
                tx.put(ROOT, "kind", u64::from(kind.code()))?;
                tx.put(ROOT, "id", ScalarValue::Bytes(id.as_bytes().to_vec()))?;
                tx.put(ROOT, "title", super::apply::one_line(title).as_str())?;
                tx.put(ROOT, "place", fields::write_place(place).as_str())?;
                match kind {
                    Kind::Note => {
                        tx.put_object(ROOT, "text", ObjType::Text)?;
                    }
                    Kind::Profile => {}
                    Kind::Board => {
                        let list = tx.put_object(ROOT, "columns", ObjType::Map)?;
                        let mut last: Option<String> = None;
                        for (id, title) in columns {
                            let column = tx.put_object(&list, id.to_string(), ObjType::Map)?;
                            let position = position::between(last.as_deref(), None);
                            tx.put(&column, "title", super::apply::one_line(title).as_str())?;
                            tx.put(&column, "position", position.as_str())?;
                            tx.put(&column, "life", 1i64)?;
                            last = Some(position);
                        }
                        tx.put_object(ROOT, "cards", ObjType::Map)?;
                    }
                }
                Ok(())
            };
            write().map_err(|_| DocumentError::Broken)
        })?;
        document.body.commit("create", at_ms)?;
        Ok(document)
    }

    pub(super) fn around(id: DocumentId, kind: Kind, body: Body) -> Self {
        Self {
            id,
            kind,
            body,
            life: Life::Alive,
            typing: Typing::default(),
            waiting: Waiting::default(),
            index: None,
            recall: Recall::default(),
        }
    }

    /// Reads a document back from a snapshot and the changes after it (or from changes alone).
    ///
    /// # Errors
    /// When the snapshot is damaged, or the beginning of the document is missing. Changes that do not fit are left
    /// out and given back, never an error.
    pub fn load(
        actor: ActorSeed,
        snapshot: Option<&[u8]>,
        changes: &[ChangeBytes],
    ) -> Result<Loaded, DocumentError> {
        let mut doc = match snapshot {
            Some(bytes) => guard::load(bytes)?,
            None => empty(actor),
        };
        doc.set_actor(automerge::ActorId::from(actor.0.as_slice()));
        let mut waiting = Waiting::default();
        let mut taken = waiting.take(&doc, changes);
        let doc = taken.doc.take().unwrap_or(doc);
        let (id, kind) = guarded(|| guard::read_identity(&doc))??;
        let mut document = Self::around(id, kind, Body::Settled(Box::new(doc)));
        document.waiting = waiting;
        document.refresh_life()?;
        if kind == Kind::Board {
            // Now rather than at the first move, which a hand is waiting for.
            document.index = Some(document.body.read(BoardIndex::build)?);
        }
        Ok(Loaded {
            document,
            waiting: taken.waiting,
            quarantined: taken.quarantined,
            operations: taken.applied.iter().map(automerge::Change::len).sum(),
        })
    }
}

/// The fields of something new.
pub(super) fn fields_of<const N: usize>(fields: [(&str, Scalar); N]) -> BTreeMap<String, Scalar> {
    fields
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}
