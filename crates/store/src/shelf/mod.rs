//! All that a relay asks of the place where it keeps one workspace. Two places answer: a file, and a database that several relays share.

mod file;

pub use file::FileShelf;

use crate::error::StoreError;
use crate::shared::SharedError;
use crate::table::envelopes::{EnvelopeRef, Written};
use skein_access::{DeviceId, Envelope, EnvelopeId};

/// The envelopes of one workspace, in the order in which they came.
pub trait Shelf: Send {
    /// What is here at this moment. What comes later is told by [`Self::keep`] and [`Self::brought_elsewhere`].
    ///
    /// # Errors
    /// When it cannot be read.
    fn inventory(&mut self) -> Result<Inventory, ShelfError>;

    /// Entry by entry the bytes of envelopes, until about so many are gathered; `None` for one that is not here, was let go, or cannot be read
    /// any more.
    ///
    /// # Errors
    /// When nothing can be read.
    fn envelopes(
        &self,
        ids: &[EnvelopeId],
        bytes: usize,
    ) -> Result<Vec<Option<Vec<u8>>>, ShelfError>;

    /// Keeps envelopes, all or none. When this returns they are on disk, also if power fails. Each with the number up to which
    /// everything was told now, its own as a rule; `None` for one that was here already.
    ///
    /// # Errors
    /// When they could not be kept, or when that is not known. To bring them again does no harm.
    fn keep(&mut self, envelopes: &[Envelope]) -> Result<Vec<Option<u64>>, ShelfError>;

    /// What others kept since all was told before, in the order in which it came, at most [`A_LOOK`] at a time; what was kept here
    /// may be among it.
    ///
    /// # Errors
    /// When it cannot be read.
    fn brought_elsewhere(&mut self) -> Result<Vec<Arrival>, ShelfError>;

    /// What devices said of packs so far.
    ///
    /// # Errors
    /// When it cannot be read.
    fn vouched(&self) -> Result<Vec<Vouched>, ShelfError>;

    /// Notes what a device says of a pack. Once all of `everybody` have said the same, the bytes of what the pack stands for are let go, their names are kept:
    /// then the answer is what each device has here from now on.
    ///
    /// # Errors
    /// When it could not be noted, or when that is not known. To say it again does no harm.
    fn vouch(
        &mut self,
        vouch: &Vouch<'_>,
        everybody: &[DeviceId],
    ) -> Result<Option<Vec<Written>>, ShelfError>;

    /// Ends with it, fit to be copied.
    ///
    /// # Errors
    /// When it is left as after a sudden end; nothing is lost.
    fn close(self: Box<Self>) -> Result<(), ShelfError>;
}

/// Envelopes that are told at once.
pub const A_LOOK: usize = 64;

/// What a shelf holds at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inventory {
    /// The bytes of all access operations, in the order in which they came.
    pub operations: Vec<Vec<u8>>,
    /// What reconciliation compares.
    pub held: Vec<EnvelopeRef>,
    /// The newest number in the order of arrival.
    pub newest: u64,
    /// What each device wrote, as far as that shows from outside.
    pub written: Vec<Written>,
}

/// A device says of a pack which envelopes it stands for, and that it holds all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vouch<'v> {
    /// The pack.
    pub pack: EnvelopeId,
    /// The device.
    pub device: DeviceId,
    /// Names the set of envelopes.
    pub digest: [u8; 32],
    /// The envelopes.
    pub stands_for: &'v [EnvelopeId],
}

/// What a device said of a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vouched {
    /// The pack.
    pub pack: EnvelopeId,
    /// The device.
    pub device: DeviceId,
    /// Names the set of envelopes for which the pack stands.
    pub digest: [u8; 32],
    /// Whether they were let go when this was said.
    pub let_go: bool,
}

impl Vouched {
    /// Whether all of these devices are among those that said one and the same of a pack.
    #[must_use]
    pub fn by_all(said: &[Self], digest: &[u8; 32], everybody: &[DeviceId]) -> bool {
        let same = |device: &DeviceId| {
            let mut said = said.iter();
            said.any(|one| one.device == *device && one.digest == *digest)
        };
        !everybody.is_empty() && everybody.iter().all(same)
    }
}

/// An envelope that another process kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Its place in the order of arrival.
    pub number: u64,
    /// What reconciliation compares of it.
    pub held: EnvelopeRef,
    /// All of its bytes, as they are stored; none if they were let go.
    pub bytes: Vec<u8>,
}

/// A shelf that cannot be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShelfError {
    /// It is a file.
    #[error(transparent)]
    File(#[from] StoreError),
    /// It is in a database.
    #[error(transparent)]
    Shared(#[from] SharedError),
}

impl ShelfError {
    /// Whether nothing of it can be reached, so that all who want something must wait.
    #[must_use]
    pub const fn is_away(&self) -> bool {
        matches!(self, Self::Shared(SharedError::Away(_)))
    }

    /// Whether it holds less than it did, so that it must be taken up anew.
    #[must_use]
    pub const fn went_back(&self) -> bool {
        matches!(self, Self::Shared(SharedError::WentBack))
    }
}
