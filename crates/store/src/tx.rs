//! Everything that can be written, inside one transaction: all of it rests on disk together, or none.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

use skein_access::{DeviceId, Envelope, EnvelopeId, RebuildPermit};
use skein_model::{
    CardId, CardRow, ChangeBytes, ChunkName, DocumentId, FileId, FileManifest, Heads, Kind, Link,
    Projection, Snapshot,
};

use crate::cut::CutText;
use crate::error::StoreError;
use crate::permit::{self, MayWrite};
use crate::reader::Reader;
use crate::shelf::{Vouch, Vouched};
use crate::table::changes::{self, ChangeRow};
use crate::table::documents::{self, ListedAs};
use crate::table::envelopes::{self, EnvelopeState, Mark};
use crate::table::folders::{self, FolderFile, FolderFileId, FolderId};
use crate::table::peers::{self, Peer};
use crate::table::{
    cards, files, journal, links, notices, search, settings, snapshots, tags, vouched,
};

/// Changes to be kept with a document, and the version they lead to.
#[derive(Debug, Clone, Copy)]
pub struct NewChanges<'a> {
    /// The changes, oldest first.
    pub changes: &'a [ChangeBytes],
    /// The document's heads after them.
    pub heads: &'a Heads,
    /// Whether an envelope holds them already, as with what peers sent.
    pub sealed: bool,
    /// When, in milliseconds since 1970; for display only.
    pub at_ms: i64,
}

/// A transaction in the making. It reads what it has written; an error leaves nothing of it.
#[derive(Debug)]
pub struct Tx<'s> {
    pub(crate) reader: &'s Reader,
}

impl Deref for Tx<'_> {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        self.reader
    }
}

