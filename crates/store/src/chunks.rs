//! The folder in which chunks of files rest, encrypted as they travel: one file for each, named by its hash.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use skein_access::{LARGEST_CHUNK, chunk_name};
use skein_model::ChunkName;

/// The folder within it for what is being written.
const INCOMING: &str = "incoming";

/// Why a chunk was not kept or read.
#[derive(Debug, thiserror::Error)]
pub enum ChunkError {
    /// A store in memory has no folder.
    #[error("this workspace keeps no files: there is no folder for them")]
    NoFolder,
    /// The bytes are not those that the name stands for.
    #[error("the bytes are not those of the chunk {0}; nothing of them was kept")]
    OtherBytes(ChunkName),
    /// There is no such chunk.
    #[error("the chunk {0} is not here")]
    Missing(ChunkName),
    /// The disk refused.
    #[error("{path}: {source}")]
    Disk {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// The folder. Cheap to clone; work that reads and writes it may run anywhere.
#[derive(Debug, Clone)]
pub struct ChunkFolder(Option<Arc<Path>>);

impl ChunkFolder {
    /// The folder that belongs to a workspace's file: beside it, under its name with another ending.
    pub(crate) fn of(file: &Path) -> Self {
        Self(Some(file.with_extension("files").into()))
    }

    /// No folder: nothing can be kept.
    pub(crate) const fn none() -> Self {
        Self(None)
    }

    fn root(&self) -> Result<&Path, ChunkError> {
        self.0.as_deref().ok_or(ChunkError::NoFolder)
    }

    fn place(&self, name: ChunkName) -> Result<PathBuf, ChunkError> {
        let text = name.to_string();
        let (shelf, _) = text.split_at(2);
        Ok(self.root()?.join(shelf).join(&text))
    }

    /// Throws away what was being written when the program last ended. Nobody may be writing.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn tidy(&self) -> Result<(), ChunkError> {
        let Ok(root) = self.root() else { return Ok(()) };
        let incoming = root.join(INCOMING);
        match fs::remove_dir_all(&incoming) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(disk(&incoming)(error)),
            _ => Ok(()),
        }
    }

    /// Keeps a chunk; when this returns it is on disk, whole and under its name.
    ///
    /// # Errors
    /// When the bytes are others, or the disk refuses; nothing is under that name then that was not there before.
    pub fn keep(&self, name: ChunkName, bytes: &[u8]) -> Result<(), ChunkError> {
        if bytes.len() > LARGEST_CHUNK || chunk_name(bytes) != name {
            return Err(ChunkError::OtherBytes(name));
        }
        let place = self.place(name)?;
        let incoming = self.root()?.join(INCOMING);
        let unfinished = incoming.join(name.to_string());
        make_folder(&incoming)?;
        let write = || -> io::Result<()> {
            let mut file = File::create(&unfinished)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().map_err(disk(&unfinished))?;
        let shelf = place.parent().unwrap_or(&incoming);
        make_folder(shelf)?;
        fs::rename(&unfinished, &place).map_err(disk(&place))?;
        sync(shelf)
    }

    /// Reads a chunk and compares it with its name.
    ///
    /// # Errors
    /// When it is not here, is not what it was, or the disk refuses.
    pub fn read(&self, name: ChunkName) -> Result<Vec<u8>, ChunkError> {
        let place = self.place(name)?;
        let file = match File::open(&place) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(ChunkError::Missing(name));
            }
            Err(error) => return Err(disk(&place)(error)),
        };
        let mut bytes = Vec::new();
        file.take(LARGEST_CHUNK as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(disk(&place))?;
        if chunk_name(&bytes) != name {
            return Err(ChunkError::OtherBytes(name));
        }
        Ok(bytes)
    }

    /// Whether there is a file under that name; its bytes are not looked at.
    #[must_use]
    pub fn has(&self, name: ChunkName) -> bool {
        self.place(name).is_ok_and(|place| place.is_file())
    }

    /// The names of all that rest here.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn names(&self) -> Result<BTreeSet<ChunkName>, ChunkError> {
        let mut names = BTreeSet::new();
        let Ok(root) = self.root() else {
            return Ok(names);
        };
        for shelf in entries(root)? {
            if shelf.file_name().is_none_or(|name| name == INCOMING) || !shelf.is_dir() {
                continue;
            }
            for place in entries(&shelf)? {
                let name = place.file_name().and_then(|name| name.to_str());
                names.extend(name.and_then(|name| name.parse::<ChunkName>().ok()));
            }
        }
        Ok(names)
    }

    /// Removes a chunk, if it is here.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn remove(&self, name: ChunkName) -> Result<(), ChunkError> {
        let place = self.place(name)?;
        match fs::remove_file(&place) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(disk(&place)(error)),
            _ => Ok(()),
        }
    }
}

fn disk(path: &Path) -> impl FnOnce(io::Error) -> ChunkError {
    let path = path.to_owned();
    move |source| ChunkError::Disk { path, source }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, ChunkError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(disk(folder))?,
    };
    entries
        .map(|entry| entry.map(|entry| entry.path()).map_err(disk(folder)))
        .collect()
}

/// Makes a folder if it is not there, for its owner only, on the disk as well.
fn make_folder(folder: &Path) -> Result<(), ChunkError> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(disk(folder))?;
    folder.parent().map_or(Ok(()), sync)
}

/// Makes the names in a folder durable. A folder cannot be opened as a file everywhere; where it can, it is.
fn sync(folder: &Path) -> Result<(), ChunkError> {
    File::open(folder).map_or(Ok(()), |opened| opened.sync_all().map_err(disk(folder)))
}
