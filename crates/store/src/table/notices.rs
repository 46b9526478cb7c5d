//! Notices: what the person should know; one for each matter and subject.

use rusqlite::{Connection, params};

use crate::column::{all, run};
use crate::error::StoreError;

/// Older notices than these many make room for new ones.
const KEPT: i64 = 1_000;

/// Something the person should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredNotice {
    /// Names it, for dismissing.
    pub row: i64,
    /// When it was last so, in milliseconds since 1970; for display only.
    pub at_ms: i64,
    /// The matter, for machines.
    pub code: String,
    /// Whom or what it is about; empty for the whole workspace.
    pub subject: String,
    /// The matter, for people.
    pub words: String,
}

/// Tells of a matter; the same matter about the same subject is told once, with its newest words.
pub(crate) fn put(
    connection: &Connection,
    at_ms: i64,
    code: &str,
    subject: &str,
    words: &str,
) -> Result<(), StoreError> {
    run(
        connection,
        "INSERT INTO notices (at_ms, code, subject, words) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (code, subject) DO UPDATE SET at_ms = ?1, words = ?4",
        params![at_ms, code, subject, words],
    )?;
    let sql = "DELETE FROM notices WHERE row <= (SELECT row FROM notices ORDER BY row DESC LIMIT 1 OFFSET ?1)";
    run(connection, sql, [KEPT]).map(drop)
}

pub(crate) fn dismiss(connection: &Connection, row: i64) -> Result<bool, StoreError> {
    Ok(run(connection, "DELETE FROM notices WHERE row = ?1", [row])? > 0)
}

pub(crate) fn every(connection: &Connection) -> Result<Vec<StoredNotice>, StoreError> {
    all(
        connection,
        "SELECT row, at_ms, code, subject, words FROM notices ORDER BY at_ms DESC, row DESC",
        [],
        |row| {
            Ok(StoredNotice {
                row: row.get(0)?,
                at_ms: row.get(1)?,
                code: row.get(2)?,
                subject: row.get(3)?,
                words: row.get(4)?,
            })
        },
    )
}
