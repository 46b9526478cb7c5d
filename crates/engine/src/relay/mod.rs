//! The blind meeting point: the same sessions and the same store as a member's, without a key. It holds the envelopes of the
//! workspaces it was told to serve, lets in whom their operations let in, and hands on what the others lack.

mod core;
mod elsewhere;
mod host;
mod newest;
mod pace;
mod packs;
mod room;
mod shelves;
mod status;

use std::net::SocketAddr;
use std::path::PathBuf;

pub use core::{RelayCore, RelayEffect, RelayInput};
pub use host::{Relay, RelayView};
pub use shelves::Shelves;
pub use skein_access::WorkspaceId;
pub use skein_store::DatabaseAddress;
pub use status::{RelayStatus, RelayedDevice, RelayedPair, RelayedWorkspace};

use skein_store::ShelfError;

use crate::host::ProfileError;

/// The ending of a workspace's file.
const ENDING: &str = "relay";

/// How a relay is to run.
#[derive(Debug, Clone)]
pub struct RelayConfig {
    /// Where its key rests, and its workspaces unless a database is named.
    pub folder: PathBuf,
    /// A database that it shares with other relays, to keep workspaces in.
    pub database: Option<DatabaseAddress>,
    /// Where to listen; on every address of the machine when none is named.
    pub listen: Option<SocketAddr>,
    /// Where it is reached from outside.
    pub external: Vec<String>,
    /// The workspaces it serves, and no others.
    pub workspaces: Vec<WorkspaceId>,
    /// What it gives of itself.
    pub limits: RelayLimits,
}

/// What a relay gives of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RelayLimits {
    /// Bytes of envelopes of one workspace.
    pub bytes_per_workspace: u64,
    /// Bytes that one connection may bring in a second; the rest waits at its sender.
    pub bytes_per_second: u64,
    /// Devices connected at once.
    pub devices: usize,
    /// Pairs of devices that are connected through it at once.
    pub pairs: usize,
}

impl Default for RelayLimits {
    fn default() -> Self {
        Self {
            bytes_per_workspace: 4 * 1024 * 1024 * 1024,
            bytes_per_second: 8 * 1024 * 1024,
            devices: 200,
            pairs: 100,
        }
    }
}

/// Why a relay could not start.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// Its folder, its key or the network cannot be used.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The folder is a person's profile.
    #[error(
        "{0} is the profile of a person. Nothing was changed. Give the relay a folder of its own."
    )]
    OfAPerson(PathBuf),
    /// Another relay runs on the folder.
    #[error("Another process uses {0}. Nothing was changed. End it, or use another folder.")]
    InUse(PathBuf),
    /// The key is gone, but not what was kept under it.
    #[error(
        "{0} is missing, though workspaces are here. Nothing was changed. Put back a copy of it; or, to begin anew under another address, move the files that end in .relay away: members bring everything again."
    )]
    KeyMissing(PathBuf),
    /// A workspace's file cannot be opened.
    #[error("{0}")]
    Open(#[from] skein_store::OpenError),
    /// A workspace's file is damaged.
    #[error("{0}. Nothing was changed. Move the file away: members bring everything again.")]
    Damaged(String),
    /// A workspace's file is open and cannot be read.
    #[error(
        "A workspace's file cannot be read: {0}. Nothing was changed. Move it away: members bring everything again."
    )]
    Unreadable(#[from] skein_store::StoreError),
    /// The database cannot be used.
    #[error("{0}")]
    Database(#[from] skein_store::SharedOpenError),
    /// The database is there, and a workspace in it cannot be read.
    #[error("A workspace cannot be read: {0}.")]
    Shared(#[from] skein_store::SharedError),
    /// An address that nobody could dial.
    #[error("{0}. Nothing was started.")]
    Address(#[from] skein_net::AddressError),
}

impl From<ShelfError> for RelayError {
    fn from(error: ShelfError) -> Self {
        match error {
            ShelfError::File(error) => error.into(),
            ShelfError::Shared(error) => error.into(),
        }
    }
}
