//! The store: one file, one writer, one transaction at a time.

use std::ops::Deref;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::backup::BackupSource;
use crate::column::run;
use crate::damage::{self, Damage, DamageReport};
use crate::error::StoreError;
use crate::open::{keep_log, share_again, take_alone};
use crate::read_only::ReadOnlyStore;
use crate::reader::Reader;
use crate::tx::Tx;

/// What a transaction survives once it is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// The end of the process, however sudden.
    Normal,
    /// The end of power as well, for this transaction and all before it.
    Full,
}

/// A workspace's file, open for reading and writing.
#[derive(Debug)]
pub struct Store {
    reader: Reader,
    durability: Durability,
    damage: Option<String>,
    torn_log: Option<PathBuf>,
}

impl Deref for Store {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

impl Store {
    /// Takes a connection that was found well.
    pub(crate) const fn around(reader: Reader) -> Self {
        Self {
            reader,
            durability: Durability::Normal,
            damage: None,
            torn_log: None,
        }
    }

    /// Notes where a copy lies of the log that was not all understood.
    pub(crate) fn with_torn_log(self, torn_log: Option<PathBuf>) -> Self {
        Self { torn_log, ..self }
    }

    /// Where a copy lies of the log that was broken in its middle when the file was opened: what came after may be missing here.
    #[must_use]
    pub fn torn_log(&self) -> Option<&Path> {
        self.torn_log.as_deref()
    }

    /// Runs one transaction. When this returns `Ok`, all of it is kept as durably as asked; otherwise nothing of it is.
    ///
    /// # Errors
    /// What the work returned, or what stood in the way of keeping it. After damage was met, nothing is written any more.
    pub fn write<T>(
        &mut self,
        durability: Durability,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if let Some(what) = &self.damage {
            return Err(StoreError::Damaged(what.clone()));
        }
        let result = self.transact(durability, work);
        self.note_damage(&result);
        result
    }

    fn note_damage<T>(&mut self, result: &Result<T, StoreError>) {
        if let Err(StoreError::Damaged(what)) = result {
            self.damage = Some(what.clone());
            // The log is not moved into a damaged file, not even at the end. Should even that fail, the damage is still what to tell.
            drop(keep_log(&self.reader.connection, true));
        }
    }

    fn transact<T>(
        &mut self,
        durability: Durability,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.durability != durability {
            let level = match durability {
                Durability::Normal => "NORMAL",
                Durability::Full => "FULL",
            };
            self.reader
                .connection
                .pragma_update(None, "synchronous", level)?;
            self.durability = durability;
        }
        let transaction = Transaction::begin(&self.reader.connection)?;
        let done = work(&mut Tx {
            reader: &self.reader,
        })?;
        transaction.commit()?;
        Ok(done)
    }

    /// Does something with the whole file between two transactions. Damage that it meets ends writing, as it does in a transaction.
    pub(crate) fn apart_from_writing<T>(
        &mut self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if let Some(what) = &self.damage {
            return Err(StoreError::Damaged(what.clone()));
        }
        let result = work(&self.reader.connection);
        self.note_damage(&result);
        result
    }

    /// Lets the file be read from elsewhere, to be copied while writing goes on. Until [`Self::was_copied`], each transaction takes a little longer.
    ///
    /// # Errors
    /// For a store in memory, or when the locks cannot be given back.
    pub fn for_copying(&mut self) -> Result<BackupSource, StoreError> {
        let connection = &self.reader.connection;
        let path = connection.path().filter(|path| !path.is_empty());
        let path = path
            .ok_or_else(|| StoreError::Refused("a workspace in memory is not copied".to_owned()))?;
        share_again(connection)?;
        Ok(BackupSource(PathBuf::from(path)))
    }

    /// After the copy was made, or was not.
    ///
    /// # Errors
    /// When the file cannot be written to.
    pub fn was_copied(&mut self) -> Result<(), StoreError> {
        take_alone(&self.reader.connection)
    }

