//! The documents in memory: opened when needed, few at a time, each with those who wait for it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use skein_access::WritePermit;
use skein_model::{
    CardId, CardRow, ChangeBytes, Document, DocumentId, Kind, Listed, Loaded, Snapshot, Splices,
    TextField, Touched,
};
use skein_store::{Durability, ListedAs, NewChanges, StoreError, StoredDocument, Tx};

use super::Core;
use super::disk::Disk;
use super::incoming::Applied;
use super::io::{ClientId, Effect};
use super::jobs::{Carried, Job, JobDone};
use super::step::Step;
use super::text_feed::TextFeed;
use crate::api::{ApiError, ClientMessage, Request};

/// How many documents stay in memory without being watched.
const KEPT: usize = 64;
/// A stored document beyond this size (bytes) is loaded, merged and compacted away from the core.
const SLOW: usize = 64 * 1024;
/// A burst ends when nothing was typed for so long (ms).
const BURST_PAUSE: u64 = 300;
/// Search and links follow the text after so long (ms) without another change, ...
const TEXT_PAUSE: u64 = 700;
/// ... and at the latest after so long.
const TEXT_LATEST: u64 = 5_000;
/// A document is compacted once so many changes were stored since its last snapshot, ...
const ROWS_BEFORE_COMPACTION: usize = 500;
/// ... and nobody touched it for so long (ms).
const IDLE: u64 = 10_000;
/// How many documents are brought to rest in one step after a sudden end.
const RECOVERED_A_STEP: usize = 8;
/// How many requests may wait for one document.
const PARKED: usize = 1024;

/// A burst of typing that is durable but not yet a change.
pub(super) struct Burst {
    pub(super) since: u64,
    pub(super) last: u64,
    pub(super) pushes: u32,
}

/// When the stored text has to follow the document.
#[derive(Clone, Copy)]
struct StaleText {
    since: u64,
    last: u64,
}

/// One document in memory, or on its way.
pub(super) struct Slot {
    kind: Kind,
    /// `None` while a job has it.
    document: Option<Box<Document>>,
    parked: VecDeque<(ClientId, ClientMessage)>,
    feeds: BTreeMap<TextField, TextFeed>,
    pub(super) burst: Option<Burst>,
    /// Cards whose descriptions the burst changed.
    pub(super) described: Option<BTreeSet<CardId>>,
    stale_text: Option<StaleText>,
    /// Sent by peers, not merged yet.
    incoming: Vec<Carried>,
    /// Merged in part: some of its changes rest on what is not here.
    waiting: Vec<Carried>,
    journal: Vec<Vec<u8>>,
    /// Views were shown the stored text before the document was here.
    painted: bool,
    rows: usize,
    last_row: i64,
    size: usize,
    pub(super) used: u64,
}

/// Where changes came from.
pub(super) enum Origin<'a> {
    /// Made here; not yet in an envelope.
    Local,
    /// From peers' envelopes, which become applied with the same stroke.
    Remote(&'a Applied),
}

impl Core {
    /// The document a request works on, which must be in memory first.
    pub(super) fn document_needed(
        &self,
        client: ClientId,
        request: &Request,
    ) -> Option<DocumentId> {
        match request {
            Request::EditNote { document, .. }
            | Request::EditBoard { document, .. }
            | Request::PlaceDocument { document, .. }
            | Request::ReadNote { document }
            | Request::ReadBoard { document } => Some(*document),
            Request::ReadCard { card } => self.store.board_of(*card).ok().flatten(),
            Request::Subscribe { view } => view.document_needed(),
            Request::TextPush { subscription, .. } => {
                Some(self.text_watched(client, *subscription)?.0)
            }
            _ => None,
        }
    }

