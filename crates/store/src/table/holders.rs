//! Which devices said of a file that they hold all of it, and when. Nothing is let go because of what stands here.

use rusqlite::{Connection, params};
use skein_access::DeviceId;
use skein_model::FileId;

use crate::column::{all, run};
use crate::error::StoreError;

/// A device that said that it holds a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredHolder {
    /// The file.
    pub file: FileId,
    /// The device.
    pub device: DeviceId,
    /// When it last said so, by this machine's clock (ms since 1970).
    pub said_ms: i64,
}

pub(crate) fn list(connection: &Connection) -> Result<Vec<StoredHolder>, StoreError> {
    let sql = "SELECT file, device, said_ms FROM holders ORDER BY file, said_ms DESC, device";
    all(connection, sql, [], |row| {
        Ok(StoredHolder {
            file: row.get(0).map(FileId::from_bytes)?,
            device: row.get(1).map(DeviceId::from_bytes)?,
            said_ms: row.get(2)?,
        })
    })
}

pub(crate) fn put(connection: &Connection, holder: &StoredHolder) -> Result<(), StoreError> {
    let sql = "INSERT INTO holders (file, device, said_ms) VALUES (?1, ?2, ?3)
               ON CONFLICT DO UPDATE SET said_ms = excluded.said_ms";
    run(
        connection,
        sql,
        params![
            holder.file.as_bytes(),
            holder.device.as_bytes(),
            holder.said_ms
        ],
    )
    .map(drop)
}

pub(crate) fn remove(
    connection: &Connection,
    file: FileId,
    device: DeviceId,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM holders WHERE file = ?1 AND device = ?2";
    run(connection, sql, params![file.as_bytes(), device.as_bytes()]).map(drop)
}
