//! A file that must not be written to: everything that can still be read, and the search for what a damaged file still holds.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, Params, Row};
use skein_model::{ChangeBytes, DocumentId, Kind};

use crate::anew::SalvagedRow;
use crate::column;
use crate::error::StoreError;
use crate::open::version;
use crate::reader::Reader;
use crate::schema::SCHEMA;
use crate::table::envelopes::Mark;
use crate::table::snapshots::{self, StoredSnapshot};

/// A workspace's file, open only for reading. Nothing that is done with it changes the file or its log.
#[derive(Debug)]
pub struct ReadOnlyStore {
    reader: Reader,
}

impl Deref for ReadOnlyStore {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

/// What can still be read of one document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Salvaged {
    /// What it is, if that can be read.
    pub kind: Option<Kind>,
    /// Its title as last projected.
    pub title: Option<String>,
    /// Its text as last projected.
    pub text: Option<String>,
    /// The newest snapshot.
    pub snapshot: Option<StoredSnapshot>,
    /// The snapshot before.
    pub previous_snapshot: Option<StoredSnapshot>,
    /// Those changes that can be read, oldest first.
    pub changes: Vec<ChangeBytes>,
    /// Typing that was not yet a change.
    pub journal: Vec<Vec<u8>>,
    /// What could not be read, in words.
    pub troubles: Vec<String>,
}

