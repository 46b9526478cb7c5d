//! Envelopes from peers: kept durably first, then opened, gathered per document, and merged in one call each.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use skein_access::{DeviceId, Envelope, Unaccepted, UnverifiedEnvelope};
use skein_model::{ChangeBytes, Document, DocumentId, Heads, Kind, MergeError, Merged, Projection};
use skein_store::{Durability, EnvelopeState, NewChanges, StoreError};
use skein_sync::{Group, ItemRef};

use super::Core;
use super::documents::{Applied, Origin};
use super::jobs::{Carried, Job};
use super::step::Step;
use crate::api::ApiError;

/// How long what peers send gathers per document before it is merged (ms), counted from the last merging: after a pause it is
/// merged at once.
const GATHER: u64 = 16;
/// How many documents are merged in one step; the rest comes in the next.
const DOCUMENTS_A_STEP: usize = 200;

/// Why the beginning of something else is not taken.
const OTHER_BEGINNING: &str = "the change begins another document";

/// Envelopes that are kept and opened, but not yet in their documents.
#[derive(Default)]
pub(super) struct Gathering {
    pub(super) due: Option<u64>,
    /// Before this moment nothing is merged again.
    not_before: u64,
    by_document: BTreeMap<DocumentId, Vec<Carried>>,
}

impl Gathering {
    pub(super) fn is_empty(&self) -> bool {
        self.by_document.is_empty()
    }
}

/// A document whose beginning has come.
struct NewDocument {
    id: DocumentId,
    heads: Heads,
    changes: Vec<ChangeBytes>,
    projection: Projection,
    applied: Applied,
}

