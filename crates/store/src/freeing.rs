//! Giving room back: what is noted when a file's bytes are let go, who else said to hold it, and making the workspace's file as small as its content.

use skein_access::DeviceId;
use skein_model::{ChunkName, FileId};

use crate::column::one;
use crate::error::StoreError;
use crate::reader::Reader;
use crate::store::Store;
use crate::table::files;
use crate::table::holders::{self, StoredHolder};
use crate::tx::Tx;

/// Giving back less than this is not worth the wait, ...
const LEAST: u64 = 4 * 1024 * 1024;
/// ... nor less than this part of the file.
const LEAST_PART: u64 = 8;
/// Content beyond this takes too long to be written anew while a person waits.
const MOST: u64 = 2 * 1024 * 1024 * 1024;

impl Tx<'_> {
    /// Notes that the bytes of a file are not here any more, in whichever documents it is, and do not come again until somebody asks. Once this
    /// is on disk, the chunks may be removed from the folder.
    ///
    /// # Errors
    /// When writing fails.
    pub fn free_file(&mut self, file: FileId, chunks: &[ChunkName]) -> Result<(), StoreError> {
        files::free(&self.connection, file)?;
        chunks
            .iter()
            .try_for_each(|name| files::remove_chunk(&self.connection, *name))
    }

    /// Notes that a device said that it holds a file.
    ///
    /// # Errors
    /// When writing fails.
    pub fn put_holder(&mut self, holder: &StoredHolder) -> Result<(), StoreError> {
        holders::put(&self.connection, holder)
    }

    /// Notes that a device does not hold a file any more.
    ///
    /// # Errors
    /// When writing fails.
    pub fn remove_holder(&mut self, file: FileId, device: DeviceId) -> Result<(), StoreError> {
        holders::remove(&self.connection, file, device)
    }
}

impl Reader {
    /// Which devices said of which files that they hold them, the latest first for each.
    ///
    /// # Errors
    /// When reading fails.
    pub fn holders(&self) -> Result<Vec<StoredHolder>, StoreError> {
        holders::list(&self.connection)
    }

    /// How many bytes of the workspace's file [`Store::compact`] would give back; nothing when that is not worth the wait.
    ///
    /// # Errors
    /// When reading fails.
    pub fn compactable(&self) -> Result<u64, StoreError> {
        let (all, free) = sizes(self)?;
        let matters = free >= LEAST && free.saturating_mul(LEAST_PART) >= all;
        Ok(match matters && all - free <= MOST {
            true => free,
            false => 0,
        })
    }
}

/// How large the file is, and how much of that holds nothing.
fn sizes(reader: &Reader) -> Result<(u64, u64), StoreError> {
    let number = |name: &str| -> Result<u64, StoreError> {
        let sql = format!("SELECT {name} FROM pragma_{name}");
        let read = one(&reader.connection, &sql, [], |row| row.get::<_, i64>(0))?;
        Ok(read.and_then(|read| u64::try_from(read).ok()).unwrap_or(0))
    };
    let page = number("page_size")?;
    let all = number("page_count")?.saturating_mul(page);
    Ok((all, number("freelist_count")?.saturating_mul(page).min(all)))
}

impl Store {
    /// Writes the file anew without what is free in it, and says how many bytes that gave back. Cut off at any moment, the file is as it was before
    /// or as it is after. Needs as much room on the disk meanwhile as the content takes.
    ///
    /// # Errors
    /// When the disk is full or refuses, or the file is damaged; it is as it was then.
    pub fn compact(&mut self) -> Result<u64, StoreError> {
        let (before, _) = sizes(self)?;
        self.apart_from_writing(|connection| {
            // What is written anew is as large as the file: it waits on disk and not in memory.
            connection.pragma_update(None, "temp_store", 1)?;
            let done = connection
                .execute_batch("VACUUM")
                .and_then(|()| connection.pragma(None, "wal_checkpoint", "TRUNCATE", |_| Ok(())));
            connection.pragma_update(None, "temp_store", 2)?;
            Ok(done?)
        })?;
        Ok(before.saturating_sub(sizes(self)?.0))
    }
}
