//! The documents in memory: opened when needed, few at a time, each with those who wait for it.

mod indexing;
mod loading;
mod merging;
mod rebuilding;
mod upkeep;
mod writing;

pub(in crate::core) use indexing::Indexing;
pub(in crate::core) use writing::{Applied, Origin};

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use skein_access::WritePermit;
use skein_model::text::length_of;
use skein_model::{
    CardId, Document, DocumentId, Kind, Life, NoteView, Register, TextField, Touched,
};
use skein_store::{Durability, StoredDocument};

use super::Core;
use super::disk::Disk;
use super::io::ClientId;
use super::jobs::{Carried, Job};
use super::step::Step;
use super::text_feed::TextFeed;
use crate::api::{ApiError, ClientMessage, ErrorCode, Event, Request};

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
    /// Its text is being read for search, elsewhere.
    indexing: bool,
    /// Sent by peers, not merged yet.
    incoming: Vec<Carried>,
    /// Merged in part: some of its changes rest on what is not here.
    waiting: Vec<Carried>,
    journal: Vec<Vec<u8>>,
    /// Views were shown the stored text before the document was here.
    painted: bool,
    /// Views of the note are told of it once the document is back.
    note_owed: bool,
    rows: usize,
    /// How many operations were read from changes when it was loaded.
    operations: usize,
    last_row: i64,
    size: usize,
    /// Whether lists were last told of a dispute in it.
    disputed: bool,
    pub(super) used: u64,
}

impl Slot {
    /// A document that nothing was done with yet; without it, one that is on its way.
    fn new(kind: Kind, document: Option<Box<Document>>, mono: u64) -> Self {
        Self {
            kind,
            document,
            parked: VecDeque::new(),
            feeds: BTreeMap::new(),
            burst: None,
            described: None,
            stale_text: None,
            indexing: false,
            incoming: Vec::new(),
            waiting: Vec::new(),
            journal: Vec::new(),
            painted: false,
            note_owed: false,
            rows: 0,
            operations: 0,
            last_row: 0,
            size: 0,
            disputed: false,
            used: mono,
        }
    }
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
            Request::SetProfile { .. } => self.stored_profile(),
            Request::FinishFile { upload } => self.document_of_upload(client, upload),
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
        let disputed = self.is_disputed(id)?;
        self.documents.insert(
            id,
            Slot {
                stale_text: stored.text_stale.then_some(StaleText {
                    since: step.now.mono_ms,
                    last: step.now.mono_ms,
                }),
                journal: stored.journal,
                rows: stored.changes.len(),
                last_row: stored.changes.last().map_or(0, |(row, _)| *row),
                size,
                disputed,
                ..Slot::new(kind, None, step.now.mono_ms)
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
    pub(super) fn park(
        &mut self,
        id: DocumentId,
        client: ClientId,
        message: ClientMessage,
    ) -> Result<(), ApiError> {
        match self.documents.get_mut(&id) {
            Some(slot) if slot.parked.len() < PARKED => {
                slot.parked.push_back((client, message));
                Ok(())
            }
            _ => Err(ApiError::new(
                ErrorCode::TooLarge,
                "Too much waits for this document while it is opened; nothing of this was done.",
                "Try again in a moment.",
            )),
        }
    }

    /// The stored text of a note that is on its way, if it is the newest: good for a first look.
    pub(super) fn stored_text(&mut self, id: DocumentId) -> Option<String> {
        let slot = self.documents.get_mut(&id)?;
        let newest = slot.document.is_none()
            && slot.kind == Kind::Note
            && slot.stale_text.is_none()
            && !slot.indexing
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

    /// What lists know of a note that is on its way, as its first event, if that is all there is to know: who wrote it follows.
    pub(super) fn stored_note(&mut self, id: DocumentId) -> Option<Event> {
        let text = self.stored_text(id)?;
        let row = self.store.tree_row(id).ok()?;
        let row = row.filter(|row| row.conflicts == 0)?;
        let backlinks = self.backlinks(id).ok()?;
        self.owe_note(id);
        Some(Event::Note {
            note: NoteView {
                id,
                title: Register {
                    value: row.title,
                    others: Vec::new(),
                },
                parent: row.parent,
                position: row.position,
                other_places: Vec::new(),
                life: row.life,
                text_length: length_of(&text),
            },
            backlinks,
            created: None,
            edited: None,
        })
    }

    /// Whether a document is to be in memory and is not there now; then its note is told once it is.
    pub(super) fn owe_note(&mut self, id: DocumentId) -> bool {
        match self.documents.get_mut(&id) {
            Some(slot) if slot.document.is_none() => {
                slot.note_owed = true;
                true
            }
            _ => false,
        }
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
                rows: 1,
                ..Slot::new(kind, Some(Box::new(document)), step.now.mono_ms)
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
            // All that was typed had been done by somebody else: nothing of it is left for the next start.
            let emptied = self
                .store
                .write(Durability::Normal, |tx| tx.clear_journal(id));
            return Ok(emptied?);
        }
        let touched = Touched {
            text: true,
            cards: slot.described.take().into_iter().flatten().collect(),
            // Typing into something in the trash brings it back.
            header: document.life() != Life::Alive,
            files: false,
        };
        self.store_changes(step, id, &changes, &touched, &Origin::Local)
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

    fn read_stored(&self, id: DocumentId, kind: Kind) -> Result<StoredDocument, ApiError> {
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let permit = workspace.authority.read(&self.device.id(), kind)?;
        Ok(self.store.load(&permit, id)?)
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

impl Core {
    /// Of what kind a document is, as the store knows.
    pub(super) fn kind_of(&self, id: DocumentId) -> Result<Kind, ApiError> {
        self.store
            .heads(id)?
            .map(|(kind, _)| kind)
            .ok_or_else(|| ApiError::not_found("such document"))
    }
}