impl Tx<'_> {
    fn kind_to_write(&self, permit: &impl MayWrite, id: DocumentId) -> Result<Kind, StoreError> {
        let kind = documents::kind(&self.connection, id)?.ok_or(StoreError::NoSuchDocument(id))?;
        permit::to_write(permit, kind)?;
        Ok(kind)
    }

    /// Stores a new document with its first changes and its projection; returns the rows of the changes.
    ///
    /// # Errors
    /// When it is here already, the permit is for other documents, or writing fails.
    pub fn create_document(
        &mut self,
        permit: &impl MayWrite,
        id: DocumentId,
        new: &NewChanges<'_>,
        projection: &Projection,
    ) -> Result<Vec<ChangeRow>, StoreError> {
        permit::to_write(permit, projection.kind)?;
        documents::insert(&self.connection, id, projection.kind, new.heads, new.at_ms)?;
        let rows = changes::append(&self.connection, id, new.changes, new.sealed)?;
        self.put_projection(id, projection)?;
        Ok(rows)
    }

    /// Lists a document whose envelopes are here and which is not made of them yet. Whatever asks for the document itself does not find it. One
    /// that is here stays as it is.
    ///
    /// # Errors
    /// When the permit is for other documents, or writing fails.
    pub fn list_early(
        &mut self,
        permit: &impl MayWrite,
        id: DocumentId,
        kind: Kind,
        listed: &ListedAs<'_>,
        at_ms: i64,
    ) -> Result<(), StoreError> {
        permit::to_write(permit, kind)?;
        documents::list_early(&self.connection, id, kind, listed, at_ms)
    }

    /// Takes a document out of lists that is in them and not here.
    ///
    /// # Errors
    /// When writing fails.
    pub fn unlist(&mut self, id: DocumentId) -> Result<(), StoreError> {
        documents::unlist(&self.connection, id)
    }

    /// Adds changes to a document; returns their rows.
    ///
    /// # Errors
    /// When it is not here, the permit is for other documents, or writing fails.
    pub fn append_changes(
        &mut self,
        permit: &impl MayWrite,
        id: DocumentId,
        new: &NewChanges<'_>,
    ) -> Result<Vec<ChangeRow>, StoreError> {
        self.kind_to_write(permit, id)?;
        documents::set_heads(&self.connection, id, new.heads, new.at_ms)?;
        changes::append(&self.connection, id, new.changes, new.sealed)
    }

    /// Keeps typing that is not yet a change, in whatever form the caller can read again.
    ///
    /// # Errors
    /// When the document is not here, the permit is for other documents, or writing fails.
    pub fn journal(
        &mut self,
        permit: &impl MayWrite,
        id: DocumentId,
        entry: &[u8],
    ) -> Result<(), StoreError> {
        self.kind_to_write(permit, id)?;
        journal::append(&self.connection, id, entry)
    }

    /// Forgets the typing, in the transaction that keeps the change made of it.
    ///
    /// # Errors
    /// When writing fails.
    pub fn clear_journal(&mut self, id: DocumentId) -> Result<(), StoreError> {
        journal::clear(&self.connection, id)
    }

    /// Replaces what is known of a document's files; what was asked for and is here of those that stay is not forgotten.
    ///
    /// # Errors
    /// When writing fails.
    pub fn put_files(
        &mut self,
        id: DocumentId,
        manifests: &BTreeMap<FileId, FileManifest>,
    ) -> Result<(), StoreError> {
        files::put(&self.connection, id, manifests)
    }

    /// Notes that somebody here wants the bytes of a file.
    ///
    /// # Errors
    /// When writing fails.
    pub fn set_file_asked(&mut self, document: DocumentId, file: FileId) -> Result<(), StoreError> {
        files::set_asked(&self.connection, document, file)
    }

    /// Notes whether all bytes of a file are here.
    ///
    /// # Errors
    /// When writing fails.
    pub fn set_file_whole(
        &mut self,
        document: DocumentId,
        file: FileId,
        whole: bool,
    ) -> Result<(), StoreError> {
        files::set_whole(&self.connection, document, file, whole)
    }

    /// Notes that a chunk is here; it is in the folder, on disk, before this is said.
    ///
    /// # Errors
    /// When writing fails.
    pub fn add_chunk(&mut self, name: ChunkName) -> Result<(), StoreError> {
        files::add_chunk(&self.connection, name)
    }

    /// Notes that a chunk is not here any more.
    ///
    /// # Errors
    /// When writing fails.
    pub fn remove_chunk(&mut self, name: ChunkName) -> Result<(), StoreError> {
        files::remove_chunk(&self.connection, name)
    }

    /// Replaces what lists, search and backlinks know of a document. Costs little for what did not change.
    ///
    /// # Errors
    /// When the document is not here or writing fails.
    pub fn put_projection(
        &mut self,
        id: DocumentId,
        projection: &Projection,
    ) -> Result<(), StoreError> {
        let of_cards = projection
            .cards
            .iter()
            .fold(0_u32, |sum, card| sum.saturating_add(card.conflicts));
        let listed = ListedAs {
            title: &projection.title,
            parent: projection.parent,
            position: &projection.position,
            life: projection.life,
            conflicts: projection.conflicts.saturating_sub(of_cards),
        };
        documents::set_listed(&self.connection, id, &listed)?;
        let text = CutText::of(projection.text.clone().unwrap_or_default());
        search::put_text(&self.connection, id, &projection.title, &text)?;
        let kept: BTreeSet<CardId> = projection.cards.iter().map(|card| card.id).collect();
        let removed: Vec<CardId> = cards::ids(&self.connection, id)?
            .into_iter()
            .filter(|card| !kept.contains(card))
            .collect();
        self.put_cards(id, &projection.cards, &removed)?;
        self.put_references(id, &projection.tags, &projection.links)?;
        self.put_files(id, &projection.files)?;
        documents::set_text_stale(&self.connection, id, false)
    }

    /// Replaces what lists show of a document; its title becomes findable.
    ///
    /// # Errors
    /// When writing fails.
    pub fn put_header(&mut self, id: DocumentId, listed: &ListedAs<'_>) -> Result<(), StoreError> {
        documents::set_listed(&self.connection, id, listed)?;
        search::put_title(&self.connection, id, listed.title)
    }

    /// Replaces these cards of a board and removes those; the others stay as they are.
    ///
    /// # Errors
    /// When writing fails.
    pub fn put_cards(
        &mut self,
        board: DocumentId,
        changed: &[CardRow],
        removed: &[CardId],
    ) -> Result<(), StoreError> {
        for card in changed {
            cards::put(&self.connection, board, card)?;
            search::put(
                &self.connection,
                board,
                Some(card.id),
                &card.title,
                &card.description,
            )?;
        }
        for card in removed {
            cards::remove(&self.connection, board, *card)?;
            search::remove(&self.connection, board, *card)?;
        }
        Ok(())
    }

    /// Replaces the projected text of a note with its tags and links; it is no longer behind. Whoever made them may not know that the note was
    /// removed meanwhile: then nothing is kept.
    ///
    /// # Errors
    /// When writing fails.
    pub fn put_text(
        &mut self,
        id: DocumentId,
        text: &CutText,
        tags: &BTreeSet<String>,
        links: &[Link],
    ) -> Result<(), StoreError> {
        if !search::put_body(&self.connection, id, text)? {
            return Ok(());
        }
        self.put_references(id, tags, links)?;
        documents::set_text_stale(&self.connection, id, false)
    }

    /// Replaces the tags and links of a document.
    ///
    /// # Errors
    /// When writing fails.
    pub fn put_references(
        &mut self,
        id: DocumentId,
        tags: &BTreeSet<String>,
        links: &[Link],
    ) -> Result<(), StoreError> {
        tags::put(&self.connection, id, tags)?;
        links::put(&self.connection, id, links)
    }

    /// Says that the projected text is behind, so that it is made again even after a sudden end.
    ///
    /// # Errors
    /// When writing fails.
    pub fn mark_text_stale(&mut self, id: DocumentId) -> Result<(), StoreError> {
        documents::set_text_stale(&self.connection, id, true)
    }

    /// Puts a snapshot in the place of all changes up to one that envelopes hold too. The snapshot before it is kept, and so are changes that
    /// are in no envelope yet.
    ///
    /// # Errors
    /// When the document is not here, the permit is for other documents, or writing fails.
    pub fn replace_with_snapshot(
        &mut self,
        permit: &impl MayWrite,
        id: DocumentId,
        snapshot: &Snapshot,
        through: ChangeRow,
    ) -> Result<(), StoreError> {
        self.kind_to_write(permit, id)?;
        snapshots::put(&self.connection, id, &snapshot.heads, &snapshot.bytes)?;
        changes::remove_sealed_through(&self.connection, id, through).map(drop)
    }

    /// Puts what counts of a document in the place of what it was: its sealed changes, snapshots and projection. What is in no envelope yet
    /// stays. A document that was not here comes.
    ///
    /// # Errors
    /// When it is another kind of document, or writing fails.
    pub fn rebuild_document(
        &mut self,
        _permit: &RebuildPermit<'_>,
        id: DocumentId,
        new: &NewChanges<'_>,
        projection: &Projection,
    ) -> Result<(), StoreError> {
        match documents::kind(&self.connection, id)? {
            None => {
                documents::insert(&self.connection, id, projection.kind, new.heads, new.at_ms)?;
            }
            Some(kind) if kind == projection.kind => {
                changes::remove_sealed(&self.connection, id)?;
                snapshots::remove(&self.connection, id)?;
                documents::set_heads(&self.connection, id, new.heads, new.at_ms)?;
            }
            Some(_) => {
                return Err(StoreError::Refused(format!(
                    "document {id} would become another kind of document"
                )));
            }
        }
        changes::append(&self.connection, id, new.changes, new.sealed)?;
        self.put_projection(id, projection)
    }

    /// Removes a document of which nothing counts. Its envelopes stay.
    ///
    /// # Errors
    /// When some of it is in no envelope yet, or writing fails.
    pub fn remove_document(
        &mut self,
        _permit: &RebuildPermit<'_>,
        id: DocumentId,
    ) -> Result<(), StoreError> {
        if !changes::unsealed_of(&self.connection, id)?.is_empty() {
            return Err(StoreError::Refused(format!(
                "document {id} holds changes that are in no envelope"
            )));
        }
        self.put_cards(id, &[], &cards::ids(&self.connection, id)?)?;
        self.put_references(id, &BTreeSet::new(), &[])?;
        search::remove_all(&self.connection, id)?;
        journal::clear(&self.connection, id)?;
        snapshots::remove(&self.connection, id)?;
        changes::remove_sealed(&self.connection, id)?;
        documents::remove(&self.connection, id)
    }

    /// Keeps an envelope; `None` when it is here already, which changes nothing.
    ///
    /// # Errors
    /// When writing fails.
    pub fn insert_envelope(
        &mut self,
        envelope: &Envelope,
        state: &EnvelopeState,
        document: Option<DocumentId>,
    ) -> Result<Option<Mark>, StoreError> {
        envelopes::insert(&self.connection, envelope, state, document)
    }

    /// Notes what a device says of a pack. Once all of `everybody` have said the same, the bytes of what the pack stands for are let go. Whether they were.
    ///
    /// # Errors
    /// When writing fails.
    pub fn vouch(&mut self, vouch: &Vouch<'_>, everybody: &[DeviceId]) -> Result<bool, StoreError> {
        let mut said = Vouched {
            pack: vouch.pack,
            device: vouch.device,
            digest: vouch.digest,
            let_go: false,
        };
        vouched::set(&self.connection, &said)?;
        let by_now = vouched::of_pack(&self.connection, vouch.pack)?;
        said.let_go = Vouched::by_all(&by_now, &vouch.digest, everybody);
        if said.let_go {
            envelopes::let_go(&self.connection, vouch.stands_for)?;
            vouched::set(&self.connection, &said)?;
        }
        Ok(said.let_go)
    }

    /// Keeps an envelope made of these changes, which are sealed from now on.
    ///
    /// # Errors
    /// When one of the changes is not waiting to be sealed, the envelope is here already, or writing fails.
    pub fn seal(
        &mut self,
        id: DocumentId,
        rows: &[ChangeRow],
        envelope: &Envelope,
    ) -> Result<Mark, StoreError> {
        changes::seal(&self.connection, id, rows)?;
        envelopes::insert(
            &self.connection,
            envelope,
            &EnvelopeState::Applied,
            Some(id),
        )?
        .ok_or_else(|| StoreError::Refused(format!("envelope {} is stored already", envelope.id())))
    }

    /// Says how far an envelope got, and whose changes it carries if that became known; `false` when it is not here.
    ///
    /// # Errors
    /// When writing fails.
    pub fn set_envelope_state(
        &mut self,
        id: EnvelopeId,
        state: &EnvelopeState,
        document: Option<DocumentId>,
    ) -> Result<bool, StoreError> {
        envelopes::set_state(&self.connection, id, state, document)
    }

    /// Keeps a setting.
    ///
    /// # Errors
    /// When writing fails.
    pub fn put_setting(&mut self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        settings::put(&self.connection, key, value)
    }

    /// Forgets a setting.
    ///
    /// # Errors
    /// When writing fails.
    pub fn remove_setting(&mut self, key: &str) -> Result<(), StoreError> {
        settings::remove(&self.connection, key)
    }

    /// Keeps what is known of a peer.
    ///
    /// # Errors
    /// When writing fails.
    pub fn put_peer(&mut self, peer: &Peer) -> Result<(), StoreError> {
        peers::put(&self.connection, peer)
    }

    /// Keeps up to which mark a peer durably holds this machine's envelopes.
    ///
    /// # Errors
    /// When writing fails.
    pub fn set_peer_mark(&mut self, device: DeviceId, mark: Mark) -> Result<(), StoreError> {
        peers::set_mark(&self.connection, device, mark)
    }

    /// Takes a shared folder into use. `apart`: it lies on another disk than the workspace's file.
    ///
    /// # Errors
    /// When it is in use already, or writing fails.
    pub fn add_folder(&mut self, path: &str, apart: bool) -> Result<FolderId, StoreError> {
        folders::add(&self.connection, path, apart)
    }

    /// Forgets a shared folder and what was found in it.
    ///
    /// # Errors
    /// When writing fails.
    pub fn remove_folder(&mut self, folder: FolderId) -> Result<(), StoreError> {
        folders::remove(&self.connection, folder)
    }

    /// Keeps up to which mark a shared folder holds every envelope.
    ///
    /// # Errors
    /// When writing fails.
    pub fn set_folder_through(&mut self, folder: FolderId, mark: Mark) -> Result<(), StoreError> {
        folders::set_through(&self.connection, folder, mark)
    }

    /// Keeps when a shared folder last brought something, and when something was last written to it.
    ///
    /// # Errors
    /// When writing fails.
    pub fn set_folder_times(
        &mut self,
        folder: FolderId,
        read_ms: Option<i64>,
        wrote_ms: Option<i64>,
    ) -> Result<(), StoreError> {
        folders::set_times(&self.connection, folder, read_ms, wrote_ms)
    }

    /// Begins to note what a file of a shared folder holds; what was noted of it before is forgotten.
    ///
    /// # Errors
    /// When writing fails.
    pub fn begin_folder_file(
        &mut self,
        folder: FolderId,
        name: &str,
    ) -> Result<FolderFileId, StoreError> {
        folders::begin_file(&self.connection, folder, name)
    }

    /// Notes that a file of a shared folder holds these envelopes.
    ///
    /// # Errors
    /// When writing fails.
    pub fn folder_file_holds(
        &mut self,
        folder: FolderId,
        file: FolderFileId,
        marks: &[Mark],
    ) -> Result<(), StoreError> {
        folders::hold(&self.connection, folder, file, marks)
    }

    /// Notes how a file of a shared folder was when it had been read to its end, or written.
    ///
    /// # Errors
    /// When writing fails.
    pub fn end_folder_file(&mut self, file: &FolderFile) -> Result<(), StoreError> {
        folders::end_file(&self.connection, file)
    }

    /// Notes that another file written here holds all that is in this one, and since when (ms since 1970).
    ///
    /// # Errors
    /// When writing fails.
    pub fn spare_folder_file(
        &mut self,
        file: FolderFileId,
        since_ms: i64,
    ) -> Result<(), StoreError> {
        folders::spare_file(&self.connection, file, since_ms)
    }

    /// Forgets a file of a shared folder, which is no longer in it.
    ///
    /// # Errors
    /// When writing fails.
    pub fn forget_folder_file(
        &mut self,
        folder: FolderId,
        file: FolderFileId,
    ) -> Result<(), StoreError> {
        folders::forget_file(&self.connection, folder, file)
    }

    /// Tells the person of a matter; the same matter about the same subject is told once, with its newest words.
    ///
    /// # Errors
    /// When writing fails.
    pub fn put_notice(
        &mut self,
        at_ms: i64,
        code: &str,
        subject: &str,
        words: &str,
    ) -> Result<(), StoreError> {
        notices::put(&self.connection, at_ms, code, subject, words)
    }

    /// Removes a notice; `false` when it was gone already.
    ///
    /// # Errors
    /// When writing fails.
    pub fn dismiss_notice(&mut self, row: i64) -> Result<bool, StoreError> {
        notices::dismiss(&self.connection, row)
    }

    /// Throws the search index away and makes it again from the projected texts.
    ///
    /// # Errors
    /// When writing fails.
    pub fn rebuild_search(&mut self) -> Result<(), StoreError> {
        search::rebuild(&self.connection)
    }
}
