//! The workloads, each with its peer.

pub(crate) mod attachments;
pub(crate) mod board;
pub(crate) mod bundles;
pub(crate) mod first_sync;
pub(crate) mod keys;
pub(crate) mod latency;
pub(crate) mod loading;
pub(crate) mod reconnect;
pub(crate) mod search;
pub(crate) mod starting;

use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

/// How much is done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    pub(crate) quick: bool,
}

impl Scale {
    /// One number for a whole run, another for a quick one.
    pub(crate) fn of<T>(self, whole: T, quick: T) -> T {
        if self.quick { quick } else { whole }
    }
}

/// The same dice for both of those that are compared.
pub(crate) fn dice() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(7)
}
