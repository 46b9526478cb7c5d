//! Tags of documents.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};
use skein_model::DocumentId;

use crate::column::{self, all, run};
use crate::error::StoreError;

/// Makes these the document's tags.
pub(crate) fn put(
    connection: &Connection,
    document: DocumentId,
    tags: &BTreeSet<String>,
) -> Result<(), StoreError> {
    if &of(connection, document)? == tags {
        return Ok(());
    }
    run(
        connection,
        "DELETE FROM tags WHERE document = ?1",
        [document.as_bytes()],
    )?;
    for tag in tags {
        run(
            connection,
            "INSERT INTO tags (document, tag) VALUES (?1, ?2)",
            params![document.as_bytes(), tag],
        )?;
    }
    Ok(())
}

pub(crate) fn of(
    connection: &Connection,
    document: DocumentId,
) -> Result<BTreeSet<String>, StoreError> {
    let tags = all(
        connection,
        "SELECT tag FROM tags WHERE document = ?1",
        [document.as_bytes()],
        |row| row.get(0),
    )?;
    Ok(tags.into_iter().collect())
}

/// Every tag with the number of living documents that bear it.
pub(crate) fn counted(connection: &Connection) -> Result<Vec<(String, u64)>, StoreError> {
    let sql = "SELECT t.tag, count(*) FROM tags t JOIN documents d ON d.id = t.document WHERE d.life <> 1 GROUP BY t.tag ORDER BY t.tag";
    all(connection, sql, [], |row| {
        Ok((row.get(0)?, column::count(row, 1)?))
    })
}

/// The living documents that bear a tag.
pub(crate) fn tagged(connection: &Connection, tag: &str) -> Result<Vec<DocumentId>, StoreError> {
    let sql = "SELECT t.document FROM tags t JOIN documents d ON d.id = t.document WHERE t.tag = ?1 AND d.life <> 1 ORDER BY d.updated_ms DESC, d.id";
    all(connection, sql, [tag], |row| column::document(row, 0))
}
