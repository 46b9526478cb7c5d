//! What stops counting, or counts again, when rights change: envelopes judged anew, and the documents to be rebuilt.

use std::collections::{BTreeMap, BTreeSet};

use skein_access::{DeviceId, Standing, Unaccepted};
use skein_model::DocumentId;
use skein_store::{Durability, EnvelopeState};

use super::Core;
use super::incoming::Opened;
use super::jobs::Carried;
use super::step::Step;
use crate::api::{ApiError, count_of};

/// Why an envelope is kept aside whose author had no right to the document.
pub(super) const NOT_ALLOWED: &str = "its author may not write this document";

/// By what right envelopes were judged last, and what has to follow.
#[derive(Default)]
pub(super) struct Judging {
    /// Absent before everything was judged once in this life of the engine.
    standings: Option<BTreeMap<DeviceId, Standing>>,
    /// How often a right changed: work that began before it did is not kept after it.
    pub(super) round: u64,
    /// Documents that may hold what does not count, or lack what does.
    pub(super) to_rebuild: BTreeSet<DocumentId>,
    /// Documents that are being rebuilt elsewhere.
    pub(super) under_way: BTreeSet<DocumentId>,
}

impl Judging {
    /// Whether no document is to be rebuilt.
    pub(super) fn is_settled(&self) -> bool {
        self.to_rebuild.is_empty() && self.under_way.is_empty()
    }
}

/// Whether an envelope is kept aside for want of a right, and not because of what it holds.
pub(super) fn for_want_of_right(state: &EnvelopeState) -> bool {
    let EnvelopeState::Quarantined(reason) = state else {
        return false;
    };
    *reason == NOT_ALLOWED
        || *reason == Unaccepted::Quarantined.to_string()
        || *reason == Unaccepted::UnknownAuthor.to_string()
}

impl Core {
    /// Rights may have changed: what is here of those whose rights did is judged anew. Whoever is out leaves all as it is.
    pub(super) fn judge_again(&mut self, step: &mut Step<'_>) {
        let Some(workspace) = &self.workspace else {
            return;
        };
        if self.is_out() || self.store.read_only_reason().is_some() {
            return;
        }
        let now = workspace.authority.standings();
        let before = self.judging.standings.replace(now.clone());
        let first = before.is_none();
        let known_before = match &before {
            Some(before) => before.keys().copied().collect(),
            None => self.store.authors().unwrap_or_else(|error| {
                tracing::warn!(%error, "who wrote what is here could not be looked up; it is judged at the next start");
                Vec::new()
            }),
        };
        let before = before.unwrap_or_default();
        let other = now.iter().filter(|(device, standing)| {
            let known = before.get(*device);
            known.map_or(standing.is_limited(), |known| known != *standing)
        });
        let other = other.map(|(device, standing)| (*device, standing.counts_through()));
        // Who came by a door that was shut before by somebody else was never in.
        let never_in = known_before.into_iter();
        let never_in = never_in.filter(|device| !now.contains_key(device));
        let other: Vec<(DeviceId, u64)> = other.chain(never_in.map(|device| (device, 0))).collect();
        let changed = other.iter().any(|(device, _)| before.contains_key(device));
        let somebody_came = now.keys().any(|device| !before.contains_key(device));
        self.judging.round += u64::from(changed);
        for (device, through) in other {
            if let Err(error) = self.judge_device(step, device, through) {
                tracing::warn!(%error, %device, "what a device wrote could not be judged anew; it is at the next start");
            }
        }
        if first || changed || somebody_came {
            self.readmit(step);
        }
        if first || changed {
            self.drop_what_counts_no_more();
        }
    }

    /// Judges what this device made itself: its own rights may have shrunk meanwhile.
    pub(super) fn judge_own(&mut self, step: &mut Step<'_>) {
        let me = self.device.id();
        let standings = self.judging.standings.as_ref();
        let mine = standings.and_then(|all| all.get(&me));
        let Some(through) = mine
            .filter(|mine| mine.is_limited())
            .map(Standing::counts_through)
        else {
            return;
        };
        if let Err(error) = self.judge_device(step, me, through) {
            tracing::warn!(%error, "what was made here could not be judged anew; it is at the next start");
        }
    }

