//! What can go wrong while reading or writing, in words that say what was kept.

use rusqlite::ErrorCode;
use rusqlite::ffi;
use skein_model::{DocumentId, Kind};

/// A read or write of the workspace's file that did not succeed. A failed write leaves nothing of itself behind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// No space is left.
    #[error(
        "the disk is full: this change was not saved, everything saved before it is kept. Free some space and try again"
    )]
    DiskFull,
    /// No space was left when the file was opened, so that nobody else may read it until it is opened again.
    #[error(
        "the disk was full when Skein was started, and the file cannot be copied until it is started again. Everything in it is kept"
    )]
    OpenedFull,
    /// The file or its folder may not be written.
    #[error(
        "the workspace's file may only be read: this change was not saved, everything saved before it is kept. Check the permissions of the file and its folder"
    )]
    ReadOnly,
    /// What is in the file is not what was written.
    #[error(
        "the workspace's file, workspace.db, is damaged ({0}): the file is left as it is. Export what can be read, then restore a backup, have it repaired, or join again from another device"
    )]
    Damaged(String),
    /// The search index alone is damaged; it can be built again from what the file holds.
    #[error(
        "the search index is damaged ({0}): notes and boards are not affected. Build the index again"
    )]
    SearchIndex(String),
    /// The operating system failed to read or write.
    #[error(
        "the disk could not be read or written ({0}): this change was not saved, everything saved before it is kept. Check the disk and try again"
    )]
    Io(String),
    /// Another process holds the file.
    #[error(
        "another program is using the workspace's file: this change was not saved, everything saved before it is kept. Close the other program and try again"
    )]
    InUse,
    /// The permit is for another kind of document.
    #[error(
        "a {kind:?} was asked for with a permit for other documents: nothing was read or changed"
    )]
    NotPermitted {
        /// The kind of the document that was asked for.
        kind: Kind,
    },
    /// No such document is stored.
    #[error("no document {0} is stored here; it may not have arrived yet")]
    NoSuchDocument(DocumentId),
    /// A document with this id is stored already.
    #[error("a document {0} is stored here already: it is kept as it is")]
    DocumentExists(DocumentId),
    /// The request itself is wrong, or SQLite refused it for a reason that is none of the above.
    #[error(
        "the workspace's file did not accept the request ({0}): nothing was saved of it. Please report this"
    )]
    Refused(String),
}

impl StoreError {
    /// Whether the file holds something else than what was written to it.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Damaged(_))
    }

    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged(what.into())
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::Error as E;
        match &error {
            E::SqliteFailure(failure, message) => {
                classify(*failure, message.as_deref().unwrap_or_default())
            }
            E::SqlInputError {
                error: failure,
                msg,
                ..
            } => classify(*failure, msg),
            E::FromSqlConversionFailure(..)
            | E::IntegralValueOutOfRange(..)
            | E::Utf8Error(..)
            | E::InvalidColumnType(..) => Self::Damaged(error.to_string()),
            _ => Self::Refused(error.to_string()),
        }
    }
}

fn classify(failure: ffi::Error, message: &str) -> StoreError {
    let words = if message.is_empty() {
        failure.to_string()
    } else {
        message.to_owned()
    };
    match (failure.code, failure.extended_code) {
        (_, ffi::SQLITE_CORRUPT_VTAB) => StoreError::SearchIndex(words),
        (_, ffi::SQLITE_IOERR_CORRUPTFS)
        | (ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _) => StoreError::Damaged(words),
        // Of a file that SQLite only makes larger: the index of its log.
        (ErrorCode::DiskFull, _) | (_, ffi::SQLITE_IOERR_SHMSIZE) => StoreError::DiskFull,
        (ErrorCode::ReadOnly | ErrorCode::PermissionDenied, _) => StoreError::ReadOnly,
        (ErrorCode::SystemIoFailure | ErrorCode::CannotOpen | ErrorCode::NoLargeFileSupport, _) => {
            StoreError::Io(words)
        }
        (
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::FileLockingProtocolFailed,
            _,
        ) => StoreError::InUse,
        (ErrorCode::Unknown, _) if misfits_the_file(message) => StoreError::Damaged(words),
        _ => StoreError::Refused(words),
    }
}

/// Every statement fits the schema that is checked when the file is opened; if one no longer does, the file has changed.
fn misfits_the_file(message: &str) -> bool {
    const SIGNS: [&str; 10] = [
        "no such table",
        "no such column",
        "no such index",
        "no query solution",
        "malformed",
        "vtable constructor failed",
        "incomplete input",
        "unrecognized token",
        "unsupported file format",
        "near \"",
    ];
    SIGNS.iter().any(|sign| message.starts_with(sign))
}

/// A workspace's file that could not be opened at all, not even to read.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The operating system refused.
    #[error(
        "{path} could not be opened ({source}): nothing was changed. Check that the folder exists and may be read and written"
    )]
    Io {
        /// The file.
        path: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is gone, but the log of its last changes is there.
    #[error(
        "{path} is missing, but the log of its last changes lies beside it: no new file was made, the log is kept. Put the file back from a backup, or move the log away to start anew"
    )]
    FileMissing {
        /// The file.
        path: std::path::PathBuf,
    },
    /// The file could not be brought to this version's form; it is as it was.
    #[error("{path} could not be brought to the form that this version needs ({reason}): it is as it was before. A copy lies at {backup}", backup = backup.display())]
    Migration {
        /// The file.
        path: std::path::PathBuf,
        /// What failed.
        reason: String,
        /// The copy that was made before.
        backup: std::path::PathBuf,
    },
    /// Reading or writing failed.
    #[error("{path} could not be opened: {source}")]
    Store {
        /// The file.
        path: std::path::PathBuf,
        /// What failed.
        source: StoreError,
    },
}
