//! Settings of this machine for this workspace.

use rusqlite::{Connection, params};

use crate::column::{all, one, run};
use crate::error::StoreError;

/// The setting that says which workspace the file belongs to: the 32 bytes of its id.
pub const WORKSPACE: &str = "workspace";

pub(crate) fn put(connection: &Connection, key: &str, value: &[u8]) -> Result<(), StoreError> {
    let sql = "INSERT INTO settings (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2";
    run(connection, sql, params![key, value]).map(drop)
}

pub(crate) fn remove(connection: &Connection, key: &str) -> Result<(), StoreError> {
    run(connection, "DELETE FROM settings WHERE key = ?1", [key]).map(drop)
}

pub(crate) fn get(connection: &Connection, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
    one(
        connection,
        "SELECT value FROM settings WHERE key = ?1",
        [key],
        |row| row.get(0),
    )
}

pub(crate) fn every(connection: &Connection) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    all(
        connection,
        "SELECT key, value FROM settings ORDER BY key",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}
