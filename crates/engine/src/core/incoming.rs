//! Envelopes from peers: kept durably first, then opened, gathered per document, and merged in one call each.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use skein_access::{Envelope, EnvelopeId, EnvelopeKind, UnverifiedEnvelope};
use skein_model::{ChangeBytes, DocumentId, Heads, Kind, MergeError, Merged};
use skein_store::{Durability, EnvelopeState};
use skein_sync::{Group, ItemRef};

use super::Core;
use super::documents::{Applied, Origin};
use super::jobs::{Carried, Fate, Job};
use super::judging::{NOT_ALLOWED, for_want_of_right};
use super::step::Step;
use crate::api::ApiError;

/// How long what peers send gathers per document before it is merged (ms), counted from the last merging: after a pause it is
/// merged at once.
const GATHER: u64 = 16;
/// How many documents are merged in one step; the rest comes in the next.
const DOCUMENTS_A_STEP: usize = 200;

/// Envelopes that are kept and opened, but not yet in their documents.
#[derive(Default)]
pub(super) struct Gathering {
    pub(super) due: Option<u64>,
    /// Before this moment nothing is merged again.
    not_before: u64,
    by_document: BTreeMap<DocumentId, Vec<Carried>>,
}

impl Gathering {
    /// All that has gathered, to be looked through.
    pub(super) fn take(&mut self) -> BTreeMap<DocumentId, Vec<Carried>> {
        std::mem::take(&mut self.by_document)
    }

    pub(super) fn put_back(&mut self, gathered: BTreeMap<DocumentId, Vec<Carried>>) {
        self.by_document = gathered;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_document.is_empty()
    }

    /// What has gathered of one document.
    pub(super) fn take_of(&mut self, id: &DocumentId) -> Vec<Carried> {
        self.by_document.remove(id).unwrap_or_default()
    }
}

/// Who brings envelopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Giver {
    /// Somebody who is in, or a file: what does not count may count later, and is kept aside.
    Insider,
    /// Somebody who is out, or not in yet: of his data only what counts is kept.
    Outsider,
}

/// What an envelope is good for now.
pub(super) enum Opened {
    Ready {
        document: DocumentId,
        changes: Vec<ChangeBytes>,
    },
    /// To be kept like this; and whose changes it carries, where that could be read.
    Not(EnvelopeState, Option<DocumentId>),
}

impl Core {
    /// Verifies a batch and keeps it in one durable transaction. Returns which were refused and which are new.
    ///
    /// # Errors
    /// When nothing could be kept; then nothing may be acknowledged.
    pub(super) fn receive(
        &mut self,
        step: &mut Step<'_>,
        group: Group,
        raw: &[Vec<u8>],
        giver: Giver,
    ) -> Result<(Vec<usize>, Vec<ItemRef>), ApiError> {
        self.storable()?;
        if group == Group::Access {
            // What was made here under the rights of until now comes before whatever changes them.
            self.seal_everything(step);
        }
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let mut refused = Vec::new();
        let mut kept: Vec<Envelope> = Vec::with_capacity(raw.len());
        for (place, bytes) in raw.iter().enumerate() {
            let verified = UnverifiedEnvelope::decode(bytes)
                .and_then(|envelope| envelope.verify(&workspace.id));
            match verified {
                Ok(envelope)
                    if Group::of(envelope.header().kind) == group
                        && (group == Group::Access
                            || giver == Giver::Insider
                            || workspace.authority.accept(&envelope).is_ok()) =>
                {
                    kept.push(envelope);
                }
                Ok(_) => refused.push(place),
                Err(error) => {
                    tracing::warn!(%error, "an envelope was refused");
                    refused.push(place);
                }
            }
        }
        let unpacked = self.unpacked(&kept);
        if !unpacked.is_empty() {
            self.compare_what_was_withheld(step);
        }
        let counts = |envelope: &Envelope| {
            let workspace = self.workspace.as_ref();
            let accepted = workspace.map(|workspace| workspace.authority.accept(envelope));
            giver == Giver::Insider || matches!(accepted, Some(Ok(_)))
        };
        let verified: BTreeSet<EnvelopeId> = unpacked.iter().map(Envelope::id).collect();
        kept.extend(unpacked.into_iter().filter(|envelope| counts(envelope)));
        let open = |envelope: &Envelope| match envelope.header().kind {
            EnvelopeKind::Pack => Opened::Not(self.state_of_pack(envelope, &verified), None),
            _ => self.open_envelope(envelope),
        };
        let opened: Vec<Opened> = match group {
            Group::Access => Vec::new(),
            Group::Data => kept.iter().map(open).collect(),
        };
        let written = self.store.write(Durability::Full, |tx| {
            kept.iter()
                .enumerate()
                .map(|(place, envelope)| {
                    let (state, document) = match opened.get(place) {
                        None => (EnvelopeState::Applied, None),
                        Some(Opened::Ready { document, .. }) => {
                            (EnvelopeState::Waiting, Some(*document))
                        }
                        Some(Opened::Not(state, document)) => (state.clone(), *document),
                    };
                    tx.insert_envelope(envelope, &state, document)
                })
                .collect::<Result<Vec<_>, _>>()
        });
        let marks = written?;
        Ok(self.file(step, group, kept, opened, &marks, refused))
    }

