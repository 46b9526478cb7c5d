//! Work on shared folders away from the core: looking what is there, reading a file slice by slice, writing one.

use skein_access::{EnvelopeId, WorkspaceId, envelope_id};
use skein_store::{
    FolderEntry, FolderError, FolderFileId, FolderId, FolderReader, Found, Mark, SharedFolder,
};

use crate::api::RequestId;
use crate::core::bundles::{Broken, Unpacking};
use crate::core::io::ClientId;

/// How many bytes of a file are read at a time.
const SLICE: usize = 512 * 1024;
/// A file that is larger is not read.
const LARGEST: u64 = 1024 * 1024 * 1024;

/// Work on a shared folder.
#[derive(Debug)]
pub enum FolderJob {
    /// See whether there is a folder that can be taken into use.
    Find {
        /// Where somebody says that it is.
        path: String,
        /// The workspace's file.
        file: Option<std::path::PathBuf>,
        /// Who waits for the answer.
        asked: (ClientId, RequestId),
    },
    /// See which files are there.
    Look {
        /// Which folder.
        id: FolderId,
        /// Where it is.
        folder: SharedFolder,
    },
    /// Read the next slice of a file.
    Read(Box<Reading>),
    /// Write a file.
    Write {
        /// Which folder.
        id: FolderId,
        /// Where it is.
        folder: SharedFolder,
        /// Whose unfinished files may be thrown away.
        writer: String,
        /// What is to be in it.
        bytes: Vec<u8>,
        /// Which envelopes that is.
        marks: Vec<Mark>,
        /// Files that are spare then.
        spared: Vec<FolderFileId>,
    },
    /// Remove files that were written here and are spare. What is not removed is tried again.
    Remove {
        /// Where they are.
        folder: SharedFolder,
        /// Their names.
        names: Vec<String>,
    },
}

/// A file that is being read.
#[derive(Debug)]
pub struct Reading {
    /// In which folder.
    pub(super) id: FolderId,
    pub(super) folder: SharedFolder,
    pub(super) entry: FolderEntry,
    /// Under which number it is noted.
    pub(super) row: FolderFileId,
    pub(super) workspace: WorkspaceId,
    pub(super) reader: Option<FolderReader>,
    /// How many bytes were read.
    pub(super) read: u64,
    pub(super) unpacking: Unpacking,
}

/// Work on a shared folder that is done.
#[derive(Debug)]
pub enum FolderDone {
    /// There is a folder at this full path, perhaps on another disk than the workspace's file; or there is none.
    Found {
        /// What was asked for.
        path: String,
        /// Who waits for the answer.
        asked: (ClientId, RequestId),
        /// What was found.
        result: Result<(String, bool), FolderError>,
    },
    /// The files that are there.
    Looked {
        /// Which folder.
        id: FolderId,
        /// What was found.
        result: Result<Vec<FolderEntry>, FolderError>,
    },
    /// A slice was read.
    Read {
        /// The file.
        reading: Box<Reading>,
        /// The whole envelopes in the slice, with the ids that their bytes have.
        envelopes: Vec<(EnvelopeId, Vec<u8>)>,
        /// What the file turned out to be, when nothing more comes.
        result: Result<Option<Found>, FolderError>,
    },
    /// A file was written, or was not.
    Wrote {
        /// Which folder.
        id: FolderId,
        /// Which envelopes are in it.
        marks: Vec<Mark>,
        /// Files that are spare if it is there.
        spared: Vec<FolderFileId>,
        /// The file.
        result: Result<FolderEntry, FolderError>,
    },
    /// Spare files were removed, as far as the disk let it.
    Removed,
}

impl FolderJob {
    /// Does the work: reads and writes files, and knows nothing else.
    #[must_use]
    pub fn run(self) -> FolderDone {
        match self {
            Self::Find { path, file, asked } => FolderDone::Found {
                result: SharedFolder::find(&path, file.as_deref()),
                path,
                asked,
            },
            Self::Look { id, folder } => FolderDone::Looked {
                id,
                result: folder.look(),
            },
            Self::Read(mut reading) => {
                let mut envelopes = Vec::new();
                let result = reading.next(&mut envelopes);
                let named = |bytes: Vec<u8>| (envelope_id(&bytes), bytes);
                FolderDone::Read {
                    reading,
                    envelopes: envelopes.into_iter().map(named).collect(),
                    result,
                }
            }
            Self::Write {
                id,
                folder,
                writer,
                bytes,
                marks,
                spared,
            } => FolderDone::Wrote {
                id,
                marks,
                spared,
                result: folder.keep(&writer, &bytes),
            },
            Self::Remove { folder, names } => {
                for name in names {
                    if let Err(error) = folder.remove(&name) {
                        tracing::warn!(%error, name, "a spare file stays in a shared folder for now");
                    }
                }
                FolderDone::Removed
            }
        }
    }
}

impl Reading {
    /// Reads on. What the file turned out to be is known at its end, or before.
    fn next(&mut self, envelopes: &mut Vec<Vec<u8>>) -> Result<Option<Found>, FolderError> {
        // Also one that grows while it is read comes to an end.
        if self.entry.size.max(self.read) > LARGEST {
            return Ok(Some(Found::TooLarge));
        }
        if self.reader.is_none() {
            self.reader = self.folder.open(&self.entry.name)?;
        }
        let reader = self.reader.as_mut().ok_or(FolderError::Away)?;
        let bytes = reader.next(SLICE)?;
        self.read += bytes.len() as u64;
        if bytes.is_empty() {
            let whole = self.unpacking.is_whole();
            return Ok(Some(if whole { Found::Whole } else { Found::Cut }));
        }
        let taken = self.unpacking.take(&self.workspace, &bytes, envelopes);
        Ok(taken.err().map(|broken| match broken {
            Broken::Damaged => Found::Damaged,
            Broken::NotOne | Broken::Elsewhere => Found::Foreign,
        }))
    }
}