impl ReadOnlyStore {
    /// With a log, SQLite must be let near it to read what rests in it alone; without one, the file is declared to be unchanging.
    pub(crate) fn open(path: &Path, log: bool) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        // Of a file that is empty SQLite would remove the log.
        if log && !is_empty(path) {
            let connection = Connection::open_with_flags(path, flags)?;
            prepare(&connection)?;
            let readable =
                connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()));
            // In a folder that may not be written, the log cannot be read; the file without it is better than nothing.
            if !matches!(
                readable.map_err(StoreError::from),
                Err(StoreError::ReadOnly | StoreError::Io(_))
            ) {
                return Ok(Self {
                    reader: Reader::of(connection, path),
                });
            }
        }
        let connection = match address(path) {
            Some(address) => {
                Connection::open_with_flags(address, flags | OpenFlags::SQLITE_OPEN_URI)?
            }
            None => Connection::open_with_flags(path, flags)?,
        };
        prepare(&connection)?;
        Ok(Self {
            reader: Reader::of(connection, path),
        })
    }

    /// The form of the file, by the number of the migration that led there.
    pub(crate) fn form(&self) -> Result<i64, StoreError> {
        version(&self.reader.connection)
    }

    /// Whether its parts are those that this version makes.
    pub(crate) fn fits(&self) -> Result<(), StoreError> {
        SCHEMA.compare(&self.reader.connection)
    }

    /// The marks of envelopes that can still be found, looking in the table from both ends and in an index.
    #[must_use]
    pub fn salvage_marks(&self) -> BTreeSet<Mark> {
        [
            "SELECT mark FROM envelopes NOT INDEXED ORDER BY mark",
            "SELECT mark FROM envelopes NOT INDEXED ORDER BY mark DESC",
            "SELECT mark FROM envelopes INDEXED BY envelopes_by_id ORDER BY id",
            "SELECT mark FROM envelopes INDEXED BY envelopes_by_id ORDER BY id DESC",
        ]
        .into_iter()
        .flat_map(|sql| self.readable(sql, [], |row| row.get(0), &mut Vec::new()))
        .collect()
    }

    /// The bytes of an envelope, if they can still be read.
    #[must_use]
    pub fn salvage_envelope(&self, mark: Mark) -> Option<Vec<u8>> {
        let sql = "SELECT bytes FROM envelopes WHERE mark = ?1";
        self.readable(sql, [mark], |row| row.get(0), &mut Vec::new())
            .pop()
    }

    /// The rows of a table that can still be read, looking from both ends; those in the middle may come twice.
    pub(crate) fn salvage_rows(&self, table: &str) -> Vec<SalvagedRow> {
        let read = |row: &Row<'_>| {
            let names = row.as_ref().column_names();
            let columns = names.into_iter().map(str::to_owned).collect::<Vec<_>>();
            let values = (0..columns.len()).map(|column| row.get::<_, Value>(column));
            let values = values.collect::<rusqlite::Result<Vec<_>>>()?;
            Ok((columns, values))
        };
        ["ASC", "DESC"]
            .into_iter()
            .flat_map(|order| {
                let sql = format!("SELECT * FROM {table} ORDER BY 1 {order}");
                self.readable(&sql, [], read, &mut Vec::new())
            })
            .collect()
    }

    /// The documents of which anything at all can still be found, looking in every table and from both ends.
    #[must_use]
    pub fn salvage(&self) -> BTreeSet<DocumentId> {
        let mut found = BTreeSet::new();
        for sql in [
            "SELECT id FROM documents",
            "SELECT id FROM documents ORDER BY id DESC",
            "SELECT document FROM changes NOT INDEXED",
            "SELECT document FROM changes NOT INDEXED ORDER BY row DESC",
            "SELECT document FROM changes INDEXED BY changes_by_document",
            "SELECT document FROM snapshots NOT INDEXED",
            "SELECT document FROM snapshots NOT INDEXED ORDER BY row DESC",
            "SELECT document FROM snapshots INDEXED BY snapshots_by_document",
            "SELECT document FROM texts NOT INDEXED",
            "SELECT document FROM texts NOT INDEXED ORDER BY row DESC",
            "SELECT document FROM texts INDEXED BY texts_by_owner",
            "SELECT document FROM pieces NOT INDEXED",
            "SELECT document FROM pieces INDEXED BY pieces_by_document",
        ] {
            let mut troubles = Vec::new();
            found.extend(self.readable(sql, [], |row| column::document(row, 0), &mut troubles));
        }
        found
    }

    /// What can still be read of one document. It asks for no permit: who may read may no longer be readable itself, and it is this machine's own file.
    #[must_use]
    pub fn salvage_document(&self, id: DocumentId) -> Salvaged {
        let mut troubles = Vec::new();
        let key = [id.as_bytes()];
        let kind = self
            .readable(
                "SELECT kind FROM documents WHERE id = ?1",
                key,
                |row| column::kind(row, 0),
                &mut troubles,
            )
            .pop();
        let sql = "SELECT title FROM documents WHERE id = ?1";
        let listed: Option<String> = self
            .readable(sql, key, |row| row.get(0), &mut troubles)
            .pop();
        let sql = "SELECT title, body FROM texts WHERE document = ?1 AND card = x''";
        let text: Option<(String, String)> = self
            .readable(
                sql,
                key,
                |row| Ok((row.get(0)?, row.get(1)?)),
                &mut troubles,
            )
            .pop();
        let sql = "SELECT body FROM pieces WHERE document = ?1 ORDER BY number";
        let pieces: Vec<String> = self.readable(sql, key, |row| row.get(0), &mut troubles);
        let sql = "SELECT bytes FROM changes WHERE document = ?1 ORDER BY row";
        let changes = self.readable(sql, key, |row| row.get(0).map(ChangeBytes), &mut troubles);
        let journal = self.readable(
            "SELECT entry FROM journal WHERE document = ?1 ORDER BY row",
            key,
            |row| row.get(0),
            &mut troubles,
        );
        let mut snapshot = |previous| {
            snapshots::get(&self.reader.connection, id, previous).unwrap_or_else(|error| {
                troubles.push(error.to_string());
                None
            })
        };
        let (newest, previous) = (snapshot(false), snapshot(true));
        let (title, whole) = text.unzip();
        let text = (whole.is_some() || !pieces.is_empty())
            .then(|| whole.unwrap_or_default() + &pieces.concat());
        Salvaged {
            kind,
            title: listed.or(title),
            text,
            snapshot: newest,
            previous_snapshot: previous,
            changes,
            journal,
            troubles,
        }
    }

    /// The rows up to the first that cannot be read.
    fn readable<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
        troubles: &mut Vec<String>,
    ) -> Vec<T> {
        let mut found = Vec::new();
        let collect = || -> Result<(), StoreError> {
            let mut statement = self.reader.connection.prepare(sql)?;
            for row in statement.query_map(params, read)? {
                found.push(row?);
            }
            Ok(())
        };
        if let Err(error) = collect() {
            troubles.push(error.to_string());
        }
        found
    }
}

fn is_empty(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.len() == 0)
}

fn prepare(connection: &Connection) -> Result<(), StoreError> {
    use rusqlite::config::DbConfig;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    // Lets SQLite read a file whose end is missing, and pass over parts of the schema it cannot understand. Writing stays impossible.
    connection.pragma_update(None, "writable_schema", 1)?;
    connection.pragma_update(None, "query_only", 1)?;
    Ok(())
}

/// The path as an address that declares the file unchanging; `None` when the path cannot be written as text.
fn address(path: &Path) -> Option<String> {
    let absolute = std::path::absolute(path).ok()?;
    let mut address = String::from("file:");
    for byte in absolute.to_str()?.replace('\\', "/").bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~:".contains(&byte) {
            address.push(char::from(byte));
        } else {
            address.push_str(&format!("%{byte:02X}"));
        }
    }
    address.push_str("?mode=ro&immutable=1");
    Some(address)
}
