//! A shared folder on the disk: files that are written once, named by what is in them, and read by whoever else has the folder.
//!
//! Nothing in it can be trusted to be there, to be whole, or to be a file. Only names with the ending of a bundle are looked at, and no link is followed.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use skein_access::shared_file_name;

/// The ending of every file that is read and written here.
const ENDING: &str = ".skein-bundle";
/// What is being written has a name that begins and ends like this, and is read by nobody.
const UNFINISHED: (&str, &str) = (".skein-", ".part");
/// How many entries of one folder are looked at.
const MOST_ENTRIES: usize = 200_000;

/// Why a shared folder could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FolderError {
    /// Nothing is there, or its disk is not.
    #[error("it is not there")]
    Away,
    /// Something else than a folder is there.
    #[error("it is no folder")]
    NoFolder,
    /// Its path cannot be written as text.
    #[error("its path has characters that are no text")]
    NoText,
    /// The disk is full.
    #[error("its disk is full")]
    Full,
    /// It may not be written, or not be read.
    #[error("the system does not permit it")]
    NotPermitted,
    /// There are more entries in it than are looked at.
    #[error("more than {MOST_ENTRIES} things lie in it")]
    TooMany,
    /// The disk refused.
    #[error("{0}")]
    Disk(String),
}

impl From<io::Error> for FolderError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound => Self::Away,
            ErrorKind::NotADirectory => Self::NoFolder,
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full,
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::NotPermitted,
            _ => Self::Disk(error.to_string()),
        }
    }
}

/// A file in the folder that may be ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderEntry {
    /// Its name.
    pub name: String,
    /// Its size.
    pub size: u64,
    /// When it was changed, by its file system (ns since 1970).
    pub modified: i64,
}

impl FolderEntry {
    fn of(name: String, metadata: &Metadata) -> Self {
        let since = |time: std::time::SystemTime| match time.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |ns| -ns),
        };
        Self {
            name,
            size: metadata.len(),
            modified: metadata.modified().map_or(0, since),
        }
    }
}

/// A file of the folder, open to be read.
#[derive(Debug)]
pub struct FolderReader(File);

impl FolderReader {
    /// The next bytes, at most so many; none at the end.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn next(&mut self, most: usize) -> Result<Vec<u8>, FolderError> {
        let mut bytes = Vec::new();
        Read::take(&mut self.0, most as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// The folder. Cheap to clone; work that reads and writes it may run anywhere.
#[derive(Debug, Clone)]
pub struct SharedFolder {
    path: Arc<Path>,
    /// A file on another disk than the folder: when the folder seems to lie on the same, its own disk is away.
    apart_from: Option<Arc<Path>>,
}

impl SharedFolder {
    /// The folder at a path. `apart_from`: a file that lies on another disk than the folder does.
    #[must_use]
    pub fn at(path: &str, apart_from: Option<&Path>) -> Self {
        Self {
            path: Path::new(path).into(),
            apart_from: apart_from.map(Into::into),
        }
    }

    /// The full path of a folder that is there, and whether it lies on another disk than `file`.
    ///
    /// # Errors
    /// When it is not there, is no folder, or has no path in text.
    pub fn find(path: &str, file: Option<&Path>) -> Result<(String, bool), FolderError> {
        let full = fs::canonicalize(path)?;
        if !full.is_dir() {
            return Err(FolderError::NoFolder);
        }
        fs::read_dir(&full)?;
        let apart = file.is_some_and(|file| are_apart(&full, file));
        let full = full.into_os_string().into_string();
        Ok((full.map_err(|_| FolderError::NoText)?, apart))
    }

    fn is_there(&self) -> Result<(), FolderError> {
        if !fs::metadata(&self.path)?.is_dir() {
            return Err(FolderError::NoFolder);
        }
        match &self.apart_from {
            Some(file) if !are_apart(&self.path, file) => Err(FolderError::Away),
            _ => Ok(()),
        }
    }

    /// The files with the ending of a bundle.
    ///
    /// # Errors
    /// When the folder is not there or cannot be read.
    pub fn look(&self) -> Result<Vec<FolderEntry>, FolderError> {
        self.is_there()?;
        let mut found = Vec::new();
        for (place, entry) in fs::read_dir(&self.path)?.enumerate() {
            if place >= MOST_ENTRIES {
                return Err(FolderError::TooMany);
            }
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            if !name.ends_with(ENDING) || name.starts_with('.') {
                continue;
            }
            // Of the entry itself: a link may lead anywhere. What is gone meanwhile is gone.
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            if metadata.is_file() {
                found.push(FolderEntry::of(name, &metadata));
            }
        }
        Ok(found)
    }

    /// Opens a file to read it. `None` when it is gone, or is no file any more.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn open(&self, name: &str) -> Result<Option<FolderReader>, FolderError> {
        let path = self.path.join(name);
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_file() => {}
            Ok(_) => return Ok(None),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        match File::open(&path) {
            Ok(file) => Ok(Some(FolderReader(file))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes a file; when this returns it is on the disk, whole and under the name of its content. `writer` tells whose unfinished files may
    /// be thrown away: nobody else writes as the same.
    ///
    /// # Errors
    /// When the folder is not there or the disk refuses; then nothing is there under that name that was not there before.
    pub fn keep(&self, writer: &str, bytes: &[u8]) -> Result<FolderEntry, FolderError> {
        self.is_there()?;
        let (begin, end) = UNFINISHED;
        let mine = format!("{begin}{writer}");
        self.tidy(&mine)?;
        let name = format!("{}{ENDING}", shared_file_name(bytes));
        let unfinished = self.path.join(format!("{mine}{end}"));
        let place = self.path.join(&name);
        let written = write_new(&unfinished, bytes).and_then(|()| fs::rename(&unfinished, &place));
        if let Err(error) = written {
            // What is left of it would be thrown away the next time; the disk may need its room now.
            drop(fs::remove_file(&unfinished));
            return Err(error.into());
        }
        self.sync();
        Ok(FolderEntry::of(name, &fs::symlink_metadata(&place)?))
    }

    /// Removes a file that was written here.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn remove(&self, name: &str) -> Result<(), FolderError> {
        match fs::remove_file(self.path.join(name)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Throws away what a sudden end left half written.
    fn tidy(&self, mine: &str) -> Result<(), FolderError> {
        let unfinished = self.path.join(format!("{mine}{}", UNFINISHED.1));
        match fs::remove_file(&unfinished) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Makes the names in the folder durable, where its file system can.
    fn sync(&self) {
        if let Ok(folder) = File::open(&self.path) {
            drop(folder.sync_all());
        }
    }
}

/// Never through a link that somebody put there.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Whether a folder and a file lie on two disks.
#[cfg(unix)]
fn are_apart(folder: &Path, file: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let disk = |path: &Path| fs::metadata(path).map(|metadata| metadata.dev());
    matches!((disk(folder), disk(file)), (Ok(a), Ok(b)) if a != b)
}

#[cfg(not(unix))]
fn are_apart(_: &Path, _: &Path) -> bool {
    false
}
