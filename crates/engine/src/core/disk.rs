//! The store as the core holds it: to be written, or only to be read.

use std::ops::Deref;
use std::path::Path;

use skein_store::{
    BackupSource, Damage, DamageReport, Durability, Opened, ReadOnlyStore, Reader, Store,
    StoreError, Tx,
};

/// A workspace's file.
pub(super) enum Disk {
    /// As usual.
    Writable(Store),
    /// Damaged, or written by a newer version: what can be read is shown and exported.
    ReadOnly(ReadOnlyStore, DamageReport),
}

impl From<Opened> for Disk {
    fn from(opened: Opened) -> Self {
        match opened {
            Opened::Ready(store) => Self::Writable(store),
            Opened::Damaged(store, report) => Self::ReadOnly(store, report),
        }
    }
}

impl Deref for Disk {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        match self {
            Self::Writable(store) => store,
            Self::ReadOnly(store, _) => store,
        }
    }
}

impl Disk {
    /// The damage that a write met, while the file is still open to be written.
    pub(super) fn met_damage(&self) -> Option<String> {
        match self {
            Self::Writable(store) => store.damage().map(str::to_owned),
            Self::ReadOnly(..) => None,
        }
    }

    /// Where a copy lies of a log that was not all understood at the start.
    pub(super) fn torn_log(&self) -> Option<&Path> {
        match self {
            Self::Writable(store) => store.torn_log(),
            Self::ReadOnly(..) => None,
        }
    }

    /// From now on only for reading, because `what` is damaged. Whether that is new.
    pub(super) fn only_read(&mut self, what: &str) -> bool {
        let Self::Writable(store) = self else {
            return false;
        };
        let Some((reading, report)) = store.opened_to_read(what) else {
            return false;
        };
        *self = Self::ReadOnly(reading, report);
        true
    }

    /// Lets the file be copied while writing goes on, until [`Self::was_copied`].
    pub(super) fn for_copying(&mut self) -> Result<BackupSource, StoreError> {
        match self {
            Self::Writable(store) => store.for_copying(),
            Self::ReadOnly(..) => Err(StoreError::ReadOnly),
        }
    }

    /// After the copy was made, or was not.
    pub(super) fn was_copied(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Writable(store) => store.was_copied(),
            Self::ReadOnly(..) => Ok(()),
        }
    }

    /// Writes the file anew without what is free in it, and says how many bytes that gave back.
    pub(super) fn compact(&mut self) -> Result<u64, StoreError> {
        match self {
            Self::Writable(store) => store.compact(),
            Self::ReadOnly(..) => Err(StoreError::ReadOnly),
        }
    }

    /// Why nothing is written, if nothing is.
    pub(super) fn read_only_reason(&self) -> Option<String> {
        match self {
            Self::Writable(_) => None,
            Self::ReadOnly(_, report) => Some(report.damage.to_string()),
        }
    }

    /// Whether writing is over for want of what was written, and not only of the right or the version to go on.
    pub(super) fn is_damaged(&self) -> bool {
        match self {
            Self::Writable(_) => false,
            Self::ReadOnly(_, report) => !matches!(
                report.damage,
                Damage::NotWritable | Damage::NewerVersion { .. }
            ),
        }
    }

    /// What was read; of a damaged file that does not tell, nothing, so that the rest of it can be looked at.
    pub(super) fn readable<T: Default>(
        &self,
        read: Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match read {
            Err(error) if self.read_only_reason().is_some() => {
                tracing::warn!(%error, "a part of the damaged file was passed over");
                Ok(T::default())
            }
            read => read,
        }
    }

    /// One transaction; nothing is acknowledged before it returns.
    pub(super) fn write<T>(
        &mut self,
        durability: Durability,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match self {
            Self::Writable(store) => store.write(durability, work),
            Self::ReadOnly(..) => Err(StoreError::ReadOnly),
        }
    }
}
