//! The store: one file, one writer, one transaction at a time.

use std::ops::Deref;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::StoreError;
use crate::open::keep_log;
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
}

impl Deref for Store {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

impl Store {
    /// Takes a connection that was found well.
    pub(crate) const fn around(connection: Connection) -> Self {
        Self {
            reader: Reader { connection },
            durability: Durability::Normal,
            damage: None,
        }
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
        if let Err(StoreError::Damaged(what)) = &result {
            self.damage = Some(what.clone());
            // The log is not moved into a damaged file, not even at the end.
            keep_log(&self.reader.connection, true)?;
        }
        result
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
        let transaction =
            Transaction::new_unchecked(&self.reader.connection, TransactionBehavior::Immediate)?;
        let done = work(&mut Tx {
            reader: &self.reader,
        })?;
        transaction.commit()?;
        Ok(done)
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
