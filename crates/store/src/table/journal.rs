//! Journal: typing that is on disk but not yet a change of its document.

use rusqlite::{Connection, params};
use skein_model::DocumentId;

use crate::column::{all, run};
use crate::error::StoreError;

pub(crate) fn append(
    connection: &Connection,
    document: DocumentId,
    entry: &[u8],
) -> Result<(), StoreError> {
    run(
        connection,
        "INSERT INTO journal (document, entry) VALUES (?1, ?2)",
        params![document.as_bytes(), entry],
    )
    .map(drop)
}

pub(crate) fn clear(connection: &Connection, document: DocumentId) -> Result<(), StoreError> {
    run(
        connection,
        "DELETE FROM journal WHERE document = ?1",
        [document.as_bytes()],
    )
    .map(drop)
}

pub(crate) fn of(
    connection: &Connection,
    document: DocumentId,
) -> Result<Vec<Vec<u8>>, StoreError> {
    all(
        connection,
        "SELECT entry FROM journal WHERE document = ?1 ORDER BY row",
        [document.as_bytes()],
        |row| row.get(0),
    )
}