    /// Files what is durably kept: into the set, the access state, and the gathering.
    fn file(
        &mut self,
        step: &mut Step<'_>,
        group: Group,
        kept: Vec<Envelope>,
        opened: Vec<Opened>,
        marks: &[Option<skein_store::Mark>],
        refused: Vec<usize>,
    ) -> (Vec<usize>, Vec<ItemRef>) {
        let mut items = Vec::new();
        let mut operations = Vec::new();
        let mut opened = opened.into_iter();
        for (envelope, mark) in kept.into_iter().zip(marks) {
            let content = opened.next();
            let Some(mark) = mark else { continue };
            self.look_at_header(step, &envelope);
            let Some(workspace) = &mut self.workspace else {
                break;
            };
            let header = envelope.header();
            let item = ItemRef::new(header.kind, header.hour, envelope.id());
            workspace
                .set
                .insert(item, u64::try_from(*mark).unwrap_or_default());
            items.push(item);
            match (group, content) {
                (Group::Access, _) => operations.push(envelope),
                (
                    Group::Data,
                    Some(Opened::Ready {
                        document, changes, ..
                    }),
                ) => {
                    self.gather(step, document, Carried::new(envelope, changes));
                }
                (Group::Data, Some(Opened::Not(state, Some(document))))
                    if for_want_of_right(&state) =>
                {
                    self.aside_arrived(document);
                }
                (Group::Data, _) => {}
            }
        }
        if let Some(workspace) = &mut self.workspace {
            workspace.authority.insert_all(&operations);
        }
        if let Some(joining) = &mut self.joining {
            joining.received += u32::try_from(items.len()).unwrap_or(u32::MAX);
            step.news.status = true;
        }
        step.news.delivery = true;
        (refused, items)
    }

    /// What an envelope of changes is good for: its author's right at its own place in history, its key, its content.
    pub(super) fn open_envelope(&self, envelope: &Envelope) -> Opened {
        let locked = Opened::Not(EnvelopeState::Locked, None);
        let Some(workspace) = &self.workspace else {
            return locked;
        };
        if envelope.header().kind == EnvelopeKind::Pack {
            return Opened::Not(self.state_of_pack(envelope, &BTreeSet::new()), None);
        }
        let permit = workspace.authority.accept(envelope);
        // Also of one that does not count it must be known whose changes it carries, and be it of somebody who never was in: others may
        // have taken him for a colleague, and what they wrote rests on it.
        let Some(key) = workspace.keyring.get(&envelope.header().epoch) else {
            return locked;
        };
        let payload = match envelope.open(key) {
            Ok(payload) => payload,
            Err(error) => {
                return Opened::Not(EnvelopeState::Quarantined(error.to_string()), None);
            }
        };
        // A kind that a newer version knows: kept until this one does.
        let Some(kind) = Kind::from_code(payload.kind_code) else {
            return locked;
        };
        let aside = |reason: String| {
            Opened::Not(EnvelopeState::Quarantined(reason), Some(payload.document))
        };
        let permit = match permit {
            Ok(permit) => permit,
            Err(reason) => return aside(reason.to_string()),
        };
        let of_somebody = workspace.profiles.contains_key(&payload.document);
        let suits = kind == Kind::Profile || !of_somebody;
        if !suits || !permit.writes_in(kind, &payload.document) {
            return aside(NOT_ALLOWED.to_owned());
        }
        Opened::Ready {
            document: payload.document,
            changes: payload.changes,
        }
    }

