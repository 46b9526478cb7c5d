//! The form of the file: its migrations, and how to tell that a file has the form it should have.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

use crate::column::all;
use crate::error::StoreError;

/// Marks the file as ours ("SKEN").
pub(crate) const APPLICATION_ID: u32 = 0x534b_454e;

/// The form that this version makes and reads.
pub(crate) static SCHEMA: Schema<'static> = Schema::of(MIGRATIONS);

/// Every form the file ever had, by the way that leads there from the one before.
const MIGRATIONS: &[M<'static>] = &[
    M::up(include_str!("../migrations/0001_first.sql")),
    M::up(include_str!("../migrations/0002_files.sql")),
    M::up(include_str!("../migrations/0003_small_journal.sql")),
    M::up(include_str!("../migrations/0004_shared_folders.sql")),
    M::up(include_str!("../migrations/0005_freed_files.sql")),
    M::up(include_str!("../migrations/0006_packs.sql")),
];

/// A form of the file, by the migrations that lead to it.
#[derive(Debug)]
pub(crate) struct Schema<'m> {
    migrations: &'m [M<'m>],
    /// What a file of this form consists of; found out once, by making an empty one.
    made: OnceLock<Made>,
}

/// What a new file consists of.
#[derive(Debug)]
struct Made {
    parts: Parts,
    tables: Vec<String>,
}

/// Parts of the file by name, with the statement that made them.
type Parts = BTreeMap<String, Option<String>>;

impl<'m> Schema<'m> {
    /// The form to which these migrations lead.
    pub(crate) const fn of(migrations: &'m [M<'m>]) -> Self {
        Self {
            migrations,
            made: OnceLock::new(),
        }
    }

    /// Its number: that of its last migration, counted from 1.
    pub(crate) fn version(&self) -> i64 {
        i64::try_from(self.migrations.len()).unwrap_or(i64::MAX)
    }

    /// Brings a connection's file to this form.
    pub(crate) fn migrate(&self, connection: &mut Connection) -> Result<(), StoreError> {
        Migrations::from_slice(self.migrations)
            .to_latest(connection)
            .map_err(|error| match error {
                rusqlite_migration::Error::RusqliteError { err, .. } => err.into(),
                other => StoreError::Refused(other.to_string()),
            })
    }

    /// Compares the parts of a file with those it should have, and reads one row of each table; the first difference is damage.
    pub(crate) fn compare(&self, connection: &Connection) -> Result<(), StoreError> {
        let made = self.made()?;
        let found = parts(connection)?;
        for (name, statement) in &made.parts {
            match found.get(name) {
                None => return Err(StoreError::damaged(format!("its part {name:?} is missing"))),
                Some(other) if other != statement => {
                    return Err(StoreError::damaged(format!(
                        "its part {name:?} is not as it was made"
                    )));
                }
                Some(_) => {}
            }
        }
        for table in &made.tables {
            all(
                connection,
                &format!("SELECT 1 FROM \"{table}\" LIMIT 1"),
                [],
                |_| Ok(()),
            )?;
        }
        Ok(())
    }

    fn made(&self) -> Result<&Made, StoreError> {
        if let Some(made) = self.made.get() {
            return Ok(made);
        }
        let mut model = Connection::open_in_memory()?;
        self.migrate(&mut model)?;
        let made = Made {
            parts: parts(&model)?,
            tables: tables(&model)?,
        };
        Ok(self.made.get_or_init(|| made))
    }
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_migration_is_valid_sql() {
        Migrations::from_slice(MIGRATIONS).validate().unwrap();
    }
}
