//! A shelf in a file of its own, of the form that members' devices have. One process owns it.

use std::path::Path;

use skein_access::{DeviceId, Envelope, EnvelopeId, EnvelopeKind};

use super::{Arrival, Inventory, Shelf, ShelfError, Vouch, Vouched};
use crate::damage::DamageReport;
use crate::error::OpenError;
use crate::open::Opened;
use crate::store::{Durability, Store};
use crate::table::envelopes::{EnvelopeState, Written};

/// The file of one workspace.
#[derive(Debug)]
pub struct FileShelf(Store);

impl FileShelf {
    /// Opens the file of a workspace, or makes it. A file that is damaged is left as it is, and told about.
    ///
    /// # Errors
    /// When the file cannot be opened even to read.
    pub fn open(file: &Path) -> Result<Result<Self, DamageReport>, OpenError> {
        Ok(match Store::open(file)? {
            Opened::Ready(store) => Ok(Self(store)),
            Opened::Damaged(_, report) => Err(report),
        })
    }
}

impl Shelf for FileShelf {
    fn inventory(&mut self) -> Result<Inventory, ShelfError> {
        let operations = self.0.envelopes_of_kind(EnvelopeKind::Access)?;
        Ok(Inventory {
            operations: operations.into_iter().map(|one| one.bytes).collect(),
            held: self.0.envelope_refs()?,
            newest: u64::try_from(self.0.last_mark()?).unwrap_or_default(),
            written: self.0.written()?,
        })
    }

    fn envelopes(
        &self,
        ids: &[EnvelopeId],
        bytes: usize,
    ) -> Result<Vec<Option<Vec<u8>>>, ShelfError> {
        let (mut gathered, mut envelopes) = (0, Vec::new());
        for id in ids {
            if gathered >= bytes {
                break;
            }
            // One that is damaged keeps nobody from the others.
            let stored = self.0.envelope(*id).unwrap_or_else(|error| {
                tracing::warn!(%error, %id, "an envelope could not be read");
                None
            });
            let found = stored.map(|stored| stored.bytes);
            let found = found.filter(|bytes| !bytes.is_empty());
            gathered += found.as_ref().map_or(0, Vec::len);
            envelopes.push(found);
        }
        Ok(envelopes)
    }

    fn keep(&mut self, envelopes: &[Envelope]) -> Result<Vec<Option<u64>>, ShelfError> {
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

    /// Nothing: whoever else wants to write to the file is kept out.
    fn brought_elsewhere(&mut self) -> Result<Vec<Arrival>, ShelfError> {
        Ok(Vec::new())
    }

    fn vouched(&self) -> Result<Vec<Vouched>, ShelfError> {
        Ok(self.0.vouched()?)
    }

    fn vouch(
        &mut self,
        vouch: &Vouch<'_>,
        everybody: &[DeviceId],
    ) -> Result<Option<Vec<Written>>, ShelfError> {
        let let_go = self
            .0
            .write(Durability::Full, |tx| tx.vouch(vouch, everybody))?;
        Ok(let_go.then(|| self.0.written()).transpose()?)
    }

    fn close(self: Box<Self>) -> Result<(), ShelfError> {
        Ok(self.0.close()?)
    }
}
