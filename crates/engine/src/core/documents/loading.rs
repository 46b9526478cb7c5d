//! Work on one document that may be slow: handed out, and taken back.

use std::collections::VecDeque;

use skein_model::{Document, DocumentId, Loaded, Snapshot, Splices, TextField};
use skein_store::{Durability, StoreError};

use super::{Burst, note_described};
use crate::api::ApiError;
use crate::core::Core;
use crate::core::io::Effect;
use crate::core::jobs::{DocumentDone, Job, JobDone};
use crate::core::step::Step;

/// A stored document beyond this size (bytes) is merged and compacted away from the core.
const SLOW: usize = 64 * 1024;
/// Beyond this one it is loaded away from the core: that costs far more for its size, and its text is shown meanwhile.
const SLOW_TO_LOAD: usize = 4 * 1024;
/// So far apart are the versions of a text before and after its document was forgotten: further than any view lags behind.
const VERSIONS_APART: u32 = 1 << 20;

impl Core {
    /// Runs small work at once and hands out the rest.
    pub(in crate::core) fn start_job(
        &mut self,
        step: &mut Step<'_>,
        job: Job,
        size: usize,
    ) -> Result<(), ApiError> {
        let slow = match job {
            Job::Load { .. } => SLOW_TO_LOAD,
            _ => SLOW,
        };
        if size > slow {
            step.effects.push(Effect::Job(Box::new(job)));
            return Ok(());
        }
        self.job_done(step, job.run())
    }

    pub(in crate::core) fn handle_job(&mut self, step: &mut Step<'_>, done: JobDone) {
        if let Err(error) = self.job_done(step, done) {
            tracing::warn!(%error, "work on a document did not succeed");
        }
    }

    fn job_done(&mut self, step: &mut Step<'_>, done: JobDone) -> Result<(), ApiError> {
        match done {
            JobDone::Begun(begun) => {
                self.begun(step, *begun);
                Ok(())
            }
            JobDone::File(done) => {
                self.file_job_done(step, *done);
                Ok(())
            }
            JobDone::Backup(done) => {
                self.backup_job_done(step, *done);
                Ok(())
            }
            JobDone::Folder(done) => {
                self.folder_job_done(step, *done);
                Ok(())
            }
            JobDone::Room(room) => {
                self.was_measured(step, *room);
                Ok(())
            }
            JobDone::Read(read) => self.text_was_read(step, *read),
            JobDone::Document(done) => self.document_is_back(step, *done),
        }
    }

    fn document_is_back(
        &mut self,
        step: &mut Step<'_>,
        done: DocumentDone,
    ) -> Result<(), ApiError> {
        let id = match &done {
            DocumentDone::Loaded { id, .. }
            | DocumentDone::Merged { id, .. }
            | DocumentDone::Compacted { id, .. } => *id,
            DocumentDone::Rebuilt(rebuilt) => rebuilt.id,
        };
        let was_read = matches!(done, DocumentDone::Loaded { .. });
        // Whatever becomes of the document, those who wait for it are answered.
        let parked = match self.documents.get_mut(&id) {
            Some(slot) => std::mem::take(&mut slot.parked),
            None => VecDeque::new(),
        };
        let result = match done {
            DocumentDone::Loaded { result, .. } => match result {
                Ok(loaded) => self.loaded(step, id, loaded),
                Err(error) => Err(error.into()),
            },
            DocumentDone::Merged {
                document,
                result,
                incoming,
                before,
                ..
            } => {
                if incoming
                    .iter()
                    .all(|carried| self.still_counts(id, carried))
                {
                    self.put_back(id, document);
                    self.merged(step, id, result, incoming, &before)
                        .inspect(|()| self.was_kept(step))
                        .inspect_err(|error| self.not_kept(step, [id], error))
                } else {
                    // A right went while it was merged: it is read again as it rests on disk.
                    self.leave_memory(step, id);
                    self.ensure_open(step, id).map(drop)
                }
            }
            DocumentDone::Rebuilt(rebuilt) => self.rebuilt(step, *rebuilt),
            DocumentDone::Compacted {
                document,
                result,
                through,
                ..
            } => {
                self.put_back(id, document);
                let kept = result
                    .map_err(ApiError::from)
                    .and_then(|snapshot| self.compacted(id, &snapshot, through));
                if let Err(error) = kept {
                    tracing::warn!(%error, %id, "a snapshot was dropped; the changes stay as they are");
                }
                Ok(())
            }
        };
        if result.is_err() {
            self.forget(id);
        }
        if was_read {
            // What was confirmed to colleagues and not merged yet belongs to what is read: those who wait go on waiting for it.
            self.merge_what_waits(step, id);
        }
        self.pay_note(step, id);
        for (client, message) in parked {
            match &result {
                Ok(()) => self.handle_client(step, client, message),
                Err(error) => self.refuse(step, client, message.id, error.clone()),
            }
        }
        self.merge_what_waits(step, id);
        result
    }

