//! Snapshots: saved, read back and compared before they are given out.

use super::body::guarded;
use super::{Document, Snapshot, SnapshotError};
use crate::kind::ActorSeed;

impl Document {
    /// The whole document as one piece of bytes. It is loaded again and compared, heads and projection, before it is
    /// given out.
    ///
    /// # Errors
    /// When a burst is open, or when what was saved does not read back as this document.
    pub fn snapshot(&self) -> Result<Snapshot, SnapshotError> {
        let doc = self.body.settled()?;
        let bytes =
            guarded(|| doc.save()).map_err(|_| SnapshotError::Differs("saving failed".into()))?;
        // The reader's actor is never written with: it only reads.
        let loaded = Self::load(ActorSeed([0; 16]), Some(&bytes), &[])
            .map_err(|error| SnapshotError::Differs(error.to_string()))?;
        let copy = loaded.document;
        if copy.id != self.id || copy.kind != self.kind || copy.heads() != self.heads() {
            return Err(SnapshotError::Differs("its version is another".into()));
        }
        if copy.projection()? != self.projection()? {
            return Err(SnapshotError::Differs("its contents are others".into()));
        }
        Ok(Snapshot {
            bytes,
            heads: self.heads(),
        })
    }
}
