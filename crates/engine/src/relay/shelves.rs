//! Where a relay keeps its workspaces: files in its folder, or a database that it shares with other relays.

use std::path::PathBuf;

use skein_access::WorkspaceId;
use skein_store::{FileShelf, SharedDatabase, SharedShelf, Shelf};

use super::{ENDING, RelayError};

/// How long another relay's work may rest in a shared database before it is seen here, should no word of it come (ms).
const LOOK: u64 = 1_000;

/// A place with a shelf for each workspace.
#[derive(Clone)]
pub enum Shelves {
    /// A folder, with a file for each.
    Folder(PathBuf),
    /// A database in which other relays work as well.
    Shared(SharedDatabase),
}

impl Shelves {
    /// Takes up the shelf of a workspace, or begins it.
    pub(super) fn of(&self, workspace: &WorkspaceId) -> Result<Box<dyn Shelf>, RelayError> {
        Ok(match self {
            Self::Folder(folder) => {
                let file = folder.join(workspace.to_string()).with_extension(ENDING);
                let opened = FileShelf::open(&file)?;
                Box::new(opened.map_err(|report| RelayError::Damaged(report.to_string()))?)
            }
            Self::Shared(database) => Box::new(SharedShelf::open(database.clone(), *workspace)?),
        })
    }

    /// How often it is to be looked through for what others kept (ms); never, where there are no others.
    pub(super) const fn look_every(&self) -> Option<u64> {
        match self {
            Self::Folder(_) => None,
            Self::Shared(_) => Some(LOOK),
        }
    }
}
