//! What a restore set aside is taken over: every envelope of it that can be read, and then those changes in its documents that no envelope
//! holds any more.

use std::collections::{HashSet, VecDeque};

use skein_model::{ChangeBytes, Document, DocumentId, Kind};
use skein_store::{Mark, ReadOnlyStore};
use skein_sync::Group;

use crate::api::{ApiError, BundleReport, ErrorCode};
use crate::core::Core;
use crate::core::incoming::Giver;
use crate::core::step::Step;

/// How many envelopes are taken over in one step.
const ENVELOPES_A_STEP: usize = 200;
/// How many documents are looked through in one step.
const DOCUMENTS_A_STEP: usize = 16;

/// The file that lay there before, as far as it is not taken over.
pub(super) struct Before {
    number: u32,
    store: ReadOnlyStore,
    marks: VecDeque<Mark>,
    documents: VecDeque<DocumentId>,
    report: BundleReport,
}

impl Core {
    /// Takes up the oldest that was set aside and is not taken over. Of what cannot be read at all there is nothing to take.
    pub(super) fn look_for_what_was_set_aside(&mut self) {
        let folder = self.store.backup_folder().clone();
        while let Some(number) = folder.to_take_over() {
            if let Some(store) = folder.set_aside(number) {
                self.backups.before = Some(Before {
                    number,
                    marks: store.salvage_marks().into_iter().collect(),
                    documents: store.salvage().into_iter().collect(),
                    store,
                    report: BundleReport::default(),
                });
                return;
            }
            if let Err(error) = folder.taken_over(number) {
                tracing::warn!(%error, "what was set aside is looked for again at the next start");
                return;
            }
        }
    }

    /// Whether something of the file that lay there before is still to be taken over.
    pub(in crate::core) fn takes_over(&self) -> bool {
        self.backups.before.is_some()
    }

    /// Takes over all that is left of the file that lay there before, because nothing comes after this.
    pub(in crate::core) fn take_over_the_rest(&mut self, step: &mut Step<'_>) {
        while self.takes_over() {
            self.take_over_some(step);
        }
    }

    pub(super) fn take_over_some(&mut self, step: &mut Step<'_>) {
        if !self.takes_over() {
            return;
        }
        if self.workspace.is_none() || self.storable().is_err() {
            // Nothing can be taken over here; the next start looks again.
            self.backups.before = None;
            return;
        }
        match self.take_over_a_part(step) {
            Ok(false) => return,
            Ok(true) => {
                self.backups.before = None;
                self.look_for_what_was_set_aside();
            }
            Err(error) => {
                tracing::warn!(%error, "what was set aside is taken over at the next start");
                self.backups.before = None;
            }
        }
        if !self.takes_over() {
            self.plan_sealing(step);
        }
    }

    /// One slice; `true` when all is taken over. What it comes from stays where it is meanwhile: as long as it is there, nothing is sealed.
    fn take_over_a_part(&mut self, step: &mut Step<'_>) -> Result<bool, ApiError> {
        let Some(before) = &mut self.backups.before else {
            return Ok(true);
        };
        if !before.marks.is_empty() {
            let some = before.marks.len().min(ENVELOPES_A_STEP);
            let marks: Vec<Mark> = before.marks.drain(..some).collect();
            let envelopes = marks
                .into_iter()
                .filter_map(|mark| before.store.salvage_envelope(mark))
                .collect();
            return self.take_over_envelopes(step, envelopes).map(|()| false);
        }
        if self.knows_nobody() {
            // Whether this device may write is not known before the operations come from a colleague; the next start looks again.
            return Err(ApiError::new(
                ErrorCode::WrongState,
                "who is a member is not known here yet",
                "",
            ));
        }
        let Some(before) = &mut self.backups.before else {
            return Ok(true);
        };
        let some = before.documents.len().min(DOCUMENTS_A_STEP);
        let documents: Vec<DocumentId> = before.documents.drain(..some).collect();
        for id in documents {
            if let Some((kind, changes)) = self.left_in_no_envelope(id)? {
                tracing::warn!(%id, changes = changes.len(), "what no envelope holds any more is sealed again");
                let envelopes = self.seal_again(step, id, kind, changes)?;
                self.receive(step, Group::Data, &envelopes, Giver::Insider)
                    .map(|(_, items)| self.arrived(step, None, Group::Data, &items))?;
            }
        }
        let Some(before) = &self.backups.before else {
            return Ok(true);
        };
        if !before.documents.is_empty() {
            return Ok(false);
        }
        tracing::info!(report = ?before.report, "what was set aside is taken over");
        self.store.backup_folder().taken_over(before.number)?;
        Ok(true)
    }

    fn take_over_envelopes(
        &mut self,
        step: &mut Step<'_>,
        envelopes: Vec<Vec<u8>>,
    ) -> Result<(), ApiError> {
        let before = self.backups.before.as_mut();
        let mut report = before.map_or_else(BundleReport::default, |before| {
            std::mem::take(&mut before.report)
        });
        let taken = self.take_envelopes(step, envelopes, &mut report);
        if let Some(before) = &mut self.backups.before {
            before.report = report;
        }
        taken
    }

    /// Those changes of a document in the file before that are in no envelope which is here now, where this device may write them: their own
    /// was damaged, or never made. If a colleague still has it, they come a second time, which changes nothing.
    fn left_in_no_envelope(
        &self,
        id: DocumentId,
    ) -> Result<Option<(Kind, Vec<ChangeBytes>)>, ApiError> {
        let (Some(before), Some(workspace)) = (&self.backups.before, &self.workspace) else {
            return Ok(None);
        };
        let saved = before.store.salvage_document(id);
        // What is in a profile its member says again.
        let Some(kind) = saved.kind.filter(|kind| *kind != Kind::Profile) else {
            return Ok(None);
        };
        if workspace.authority.write(&self.device.id(), kind).is_err() {
            return Ok(None);
        }
        let snapshots = [saved.snapshot, saved.previous_snapshot];
        let loaded = snapshots
            .iter()
            .flatten()
            .map(|snapshot| Some(snapshot.bytes.as_slice()))
            .chain([None])
            .find_map(|snapshot| Document::load(self.actor, snapshot, &saved.changes).ok());
        let Some(loaded) = loaded.filter(|loaded| loaded.document.id() == id) else {
            return Ok(None);
        };
        let mut carried: HashSet<[u8; 32]> = HashSet::new();
        for stored in self.store.all_envelopes_of(id)? {
            let payload = self.verified(&stored.bytes).and_then(|envelope| {
                let key = workspace.keyring.get(&envelope.header().epoch)?;
                envelope.open(key).ok()
            });
            let changes = payload.into_iter().flat_map(|payload| payload.changes);
            carried.extend(changes.filter_map(|change| change.hash()));
        }
        let mut changes = loaded.document.all_changes()?;
        changes.retain(|change| change.hash().is_some_and(|hash| !carried.contains(&hash)));
        Ok((!changes.is_empty()).then_some((kind, changes)))
    }
}
