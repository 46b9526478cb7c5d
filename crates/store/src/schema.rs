//! The form of the file: its migrations, and how to tell that a file has the form it should have.

use std::collections::BTreeMap;

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

use crate::column::all;
use crate::error::StoreError;

/// Marks the file as ours ("SKEN").
pub(crate) const APPLICATION_ID: u32 = 0x534b_454e;

/// Every form the file ever had, by the way that leads there from the one before.
pub(crate) const MIGRATIONS: &[M<'static>] = &[
    M::up(include_str!("../migrations/0001_first.sql")),
    M::up(include_str!("../migrations/0002_files.sql")),
    M::up(include_str!("../migrations/0003_small_journal.sql")),
    M::up(include_str!("../migrations/0004_shared_folders.sql")),
    M::up(include_str!("../migrations/0005_freed_files.sql")),
    M::up(include_str!("../migrations/0006_packs.sql")),
];

/// Parts of the file by name, with the statement that made them.
type Parts = BTreeMap<String, Option<String>>;

/// Brings a connection's file to the newest form.
pub(crate) fn migrate(connection: &mut Connection, migrations: &[M<'_>]) -> Result<(), StoreError> {
    Migrations::from_slice(migrations)
        .to_latest(connection)
        .map_err(|error| match error {
            rusqlite_migration::Error::RusqliteError { err, .. } => err.into(),
            other => StoreError::Refused(other.to_string()),
        })
}

/// The version that these migrations lead to.
pub(crate) fn newest(migrations: &[M<'_>]) -> i64 {
    i64::try_from(migrations.len()).unwrap_or(i64::MAX)
}

/// Compares the parts of a file with those it should have, and reads one row of each table; the first difference is damage.
pub(crate) fn compare(connection: &Connection, migrations: &[M<'_>]) -> Result<(), StoreError> {
    let mut model = Connection::open_in_memory()?;
    migrate(&mut model, migrations)?;
    let found = parts(connection)?;
    for (name, statement) in parts(&model)? {
        match found.get(&name) {
            None => return Err(StoreError::damaged(format!("its part {name:?} is missing"))),
            Some(other) if *other != statement => {
                return Err(StoreError::damaged(format!(
                    "its part {name:?} is not as it was made"
                )));
            }
            Some(_) => {}
        }
    }
    for table in tables(&model)? {
        all(
            connection,
            &format!("SELECT 1 FROM \"{table}\" LIMIT 1"),
            [],
            |_| Ok(()),
        )?;
    }
    Ok(())
}

fn parts(connection: &Connection) -> Result<Parts, StoreError> {
    let parts = all(
        connection,
        "SELECT type || ' ' || name, sql FROM sqlite_schema",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(parts.into_iter().collect())
}

/// The tables that hold rows, the index over texts with its own parts last.
pub(crate) fn tables(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY name LIKE 'search%', name";
    all(connection, sql, [], |row| row.get(0))
}
