//! Shared folders: which there are, what was found in them, and which envelopes they hold.

use rusqlite::types::Type;
use rusqlite::{Connection, Row, params};

use crate::column::{self, all, one, run};
use crate::error::StoreError;
use crate::table::envelopes::{Mark, STORED, StoredEnvelope, stored};

/// Names a shared folder on this machine; none is given a second time.
pub type FolderId = i64;

/// Names a file in a shared folder on this machine; none is given a second time.
pub type FolderFileId = i64;

/// A shared folder as this machine knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFolder {
    /// Which.
    pub id: FolderId,
    /// Where it is.
    pub path: String,
    /// Whether it lies on another disk than the workspace's file.
    pub apart: bool,
    /// It holds every envelope up to this mark.
    pub through: Mark,
    /// When it last brought something, in milliseconds since 1970; for display only.
    pub read_ms: Option<i64>,
    /// When something was last written to it, in milliseconds since 1970; for display only.
    pub wrote_ms: Option<i64>,
}

/// What a file in a shared folder turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// A bundle with its end.
    Whole,
    /// A bundle that ends too early, perhaps because it is still on its way.
    Cut,
    /// A bundle that is damaged in the middle.
    Damaged,
    /// Of another workspace, or no bundle.
    Foreign,
    /// So large that it was not read.
    TooLarge,
}

impl Found {
    const fn code(self) -> u8 {
        match self {
            Self::Whole => 0,
            Self::Cut => 1,
            Self::Damaged => 2,
            Self::Foreign => 3,
            Self::TooLarge => 4,
        }
    }

    const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Whole),
            1 => Some(Self::Cut),
            2 => Some(Self::Damaged),
            3 => Some(Self::Foreign),
            4 => Some(Self::TooLarge),
            _ => None,
        }
    }
}

/// A file in a shared folder, as it was when it was read or written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderFile {
    /// Which.
    pub row: FolderFileId,
    /// Its name.
    pub name: String,
    /// Its size; below zero while it is not read to its end.
    pub size: i64,
    /// When it was changed, by its file system (ns since 1970).
    pub modified: i64,
    /// What it turned out to be.
    pub found: Found,
    /// Whether it was written here.
    pub own: bool,
    /// Since when another own file holds all that is in it (ms since 1970).
    pub spare_ms: Option<i64>,
}

/// The size of a file that is not read to its end: no file has it.
const UNREAD: i64 = -1;

pub(crate) fn every(connection: &Connection) -> Result<Vec<StoredFolder>, StoreError> {
    let sql = "SELECT id, path, apart, through, read_ms, wrote_ms FROM folders ORDER BY path";
    all(connection, sql, [], |row| {
        Ok(StoredFolder {
            id: row.get(0)?,
            path: row.get(1)?,
            apart: column::flag(row, 2)?,
            through: row.get(3)?,
            read_ms: row.get(4)?,
            wrote_ms: row.get(5)?,
        })
    })
}

/// Up to which mark a folder holds every envelope.
pub(crate) fn through(connection: &Connection, folder: FolderId) -> Result<Mark, StoreError> {
    let sql = "SELECT through FROM folders WHERE id = ?1";
    let through = one(connection, sql, [folder], |row| row.get(0))?;
    Ok(through.unwrap_or_default())
}

pub(crate) fn add(
    connection: &Connection,
    path: &str,
    apart: bool,
) -> Result<FolderId, StoreError> {
    let sql = "INSERT INTO folders (path, apart, through) VALUES (?1, ?2, 0)";
    run(connection, sql, params![path, apart])?;
    Ok(connection.last_insert_rowid())
}

pub(crate) fn remove(connection: &Connection, folder: FolderId) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM folder_holds WHERE folder = ?1",
        "DELETE FROM folder_files WHERE folder = ?1",
        "DELETE FROM folders WHERE id = ?1",
    ] {
        run(connection, sql, [folder])?;
    }
    Ok(())
}

pub(crate) fn set_through(
    connection: &Connection,
    folder: FolderId,
    through: Mark,
) -> Result<(), StoreError> {
    let sql = "UPDATE folders SET through = ?2 WHERE id = ?1";
    run(connection, sql, params![folder, through]).map(drop)
}

pub(crate) fn set_times(
    connection: &Connection,
    folder: FolderId,
    read_ms: Option<i64>,
    wrote_ms: Option<i64>,
) -> Result<(), StoreError> {
    let sql = "UPDATE folders SET read_ms = ?2, wrote_ms = ?3 WHERE id = ?1";
    run(connection, sql, params![folder, read_ms, wrote_ms]).map(drop)
}

fn file(row: &Row<'_>) -> rusqlite::Result<FolderFile> {
    let found = Found::from_code(row.get(4)?).ok_or_else(|| {
        rusqlite::Error::FromSqlConversionFailure(4, Type::Integer, "no kind of file".into())
    })?;
    Ok(FolderFile {
        row: row.get(0)?,
        name: row.get(1)?,
        size: row.get(2)?,
        modified: row.get(3)?,
        found,
        own: column::flag(row, 5)?,
        spare_ms: row.get(6)?,
    })
}