    /// Brings a document into memory. `false`: it is on its way.
    pub(super) fn ensure_open(
        &mut self,
        step: &mut Step<'_>,
        id: DocumentId,
    ) -> Result<bool, ApiError> {
        if let Some(slot) = self.documents.get_mut(&id) {
            slot.used = step.now.mono_ms;
            return Ok(slot.document.is_some());
        }
        let kind = self.kind_of(id)?;
        let stored = self.read_stored(id, kind)?;
        let size = stored_size(&stored);
        self.documents.insert(
            id,
            Slot {
                kind,
                document: None,
                parked: VecDeque::new(),
                feeds: BTreeMap::new(),
                burst: None,
                described: None,
                stale_text: stored.text_stale.then_some(StaleText {
                    since: step.now.mono_ms,
                    last: step.now.mono_ms,
                }),
                incoming: Vec::new(),
                waiting: Vec::new(),
                journal: stored.journal,
                painted: false,
                rows: stored.changes.len(),
                last_row: stored.changes.last().map_or(0, |(row, _)| *row),
                size,
                used: step.now.mono_ms,
            },
        );
        let job = Job::Load {
            id,
            actor: self.actor,
            snapshot: stored.snapshot.map(|snapshot| snapshot.bytes),
            changes: stored
                .changes
                .into_iter()
                .map(|(_, change)| change)
                .collect(),
        };
        self.start_job(step, job, size)?;
        Ok(self
            .documents
            .get(&id)
            .is_some_and(|slot| slot.document.is_some()))
    }

    /// Lets a request wait for its document.
    pub(super) fn park(&mut self, id: DocumentId, client: ClientId, message: ClientMessage) {
        if let Some(slot) = self.documents.get_mut(&id)
            && slot.parked.len() < PARKED
        {
            slot.parked.push_back((client, message));
        }
    }

    /// The stored text of a note that is on its way, if it is the newest: good for a first look.
    pub(super) fn stored_text(&mut self, id: DocumentId) -> Option<String> {
        let slot = self.documents.get_mut(&id)?;
        let newest = slot.document.is_none()
            && slot.kind == Kind::Note
            && slot.stale_text.is_none()
            && slot.journal.is_empty();
        let workspace = self.workspace.as_ref().filter(|_| newest)?;
        let permit = workspace
            .authority
            .read(&self.device.id(), slot.kind)
            .ok()?;
        let text = self.store.text(&permit, id).ok()?;
        slot.painted = true;
        Some(text)
    }

    /// The stored text that early views were shown.
    pub(super) fn shown_early(&self, id: DocumentId) -> Result<String, ApiError> {
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let permit = workspace.authority.read(&self.device.id(), Kind::Note)?;
        Ok(self.store.text(&permit, id)?)
    }

    /// A document that is in memory.
    pub(super) fn document(&self, id: DocumentId) -> Result<&Document, ApiError> {
        self.documents
            .get(&id)
            .and_then(|slot| slot.document.as_deref())
            .ok_or_else(|| ApiError::not_found("such document"))
    }

    /// A document in memory, the store, and the permit to change the one in the other.
    pub(super) fn for_writing(
        &mut self,
        id: DocumentId,
    ) -> Result<(&mut Document, &mut Disk, WritePermit<'_>), ApiError> {
        let slot = self
            .documents
            .get_mut(&id)
            .ok_or_else(|| ApiError::not_found("such document"))?;
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let permit = workspace.authority.write(&self.device.id(), slot.kind)?;
        let document = slot
            .document
            .as_deref_mut()
            .ok_or_else(|| ApiError::not_found("such document"))?;
        Ok((document, &mut self.store, permit))
    }

    /// The recent versions of one text of a document in memory.
    pub(super) fn feed(
        &mut self,
        id: DocumentId,
        field: TextField,
    ) -> Result<&mut TextFeed, ApiError> {
        let first = self.first_version;
        let slot = self
            .documents
            .get_mut(&id)
            .ok_or_else(|| ApiError::not_found("such document"))?;
        Ok(slot
            .feeds
            .entry(field)
            .or_insert_with(|| TextFeed::starting_at(first)))
    }

    /// Whether views may be looking at this text.
    pub(super) fn has_feed(&self, id: DocumentId, field: TextField) -> bool {
        self.documents
            .get(&id)
            .is_some_and(|slot| slot.feeds.contains_key(&field))
    }

    /// Takes a new document into memory.
    pub(super) fn keep_new(&mut self, step: &Step<'_>, document: Document) {
        let (id, kind) = (document.id(), document.kind());
        self.documents.insert(
            id,
            Slot {
                kind,
                document: Some(Box::new(document)),
                parked: VecDeque::new(),
                feeds: BTreeMap::new(),
                burst: None,
                described: None,
                stale_text: None,
                incoming: Vec::new(),
                waiting: Vec::new(),
                journal: Vec::new(),
                painted: false,
                rows: 1,
                last_row: 0,
                size: 0,
                used: step.now.mono_ms,
            },
        );
    }