    /// A document leaves memory, to be loaded again at the next use: nobody needs it, or what is in memory and what is on disk
    /// may differ. A view that still counts on from here is out of step then, instead of being mapped over another history.
    pub(in crate::core) fn forget(&mut self, id: DocumentId) {
        if self.documents.remove(&id).is_some() {
            self.first_version = self.first_version.wrapping_add(VERSIONS_APART);
        }
    }

    /// Views of a note that were not told while the document was away are told now.
    fn pay_note(&mut self, step: &mut Step<'_>, id: DocumentId) {
        let Some(slot) = self.documents.get_mut(&id) else {
            return;
        };
        if slot.document.is_some()
            && std::mem::take(&mut slot.note_owed)
            && let Err(error) = self.tell_note(step, id)
        {
            tracing::warn!(%error, %id, "a note could not be told once its document was here");
        }
    }

    fn put_back(&mut self, id: DocumentId, document: Box<Document>) {
        if let Some(slot) = self.documents.get_mut(&id) {
            slot.document = Some(document);
        }
    }

    /// A document arrived in memory: what was typed and not yet a change is typed again.
    fn loaded(
        &mut self,
        step: &mut Step<'_>,
        id: DocumentId,
        loaded: Loaded,
    ) -> Result<(), ApiError> {
        let Some(slot) = self.documents.get_mut(&id) else {
            return Ok(());
        };
        slot.operations = loaded.operations;
        let mut document = loaded.document;
        // A change that rests damaged is left out by the loading; the rest would look like the whole.
        if self
            .store
            .heads(id)?
            .is_some_and(|(_, kept)| kept != document.heads())
        {
            let what = "a document does not hold what was last kept of it";
            return Err(StoreError::Damaged(what.to_owned()).into());
        }
        let journal = std::mem::take(&mut slot.journal);
        for entry in &journal {
            let (field, splices): (TextField, Splices) =
                postcard::from_bytes(entry).map_err(ApiError::internal)?;
            note_described(&mut slot.described, field);
            if let Err(error) = document.splice_text(field, &splices, None) {
                tracing::warn!(%error, %id, "a piece of typed text did not fit its document any more");
            }
        }
        if !journal.is_empty() {
            slot.burst = Some(Burst {
                since: step.now.mono_ms,
                last: step.now.mono_ms,
                pushes: 1,
            });
        }
        slot.document = Some(Box::new(document));
        let painted = std::mem::take(&mut slot.painted);
        let waiting = self.waiting_for(id, &[]);
        self.add_incoming(id, waiting);
        if painted {
            self.check_first_look(step, id)?;
        }
        Ok(())
    }

    fn compacted(
        &mut self,
        id: DocumentId,
        snapshot: &Snapshot,
        through: i64,
    ) -> Result<(), ApiError> {
        let (_, store, permit) = self.for_writing(id)?;
        store.write(Durability::Full, |tx| {
            tx.replace_with_snapshot(&permit, id, snapshot, through)
        })?;
        Ok(())
    }
}