pub(crate) fn files(
    connection: &Connection,
    folder: FolderId,
) -> Result<Vec<FolderFile>, StoreError> {
    let sql = "SELECT row, name, size, modified, found, own, spare_ms FROM folder_files WHERE folder = ?1";
    all(connection, sql, [folder], file)
}

/// Begins to read a file anew: what it held counts no more.
pub(crate) fn begin_file(
    connection: &Connection,
    folder: FolderId,
    name: &str,
) -> Result<FolderFileId, StoreError> {
    let known = "SELECT row FROM folder_files WHERE folder = ?1 AND name = ?2";
    if let Some(row) = one(connection, known, params![folder, name], |row| row.get(0))? {
        forget_file(connection, folder, row)?;
    }
    let sql = "INSERT INTO folder_files (folder, name, size, modified, found, own) VALUES (?1, ?2, ?3, 0, ?4, 0)";
    run(
        connection,
        sql,
        params![folder, name, UNREAD, Found::Cut.code()],
    )?;
    Ok(connection.last_insert_rowid())
}

/// Notes that a file holds these envelopes.
pub(crate) fn hold(
    connection: &Connection,
    folder: FolderId,
    file: FolderFileId,
    marks: &[Mark],
) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO folder_holds (folder, mark, file) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    for mark in marks {
        run(connection, sql, params![folder, mark, file])?;
    }
    Ok(())
}

/// Notes how a file was when it had been read to its end, or written.
pub(crate) fn end_file(connection: &Connection, file: &FolderFile) -> Result<(), StoreError> {
    let sql =
        "UPDATE folder_files SET size = ?2, modified = ?3, found = ?4, own = ?5 WHERE row = ?1";
    run(
        connection,
        sql,
        params![
            file.row,
            file.size,
            file.modified,
            file.found.code(),
            file.own
        ],
    )
    .map(drop)
}

/// Notes since when a file is spare.
pub(crate) fn spare_file(
    connection: &Connection,
    file: FolderFileId,
    since_ms: i64,
) -> Result<(), StoreError> {
    let sql = "UPDATE folder_files SET spare_ms = ?2 WHERE row = ?1";
    run(connection, sql, params![file, since_ms]).map(drop)
}

/// A file is gone: what it held is looked for in the others again.
pub(crate) fn forget_file(
    connection: &Connection,
    folder: FolderId,
    file: FolderFileId,
) -> Result<(), StoreError> {
    let first = one(
        connection,
        "SELECT min(mark) FROM folder_holds WHERE file = ?1",
        [file],
        |row| row.get::<_, Option<Mark>>(0),
    )?;
    if let Some(first) = first.flatten() {
        let sql = "UPDATE folders SET through = min(through, ?2) WHERE id = ?1";
        run(connection, sql, params![folder, first - 1])?;
    }
    run(
        connection,
        "DELETE FROM folder_holds WHERE file = ?1",
        [file],
    )?;
    run(
        connection,
        "DELETE FROM folder_files WHERE row = ?1",
        [file],
    )
    .map(drop)
}

/// What an envelope is not, where it is in no file of a folder.
const LACKING: &str = "NOT EXISTS (SELECT 1 FROM folder_holds WHERE folder = ?1 AND folder_holds.mark = envelopes.mark)";

/// Envelopes after a mark that are in no file of a folder.
pub(crate) fn lacking(
    connection: &Connection,
    folder: FolderId,
    after: Mark,
    limit: u32,
) -> Result<Vec<StoredEnvelope>, StoreError> {
    let sql = format!("{STORED} WHERE mark > ?2 AND {LACKING} ORDER BY mark LIMIT ?3");
    all(connection, &sql, params![folder, after, limit], stored)
}

/// How many envelopes after a mark are in no file of a folder; it is counted no further than `most`.
pub(crate) fn count_lacking(
    connection: &Connection,
    folder: FolderId,
    after: Mark,
    most: u32,
) -> Result<u32, StoreError> {
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 FROM envelopes WHERE mark > ?2 AND {LACKING} LIMIT ?3)"
    );
    let count = one(connection, &sql, params![folder, after, most], |row| {
        row.get(0)
    })?;
    Ok(count.unwrap_or_default())
}

/// The envelopes that a file held when it was read or written, and that are here.
pub(crate) fn held_by(
    connection: &Connection,
    file: FolderFileId,
) -> Result<Vec<StoredEnvelope>, StoreError> {
    let sql = format!(
        "{STORED} WHERE mark IN (SELECT mark FROM folder_holds WHERE file = ?1) ORDER BY mark"
    );
    all(connection, &sql, [file], stored)
}