/// What an envelope is good for now.
enum Opened {
    Ready {
        document: DocumentId,
        changes: Vec<ChangeBytes>,
    },
    Not(EnvelopeState),
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
    ) -> Result<(Vec<usize>, Vec<ItemRef>), ApiError> {
        self.writable()?;
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let mut refused = Vec::new();
        let mut kept: Vec<Envelope> = Vec::with_capacity(raw.len());
        for (place, bytes) in raw.iter().enumerate() {
            let verified = UnverifiedEnvelope::decode(bytes)
                .and_then(|envelope| envelope.verify(&workspace.id));
            match verified {
                Ok(envelope) if Group::of(envelope.header().kind) == group => kept.push(envelope),
                Ok(_) => refused.push(place),
                Err(error) => {
                    tracing::warn!(%error, "an envelope was refused");
                    refused.push(place);
                }
            }
        }
        let opened: Vec<Opened> = match group {
            Group::Access => Vec::new(),
            Group::Data => kept
                .iter()
                .map(|envelope| self.open_envelope(envelope))
                .collect(),
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
                        Some(Opened::Not(state)) => (state.clone(), None),
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
                (Group::Access, _) => {
                    workspace.authority.insert(&envelope);
                }
                (
                    Group::Data,
                    Some(Opened::Ready {
                        document, changes, ..
                    }),
                ) => {
                    self.gather(step, document, Carried { envelope, changes });
                }
                (Group::Data, _) => {}
            }
        }
        if let Some(joining) = &mut self.joining {
            joining.received += u32::try_from(items.len()).unwrap_or(u32::MAX);
            step.news.status = true;
        }
        step.news.delivery = true;
        (refused, items)
    }

    /// What an envelope of changes is good for: its author's right at its own place in history, its key, its content.
    fn open_envelope(&self, envelope: &Envelope) -> Opened {
        let Some(workspace) = &self.workspace else {
            return Opened::Not(EnvelopeState::Locked);
        };
        let permit = match workspace.authority.accept(envelope) {
            Ok(permit) => permit,
            Err(Unaccepted::UnknownAuthor) => return Opened::Not(EnvelopeState::Locked),
            Err(reason) => return Opened::Not(EnvelopeState::Quarantined(reason.to_string())),
        };
        let Some(key) = workspace.keyring.get(&envelope.header().epoch) else {
            return Opened::Not(EnvelopeState::Locked);
        };
        let payload = match envelope.open(key) {
            Ok(payload) => payload,
            Err(error) => return Opened::Not(EnvelopeState::Quarantined(error.to_string())),
        };
        // A kind that a newer version knows: kept until this one does.
        let Some(kind) = Kind::from_code(payload.kind_code) else {
            return Opened::Not(EnvelopeState::Locked);
        };
        if !permit.writes(kind) {
            return Opened::Not(EnvelopeState::Quarantined(
                "its author may not write documents of this kind".to_owned(),
            ));
        }
        Opened::Ready {
            document: payload.document,
            changes: payload.changes,
        }
    }

    fn gather(&mut self, step: &Step<'_>, document: DocumentId, carried: Carried) {
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

    /// Merges what has gathered: new documents together in one transaction, known ones one by one.
    pub(super) fn apply_gathered(&mut self, step: &mut Step<'_>) {
        let mut now = std::mem::take(&mut self.gathering.by_document);
        if let Some(next) = now.keys().nth(DOCUMENTS_A_STEP).copied() {
            self.gathering.by_document = now.split_off(&next);
        }
        self.gathering.due = (!self.gathering.by_document.is_empty()).then_some(step.now.mono_ms);
        self.gathering.not_before = step.now.mono_ms + GATHER;
        let mut new: Vec<(DocumentId, Vec<Carried>)> = Vec::new();
        for (id, carried) in now {
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

    /// Takes documents that are not here yet. Those whose beginning is missing wait.
    fn apply_new(&mut self, step: &mut Step<'_>, new: Vec<(DocumentId, Vec<Carried>)>) {
        let mut ready: Vec<NewDocument> = Vec::new();
        for (id, mut carried) in new {
            carried.extend(self.waiting_for(id, &carried));
            match self.begin(id, carried) {
                Some(begun) => ready.push(begun),
                None => tracing::debug!(%id, "the beginning of a document has not arrived yet"),
            }
        }
        if ready.is_empty() {
            return;
        }
        let Some(workspace) = &self.workspace else {
            return;
        };
        let authority = &workspace.authority;
        let wall = step.now.wall_ms;
        let written = self.store.write(Durability::Normal, |tx| {
            for NewDocument {
                id,
                heads,
                changes,
                projection,
                applied,
                ..
            } in &ready
            {
                let Some(first) = &applied.under else {
                    continue;
                };
                let permit = authority
                    .accept(first)
                    .map_err(|reason| StoreError::Refused(reason.to_string()))?;
                let new = NewChanges {
                    changes,
                    heads,
                    sealed: true,
                    at_ms: wall,
                };
                tx.create_document(&permit, *id, &new, projection)?;
                applied.settle(tx)?;
            }
            Ok(())
        });
        match written {
            Ok(()) => {
                for new in ready {
                    step.news.headers.insert(new.id);
                    step.news.links = true;
                }
                step.news.delivery = true;
            }
            Err(error) => {
                tracing::error!(%error, "new documents could not be kept; they are taken again at the next start")
            }
        }
    }

    /// Makes a document of its first envelopes.
    fn begin(&self, id: DocumentId, carried: Vec<Carried>) -> Option<NewDocument> {
        let others = self.other_beginnings(id, &carried);
        let changes: Vec<ChangeBytes> = carried
            .iter()
            .flat_map(|carried| carried.changes.iter())
            .filter(|change| !others.contains(change))
            .cloned()
            .collect();
        let loaded = match Document::load(self.actor, None, &changes) {
            Ok(loaded) => loaded,
            Err(error) => {
                tracing::debug!(%error, %id, "not a whole document yet");
                return None;
            }
        };
        if loaded.document.id() != id {
            tracing::warn!(%id, "an envelope names one document and holds another");
            return None;
        }
        let mut applied = Applied {
            document: Some(id),
            under: carried.first().map(|carried| carried.envelope.clone()),
            ..Applied::default()
        };
        for carried in carried {
            let bad = carried.changes.iter().find_map(|change| {
                let refused = loaded
                    .quarantined
                    .iter()
                    .find(|(refused, _)| refused == change);
                let other = others.contains(change).then(|| OTHER_BEGINNING.to_owned());
                refused.map(|(_, reason)| reason.clone()).or(other)
            });
            if let Some(reason) = bad {
                applied.quarantined.push((carried.envelope.id(), reason));
            } else if !carried
                .changes
                .iter()
                .any(|change| loaded.waiting.contains(change))
            {
                applied.envelopes.push(carried.envelope);
            }
        }
        let document = loaded.document;
        Some(NewDocument {
            id,
            heads: document.heads(),
            changes: taken(&changes, &loaded.waiting, &loaded.quarantined),
            projection: document.projection().ok()?,
            applied,
        })
    }

    /// Changes that begin another document, or this one a second time. An open document refuses them by itself; here several
    /// beginnings may have come at once, and the one on which most rests is taken. Looked for only where authors differ: what
    /// somebody does to a document of his own is his own affair.
    fn other_beginnings(&self, id: DocumentId, carried: &[Carried]) -> Vec<ChangeBytes> {
        let authors: BTreeSet<DeviceId> = carried
            .iter()
            .map(|carried| carried.envelope.header().device)
            .collect();
        if authors.len() < 2 {
            return Vec::new();
        }
        let begins = |changes: &[ChangeBytes]| {
            let loaded = Document::load(self.actor, None, changes).ok()?;
            Some(loaded.document.id())
        };
        let candidates = carried
            .iter()
            .filter(|carried| begins(&carried.changes).is_some());
        let (mut ours, mut others): (Vec<ChangeBytes>, Vec<ChangeBytes>) = (Vec::new(), Vec::new());
        for change in candidates.flat_map(|carried| &carried.changes) {
            match begins(std::slice::from_ref(change)) {
                Some(other) if other != id => others.push(change.clone()),
                Some(_) if !ours.contains(change) => ours.push(change.clone()),
                _ => {}
            }
        }
        ours.sort();
        let least = ours.iter().min_by_key(|beginning| {
            let rest: Vec<ChangeBytes> = carried
                .iter()
                .flat_map(|carried| carried.changes.iter())
                .filter(|change| {
                    change == beginning || !(ours.contains(change) || others.contains(change))
                })
                .cloned()
                .collect();
            Document::load(self.actor, None, &rest)
                .map_or(usize::MAX, |loaded| loaded.waiting.len())
        });
        let least = least.filter(|_| ours.len() > 1).cloned();
        if let Some(least) = least {
            others.extend(ours.into_iter().filter(|change| *change != least));
        }
        others
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
            .collect()
    }

    /// Opens a stored envelope again: verified again, its author's right asked again.
    fn reopen(&self, bytes: &[u8]) -> Option<Carried> {
        let workspace = self.workspace.as_ref()?;
        let envelope = UnverifiedEnvelope::decode(bytes)
            .and_then(|envelope| envelope.verify(&workspace.id))
            .ok()?;
        match self.open_envelope(&envelope) {
            Opened::Ready { changes, .. } => Some(Carried { envelope, changes }),
            Opened::Not(_) => None,
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
        for mut carried in incoming {
            let reason = carried
                .changes
                .iter()
                .find_map(|change| refused.get(change).copied().cloned());
            if let Some(reason) = reason {
                self.tell_quarantined(step, &carried.envelope, &reason);
                applied.quarantined.push((carried.envelope.id(), reason));
            } else if carried
                .changes
                .iter()
                .any(|change| merged.waiting.contains(change))
            {
                // Those of its changes that were taken are never told of again.
                carried
                    .changes
                    .retain(|change| merged.waiting.contains(change));
                self.keep_waiting(id, carried);
            } else {
                applied.envelopes.push(carried.envelope);
            }
        }
        applied
            .envelopes
            .extend(self.released(id, &merged.released));
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
                let Some(carried) = self.reopen(&stored.bytes) else {
                    continue;
                };
                let Some(workspace) = &self.workspace else {
                    return;
                };
                let Some(key) = workspace.keyring.get(&carried.envelope.header().epoch) else {
                    continue;
                };
                let Ok(payload) = carried.envelope.open(key) else {
                    continue;
                };
                if *state == EnvelopeState::Locked {
                    let noted = self.store.write(Durability::Normal, |tx| {
                        tx.set_envelope_state(
                            stored.id,
                            &EnvelopeState::Waiting,
                            Some(payload.document),
                        )
                    });
                    if noted.is_err() {
                        return;
                    }
                }
                self.gather(step, payload.document, carried);
            }
        }
    }
}

/// Of the changes that came, those that are in the document now, each once.
fn taken(
    came: &[ChangeBytes],
    waiting: &[ChangeBytes],
    quarantined: &[(ChangeBytes, String)],
) -> Vec<ChangeBytes> {
    let mut seen: BTreeSet<&ChangeBytes> = waiting.iter().collect();
    seen.extend(quarantined.iter().map(|(change, _)| change));
    came.iter()
        .filter(|change| seen.insert(change))
        .cloned()
        .collect()
}
