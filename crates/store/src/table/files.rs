//! Files attached to documents, and which of their chunks are here.

use std::collections::BTreeMap;

use rusqlite::types::Type;
use rusqlite::{Connection, Row, params};
use skein_model::{ChunkName, DocumentId, FileId, FileManifest};

use crate::column::{self, all, one, run};
use crate::error::StoreError;

/// A file as this machine knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// Later ones have larger numbers.
    pub row: i64,
    /// The document it belongs to.
    pub document: DocumentId,
    /// Which file.
    pub id: FileId,
    /// What the document says of it.
    pub manifest: FileManifest,
    /// Whether somebody here asked for its bytes.
    pub asked: bool,
    /// Whether all of them are here.
    pub whole: bool,
    /// Whether they were here and were let go for the room they took.
    pub freed: bool,
}

const STORED: &str = "SELECT row, document, file, manifest, asked, whole, freed FROM files";

fn stored(row: &Row<'_>) -> rusqlite::Result<StoredFile> {
    Ok(StoredFile {
        row: row.get(0)?,
        document: column::document(row, 1)?,
        id: row.get(2).map(FileId::from_bytes)?,
        manifest: manifest(row, 3)?,
        asked: column::flag(row, 4)?,
        whole: column::flag(row, 5)?,
        freed: column::flag(row, 6)?,
    })
}

fn manifest(row: &Row<'_>, column: usize) -> rusqlite::Result<FileManifest> {
    let bytes: Vec<u8> = row.get(column)?;
    FileManifest::from_bytes(&bytes).ok_or_else(|| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Blob, "no manifest".into())
    })
}

/// Makes these the document's files. Those that were known stay as they are.
pub(crate) fn put(
    connection: &Connection,
    document: DocumentId,
    files: &BTreeMap<FileId, FileManifest>,
) -> Result<(), StoreError> {
    let known = ids(connection, document)?;
    for gone in known.iter().filter(|id| !files.contains_key(id)) {
        let sql = "DELETE FROM files WHERE document = ?1 AND file = ?2";
        run(
            connection,
            sql,
            params![document.as_bytes(), gone.as_bytes()],
        )?;
    }
    for (id, manifest) in files.iter().filter(|(id, _)| !known.contains(id)) {
        let mut whole = true;
        for name in manifest.chunks() {
            whole = whole && holds(connection, *name)?;
        }
        let sql =
            "INSERT INTO files (document, file, manifest, asked, whole) VALUES (?1, ?2, ?3, 0, ?4)";
        run(
            connection,
            sql,
            params![
                document.as_bytes(),
                id.as_bytes(),
                manifest.to_bytes(),
                whole
            ],
        )?;
    }
    Ok(())
}

fn ids(connection: &Connection, document: DocumentId) -> Result<Vec<FileId>, StoreError> {
    let sql = "SELECT file FROM files WHERE document = ?1";
    all(connection, sql, [document.as_bytes()], |row| {
        row.get(0).map(FileId::from_bytes)
    })
}

pub(crate) fn of(
    connection: &Connection,
    document: DocumentId,
) -> Result<Vec<StoredFile>, StoreError> {
    let sql = format!("{STORED} WHERE document = ?1 ORDER BY file");
    all(connection, &sql, [document.as_bytes()], stored)
}

pub(crate) fn get(
    connection: &Connection,
    document: DocumentId,
    file: FileId,
) -> Result<Option<StoredFile>, StoreError> {
    let sql = format!("{STORED} WHERE document = ?1 AND file = ?2");
    one(
        connection,
        &sql,
        params![document.as_bytes(), file.as_bytes()],
        stored,
    )
}

/// Files that are not all here, the latest first, from before a row on.
pub(crate) fn wanting(
    connection: &Connection,
    before: i64,
    limit: u32,
) -> Result<Vec<StoredFile>, StoreError> {
    let sql = format!("{STORED} WHERE whole = 0 AND row < ?1 ORDER BY row DESC LIMIT ?2");
    all(connection, &sql, params![before, limit], stored)
}

/// Files of any document after a row.
pub(crate) fn after(
    connection: &Connection,
    row: i64,
    limit: u32,
) -> Result<Vec<StoredFile>, StoreError> {
    let sql = format!("{STORED} WHERE row > ?1 ORDER BY row LIMIT ?2");
    all(connection, &sql, params![row, limit], stored)
}

pub(crate) fn set_asked(
    connection: &Connection,
    document: DocumentId,
    file: FileId,
) -> Result<(), StoreError> {
    let sql = "UPDATE files SET asked = 1, freed = 0 WHERE document = ?1 AND file = ?2";
    run(
        connection,
        sql,
        params![document.as_bytes(), file.as_bytes()],
    )
    .map(drop)
}

pub(crate) fn set_whole(
    connection: &Connection,
    document: DocumentId,
    file: FileId,
    whole: bool,
) -> Result<(), StoreError> {
    let sql = "UPDATE files SET whole = ?3 WHERE document = ?1 AND file = ?2";
    run(
        connection,
        sql,
        params![document.as_bytes(), file.as_bytes(), whole],
    )
    .map(drop)
}

pub(crate) fn free(connection: &Connection, file: FileId) -> Result<(), StoreError> {
    let sql = "UPDATE files SET asked = 0, whole = 0, freed = 1 WHERE file = ?1";
    run(connection, sql, [file.as_bytes()]).map(drop)
}

pub(crate) fn add_chunk(connection: &Connection, name: ChunkName) -> Result<(), StoreError> {
    let sql = "INSERT INTO chunks (name) VALUES (?1) ON CONFLICT DO NOTHING";
    run(connection, sql, [name.as_bytes()]).map(drop)
}

pub(crate) fn remove_chunk(connection: &Connection, name: ChunkName) -> Result<(), StoreError> {
    run(
        connection,
        "DELETE FROM chunks WHERE name = ?1",
        [name.as_bytes()],
    )
    .map(drop)
}

pub(crate) fn holds(connection: &Connection, name: ChunkName) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM chunks WHERE name = ?1";
    Ok(one(connection, sql, [name.as_bytes()], |_| Ok(()))?.is_some())
}

pub(crate) fn chunks(connection: &Connection) -> Result<Vec<ChunkName>, StoreError> {
    all(connection, "SELECT name FROM chunks", [], |row| {
        row.get(0).map(ChunkName::from_bytes)
    })
}
