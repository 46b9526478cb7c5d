//! What documents need as time goes by: bursts end, search follows, what is large is compacted, what is unused leaves memory.

use skein_model::DocumentId;

use super::Slot;
use crate::core::Core;
use crate::core::jobs::Job;
use crate::core::step::Step;

/// How many documents stay in memory without being watched.
const KEPT: usize = 64;
/// A burst ends when nothing was typed for so long (ms).
const BURST_PAUSE: u64 = 300;
/// Search and links follow the text after so long (ms) without another change, ...
const TEXT_PAUSE: u64 = 700;
/// ... and at the latest after so long.
const TEXT_LATEST: u64 = 5_000;
/// A document is compacted once so many changes were stored since its last snapshot, ...
const ROWS_BEFORE_COMPACTION: usize = 500;
/// ... or once it was loaded from changes with so many operations (some 30 ms; from a snapshot a quarter of that), ...
const OPERATIONS_BEFORE_COMPACTION: usize = 20_000;
/// ... and nobody touched it for so long (ms).
const IDLE: u64 = 10_000;
/// How many documents are brought to rest in one step after a sudden end.
const RECOVERED_A_STEP: usize = 8;

impl Core {
    /// What has to be done with documents now: end bursts, bring texts up to date, compact, let go.
    pub(in crate::core) fn work_on_documents(&mut self, step: &mut Step<'_>) {
        let mono = step.now.mono_ms;
        self.recover_some(step);
        let due: Vec<DocumentId> = self
            .documents
            .iter()
            .filter(|(_, slot)| slot.burst_due().is_some_and(|at| at <= mono))
            .map(|(id, _)| *id)
            .collect();
        for id in due {
            if let Err(error) = self.close_burst(step, id) {
                tracing::warn!(%error, %id, "typed text stays in the journal");
            }
        }
        let stale: Vec<DocumentId> = self
            .documents
            .iter()
            .filter(|(_, slot)| slot.text_due().is_some_and(|at| at <= mono))
            .map(|(id, _)| *id)
            .collect();
        for id in stale {
            self.bring_text_up_to_date(step, id);
        }
        self.compact_one(step);
        self.let_go(step);
    }

    /// When documents next need work.
    pub(in crate::core) fn next_document_work(&self) -> Option<u64> {
        if !self.to_recover.is_empty() {
            return Some(0);
        }
        self.documents
            .values()
            .flat_map(|slot| [slot.burst_due(), slot.text_due(), slot.compaction_due()])
            .flatten()
            .min()
    }

    /// Opens a few of the documents that a sudden end left with typing or texts not brought to rest.
    fn recover_some(&mut self, step: &mut Step<'_>) {
        for _ in 0..RECOVERED_A_STEP {
            let Some(id) = self.to_recover.pop() else {
                return;
            };
            if let Err(error) = self.ensure_open(step, id) {
                tracing::warn!(%error, %id, "a document could not be brought to rest after a sudden end; its typing stays in the journal");
            }
        }
    }

    fn compact_one(&mut self, step: &mut Step<'_>) {
        let mono = step.now.mono_ms;
        let Some(id) = self
            .documents
            .iter()
            .find(|(_, slot)| slot.compaction_due().is_some_and(|at| at <= mono))
            .map(|(id, _)| *id)
        else {
            return;
        };
        let Some(slot) = self.documents.get_mut(&id) else {
            return;
        };
        let (through, size) = (slot.last_row, slot.size);
        slot.rows = 0;
        slot.operations = 0;
        if let Some(document) = slot.document.take() {
            let _ = self.start_job(
                step,
                Job::Compact {
                    id,
                    document,
                    through,
                },
                size,
            );
        }
    }

    /// Documents that nobody looks at leave memory, the longest unused first.
    fn let_go(&mut self, _step: &Step<'_>) {
        if self.documents.len() <= KEPT {
            return;
        }
        let mut idle: Vec<(u64, DocumentId)> = self
            .documents
            .iter()
            .filter(|(id, slot)| slot.is_at_rest() && !self.is_watched(**id))
            .map(|(id, slot)| (slot.used, *id))
            .collect();
        idle.sort_unstable();
        for (_, id) in idle
            .into_iter()
            .take(self.documents.len().saturating_sub(KEPT))
        {
            self.forget(id);
        }
    }
}

impl Slot {
    fn burst_due(&self) -> Option<u64> {
        self.burst
            .as_ref()
            .map(|burst| (burst.last + BURST_PAUSE).min(burst.since + 10 * BURST_PAUSE))
    }

    fn text_due(&self) -> Option<u64> {
        self.document.as_ref().filter(|_| !self.indexing)?;
        self.stale_text
            .map(|stale| (stale.last + TEXT_PAUSE).min(stale.since + TEXT_LATEST))
    }

    fn compaction_due(&self) -> Option<u64> {
        let is_large =
            self.rows > ROWS_BEFORE_COMPACTION || self.operations > OPERATIONS_BEFORE_COMPACTION;
        (is_large && self.burst.is_none() && self.document.is_some()).then_some(self.used + IDLE)
    }

    fn is_at_rest(&self) -> bool {
        self.document.is_some()
            && self.burst.is_none()
            && self.stale_text.is_none()
            && !self.indexing
            && self.parked.is_empty()
            && self.incoming.is_empty()
    }
}