    /// Makes the open burst one change, if there is one.
    pub(super) fn close_burst(
        &mut self,
        step: &mut Step<'_>,
        id: DocumentId,
    ) -> Result<(), ApiError> {
        let Some(slot) = self.documents.get_mut(&id) else {
            return Ok(());
        };
        if slot.burst.take().is_none() {
            return Ok(());
        }
        let Some(document) = slot.document.as_deref_mut() else {
            return Ok(());
        };
        let changes = document.close_burst(step.now.wall_ms)?;
        if changes.is_empty() {
            return Ok(());
        }
        let touched = Touched {
            text: true,
            cards: slot.described.take().into_iter().flatten().collect(),
            header: false,
        };
        self.store_changes(step, id, &changes, &touched, &Origin::Local)
    }

    /// Notes that an edit closed the burst.
    pub(super) fn burst_is_closed(&mut self, id: DocumentId) {
        if let Some(slot) = self.documents.get_mut(&id) {
            slot.burst = None;
            slot.described = None;
        }
    }

    /// Documents whose typing is not yet a change.
    pub(super) fn documents_with_burst(&self) -> Vec<DocumentId> {
        self.documents
            .iter()
            .filter(|(_, slot)| slot.burst.is_some())
            .map(|(id, _)| *id)
            .collect()
    }

    /// Whether work on some document is under way or still to be begun.
    pub(super) fn documents_are_busy(&self) -> bool {
        self.documents
            .values()
            .any(|slot| slot.document.is_none() || !slot.incoming.is_empty())
    }

    /// Whether a document is in memory or on its way there.
    pub(super) fn is_in_memory(&self, id: DocumentId) -> bool {
        self.documents.contains_key(&id)
    }

    /// Gives a document in memory something to merge.
    pub(super) fn add_incoming(&mut self, id: DocumentId, carried: Vec<Carried>) {
        if let Some(slot) = self.documents.get_mut(&id) {
            slot.incoming.extend(carried);
        }
    }

    pub(super) fn has_incoming(&self, id: DocumentId) -> bool {
        self.documents
            .get(&id)
            .is_some_and(|slot| slot.document.is_some() && !slot.incoming.is_empty())
    }

