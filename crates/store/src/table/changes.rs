//! Changes: what was done to a document since its snapshot, and what of it is not in an envelope yet.

use rusqlite::{Connection, params};
use skein_model::{ChangeBytes, DocumentId, Kind};

use crate::column::{self, all, run};
use crate::error::StoreError;

/// Names a stored change. Later changes have larger rows; a row is never used twice.
pub type ChangeRow = i64;

/// The changes of one document that no envelope holds yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsealed {
    /// Which document.
    pub document: DocumentId,
    /// What it is.
    pub kind: Kind,
    /// The changes, oldest first.
    pub rows: Vec<ChangeRow>,
    /// How many bytes they have together.
    pub bytes: u64,
}

pub(crate) fn append(
    connection: &Connection,
    document: DocumentId,
    changes: &[ChangeBytes],
    sealed: bool,
) -> Result<Vec<ChangeRow>, StoreError> {
    let mut insert = connection
        .prepare_cached("INSERT INTO changes (document, sealed, bytes) VALUES (?1, ?2, ?3)")?;
    let mut rows = Vec::with_capacity(changes.len());
    for change in changes {
        rows.push(insert.insert(params![document.as_bytes(), sealed, change.0])?);
    }
    Ok(rows)
}

pub(crate) fn of(
    connection: &Connection,
    document: DocumentId,
) -> Result<Vec<(ChangeRow, ChangeBytes)>, StoreError> {
    let sql = "SELECT row, bytes FROM changes WHERE document = ?1 ORDER BY row";
    all(connection, sql, [document.as_bytes()], |row| {
        Ok((row.get(0)?, ChangeBytes(row.get(1)?)))
    })
}

pub(crate) fn unsealed_of(
    connection: &Connection,
    document: DocumentId,
) -> Result<Vec<(ChangeRow, ChangeBytes)>, StoreError> {
    let sql = "SELECT row, bytes FROM changes WHERE document = ?1 AND sealed = 0 ORDER BY row";
    all(connection, sql, [document.as_bytes()], |row| {
        Ok((row.get(0)?, ChangeBytes(row.get(1)?)))
    })
}

pub(crate) fn unsealed(connection: &Connection) -> Result<Vec<Unsealed>, StoreError> {
    let sql = "SELECT c.document, d.kind, c.row, length(c.bytes) FROM changes c JOIN documents d ON d.id = c.document
               WHERE c.sealed = 0 ORDER BY c.document, c.row";
    let rows = all(connection, sql, [], |row| {
        Ok((
            column::document(row, 0)?,
            column::kind(row, 1)?,
            row.get::<_, ChangeRow>(2)?,
            column::count(row, 3)?,
        ))
    })?;
    let mut documents: Vec<Unsealed> = Vec::new();
    for (document, kind, row, bytes) in rows {
        match documents.last_mut() {
            Some(last) if last.document == document => {
                last.rows.push(row);
                last.bytes += bytes;
            }
            _ => documents.push(Unsealed {
                document,
                kind,
                rows: vec![row],
                bytes,
            }),
        }
    }
    Ok(documents)
}

/// Marks changes as being in an envelope. All of them must be unsealed changes of that document.
pub(crate) fn seal(
    connection: &Connection,
    document: DocumentId,
    rows: &[ChangeRow],
) -> Result<(), StoreError> {
    let mut update = connection.prepare_cached(
        "UPDATE changes SET sealed = 1 WHERE row = ?1 AND document = ?2 AND sealed = 0",
    )?;
    for row in rows {
        if update.execute(params![row, document.as_bytes()])? != 1 {
            return Err(StoreError::Refused(format!(
                "change {row} of document {document} is not waiting to be sealed"
            )));
        }
    }
    Ok(())
}

/// Removes all changes that envelopes hold. What is in no envelope yet stays.
pub(crate) fn remove_sealed(
    connection: &Connection,
    document: DocumentId,
) -> Result<usize, StoreError> {
    let sql = "DELETE FROM changes WHERE document = ?1 AND sealed = 1";
    run(connection, sql, [document.as_bytes()])
}

/// Removes changes that a snapshot holds. What is in no envelope yet stays: it must still be sealed.
pub(crate) fn remove_sealed_through(
    connection: &Connection,
    document: DocumentId,
    through: ChangeRow,
) -> Result<usize, StoreError> {
    let sql = "DELETE FROM changes WHERE document = ?1 AND row <= ?2 AND sealed = 1";
    run(connection, sql, params![document.as_bytes(), through])
}
