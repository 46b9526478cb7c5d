//! How much room a workspace takes on this machine, and what for: read from its file, page by page, and from the folders beside it. Opens no document.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use skein_model::{ChunkName, DocumentId, FileId, Kind};

use crate::backup::BackupSource;
use crate::column::{self, all, one};
use crate::error::StoreError;
use crate::reader::Reader;
use crate::table::files;

/// So deep folders are looked into; those of a profile are no deeper.
const DEEPEST: u32 = 4;
/// How many rows of files are read at a time.
const PAGE: u32 = 200;

/// How much room a workspace takes (bytes). All but the lists together are everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Room {
    /// Every document: its text and its history.
    pub documents: Vec<DocumentRoom>,
    /// Every attached file that is known here, once for each, whatever of it is here.
    pub files: Vec<FileRoom>,
    /// The search index.
    pub search: u64,
    /// Envelopes, as they are exchanged with others.
    pub envelopes: u64,
    /// How many envelopes.
    pub envelope_count: u64,
    /// Lists, links, marks, and the order of the file itself.
    pub order: u64,
    /// What is free within the workspace's file.
    pub free: u64,
    /// The folder of chunks: all that rests there, of files and of what is being added or is to be swept.
    pub chunks: u64,
    /// Backups.
    pub backups: u64,
    /// How many backups.
    pub backup_count: u64,
    /// Copies of the file that were set aside before an update, a restore, or after a sudden end.
    pub set_aside: u64,
    /// Whatever else lies in the profile's folder.
    pub other: u64,
}

/// A document's text and history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentRoom {
    /// Which document.
    pub id: DocumentId,
    /// Of what kind.
    pub kind: Kind,
    /// Its title.
    pub title: String,
    /// Bytes.
    pub bytes: u64,
}

/// A file and where it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRoom {
    /// Which file.
    pub id: FileId,
    /// Its name.
    pub name: String,
    /// How large it is.
    pub size: u64,
    /// How many bytes of it rest here, encrypted.
    pub here: u64,
    /// Whether all of it is here.
    pub whole: bool,
    /// The documents that it belongs to, the first to have it first.
    pub documents: Vec<DocumentId>,
}

impl Room {
    /// Everything together.
    #[must_use]
    pub fn total(&self) -> u64 {
        let documents: u64 = self.documents.iter().map(|document| document.bytes).sum();
        [
            documents,
            self.search,
            self.envelopes,
            self.order,
            self.free,
            self.chunks,
            self.backups,
            self.set_aside,
            self.other,
        ]
        .iter()
        .sum()
    }
}

impl BackupSource {
    /// Measures the file away from whoever writes to it. Takes time in proportion to the file.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn room(&self) -> Result<Room, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.0, flags)?;
        measure(&connection, Some(&self.0))
    }
}

impl Reader {
    /// Measures the file. Takes time in proportion to it.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn room(&self) -> Result<Room, StoreError> {
        measure(&self.connection, self.path())
    }
}

fn measure(connection: &Connection, file: Option<&Path>) -> Result<Room, StoreError> {
    // Everything is read as of one moment.
    let reading = connection.unchecked_transaction()?;
    let mut room = Room {
        documents: documents(connection)?,
        ..Room::default()
    };
    let pages = pages(connection)?;
    let of = |part: &str| pages.get(part).copied().unwrap_or(0);
    let number = |sql: &str| -> Result<u64, StoreError> {
        let read = one(connection, sql, [], |row| column::count(row, 0))?;
        Ok(read.unwrap_or(0))
    };
    room.search = of("search");
    room.envelopes = of("envelopes");
    room.envelope_count = number("SELECT count(*) FROM envelopes")?;
    let page = number("SELECT page_size FROM pragma_page_size")?;
    room.free = number("SELECT freelist_count FROM pragma_freelist_count")? * page;
    let all = number("SELECT page_count FROM pragma_page_count")? * page;
    let documents: u64 = room.documents.iter().map(|document| document.bytes).sum();
    room.order = all.saturating_sub(room.search + room.envelopes + room.free + documents);
    let mut chunks = BTreeMap::new();
    if let Some(file) = file {
        measure_folders(&mut room, &mut chunks, file);
    }
    room.files = files(connection, &chunks)?;
    drop(reading);
    Ok(room)
}

