//! Work on one document that may be slow: it leaves the core, runs anywhere, and comes back as an input.
//!
//! Until it is back, everything asked of that document waits in line, unless only a still copy of it was given away; all else goes on.

use std::collections::BTreeSet;

use skein_access::Envelope;
use skein_model::{
    ActorSeed, ChangeBytes, Document, DocumentError, DocumentId, Heads, Link, Loaded, MergeError,
    Merged, Snapshot, SnapshotError, Still,
};
use skein_store::{ChunkFolder, CutText, Room, StoreError};

use super::backups::{BackupDone, BackupJob};
use super::beginnings::{Begun, ToBegin};
use super::files::{FileDone, FileJob};
use super::folders::{FolderDone, FolderJob};
use super::rebuilding::{Rebuilt, ToRebuild};
use super::storage::RoomJob;

/// Work to be done away from the core.
#[derive(Debug)]
pub enum Job {
    /// Load a document from what the store had.
    Load {
        /// Which document.
        id: DocumentId,
        /// Who edits here.
        actor: ActorSeed,
        /// The last snapshot.
        snapshot: Option<Vec<u8>>,
        /// The changes since.
        changes: Vec<ChangeBytes>,
    },
    /// Merge what peers sent.
    Merge {
        /// Which document.
        id: DocumentId,
        /// The document itself; it comes back with the result.
        document: Box<Document>,
        /// The envelopes and what they carry.
        incoming: Vec<Carried>,
    },
    /// Save a document whole, reload that and compare.
    Compact {
        /// Which document.
        id: DocumentId,
        /// The document itself; it comes back with the result.
        document: Box<Document>,
        /// The newest stored change that it holds.
        through: i64,
    },
    /// Make documents that are new here.
    Begin(Box<ToBegin>),
    /// Make a document anew of what counts.
    Rebuild(Box<ToRebuild>),
    /// Read what search, tags and links should know.
    Read {
        /// Which document.
        id: DocumentId,
        /// Later readings have larger numbers.
        number: u64,
        /// The document as it is now.
        still: Box<Still>,
    },
    /// Work on chunks of files.
    File {
        /// Where chunks rest.
        folder: ChunkFolder,
        /// What is to be done.
        work: FileJob,
    },
    /// Work on backups of the workspace's file.
    Backup(BackupJob),
    /// Work on a shared folder.
    Folder(FolderJob),
    /// Measure the workspace's file and the folders beside it.
    Room(RoomJob),
}

/// The changes of one envelope.
#[derive(Debug, Clone)]
pub struct Carried {
    /// Which envelope.
    pub envelope: Envelope,
    /// Its changes; of one that waits, those that do.
    pub changes: Vec<ChangeBytes>,
    /// Why some of its changes were refused, while others wait.
    refused: Option<String>,
}

/// What becomes of an envelope whose changes were merged. Each change stands for itself: what is refused takes nothing with it but what
/// rests on it.
#[derive(Debug)]
pub(super) enum Fate {
    /// All of it is in the document.
    Applied(Envelope),
    /// Some of it rests on what is not here.
    Waits(Carried),
    /// Some of it was refused, for this reason; the rest is in the document.
    Refused(Envelope, String),
}

impl Carried {
    pub(super) const fn new(envelope: Envelope, changes: Vec<ChangeBytes>) -> Self {
        Self {
            envelope,
            changes,
            refused: None,
        }
    }

    /// What becomes of it when some of its changes wait, and some were refused.
    pub(super) fn fate(
        mut self,
        waits: impl Fn(&ChangeBytes) -> bool,
        refused: impl Fn(&ChangeBytes) -> Option<String>,
    ) -> Fate {
        let reason = self.changes.iter().find_map(refused);
        self.refused = self.refused.or(reason);
        // Those of its changes that were taken are never told of again.
        self.changes.retain(waits);
        match (self.changes.is_empty(), self.refused) {
            (true, None) => Fate::Applied(self.envelope),
            (true, Some(reason)) => Fate::Refused(self.envelope, reason),
            (false, refused) => Fate::Waits(Self { refused, ..self }),
        }
    }
}