    /// The damage that a write met, after which nothing is written any more.
    #[must_use]
    pub fn damage(&self) -> Option<&str> {
        self.damage.as_deref()
    }

    /// The same file, opened only to read, after `what` was found damaged in it; as if it had been found at the start. The log of its
    /// last changes stays beside it. `None` for a store in memory, or when not even that succeeds: then this one reads on.
    #[must_use]
    pub fn opened_to_read(&mut self, what: &str) -> Option<(ReadOnlyStore, DamageReport)> {
        self.damage.get_or_insert_with(|| what.to_owned());
        drop(keep_log(&self.reader.connection, true));
        drop(share_again(&self.reader.connection));
        let path = self
            .reader
            .connection
            .path()
            .filter(|path| !path.is_empty())?;
        let path = PathBuf::from(path);
        let log = damage::has_log(&path).unwrap_or(true);
        let store = ReadOnlyStore::open(&path, log).ok()?;
        let damage = Damage::Content(what.to_owned());
        Some((store, DamageReport { path, damage }))
    }

    /// Moves the log into the file and closes it, so that the next start has nothing to check. Dropping does the same but cannot say what failed.
    ///
    /// # Errors
    /// When the log cannot be moved; it stays beside the file and nothing is lost.
    pub fn close(self) -> Result<(), StoreError> {
        if self.damage.is_none() {
            self.reader
                .connection
                .pragma(None, "wal_checkpoint", "TRUNCATE", |_| Ok(()))?;
        }
        self.reader
            .connection
            .close()
            .map_err(|(_, error)| StoreError::from(error))
    }
}

/// A transaction that may write; undone unless it is committed. rusqlite's own compiles its two statements each time.
struct Transaction<'c>(&'c Connection);

impl<'c> Transaction<'c> {
    fn begin(connection: &'c Connection) -> Result<Self, StoreError> {
        run(connection, "BEGIN IMMEDIATE", [])?;
        Ok(Self(connection))
    }

    fn commit(self) -> Result<(), StoreError> {
        run(self.0, "COMMIT", []).map(drop)
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if !self.0.is_autocommit() {
            // SQLite undoes what it cannot roll back now when the file is opened next.
            drop(run(self.0, "ROLLBACK", []));
        }
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]
mod tests {
    use super::*;
    use crate::Opened;

    #[test]
    fn a_full_disk_keeps_all_that_was_kept_and_nothing_of_what_was_refused() {
        let folder = tempfile::tempdir().unwrap();
        let Opened::Ready(mut store) = Store::open(folder.path().join("geese.skein")).unwrap()
        else {
            panic!("a new file is whole")
        };
        let set_limit = |store: &Store, pages: i64| {
            store
                .reader
                .connection
                .pragma_query_value(None, "page_count", |row| row.get::<_, i64>(0))
                .and_then(|count| {
                    store.reader.connection.pragma_update_and_check(
                        None,
                        "max_page_count",
                        count + pages,
                        |_| Ok(()),
                    )
                })
        };
        set_limit(&store, 40).unwrap();
        let put = |store: &mut Store, number: u32| {
            store.write(Durability::Full, |tx| {
                tx.put_notice(
                    0,
                    "step",
                    &number.to_string(),
                    "kept with its setting or not at all",
                )?;
                tx.put_setting(&number.to_string(), &[7; 10_000])
            })
        };
        let full =
            (0..100).find_map(|number| put(&mut store, number).err().map(|error| (number, error)));
        let (number, error) = full.unwrap();
        assert_eq!(error, StoreError::DiskFull);
        assert_eq!(put(&mut store, number), Err(StoreError::DiskFull));
        assert_eq!(
            store.settings().unwrap().len(),
            usize::try_from(number).unwrap()
        );
        assert_eq!(
            store.notices().unwrap().len(),
            usize::try_from(number).unwrap()
        );
        set_limit(&store, 40).unwrap();
        put(&mut store, number).unwrap();
        assert!(store.check().unwrap().is_empty());
    }
}