    /// Takes a document out with all that it has to merge; it comes back with the job.
    pub(super) fn take_for_merge(
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
    pub(super) fn keep_waiting(&mut self, id: DocumentId, carried: Carried) {
        if let Some(slot) = self.documents.get_mut(&id) {
            slot.waiting.push(carried);
        }
    }

    /// Those waiting envelopes that need wait no longer, since the last of their changes was taken.
    pub(super) fn released(
        &mut self,
        id: DocumentId,
        changes: &[ChangeBytes],
    ) -> Vec<skein_access::Envelope> {
        let Some(slot) = self.documents.get_mut(&id) else {
            return Vec::new();
        };
        for carried in &mut slot.waiting {
            carried.changes.retain(|change| !changes.contains(change));
        }
        let (waiting, released): (Vec<_>, Vec<_>) = std::mem::take(&mut slot.waiting)
            .into_iter()
            .partition(|carried| !carried.changes.is_empty());
        slot.waiting = waiting;
        released
            .into_iter()
            .map(|carried| carried.envelope)
            .collect()
    }

    /// The one way to the disk for changes of a known document, whoever made them: changes, heads, projections and envelope
    /// states in one transaction. If it fails the document leaves memory, so that memory is never ahead of the disk.
    pub(super) fn store_changes(
        &mut self,
        step: &mut Step<'_>,
        id: DocumentId,
        changes: &[ChangeBytes],
        touched: &Touched,
        origin: &Origin<'_>,
    ) -> Result<(), ApiError> {
        let written = self.write_changes(step, id, changes, touched, origin);
        match written {
            Ok(last_row) => {
                if let Some(slot) = self.documents.get_mut(&id) {
                    slot.rows += changes.len();
                    slot.last_row = last_row.unwrap_or(slot.last_row);
                    slot.size += changes.iter().map(|change| change.0.len()).sum::<usize>();
                    if touched.text {
                        let mono = step.now.mono_ms;
                        slot.stale_text
                            .get_or_insert(StaleText {
                                since: mono,
                                last: mono,
                            })
                            .last = mono;
                    }
                }
                step.touched(id, touched);
                if matches!(origin, Origin::Local) {
                    self.sealing.unsealed += changes.len();
                    self.plan_sealing(step);
                }
                Ok(())
            }
            Err(error) => {
                self.documents.remove(&id);
                Err(error)
            }
        }
    }

    fn write_changes(
        &mut self,
        step: &Step<'_>,
        id: DocumentId,
        changes: &[ChangeBytes],
        touched: &Touched,
        origin: &Origin<'_>,
    ) -> Result<Option<i64>, ApiError> {
        let slot = self
            .documents
            .get(&id)
            .ok_or_else(|| ApiError::not_found("such document"))?;
        let document = slot
            .document
            .as_deref()
            .ok_or_else(|| ApiError::not_found("such document"))?;
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let heads = document.heads();
        let new = NewChanges {
            changes,
            heads: &heads,
            sealed: matches!(origin, Origin::Remote(_)),
            at_ms: step.now.wall_ms,
        };
        let projected = Projected::of(document, touched)?;
        let last = match origin {
            Origin::Local => {
                let permit = workspace.authority.write(&self.device.id(), slot.kind)?;
                self.store.write(Durability::Normal, |tx| {
                    let rows = tx.append_changes(&permit, id, &new)?;
                    tx.clear_journal(id)?;
                    projected.put(tx, id)?;
                    Ok(rows.last().copied())
                })?
            }
            Origin::Remote(applied) => self.store.write(Durability::Normal, |tx| {
                let rows = applied.append(tx, &workspace.authority, id, &new)?;
                projected.put(tx, id)?;
                Ok(rows.last().copied())
            })?,
        };
        Ok(last)
    }

    /// What has to be done with documents now: end bursts, bring texts up to date, compact, let go.
    pub(super) fn work_on_documents(&mut self, step: &mut Step<'_>) {
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
    pub(super) fn next_document_work(&self) -> Option<u64> {
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

    fn bring_text_up_to_date(&mut self, step: &mut Step<'_>, id: DocumentId) {
        let Some(slot) = self.documents.get_mut(&id) else {
            return;
        };
        let Some(document) = slot.document.as_deref() else {
            return;
        };
        slot.stale_text = None;
        let projection = match document.projection() {
            Ok(projection) => projection,
            Err(error) => {
                tracing::warn!(%error, %id, "the text could not be read for search");
                return;
            }
        };
        let written = self
            .store
            .write(Durability::Normal, |tx| match &projection.text {
                Some(text) => tx.put_text(id, text, &projection.tags, &projection.links),
                None => tx.put_projection(id, &projection),
            });
        match written {
            Ok(()) => step.news.links = true,
            Err(error) => {
                tracing::warn!(%error, %id, "search does not know the newest text yet; it is done again at the next start");
                self.mend_search(&error);
            }
        }
    }

    /// An index that alone is damaged is made again from the texts.
    fn mend_search(&mut self, error: &StoreError) {
        if matches!(error, StoreError::SearchIndex(_))
            && let Err(error) = self
                .store
                .write(Durability::Normal, |tx| tx.rebuild_search())
        {
            tracing::error!(%error, "the search index could not be made again");
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
            self.documents.remove(&id);
        }
    }

    /// Runs small work at once and hands out the rest.
    pub(super) fn start_job(
        &mut self,
        step: &mut Step<'_>,
        job: Job,
        size: usize,
    ) -> Result<(), ApiError> {
        if size > SLOW {
            step.effects.push(Effect::Job(Box::new(job)));
            return Ok(());
        }
        self.job_done(step, job.run())
    }

    pub(super) fn handle_job(&mut self, step: &mut Step<'_>, done: JobDone) {
        if let Err(error) = self.job_done(step, done) {
            tracing::warn!(%error, "work on a document did not succeed");
        }
    }

    fn job_done(&mut self, step: &mut Step<'_>, done: JobDone) -> Result<(), ApiError> {
        let id = match &done {
            JobDone::Loaded { id, .. }
            | JobDone::Merged { id, .. }
            | JobDone::Compacted { id, .. } => *id,
        };
        let result = match done {
            JobDone::Loaded { result, .. } => match result {
                Ok(loaded) => self.loaded(step, id, loaded),
                Err(error) => Err(error.into()),
            },
            JobDone::Merged {
                document,
                result,
                incoming,
                before,
                ..
            } => {
                self.put_back(id, document);
                self.merged(step, id, result, incoming, &before)
            }
            JobDone::Compacted {
                document,
                result,
                through,
                ..
            } => {
                self.put_back(id, document);
                match result {
                    Ok(snapshot) => self.compacted(id, &snapshot, through),
                    Err(error) => {
                        tracing::warn!(%error, %id, "a snapshot did not verify and was dropped; the changes stay as they are");
                        Ok(())
                    }
                }
            }
        };
        let parked = match (&result, self.documents.get_mut(&id)) {
            (_, None) => VecDeque::new(),
            (Ok(()), Some(slot)) => std::mem::take(&mut slot.parked),
            (Err(_), Some(_)) => self
                .documents
                .remove(&id)
                .map(|slot| slot.parked)
                .unwrap_or_default(),
        };
        for (client, message) in parked {
            match &result {
                Ok(()) => self.handle_client(step, client, message),
                Err(error) => step.reply(client, message.id, Err(error.clone())),
            }
        }
        self.merge_what_waits(step, id);
        result
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
        let mut document = loaded.document;
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

    fn read_stored(&self, id: DocumentId, kind: Kind) -> Result<StoredDocument, ApiError> {
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let permit = workspace.authority.read(&self.device.id(), kind)?;
        Ok(self.store.load(&permit, id)?)
    }
}

impl Slot {
    fn burst_due(&self) -> Option<u64> {
        self.burst
            .as_ref()
            .map(|burst| (burst.last + BURST_PAUSE).min(burst.since + 10 * BURST_PAUSE))
    }

    fn text_due(&self) -> Option<u64> {
        self.document.as_ref()?;
        self.stale_text
            .map(|stale| (stale.last + TEXT_PAUSE).min(stale.since + TEXT_LATEST))
    }

    fn compaction_due(&self) -> Option<u64> {
        (self.rows > ROWS_BEFORE_COMPACTION && self.burst.is_none() && self.document.is_some())
            .then_some(self.used + IDLE)
    }

    fn is_at_rest(&self) -> bool {
        self.document.is_some()
            && self.burst.is_none()
            && self.stale_text.is_none()
            && self.parked.is_empty()
            && self.incoming.is_empty()
    }
}

/// Notes which card a piece of typing belongs to.
pub(super) fn note_described(described: &mut Option<BTreeSet<CardId>>, field: TextField) {
    if let TextField::CardDescription(card) = field {
        described.get_or_insert_default().insert(card);
    }
}

fn stored_size(stored: &StoredDocument) -> usize {
    stored
        .snapshot
        .as_ref()
        .map_or(0, |snapshot| snapshot.bytes.len())
        + stored
            .changes
            .iter()
            .map(|(_, change)| change.0.len())
            .sum::<usize>()
}

/// What a change touched of lists and boards, read from the document before the transaction begins; text follows later.
struct Projected {
    listed: Option<Listed>,
    cards: Vec<CardRow>,
    removed: Vec<CardId>,
    text: bool,
}

impl Projected {
    fn of(document: &Document, touched: &Touched) -> Result<Self, ApiError> {
        let mut projected = Self {
            listed: None,
            cards: Vec::new(),
            removed: Vec::new(),
            text: touched.text,
        };
        if touched.header {
            projected.listed = Some(document.listed()?);
        }
        for card in &touched.cards {
            match document.card_row(*card)? {
                Some(row) => projected.cards.push(row),
                None => projected.removed.push(*card),
            }
        }
        projected.text |= !touched.cards.is_empty();
        Ok(projected)
    }

    fn put(&self, tx: &mut Tx<'_>, id: DocumentId) -> Result<(), StoreError> {
        if let Some(listed) = &self.listed {
            tx.put_header(
                id,
                &ListedAs {
                    title: &listed.title.value,
                    parent: listed.place.value.parent,
                    position: &listed.place.value.position,
                    life: listed.life,
                    conflicts: listed.conflicts(),
                },
            )?;
        }
        if !self.cards.is_empty() || !self.removed.is_empty() {
            tx.put_cards(id, &self.cards, &self.removed)?;
        }
        if self.text {
            tx.mark_text_stale(id)?;
        }
        Ok(())
    }
}

impl Core {
    /// Of what kind a document is, as the store knows.
    pub(super) fn kind_of(&self, id: DocumentId) -> Result<Kind, ApiError> {
        self.store
            .heads(id)?
            .map(|(kind, _)| kind)
            .ok_or_else(|| ApiError::not_found("such document"))
    }
}
