//! Snapshots: a document saved whole, and the one before it.

use rusqlite::{Connection, params};
use skein_model::{DocumentId, Heads};

use crate::column::{self, one, run};
use crate::error::StoreError;

/// A document as it was saved whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSnapshot {
    /// The version that it holds.
    pub heads: Heads,
    /// The saved document.
    pub bytes: Vec<u8>,
}

/// Makes this the newest snapshot and keeps the one that was.
pub(crate) fn put(
    connection: &Connection,
    document: DocumentId,
    heads: &Heads,
    bytes: &[u8],
) -> Result<(), StoreError> {
    run(
        connection,
        "DELETE FROM snapshots WHERE document = ?1 AND previous = 1",
        [document.as_bytes()],
    )?;
    run(
        connection,
        "UPDATE snapshots SET previous = 1 WHERE document = ?1",
        [document.as_bytes()],
    )?;
    let sql = "INSERT INTO snapshots (document, previous, heads, bytes) VALUES (?1, 0, ?2, ?3)";
    run(
        connection,
        sql,
        params![document.as_bytes(), heads.to_bytes(), bytes],
    )
    .map(drop)
}

/// Removes both snapshots of a document.
pub(crate) fn remove(connection: &Connection, document: DocumentId) -> Result<(), StoreError> {
    let sql = "DELETE FROM snapshots WHERE document = ?1";
    run(connection, sql, [document.as_bytes()]).map(drop)
}

pub(crate) fn get(
    connection: &Connection,
    document: DocumentId,
    previous: bool,
) -> Result<Option<StoredSnapshot>, StoreError> {
    let sql = "SELECT heads, bytes FROM snapshots WHERE document = ?1 AND previous = ?2";
    one(
        connection,
        sql,
        params![document.as_bytes(), previous],
        |row| {
            Ok(StoredSnapshot {
                heads: column::heads(row, 0)?,
                bytes: row.get(1)?,
            })
        },
    )
}