/// Text and history of every document.
fn documents(connection: &Connection) -> Result<Vec<DocumentRoom>, StoreError> {
    let mut bytes: BTreeMap<DocumentId, u64> = BTreeMap::new();
    for sql in [
        "SELECT document, sum(length(bytes)) FROM changes GROUP BY document",
        "SELECT document, sum(length(bytes)) FROM snapshots GROUP BY document",
        "SELECT document, sum(length(entry)) FROM journal GROUP BY document",
        "SELECT document, sum(length(CAST(title AS BLOB)) + length(CAST(body AS BLOB))) FROM texts GROUP BY document",
        "SELECT document, sum(length(CAST(body AS BLOB))) FROM pieces GROUP BY document",
    ] {
        let rows = all(connection, sql, [], |row| {
            Ok((column::document(row, 0)?, column::count(row, 1)?))
        })?;
        for (document, some) in rows {
            *bytes.entry(document).or_default() += some;
        }
    }
    let sql = "SELECT id, kind, title FROM documents ORDER BY id";
    all(connection, sql, [], |row| {
        let id = column::document(row, 0)?;
        Ok(DocumentRoom {
            id,
            kind: column::kind(row, 1)?,
            title: row.get(2)?,
            bytes: bytes.remove(&id).unwrap_or(0),
        })
    })
}

/// The pages of the search index and of envelopes, each with what finds their rows.
fn pages(connection: &Connection) -> Result<BTreeMap<String, u64>, StoreError> {
    let sql = "SELECT CASE WHEN tbl_name LIKE 'search%' THEN 'search' ELSE tbl_name END,
                      (SELECT sum(pgsize) FROM dbstat WHERE dbstat.name = sqlite_schema.name AND aggregate = TRUE)
               FROM sqlite_schema WHERE rootpage > 0 AND (tbl_name LIKE 'search%' OR tbl_name = 'envelopes')";
    let mut pages = BTreeMap::new();
    let rows = all(connection, sql, [], |row| {
        Ok((row.get::<_, String>(0)?, column::count(row, 1)?))
    })?;
    for (part, bytes) in rows {
        *pages.entry(part).or_default() += bytes;
    }
    Ok(pages)
}

fn files(
    connection: &Connection,
    chunks: &BTreeMap<ChunkName, u64>,
) -> Result<Vec<FileRoom>, StoreError> {
    let mut found: BTreeMap<FileId, FileRoom> = BTreeMap::new();
    let mut row = 0;
    loop {
        let page = files::after(connection, row, PAGE)?;
        let Some(last) = page.last() else { break };
        row = last.row;
        for file in page {
            let known = found.entry(file.id).or_insert_with(|| FileRoom {
                id: file.id,
                name: file.manifest.name().to_owned(),
                size: file.manifest.size(),
                here: file
                    .manifest
                    .chunks()
                    .iter()
                    .filter_map(|name| chunks.get(name))
                    .sum(),
                whole: false,
                documents: Vec::new(),
            });
            known.whole |= file.whole;
            known.documents.push(file.document);
        }
    }
    Ok(found.into_values().collect())
}

/// What lies beside the file. What cannot be looked at counts for nothing.
fn measure_folders(room: &mut Room, chunks: &mut BTreeMap<ChunkName, u64>, file: &Path) {
    let Some((parent, name)) = file.parent().zip(file.file_name()) else {
        return;
    };
    let copies = format!("{}.", name.to_string_lossy());
    let aside = file.with_extension("set-aside-");
    let aside = aside.file_name().unwrap_or_default().to_string_lossy();
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let path = entry.path();
        let own = entry.file_name();
        let own = own.to_string_lossy();
        if path == file {
            continue;
        }
        let mut bytes = 0;
        let mut count = 0;
        every_file(&path, DEEPEST, &mut |path, size| {
            bytes += size;
            count += u64::from(path.extension().is_some_and(|ending| ending == "db"));
            let name = path.file_name().and_then(|name| name.to_str());
            chunks.extend(name.and_then(|name| Some((name.parse().ok()?, size))));
        });
        if path == file.with_extension("files") {
            room.chunks += bytes;
        } else if path == file.with_extension("backups") {
            room.backups += bytes;
            room.backup_count += count;
        } else if own.starts_with(&copies) || own.starts_with(&*aside) {
            room.set_aside += bytes;
        } else {
            room.other += bytes;
        }
    }
}

/// Every file in a folder, or the file itself; links are not followed.
fn every_file(path: &Path, deepest: u32, seen: &mut impl FnMut(&Path, u64)) {
    let Ok(known) = fs::symlink_metadata(path) else {
        return;
    };
    if known.is_file() {
        seen(path, known.len());
    } else if known.is_dir() && deepest > 0 {
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            every_file(&entry.path(), deepest - 1, seen);
        }
    }
}
