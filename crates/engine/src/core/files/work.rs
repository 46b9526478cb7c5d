//! Work on chunks: encrypting, decrypting, hashing, the disk. It runs anywhere, on what it carries and the folder.

use std::collections::BTreeSet;

use data_encoding::BASE64;
use skein_access::{DeviceId, chunk_name, open_chunk, seal_chunk};
use skein_model::{ChunkName, DocumentId, FileId, FileKey, FileManifest};
use skein_store::{ChunkError, ChunkFolder};

use crate::api::RequestId;
use crate::core::io::ClientId;

/// Work on chunks.
#[derive(Debug)]
pub enum FileJob {
    /// Encrypt a piece of a file that is being added, and keep it.
    Seal {
        /// The upload.
        upload: String,
        /// Which chunk of the file.
        place: usize,
        /// Whether it is the last.
        last: bool,
        /// The file's key.
        key: FileKey,
        /// The piece.
        plain: Vec<u8>,
    },
    /// Read a part of a file.
    Read(Box<FileRead>),
    /// Keep a chunk that a device sent.
    Keep {
        /// Which device.
        peer: DeviceId,
        /// Which chunk it says this is.
        name: ChunkName,
        /// What it sent.
        bytes: Vec<u8>,
    },
    /// Read a chunk for a device that asked for it.
    Give {
        /// Which device.
        peer: DeviceId,
        /// Names its question.
        ask: u64,
        /// Which chunk.
        name: ChunkName,
    },
    /// Read chunks for a device that asked whether they are here.
    Vouch {
        /// Which device.
        peer: DeviceId,
        /// Which chunks.
        names: Vec<ChunkName>,
    },
    /// List what rests in the folder.
    List,
    /// Remove chunks that nothing needs.
    Remove(Vec<ChunkName>),
}

/// A part of a file that somebody reads.
#[derive(Debug)]
pub struct FileRead {
    /// Who.
    pub client: ClientId,
    /// With which request.
    pub request: RequestId,
    /// The document it belongs to.
    pub document: DocumentId,
    /// Which file.
    pub file: FileId,
    /// What is said of it.
    pub manifest: FileManifest,
    /// From which byte on.
    pub offset: u64,
    /// How many bytes; the file has as many.
    pub length: u64,
}

/// What came of reading.
#[derive(Debug)]
pub struct Read {
    /// What was asked.
    pub of: FileRead,
    /// The bytes in base64.
    pub result: Result<String, ReadError>,
}

/// Why a part of a file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// One of its chunks.
    #[error("{1}")]
    Chunk(ChunkName, ChunkError),
    /// The chunks are what they should be, and do not open: who attached the file made it so.
    #[error("it was damaged when it was attached")]
    Unreadable,
}

/// Work on chunks that is done.
#[derive(Debug)]
pub enum FileDone {
    /// A piece is encrypted and on disk.
    Sealed {
        /// The upload.
        upload: String,
        /// Which chunk of the file.
        place: usize,
        /// Its name.
        result: Result<ChunkName, ChunkError>,
    },
    /// A part was read.
    Read(Read),
    /// What a device sent is on disk, or was refused.
    Kept {
        /// Which device.
        peer: DeviceId,
        /// Which chunk.
        name: ChunkName,
        /// Whether it is kept.
        result: Result<(), ChunkError>,
    },
    /// A chunk was read for a device.
    Given {
        /// Which device.
        peer: DeviceId,
        /// Names its question.
        ask: u64,
        /// Which chunk.
        name: ChunkName,
        /// Its bytes.
        result: Result<Vec<u8>, ChunkError>,
    },
    /// What rests in the folder.
    Listed(Result<BTreeSet<ChunkName>, ChunkError>),
    /// Chunks were read for a device: which of them are whole.
    Vouched {
        /// Which device.
        peer: DeviceId,
        /// Each chunk, and whether it is what it should be.
        read: Vec<(ChunkName, bool)>,
    },
    /// These chunks were removed, as far as the disk let them.
    Removed(Vec<ChunkName>),
}

impl FileJob {
    /// Does the work.
    #[must_use]
    pub fn run(self, folder: &ChunkFolder) -> FileDone {
        match self {
            Self::Seal {
                upload,
                place,
                last,
                key,
                plain,
            } => {
                let sealed = seal_chunk(&key, place, last, &plain).unwrap_or_default();
                let name = chunk_name(&sealed);
                FileDone::Sealed {
                    upload,
                    place,
                    result: folder.keep(name, &sealed).map(|()| name),
                }
            }
            Self::Read(of) => FileDone::Read(Read {
                result: of.run(folder),
                of: *of,
            }),
            Self::Keep { peer, name, bytes } => FileDone::Kept {
                peer,
                name,
                result: folder.keep(name, &bytes),
            },
            Self::Give { peer, ask, name } => FileDone::Given {
                peer,
                ask,
                name,
                result: folder.read(name),
            },
            Self::Vouch { peer, names } => FileDone::Vouched {
                peer,
                read: names
                    .into_iter()
                    .map(|name| (name, folder.read(name).is_ok()))
                    .collect(),
            },
            Self::List => FileDone::Listed(folder.names()),
            Self::Remove(names) => {
                for name in &names {
                    if let Err(error) = folder.remove(*name) {
                        tracing::warn!(%error, "a part of a file that nothing needs stays on disk");
                    }
                }
                FileDone::Removed(names)
            }
        }
    }
}

impl FileRead {
    fn run(&self, folder: &ChunkFolder) -> Result<String, ReadError> {
        let end = self.offset.saturating_add(self.length);
        let mut read = Vec::new();
        let mut start = 0;
        for (place, name) in self.manifest.chunks().iter().enumerate() {
            let after = start + self.manifest.chunk_size(place);
            if start < end && self.offset < after {
                let sealed = folder
                    .read(*name)
                    .map_err(|error| ReadError::Chunk(*name, error))?;
                let plain =
                    open_chunk(&self.manifest, place, &sealed).ok_or(ReadError::Unreadable)?;
                let from = usize::try_from(self.offset.saturating_sub(start)).unwrap_or(0);
                let to = usize::try_from(end.min(after) - start).unwrap_or(0);
                read.extend_from_slice(plain.get(from..to).unwrap_or_default());
            }
            start = after;
        }
        Ok(BASE64.encode(&read))
    }
}
