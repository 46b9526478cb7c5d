//! Work on one document that may be slow: it leaves the core, runs anywhere, and comes back as an input.
//!
//! Until it is back, everything asked of that document waits in line; all else goes on.

use skein_access::Envelope;
use skein_model::{
    ActorSeed, ChangeBytes, Document, DocumentError, DocumentId, Heads, Loaded, MergeError, Merged,
    Snapshot, SnapshotError,
};

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
}

/// The changes of one envelope.
#[derive(Debug, Clone)]
pub struct Carried {
    /// Which envelope.
    pub envelope: Envelope,
    /// Its changes.
    pub changes: Vec<ChangeBytes>,
}

/// Work that is done.
#[derive(Debug)]
pub enum JobDone {
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
}

impl Job {
    /// Does the work; pure computation on what the job carries.
    #[must_use]
    pub fn run(self) -> JobDone {
        match self {
            Self::Load {
                id,
                actor,
                snapshot,
                changes,
            } => JobDone::Loaded {
                id,
                result: Document::load(actor, snapshot.as_deref(), &changes),
            },
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
                JobDone::Merged {
                    id,
                    document,
                    result,
                    incoming,
                    before,
                }
            }
            Self::Compact {
                id,
                document,
                through,
            } => {
                let result = document.snapshot();
                JobDone::Compacted {
                    id,
                    document,
                    result,
                    through,
                }
            }
        }
    }
}