    pub(super) fn gather(&mut self, step: &Step<'_>, document: DocumentId, carried: Carried) {
        self.gathering
            .by_document
            .entry(document)
            .or_default()
            .push(carried);
        // Not in this step: what was received is acknowledged first.
        let at = self.gathering.not_before.max(step.now.mono_ms + 1);
        self.gathering.due = Some(self.gathering.due.map_or(at, |due| due.min(at)));
    }

    pub(super) fn apply_gathered_if_due(&mut self, step: &mut Step<'_>) {
        if self
            .gathering
            .due
            .is_some_and(|due| due <= step.now.mono_ms)
        {
            self.apply_gathered(step);
        }
    }

    /// Merges what has gathered into known documents, one by one, and takes up new ones together. What came of a document that is just being made
    /// waits for it.
    pub(super) fn apply_gathered(&mut self, step: &mut Step<'_>) {
        let now: Vec<DocumentId> = self
            .gathering
            .by_document
            .keys()
            .filter(|id| !self.beginning.holds(id))
            .take(DOCUMENTS_A_STEP)
            .copied()
            .collect();
        self.gathering.due = None;
        self.gathering.not_before = step.now.mono_ms + GATHER;
        let mut new: Vec<(DocumentId, Vec<Carried>)> = Vec::new();
        for id in now {
            let Some(carried) = self.gathering.by_document.remove(&id) else {
                continue;
            };
            match self.store.heads(id) {
                Ok(None) => new.push((id, carried)),
                Ok(Some(_)) => {
                    if let Err(error) = self.merge_into(step, id, carried) {
                        tracing::warn!(%error, %id, "what arrived waits until the document opens");
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, %id, "what arrived waits until the store reads again")
                }
            }
        }
        self.apply_new(step, new);
        self.gather_on(step);
    }

    /// Goes on at once with what has gathered, if there is anything to go on with.
    pub(super) fn gather_on(&mut self, step: &Step<'_>) {
        let mut gathered = self.gathering.by_document.keys();
        if gathered.any(|id| !self.beginning.holds(id)) {
            self.gathering.due = Some(step.now.mono_ms);
        }
    }

    fn merge_into(
        &mut self,
        step: &mut Step<'_>,
        id: DocumentId,
        carried: Vec<Carried>,
    ) -> Result<(), ApiError> {
        // Opening brings what waits in the store, these among it; one that is open already is given them.
        let open = self.is_in_memory(id);
        self.ensure_open(step, id)?;
        if open {
            self.add_incoming(id, carried);
        }
        self.merge_what_waits(step, id);
        Ok(())
    }

    /// Envelopes of a document that wait in the store, besides those given.
    pub(super) fn waiting_for(&self, id: DocumentId, besides: &[Carried]) -> Vec<Carried> {
        let stored = self
            .store
            .envelopes_of_document(id, &EnvelopeState::Waiting)
            .unwrap_or_default();
        stored
            .into_iter()
            .filter(|envelope| {
                besides
                    .iter()
                    .all(|carried| carried.envelope.id() != envelope.id)
            })
            .filter_map(|envelope| self.reopen(&envelope.bytes))
            .map(|(_, carried)| carried)
            .collect()
    }

    /// A stored envelope, verified again.
    pub(super) fn verified(&self, bytes: &[u8]) -> Option<Envelope> {
        let workspace = self.workspace.as_ref()?;
        UnverifiedEnvelope::decode(bytes)
            .and_then(|envelope| envelope.verify(&workspace.id))
            .ok()
    }

