//! Where a relay keeps one workspace: its envelopes, in the order in which they came. This is all that a relay asks of a disk.

use std::path::Path;

use skein_access::{Envelope, EnvelopeId, EnvelopeKind, UnverifiedEnvelope, WorkspaceId};
use skein_store::{Durability, EnvelopeState, Opened, Store, StoreError, Written};
use skein_sync::ItemRef;

use super::RelayError;

/// The envelopes of one workspace.
pub(super) struct Shelf(Store);

impl Shelf {
    /// Opens the file of a workspace, or makes it.
    pub(super) fn open(file: &Path) -> Result<Self, RelayError> {
        match Store::open(file)? {
            Opened::Ready(store) => Ok(Self(store)),
            Opened::Damaged(_, report) => Err(RelayError::Damaged(report.to_string())),
        }
    }

    /// The access operations; what does not verify any more is left out, and comes again from the members.
    pub(super) fn operations(&self, workspace: &WorkspaceId) -> Result<Vec<Envelope>, StoreError> {
        let stored = self.0.envelopes_of_kind(EnvelopeKind::Access)?;
        let verified = |bytes: &[u8]| UnverifiedEnvelope::decode(bytes)?.verify(workspace);
        let readable = stored.iter().filter_map(|held| verified(&held.bytes).ok());
        Ok(readable.collect())
    }

    /// What is held, for comparing; and the newest number in the order of arrival.
    pub(super) fn held(&self) -> Result<(Vec<ItemRef>, u64), StoreError> {
        let newest = u64::try_from(self.0.last_mark()?).unwrap_or_default();
        let refs = self.0.envelope_refs()?.into_iter();
        let items = refs.map(|held| ItemRef::new(held.kind, held.hour, held.id));
        Ok((items.collect(), newest))
    }

    /// What each device wrote, as far as that shows from outside.
    pub(super) fn written(&self) -> Result<Vec<Written>, StoreError> {
        self.0.written()
    }

    /// The bytes of one envelope.
    pub(super) fn envelope(&self, id: EnvelopeId) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.0.envelope(id)?.map(|stored| stored.bytes))
    }

    /// Keeps envelopes, all or none. When this returns they are on disk, also if power fails. Each with its number in the order
    /// of arrival; `None` for one that was held already.
    pub(super) fn keep(&mut self, envelopes: &[Envelope]) -> Result<Vec<Option<u64>>, StoreError> {
        let marks = self.0.write(Durability::Full, |tx| {
            let held = EnvelopeState::Applied;
            let kept = envelopes
                .iter()
                .map(|envelope| tx.insert_envelope(envelope, &held, None));
            kept.collect::<Result<Vec<_>, _>>()
        })?;
        let number = |mark: Option<i64>| mark.and_then(|mark| u64::try_from(mark).ok());
        Ok(marks.into_iter().map(number).collect())
    }

    /// Closes the file so that all of it is in one place, fit to be copied.
    pub(super) fn close(self) -> Result<(), StoreError> {
        self.0.close()
    }
}
