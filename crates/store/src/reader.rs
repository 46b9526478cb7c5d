//! Everything that can be read: from a store that is whole, from a damaged one, and in the middle of a write.

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::Connection;
use skein_access::{Chain, DeviceId, EnvelopeId, EnvelopeKind, ReadPermit};
use skein_model::{
    CardId, CardRow, ChangeBytes, ChunkName, ColumnId, DocumentId, FileId, Heads, Kind, Projection,
};

use crate::backup::BackupFolder;
use crate::chunks::ChunkFolder;
use crate::error::StoreError;
use crate::permit;
use crate::shelf::Vouched;
use crate::table::changes::{self, ChangeRow, Unsealed};
use crate::table::documents::{self, TreeRow};
use crate::table::envelopes::{
    self, End, EnvelopeCounts, EnvelopeRef, EnvelopeState, Mark, StoredEnvelope, Written,
};
use crate::table::files::{self, StoredFile};
use crate::table::folders::{self, FolderFile, FolderFileId, FolderId, StoredFolder};
use crate::table::links::{self, Backlink};
use crate::table::notices::{self, StoredNotice};
use crate::table::peers::{self, Peer};
use crate::table::search::{self, Hit};
use crate::table::snapshots::{self, StoredSnapshot};
use crate::table::{cards, journal, settings, tags, vouched};

/// All of a document that is needed to open it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDocument {
    /// What it is.
    pub kind: Kind,
    /// The newest snapshot.
    pub snapshot: Option<StoredSnapshot>,
    /// The changes since, oldest first. Those in no envelope yet are here even when the snapshot holds them.
    pub changes: Vec<(ChangeRow, ChangeBytes)>,
    /// Typing that is not yet a change, oldest first, as it was written.
    pub journal: Vec<Vec<u8>>,
    /// The version that snapshot and changes make together.
    pub heads: Heads,
    /// Whether text, tags and links in the projection are behind.
    pub text_stale: bool,
}

/// Reads. Nothing here opens a document unless it says so.
#[derive(Debug)]
pub struct Reader {
    pub(crate) connection: Connection,
    pub(crate) chunks: ChunkFolder,
    pub(crate) backups: BackupFolder,
}

impl Reader {
    /// Reads the file at `path`, beside which its folders lie.
    pub(crate) fn of(connection: Connection, path: &Path) -> Self {
        Self {
            connection,
            chunks: ChunkFolder::of(path),
            backups: BackupFolder::of(path),
        }
    }

    pub(crate) const fn in_memory(connection: Connection) -> Self {
        Self {
            connection,
            chunks: ChunkFolder::none(),
            backups: BackupFolder::none(),
        }
    }

    fn kind_to_read(&self, permit: &ReadPermit<'_>, id: DocumentId) -> Result<Kind, StoreError> {
        let kind = documents::kind(&self.connection, id)?.ok_or(StoreError::NoSuchDocument(id))?;
        permit::to_read(permit, kind)?;
        Ok(kind)
    }

    /// All that is needed to open a document.
    ///
    /// # Errors
    /// When it is not here, the permit is for other documents, or reading fails.
    pub fn load(
        &self,
        permit: &ReadPermit<'_>,
        id: DocumentId,
    ) -> Result<StoredDocument, StoreError> {
        let known =
            documents::known(&self.connection, id)?.ok_or(StoreError::NoSuchDocument(id))?;
        permit::to_read(permit, known.kind)?;
        Ok(StoredDocument {
            kind: known.kind,
            snapshot: snapshots::get(&self.connection, id, false)?,
            changes: changes::of(&self.connection, id)?,
            journal: journal::of(&self.connection, id)?,
            heads: known.heads,
            text_stale: known.text_stale,
        })
    }

    /// The snapshot before the newest, for the day on which the newest cannot be read. Together with the document's envelopes it holds everything.
    ///
    /// # Errors
    /// When the document is not here, the permit is for other documents, or reading fails.
    pub fn previous_snapshot(
        &self,
        permit: &ReadPermit<'_>,
        id: DocumentId,
    ) -> Result<Option<StoredSnapshot>, StoreError> {
        self.kind_to_read(permit, id)?;
        snapshots::get(&self.connection, id, true)
    }

    /// The text of a note as last projected: what can be painted before the document is open.
    ///
    /// # Errors
    /// When it is not here, the permit is for other documents, or reading fails.
    pub fn text(&self, permit: &ReadPermit<'_>, id: DocumentId) -> Result<String, StoreError> {
        self.kind_to_read(permit, id)?;
        Ok(search::body(&self.connection, id)?.unwrap_or_default())
    }

