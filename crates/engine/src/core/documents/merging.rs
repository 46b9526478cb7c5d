//! What a document in memory was sent and has not merged, or not wholly.

use skein_model::{ChangeBytes, Document, DocumentId};

use crate::core::Core;
use crate::core::jobs::{Carried, Fate};

impl Core {
    /// Whether a document is in memory or on its way there.
    pub(in crate::core) fn is_in_memory(&self, id: DocumentId) -> bool {
        self.documents.contains_key(&id)
    }

    /// Gives a document in memory something to merge.
    pub(in crate::core) fn add_incoming(&mut self, id: DocumentId, carried: Vec<Carried>) {
        if let Some(slot) = self.documents.get_mut(&id) {
            slot.incoming.extend(carried);
        }
    }

    pub(in crate::core) fn has_incoming(&self, id: DocumentId) -> bool {
        self.documents
            .get(&id)
            .is_some_and(|slot| slot.document.is_some() && !slot.incoming.is_empty())
    }

    /// Takes a document out with all that it has to merge; it comes back with the job.
    pub(in crate::core) fn take_for_merge(
        &mut self,
        id: DocumentId,
    ) -> Option<(Box<Document>, Vec<Carried>, usize)> {
        let slot = self.documents.get_mut(&id)?;
        let document = slot.document.take()?;
        let incoming = std::mem::take(&mut slot.incoming);
        let size = slot.size
            + incoming
                .iter()
                .flat_map(|carried| &carried.changes)
                .map(|change| change.0.len())
                .sum::<usize>();
        Some((document, incoming, size))
    }

    /// An envelope that rests on what is not here.
    pub(in crate::core) fn keep_waiting(&mut self, id: DocumentId, carried: Carried) {
        if let Some(slot) = self.documents.get_mut(&id) {
            slot.waiting.push(carried);
        }
    }

    /// What becomes of the envelopes that waited, since some of their changes were taken, and some refused: of those that wait no longer.
    pub(in crate::core) fn released(
        &mut self,
        id: DocumentId,
        taken: &[ChangeBytes],
        refused: impl Fn(&ChangeBytes) -> Option<String>,
    ) -> Vec<Fate> {
        let Some(slot) = self.documents.get_mut(&id) else {
            return Vec::new();
        };
        let waits = |change: &ChangeBytes| !taken.contains(change) && refused(change).is_none();
        let mut fates = Vec::new();
        for carried in std::mem::take(&mut slot.waiting) {
            match carried.fate(waits, &refused) {
                Fate::Waits(carried) => slot.waiting.push(carried),
                fate => fates.push(fate),
            }
        }
        fates
    }
}