/// Work that is done.
#[derive(Debug)]
pub enum JobDone {
    /// A document is back, or could not be loaded.
    Document(Box<DocumentDone>),
    /// New documents were made.
    Begun(Box<Begun>),
    /// A text was read.
    Read(Box<TextRead>),
    /// Work on chunks of files is done.
    File(Box<FileDone>),
    /// Work on backups is done.
    Backup(Box<BackupDone>),
    /// Work on a shared folder is done.
    Folder(Box<FolderDone>),
    /// The workspace's file was measured, or could not be.
    Room(Box<Result<Room, StoreError>>),
}

/// What search, tags and links should know of a document.
#[derive(Debug)]
pub struct TextRead {
    /// Which document.
    pub id: DocumentId,
    /// The number of the reading.
    pub number: u64,
    /// The version that was read.
    pub heads: Heads,
    /// What was found.
    pub result: Result<Found, DocumentError>,
}

/// What was found in a text.
#[derive(Debug)]
pub struct Found {
    /// The text; none of a board.
    pub text: CutText,
    /// Its tags, those of cards included.
    pub tags: BTreeSet<String>,
    /// Its links, those of cards included.
    pub links: Vec<Link>,
}

/// Work on a document itself that is done.
#[derive(Debug)]
pub enum DocumentDone {
    /// A document was loaded, or could not be.
    Loaded {
        /// Which document.
        id: DocumentId,
        /// What came of it.
        result: Result<Loaded, DocumentError>,
    },
    /// Changes were merged, or refused.
    Merged {
        /// Which document.
        id: DocumentId,
        /// The document, with whatever was merged.
        document: Box<Document>,
        /// What came of it.
        result: Result<Merged, MergeError>,
        /// What was to be merged.
        incoming: Vec<Carried>,
        /// The heads before.
        before: Heads,
    },
    /// A snapshot was made and verified, or was not.
    Compacted {
        /// Which document.
        id: DocumentId,
        /// The document, unchanged.
        document: Box<Document>,
        /// The snapshot.
        result: Result<Snapshot, SnapshotError>,
        /// The newest stored change that it holds.
        through: i64,
    },
    /// A document was made anew, or was not.
    Rebuilt(Box<Rebuilt>),
}

impl Job {
    /// Does the work: pure computation on what the job carries, but for chunks of files, backups and shared folders, which are
    /// read and written, and for the file that is measured.
    #[must_use]
    pub fn run(self) -> JobDone {
        match self {
            Self::Load {
                id,
                actor,
                snapshot,
                changes,
            } => JobDone::Document(Box::new(DocumentDone::Loaded {
                id,
                result: Document::load(actor, snapshot.as_deref(), &changes),
            })),
            Self::Merge {
                id,
                mut document,
                incoming,
            } => {
                let before = document.heads();
                let changes: Vec<ChangeBytes> = incoming
                    .iter()
                    .flat_map(|carried| carried.changes.iter().cloned())
                    .collect();
                let result = document.merge(&changes);
                JobDone::Document(Box::new(DocumentDone::Merged {
                    id,
                    document,
                    result,
                    incoming,
                    before,
                }))
            }
            Self::Compact {
                id,
                document,
                through,
            } => {
                let result = document.snapshot();
                JobDone::Document(Box::new(DocumentDone::Compacted {
                    id,
                    document,
                    result,
                    through,
                }))
            }
            Self::File { folder, work } => JobDone::File(Box::new(work.run(&folder))),
            Self::Backup(work) => JobDone::Backup(Box::new(work.run())),
            Self::Folder(work) => JobDone::Folder(Box::new(work.run())),
            Self::Room(work) => JobDone::Room(Box::new(work.run())),
            Self::Rebuild(work) => {
                JobDone::Document(Box::new(DocumentDone::Rebuilt(Box::new(work.run()))))
            }
            Self::Begin(documents) => JobDone::Begun(Box::new(documents.run())),
            Self::Read { id, number, still } => JobDone::Read(Box::new(TextRead {
                id,
                number,
                heads: still.heads(),
                result: still.projection().map(|projection| Found {
                    text: CutText::of(projection.text.unwrap_or_default()),
                    tags: projection.tags,
                    links: projection.links,
                }),
            })),
        }
    }
}