    /// The cards of a board as last projected, ordered by id.
    ///
    /// # Errors
    /// When it is not here, the permit is for other documents, or reading fails.
    pub fn cards(
        &self,
        permit: &ReadPermit<'_>,
        board: DocumentId,
    ) -> Result<Vec<CardRow>, StoreError> {
        self.kind_to_read(permit, board)?;
        cards::of(&self.connection, board)
    }

    /// A document's whole projection as stored, to be compared with the document.
    ///
    /// # Errors
    /// When it is not here, the permit is for other documents, or reading fails.
    pub fn projection(
        &self,
        permit: &ReadPermit<'_>,
        id: DocumentId,
    ) -> Result<Projection, StoreError> {
        let row = documents::row(&self.connection, id)?.ok_or(StoreError::NoSuchDocument(id))?;
        permit::to_read(permit, row.kind)?;
        Ok(Projection {
            kind: row.kind,
            title: row.title,
            parent: row.parent,
            position: row.position,
            life: row.life,
            text: match row.kind {
                Kind::Note | Kind::Profile => {
                    Some(search::body(&self.connection, id)?.unwrap_or_default())
                }
                Kind::Board => None,
            },
            cards: cards::of(&self.connection, id)?,
            tags: tags::of(&self.connection, id)?,
            links: links::of(&self.connection, id)?,
            files: files::of(&self.connection, id)?
                .into_iter()
                .map(|file| (file.id, file.manifest))
                .collect(),
            conflicts: row.conflicts,
        })
    }

    /// The files of a document, by id.
    ///
    /// # Errors
    /// When it is not here, the permit is for other documents, or reading fails.
    pub fn files(
        &self,
        permit: &ReadPermit<'_>,
        id: DocumentId,
    ) -> Result<Vec<StoredFile>, StoreError> {
        self.kind_to_read(permit, id)?;
        files::of(&self.connection, id)
    }

    /// One file of a document; `None` when it has no such file.
    ///
    /// # Errors
    /// When the document is not here, the permit is for other documents, or reading fails.
    pub fn file(
        &self,
        permit: &ReadPermit<'_>,
        id: DocumentId,
        file: FileId,
    ) -> Result<Option<StoredFile>, StoreError> {
        self.kind_to_read(permit, id)?;
        files::get(&self.connection, id, file)
    }

    /// Files that are not all here, the latest first, at most `limit`, from before a row on.
    ///
    /// # Errors
    /// When reading fails.
    pub fn files_wanting(&self, before: i64, limit: u32) -> Result<Vec<StoredFile>, StoreError> {
        files::wanting(&self.connection, before, limit)
    }

    /// Files of all documents after a row, at most `limit`.
    ///
    /// # Errors
    /// When reading fails.
    pub fn files_after(&self, row: i64, limit: u32) -> Result<Vec<StoredFile>, StoreError> {
        files::after(&self.connection, row, limit)
    }

    /// Whether a chunk was noted to be here.
    ///
    /// # Errors
    /// When reading fails.
    pub fn has_chunk(&self, name: ChunkName) -> Result<bool, StoreError> {
        files::holds(&self.connection, name)
    }

    /// Every chunk that was noted to be here.
    ///
    /// # Errors
    /// When reading fails.
    pub fn chunks(&self) -> Result<Vec<ChunkName>, StoreError> {
        files::chunks(&self.connection)
    }

    /// The folder in which chunks rest.
    #[must_use]
    pub fn chunk_folder(&self) -> &ChunkFolder {
        &self.chunks
    }