    /// Opens a stored envelope again: verified again, its author's right asked again.
    pub(super) fn reopen(&self, bytes: &[u8]) -> Option<(DocumentId, Carried)> {
        let envelope = self.verified(bytes)?;
        match self.open_envelope(&envelope) {
            Opened::Ready { document, changes } => {
                Some((document, Carried::new(envelope, changes)))
            }
            Opened::Not(..) => None,
        }
    }

    /// Starts to merge what a document in memory was sent, unless work on it is under way.
    pub(super) fn merge_what_waits(&mut self, step: &mut Step<'_>, id: DocumentId) {
        if !self.has_incoming(id) {
            return;
        }
        if let Err(error) = self.close_burst(step, id) {
            tracing::warn!(%error, %id, "what arrived waits until typed text can be kept");
            return;
        }
        let Some((document, incoming, size)) = self.take_for_merge(id) else {
            return;
        };
        if let Err(error) = self.start_job(
            step,
            Job::Merge {
                id,
                document,
                incoming,
            },
            size,
        ) {
            tracing::warn!(%error, %id, "what arrived could not be merged and waits");
        }
    }

    /// What a merge did becomes durable, and everybody who looks is told.
    pub(super) fn merged(
        &mut self,
        step: &mut Step<'_>,
        id: DocumentId,
        result: Result<Merged, MergeError>,
        incoming: Vec<Carried>,
        before: &Heads,
    ) -> Result<(), ApiError> {
        let merged = result?;
        let changes = self.document(id)?.changes_since(before)?;
        let mut applied = Applied {
            document: Some(id),
            under: incoming.first().map(|carried| carried.envelope.clone()),
            ..Applied::default()
        };
        let refused: HashMap<&ChangeBytes, &String> = merged
            .quarantined
            .iter()
            .map(|(change, reason)| (change, reason))
            .collect();
        let why = |change: &ChangeBytes| refused.get(change).copied().cloned();
        let waits = |change: &ChangeBytes| merged.waiting.contains(change);
        let mut fates = self.released(id, &merged.released, why);
        fates.extend(incoming.into_iter().map(|carried| carried.fate(waits, why)));
        for fate in fates {
            match fate {
                Fate::Applied(envelope) => applied.envelopes.push(envelope),
                Fate::Waits(carried) => {
                    self.rests_on_what_is_aside(id);
                    self.keep_waiting(id, carried);
                }
                Fate::Refused(envelope, reason) => {
                    self.tell_quarantined(step, &envelope, &reason);
                    applied.quarantined.push((envelope.id(), reason));
                }
            }
        }
        self.store_changes(
            step,
            id,
            &changes,
            &merged.touched,
            &Origin::Remote(&applied),
        )?;
        for (field, splices) in merged.text {
            self.tell_change(step, id, field, splices)?;
        }
        Ok(())
    }

    /// Tries again what waited for an author, a key or a beginning.
    pub(super) fn retry_kept(&mut self, step: &mut Step<'_>, state: &EnvelopeState) {
        let mut after = 0;
        loop {
            let batch = self
                .store
                .envelopes_in_state(state, after, 500)
                .unwrap_or_default();
            let Some(last) = batch.last() else { return };
            after = last.mark;
            for stored in batch {
                let Some(envelope) = self.verified(&stored.bytes) else {
                    continue;
                };
                if envelope.header().kind == EnvelopeKind::Pack {
                    if !self.unpack_again(step, &envelope) {
                        return;
                    }
                    continue;
                }
                let (state_now, document) = match self.open_envelope(&envelope) {
                    Opened::Ready { document, changes } => {
                        let carried = Carried::new(envelope, changes);
                        self.gather(step, document, carried);
                        (EnvelopeState::Waiting, document)
                    }
                    Opened::Not(aside, Some(document)) => {
                        self.aside_arrived(document);
                        (aside, document)
                    }
                    Opened::Not(_, None) => continue,
                };
                if *state == EnvelopeState::Locked {
                    let noted = self.store.write(Durability::Normal, |tx| {
                        tx.set_envelope_state(stored.id, &state_now, Some(document))
                    });
                    if noted.is_err() {
                        return;
                    }
                }
            }
        }
    }
}
