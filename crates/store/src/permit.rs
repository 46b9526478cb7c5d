//! Which permits open which documents. The permits themselves are minted by the access state alone.

use skein_access::permit::{AcceptPermit, ReadPermit, WritePermit};
use skein_model::Kind;

use crate::error::StoreError;

mod sealed {
    pub trait Sealed {}
    impl Sealed for skein_access::permit::WritePermit<'_> {}
    impl Sealed for skein_access::permit::AcceptPermit<'_> {}
}

/// A permit under which documents are written: one's own, or that of an envelope's author.
pub trait MayWrite: sealed::Sealed {
    /// Whether it is good for documents of this kind.
    fn covers(&self, kind: Kind) -> bool;
}

impl MayWrite for WritePermit<'_> {
    fn covers(&self, kind: Kind) -> bool {
        self.kind() == kind
    }
}

impl MayWrite for AcceptPermit<'_> {
    fn covers(&self, kind: Kind) -> bool {
        self.writes(kind)
    }
}

pub(crate) fn to_write(permit: &impl MayWrite, kind: Kind) -> Result<(), StoreError> {
    if permit.covers(kind) {
        Ok(())
    } else {
        Err(StoreError::NotPermitted { kind })
    }
}

pub(crate) fn to_read(permit: &ReadPermit<'_>, kind: Kind) -> Result<(), StoreError> {
    if permit.kind() == kind {
        Ok(())
    } else {
        Err(StoreError::NotPermitted { kind })
    }
}