    /// The workspace's file; none of a store in memory.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        let path = self.connection.path().filter(|path| !path.is_empty());
        path.map(Path::new)
    }

    /// The folder in which backups lie.
    #[must_use]
    pub fn backup_folder(&self) -> &BackupFolder {
        &self.backups
    }

    /// The shared folders, by their paths.
    ///
    /// # Errors
    /// When reading fails.
    pub fn folders(&self) -> Result<Vec<StoredFolder>, StoreError> {
        folders::every(&self.connection)
    }

    /// The files of a shared folder, as they were when they were read or written.
    ///
    /// # Errors
    /// When reading fails.
    pub fn folder_files(&self, folder: FolderId) -> Result<Vec<FolderFile>, StoreError> {
        folders::files(&self.connection, folder)
    }

    /// Up to which mark a shared folder holds every envelope; it goes back when a file is forgotten.
    ///
    /// # Errors
    /// When reading fails.
    pub fn folder_through(&self, folder: FolderId) -> Result<Mark, StoreError> {
        folders::through(&self.connection, folder)
    }

    /// Envelopes after a mark that are in no file of a shared folder, at most `limit`, in the order in which they came.
    ///
    /// # Errors
    /// When reading fails.
    pub fn lacking_in_folder(
        &self,
        folder: FolderId,
        after: Mark,
        limit: u32,
    ) -> Result<Vec<StoredEnvelope>, StoreError> {
        folders::lacking(&self.connection, folder, after, limit)
    }

    /// How many envelopes after a mark are in no file of a shared folder, counted no further than `most`.
    ///
    /// # Errors
    /// When reading fails.
    pub fn count_lacking_in_folder(
        &self,
        folder: FolderId,
        after: Mark,
        most: u32,
    ) -> Result<u32, StoreError> {
        folders::count_lacking(&self.connection, folder, after, most)
    }

    /// The envelopes in a file of a shared folder, as far as they are here.
    ///
    /// # Errors
    /// When reading fails.
    pub fn envelopes_in_folder_file(
        &self,
        file: FolderFileId,
    ) -> Result<Vec<StoredEnvelope>, StoreError> {
        folders::held_by(&self.connection, file)
    }

    /// Every document outside the trash, in no order.
    ///
    /// # Errors
    /// When reading fails.
    pub fn tree(&self) -> Result<Vec<TreeRow>, StoreError> {
        documents::tree(&self.connection)
    }

    /// The documents that are listed, and not here yet.
    ///
    /// # Errors
    /// When reading fails.
    pub fn listed_early(&self) -> Result<Vec<DocumentId>, StoreError> {
        documents::listed_early(&self.connection)
    }

    /// Every document in the trash, the latest first.
    ///
    /// # Errors
    /// When reading fails.
    pub fn trash(&self) -> Result<Vec<TreeRow>, StoreError> {
        documents::trash(&self.connection)
    }

    /// The living documents right under one parent (or at the top), in their order.
    ///
    /// # Errors
    /// When reading fails.
    pub fn children(&self, parent: Option<DocumentId>) -> Result<Vec<TreeRow>, StoreError> {
        documents::children(&self.connection, parent)
    }

    /// The board that a card lies on.
    ///
    /// # Errors
    /// When reading fails.
    pub fn board_of(&self, card: CardId) -> Result<Option<DocumentId>, StoreError> {
        cards::board_of(&self.connection, card)
    }

    /// The columns of a board that hold cards which are neither in the trash nor archived.
    ///
    /// # Errors
    /// When reading fails.
    pub fn used_columns(&self, board: DocumentId) -> Result<BTreeSet<ColumnId>, StoreError> {
        cards::used_columns(&self.connection, board)
    }

    /// How many envelopes a device made under one number; more than one is a fork.
    ///
    /// # Errors
    /// When reading fails.
    pub fn numbered(&self, device: DeviceId, sequence: u64) -> Result<u64, StoreError> {
        envelopes::numbered(&self.connection, device, sequence)
    }

    /// One document as lists show it, in the trash or not; `None` when it is not here.
    ///
    /// # Errors
    /// When reading fails.
    pub fn tree_row(&self, id: DocumentId) -> Result<Option<TreeRow>, StoreError> {
        documents::row(&self.connection, id)
    }

    /// The version of a document and what it is; `None` when it is not here.
    ///
    /// # Errors
    /// When reading fails.
    pub fn heads(&self, id: DocumentId) -> Result<Option<(Kind, Heads)>, StoreError> {
        Ok(documents::known(&self.connection, id)?.map(|known| (known.kind, known.heads)))
    }

    /// Living documents with this title, whatever its case and accents; the oldest first.
    ///
    /// # Errors
    /// When reading fails.
    pub fn titled(&self, title: &str) -> Result<Vec<TreeRow>, StoreError> {
        documents::titled(&self.connection, title)
    }

    /// What matches a query, the best first: at most `limit`, of the kinds that the permits are for.
    ///
    /// # Errors
    /// When reading fails. No query is wrong.
    pub fn search(
        &self,
        permits: &[ReadPermit<'_>],
        query: &str,
        limit: usize,
    ) -> Result<Vec<Hit>, StoreError> {
        let kinds: Vec<Kind> = permits.iter().map(ReadPermit::kind).collect();
        search::find(&self.connection, query, limit, &kinds)
    }

    /// Links to a document in other living documents.
    ///
    /// # Errors
    /// When reading fails.
    pub fn backlinks(&self, id: DocumentId) -> Result<Vec<Backlink>, StoreError> {
        links::to(&self.connection, id)
    }

    /// A text of a document, its own or a card's, in which a link's target stands.
    ///
    /// # Errors
    /// When it is not here, the permit is for other documents, or reading fails.
    pub fn text_with(
        &self,
        permit: &ReadPermit<'_>,
        id: DocumentId,
        target: &str,
    ) -> Result<Option<String>, StoreError> {
        self.kind_to_read(permit, id)?;
        links::text_with(&self.connection, id, target)
    }

    /// Every tag with the number of living documents that bear it.
    ///
    /// # Errors
    /// When reading fails.
    pub fn tags(&self) -> Result<Vec<(String, u64)>, StoreError> {
        tags::counted(&self.connection)
    }

    /// The living documents that bear a tag, the latest changed first.
    ///
    /// # Errors
    /// When reading fails.
    pub fn tagged(&self, tag: &str) -> Result<Vec<DocumentId>, StoreError> {
        tags::tagged(&self.connection, tag)
    }

    /// The changes that are in no envelope yet, by document, without their content.
    ///
    /// # Errors
    /// When reading fails.
    pub fn unsealed(&self) -> Result<Vec<Unsealed>, StoreError> {
        changes::unsealed(&self.connection)
    }

    /// The changes of one document that are in no envelope yet, oldest first.
    ///
    /// # Errors
    /// When it is not here, the permit is for other documents, or reading fails.
    pub fn unsealed_changes(
        &self,
        permit: &ReadPermit<'_>,
        id: DocumentId,
    ) -> Result<Vec<(ChangeRow, ChangeBytes)>, StoreError> {
        self.kind_to_read(permit, id)?;
        changes::unsealed_of(&self.connection, id)
    }

    /// Documents with typing that is not yet a change, or whose projected text is behind: to be opened once after a start.
    ///
    /// # Errors
    /// When reading fails.
    pub fn to_recover(&self) -> Result<Vec<DocumentId>, StoreError> {
        documents::to_recover(&self.connection)
    }

    /// What reconciliation compares: every envelope's hour, id and kind, without content.
    ///
    /// # Errors
    /// When reading fails.
    pub fn envelope_refs(&self) -> Result<Vec<EnvelopeRef>, StoreError> {
        envelopes::refs(&self.connection)
    }

    /// The devices that wrote what is here of documents.
    ///
    /// # Errors
    /// When reading fails.
    pub fn authors(&self) -> Result<Vec<DeviceId>, StoreError> {
        envelopes::authors(&self.connection)
    }

    /// What each device wrote, as far as envelopes show it without a key.
    ///
    /// # Errors
    /// When reading fails.
    pub fn written(&self) -> Result<Vec<Written>, StoreError> {
        envelopes::written(&self.connection)
    }

    /// What devices said of packs so far.
    ///
    /// # Errors
    /// When reading fails.
    pub fn vouched(&self) -> Result<Vec<Vouched>, StoreError> {
        vouched::all_of_them(&self.connection)
    }

    /// What may go into a device's next pack: its data beyond a number, written by this hour (since 1970), each of at most `largest` bytes; the first `most`,
    /// in the order of their numbers.
    ///
    /// # Errors
    /// When reading fails.
    pub fn envelopes_to_pack(
        &self,
        (device, beyond): (DeviceId, u64),
        by_hour: u32,
        (largest, most): (usize, usize),
    ) -> Result<Vec<StoredEnvelope>, StoreError> {
        envelopes::to_pack(&self.connection, (device, beyond), by_hour, (largest, most))
    }

    /// A device's newest pack.
    ///
    /// # Errors
    /// When reading fails.
    pub fn last_pack_of(&self, device: DeviceId) -> Result<Option<StoredEnvelope>, StoreError> {
        envelopes::last_pack(&self.connection, device)
    }

    /// One envelope; `None` when it is not here.
    ///
    /// # Errors
    /// When reading fails.
    pub fn envelope(&self, id: EnvelopeId) -> Result<Option<StoredEnvelope>, StoreError> {
        envelopes::get(&self.connection, id)
    }

    /// Those of the named envelopes that are here, in the order asked for.
    ///
    /// # Errors
    /// When reading fails.
    pub fn envelopes(&self, ids: &[EnvelopeId]) -> Result<Vec<StoredEnvelope>, StoreError> {
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            found.extend(envelopes::get(&self.connection, *id)?);
        }
        Ok(found)
    }

    /// Whether an envelope is here.
    ///
    /// # Errors
    /// When reading fails.
    pub fn has_envelope(&self, id: EnvelopeId) -> Result<bool, StoreError> {
        envelopes::holds(&self.connection, id)
    }

    /// All envelopes of a kind, in the order in which they came.
    ///
    /// # Errors
    /// When reading fails.
    pub fn envelopes_of_kind(&self, kind: EnvelopeKind) -> Result<Vec<StoredEnvelope>, StoreError> {
        envelopes::of_kind(&self.connection, kind)
    }

    /// The envelopes of a document that are in a state (whatever the reason), in the order in which they came.
    ///
    /// # Errors
    /// When reading fails.
    pub fn envelopes_of_document(
        &self,
        id: DocumentId,
        state: &EnvelopeState,
    ) -> Result<Vec<StoredEnvelope>, StoreError> {
        envelopes::of_document(&self.connection, id, state)
    }

    /// Envelopes whose changes are in a document and whose author's clock said at least that hour.
    ///
    /// # Errors
    /// When reading fails.
    pub fn carriers(
        &self,
        id: DocumentId,
        since_hour: u32,
        end: End,
        limit: u32,
    ) -> Result<Vec<StoredEnvelope>, StoreError> {
        envelopes::carriers(&self.connection, id, since_hour, end, limit)
    }

    /// Envelopes in a state (whatever the reason), after a mark, at most `limit`, in the order in which they came.
    ///
    /// # Errors
    /// When reading fails.
    pub fn envelopes_in_state(
        &self,
        state: &EnvelopeState,
        after: Mark,
        limit: u32,
    ) -> Result<Vec<StoredEnvelope>, StoreError> {
        envelopes::in_state(&self.connection, state, after, limit)
    }

    /// Envelopes after a mark, at most `limit`, in the order in which they came.
    ///
    /// # Errors
    /// When reading fails.
    pub fn envelopes_after(
        &self,
        mark: Mark,
        limit: u32,
    ) -> Result<Vec<StoredEnvelope>, StoreError> {
        envelopes::after(&self.connection, mark, limit)
    }

    /// How many envelopes are in each state.
    ///
    /// # Errors
    /// When reading fails.
    pub fn envelope_counts(&self) -> Result<EnvelopeCounts, StoreError> {
        envelopes::counts(&self.connection)
    }

    /// The marks of envelopes, in the order asked for; `None` for those that are not here.
    ///
    /// # Errors
    /// When reading fails.
    pub fn marks(&self, ids: &[EnvelopeId]) -> Result<Vec<Option<Mark>>, StoreError> {
        envelopes::marks(&self.connection, ids)
    }

    /// The mark of the first data that came here; `None` when there is none.
    ///
    /// # Errors
    /// When reading fails.
    pub fn first_data_mark(&self) -> Result<Option<Mark>, StoreError> {
        envelopes::first_data_mark(&self.connection)
    }

    /// The marks, up to one, of operations, or of all else, in no order.
    ///
    /// # Errors
    /// When reading fails.
    pub fn marks_through(&self, operations: bool, through: Mark) -> Result<Vec<Mark>, StoreError> {
        envelopes::marks_through(&self.connection, operations, through)
    }

    /// In which hour since 1970, by its own clock, a device wrote the newest envelope of it that is here, one left aside.
    ///
    /// # Errors
    /// When reading fails.
    pub fn last_hour_of(
        &self,
        device: DeviceId,
        but: EnvelopeId,
    ) -> Result<Option<u32>, StoreError> {
        envelopes::last_hour_of(&self.connection, device, but)
    }

    /// Whether data of a device is here.
    ///
    /// # Errors
    /// When reading fails.
    pub fn wrote_data(&self, device: DeviceId) -> Result<bool, StoreError> {
        envelopes::wrote_data(&self.connection, device)
    }

    /// The mark of the newest envelope; 0 when there is none.
    ///
    /// # Errors
    /// When reading fails.
    pub fn last_mark(&self) -> Result<Mark, StoreError> {
        envelopes::last_mark(&self.connection)
    }

    /// The mark of a document's newest envelope; a peer with this mark holds all that was sealed of it.
    ///
    /// # Errors
    /// When reading fails.
    pub fn last_mark_of(&self, id: DocumentId) -> Result<Option<Mark>, StoreError> {
        envelopes::last_mark_of(&self.connection, id)
    }

    /// The first mark that was given after this one.
    ///
    /// # Errors
    /// When reading fails.
    pub fn mark_after(&self, mark: Mark) -> Result<Option<Mark>, StoreError> {
        envelopes::mark_after(&self.connection, mark)
    }

    /// How many envelopes came after a mark: what a peer with this mark lacks.
    ///
    /// # Errors
    /// When reading fails.
    pub fn envelopes_since(&self, mark: Mark) -> Result<u64, StoreError> {
        envelopes::count_after(&self.connection, mark)
    }

    /// The documents that envelopes after a mark change: those of which a peer with this mark lacks something.
    ///
    /// # Errors
    /// When reading fails.
    pub fn documents_after(&self, mark: Mark) -> Result<Vec<DocumentId>, StoreError> {
        envelopes::documents_after(&self.connection, mark)
    }

    /// The last number of a device's envelopes here before a gap of a thousand; 0 if there is none.
    ///
    /// # Errors
    /// When reading fails.
    pub fn last_in_sequence(&self, device: DeviceId) -> Result<u64, StoreError> {
        envelopes::last_in_sequence(&self.connection, device)
    }

    /// The data that came after a mark, in the order in which it came, without what a device wrote beyond a number. What is kept aside is at its end:
    /// something that counts may rest on it.
    ///
    /// # Errors
    /// When reading fails.
    pub fn data_to_offer(
        &self,
        after: Mark,
        but: (DeviceId, u64),
    ) -> Result<Vec<EnvelopeId>, StoreError> {
        envelopes::to_offer(&self.connection, after, but)
    }

    /// The first data after a mark, in the order in which it came, but for what a device wrote itself: which, under which mark, of how many
    /// bytes.
    ///
    /// # Errors
    /// When reading fails.
    pub fn news_to(
        &self,
        device: DeviceId,
        after: Mark,
        limit: u32,
    ) -> Result<Vec<(EnvelopeId, Mark, u64)>, StoreError> {
        envelopes::news_to(&self.connection, after, device, limit)
    }

    /// What of a device's data may have to be judged anew: all beyond a number, and all that is kept aside.
    ///
    /// # Errors
    /// When reading fails.
    pub fn envelopes_to_judge(
        &self,
        device: DeviceId,
        beyond: u64,
    ) -> Result<Vec<StoredEnvelope>, StoreError> {
        envelopes::to_judge(&self.connection, device, beyond)
    }

    /// Every envelope that is known to carry changes of a document, in the order in which they came.
    ///
    /// # Errors
    /// When reading fails.
    pub fn all_envelopes_of(&self, id: DocumentId) -> Result<Vec<StoredEnvelope>, StoreError> {
        envelopes::all_of_document(&self.connection, id)
    }

    /// Where a device's next envelope goes.
    ///
    /// # Errors
    /// When reading fails.
    pub fn next_chain(&self, device: DeviceId) -> Result<Chain, StoreError> {
        envelopes::next_chain(&self.connection, device)
    }

    /// Numbers that a device used more than once, with the envelopes that bear them.
    ///
    /// # Errors
    /// When reading fails.
    pub fn forks(&self) -> Result<Vec<(DeviceId, u64, Vec<EnvelopeId>)>, StoreError> {
        envelopes::forks(&self.connection)
    }

    /// A setting; `None` when it was never set.
    ///
    /// # Errors
    /// When reading fails.
    pub fn setting(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        settings::get(&self.connection, key)
    }

    /// All settings, by key.
    ///
    /// # Errors
    /// When reading fails.
    pub fn settings(&self) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        settings::every(&self.connection)
    }

    /// Every known peer.
    ///
    /// # Errors
    /// When reading fails.
    pub fn peers(&self) -> Result<Vec<Peer>, StoreError> {
        peers::every(&self.connection)
    }

    /// Every notice that was not dismissed, the latest first.
    ///
    /// # Errors
    /// When reading fails.
    pub fn notices(&self) -> Result<Vec<StoredNotice>, StoreError> {
        notices::every(&self.connection)
    }
}