    /// Looks at what a device wrote beyond a number.
    fn judge_device(
        &mut self,
        step: &mut Step<'_>,
        device: DeviceId,
        through: u64,
    ) -> Result<(), ApiError> {
        let mut gone = 0;
        for stored in self.store.envelopes_to_judge(device, through)? {
            // Of what was refused for what it holds, the rest may be in its document.
            if stored.state == EnvelopeState::Locked || for_want_of_right(&stored.state) {
                continue;
            }
            let Some(envelope) = self.verified(&stored.bytes) else {
                continue;
            };
            let Opened::Not(state, document) = self.open_envelope(&envelope) else {
                continue;
            };
            let Some(document) = document.or(stored.document) else {
                continue;
            };
            if !for_want_of_right(&state) {
                continue;
            }
            gone += 1;
            // An applied one changes its state with the document, in one transaction.
            if stored.state == EnvelopeState::Waiting {
                self.store.write(Durability::Normal, |tx| {
                    tx.set_envelope_state(stored.id, &state, Some(document))
                })?;
            }
            self.judging.to_rebuild.insert(document);
        }
        if gone > 0 {
            self.tell_kept_aside(step, device, gone);
        }
        Ok(())
    }

    fn tell_kept_aside(&mut self, step: &mut Step<'_>, device: DeviceId, count: usize) {
        let count = count_of(count, "change", "changes");
        let words = if device == self.device.id() {
            format!(
                "Your role is a lower one since, so {count} of yours made after that do not count for the others and were kept aside. \
                 They count again if an owner gives the role back."
            )
        } else {
            let person = self.person(&device, step.now.wall_ms);
            let name = person.map_or_else(|| self.name_of(&device), |person| person.name);
            format!(
                "{count} of {name}'s had arrived here before word that they no longer count: they were kept aside. Where somebody wrote on \
                 top of one, it stays, since nothing of those who stay is lost."
            )
        };
        self.notice(step, "kept-aside", &device.to_string(), &words);
    }

    /// What was kept aside for want of a right and counts now is merged like something that just came.
    fn readmit(&mut self, step: &mut Step<'_>) {
        let mut after = 0;
        let aside = EnvelopeState::Quarantined(String::new());
        loop {
            let batch = self
                .store
                .envelopes_in_state(&aside, after, 500)
                .unwrap_or_default();
            let Some(last) = batch.last() else { return };
            after = last.mark;
            for stored in batch {
                if !for_want_of_right(&stored.state) {
                    continue;
                }
                let Some((document, carried)) = self.reopen(&stored.bytes) else {
                    continue;
                };
                let noted = self.store.write(Durability::Normal, |tx| {
                    tx.set_envelope_state(stored.id, &EnvelopeState::Waiting, Some(document))
                });
                if noted.is_err() {
                    return;
                }
                self.gather(step, document, carried);
            }
        }
    }

    /// Nothing that was opened under a right which is gone may be merged.
    fn drop_what_counts_no_more(&mut self) {
        let mut gathered = self.gathering.take();
        for (id, carried) in &mut gathered {
            carried.retain(|carried| self.still_counts(*id, carried));
        }
        gathered.retain(|_, carried| !carried.is_empty());
        self.gathering.put_back(gathered);
        self.drop_arriving_that_counts_no_more();
        for id in self.documents_in_memory() {
            let (incoming, waiting) = self.not_merged(id);
            let stale = |carried: &[Carried]| {
                let counts = |carried: &Carried| self.still_counts(id, carried);
                !carried.iter().all(counts)
            };
            // One that keeps such a change in mind is made anew.
            if stale(&waiting) {
                self.judging.to_rebuild.insert(id);
            } else if stale(&incoming) {
                let counting = |carried: &Carried| self.still_counts(id, carried);
                let kept = incoming.into_iter().filter(counting).collect();
                self.set_incoming(id, kept);
            }
        }
    }

    /// Whether an envelope that was opened earlier counts by the rights there are now.
    pub(super) fn still_counts(&self, id: DocumentId, carried: &Carried) -> bool {
        let Some(workspace) = &self.workspace else {
            return false;
        };
        let kind = self.store.heads(id).ok().flatten().map(|(kind, _)| kind);
        match (workspace.authority.accept(&carried.envelope), kind) {
            (Ok(permit), Some(kind)) => permit.writes_in(kind, &id),
            // Of one that is not here yet, the kind is looked at when it is made.
            (Ok(_), None) => true,
            (Err(_), _) => false,
        }
    }

    /// An envelope that does not count came, or some that do wait: they may wait for what it holds.
    pub(super) fn aside_arrived(&mut self, id: DocumentId) {
        let waiting = self
            .store
            .envelopes_of_document(id, &EnvelopeState::Waiting)
            .unwrap_or_default();
        if !waiting.is_empty() && !self.is_out() {
            self.judging.to_rebuild.insert(id);
        }
    }

    /// Changes that count wait for others: if those were kept aside, what rests on them keeps them.
    pub(super) fn rests_on_what_is_aside(&mut self, id: DocumentId) {
        if self.is_out() {
            return;
        }
        let aside = EnvelopeState::Quarantined(String::new());
        let stored = self
            .store
            .envelopes_of_document(id, &aside)
            .unwrap_or_default();
        if stored.iter().any(|stored| for_want_of_right(&stored.state)) {
            self.judging.to_rebuild.insert(id);
        }
    }
}
