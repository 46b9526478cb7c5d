//! A document in memory while it is made anew: taken out, put back, or put in its place.

use skein_model::{Document, DocumentId, Kind, TextField};

use super::Slot;
use crate::api::ApiError;
use crate::core::Core;
use crate::core::jobs::Carried;
use crate::core::step::Step;

impl Core {
    /// Whether a document is out for work elsewhere.
    pub(in crate::core) fn is_away(&self, id: DocumentId) -> bool {
        self.documents
            .get(&id)
            .is_some_and(|slot| slot.document.is_none())
    }

    pub(in crate::core) fn documents_in_memory(&self) -> Vec<DocumentId> {
        self.documents.keys().copied().collect()
    }

    /// Whether a document that is not in memory has typing that must become a change first.
    pub(in crate::core) fn has_journal(
        &self,
        id: DocumentId,
        kind: Kind,
    ) -> Result<bool, ApiError> {
        Ok(!self.is_in_memory(id) && !self.read_stored(id, kind)?.journal.is_empty())
    }

    /// What a document in memory was sent and has not merged, or only in part.
    pub(in crate::core) fn not_merged(&self, id: DocumentId) -> (Vec<Carried>, Vec<Carried>) {
        self.documents
            .get(&id)
            .map(|slot| (slot.incoming.clone(), slot.waiting.clone()))
            .unwrap_or_default()
    }

    pub(in crate::core) fn set_incoming(&mut self, id: DocumentId, incoming: Vec<Carried>) {
        if let Some(slot) = self.documents.get_mut(&id) {
            slot.incoming = incoming;
        }
    }

    /// The texts of a document that somebody looked at.
    pub(in crate::core) fn fields_watched(&self, id: DocumentId) -> Vec<TextField> {
        let slot = self.documents.get(&id);
        slot.map(|slot| slot.feeds.keys().copied().collect())
            .unwrap_or_default()
    }

    /// Takes a document out to be made anew; whoever asks for it waits, also when it was not in memory.
    pub(in crate::core) fn take_for_rebuild(
        &mut self,
        step: &Step<'_>,
        id: DocumentId,
        kind: Kind,
    ) -> Option<Box<Document>> {
        let away = || Slot::new(kind, None, step.now.mono_ms);
        self.documents
            .entry(id)
            .or_insert_with(away)
            .document
            .take()
    }

    /// It stays as it was.
    pub(in crate::core) fn give_back(
        &mut self,
        step: &Step<'_>,
        id: DocumentId,
        before: Option<Box<Document>>,
    ) {
        match (before, self.documents.get_mut(&id)) {
            (Some(before), Some(slot)) => slot.document = Some(before),
            _ => self.leave_memory(step, id),
        }
    }

    /// Nobody needs it in memory; what came meanwhile gathers again.
    pub(in crate::core) fn leave_memory(&mut self, step: &Step<'_>, id: DocumentId) {
        let slot = self.documents.get_mut(&id);
        let came = slot.map(|slot| std::mem::take(&mut slot.incoming));
        self.forget(id);
        for carried in came.into_iter().flatten() {
            self.gather(step, id, carried);
        }
    }

    /// The document made anew is in memory from now on, of so many stored changes and bytes.
    pub(in crate::core) fn take_rebuilt(
        &mut self,
        id: DocumentId,
        document: Box<Document>,
        waiting: Vec<Carried>,
        (rows, size): (usize, usize),
    ) -> Result<(), ApiError> {
        let stored = self.read_stored(id, document.kind())?;
        let disputed = self.is_disputed(id)?;
        if let Some(slot) = self.documents.get_mut(&id) {
            slot.document = Some(document);
            slot.waiting = waiting;
            slot.stale_text = None;
            slot.rows = rows;
            slot.last_row = stored.changes.last().map_or(0, |(row, _)| *row);
            slot.size = size;
            slot.disputed = disputed;
        }
        Ok(())
    }
}
