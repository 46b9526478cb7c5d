//! Files attached to documents: what a document says of one, in the strict form that names it.
//!
//! A document holds no bytes of a file but its manifest: name, size, the key of its chunks, and their names. The manifest is one
//! scalar under a key that follows from its bytes, so that two people who attach at the same time never write one place.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::id::{ChunkName, FileId};

/// How many bytes of a file one chunk holds; the last one holds what is left.
pub const CHUNK: usize = 1024 * 1024;
/// The largest file.
pub const LARGEST_FILE: u64 = 2 * 1024 * 1024 * 1024;
/// The longest name of a file, in bytes.
pub const LONGEST_NAME: usize = 255;
/// The longest media type, in bytes.
const LONGEST_MIME: usize = 127;
/// The longest manifest: the names of all chunks of the largest file, and room for the rest.
const LONGEST_MANIFEST: usize = 66 * 1024;
/// The version of the form.
const FORMAT: u8 = 1;
/// The label under which ids of files are derived.
const FILE_ID: &str = "skein/1 file id";

/// The key of one file's chunks, drawn freshly for each file.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileKey(pub [u8; 32]);

impl std::fmt::Debug for FileKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FileKey(secret)")
    }
}

/// What a document says of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileManifest {
    format: u8,
    name: String,
    mime: String,
    size: u64,
    key: FileKey,
    #[serde(with = "names")]
    chunks: Vec<ChunkName>,
}

/// Why something is no file that can be attached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// The name.
    #[error("a file's name has 1 to {LONGEST_NAME} bytes in one line, without / and \\")]
    Name,
    /// The media type.
    #[error("a media type has at most {LONGEST_MIME} letters, as in image/png")]
    Mime,
    /// The size.
    #[error("a file has at most 2 GiB; this one has {0} bytes")]
    TooLarge(u64),
    /// Size and chunks do not fit together.
    #[error("the parts of the file do not make up its size")]
    Chunks,
}

/// What a text's reference to a file begins with; the file's id follows.
pub const REFERENCE: &str = "skein:file/";
/// The letters of a file's id.
const ID_LETTERS: usize = 26;

/// The files that a text shows or links to.
#[must_use]
pub fn referred(text: &str) -> BTreeSet<FileId> {
    let links = text.split("](").skip(1);
    links
        .filter_map(|link| {
            link.strip_prefix(REFERENCE)?
                .get(..ID_LETTERS)?
                .parse()
                .ok()
        })
        .collect()
}

/// How many chunks a file of that size has. An empty file has one, which is empty.
#[must_use]
pub fn chunk_count(size: u64) -> u64 {
    size.div_ceil(CHUNK as u64).max(1)
}

/// Whether this can be a file's name: one line, no folder.
///
/// # Errors
/// When it cannot.
pub fn check_name(name: &str) -> Result<(), FileError> {
    let folder = |letter: char| letter.is_control() || letter == '/' || letter == '\\';
    if name.is_empty()
        || name.len() > LONGEST_NAME
        || name.contains(folder)
        || matches!(name, "." | "..")
    {
        return Err(FileError::Name);
    }
    Ok(())
}

/// Whether this can be a media type, or nothing said.
///
/// # Errors
/// When it cannot.
pub fn check_mime(mime: &str) -> Result<(), FileError> {
    if mime.len() > LONGEST_MIME || !mime.bytes().all(|letter| (b' '..=b'~').contains(&letter)) {
        return Err(FileError::Mime);
    }
    Ok(())
}

/// Whether a file of that size can be attached.
///
/// # Errors
/// When it is too large.
pub const fn check_size(size: u64) -> Result<(), FileError> {
    if size > LARGEST_FILE {
        return Err(FileError::TooLarge(size));
    }
    Ok(())
}

impl FileManifest {
    /// What is to be said of a file.
    ///
    /// # Errors
    /// When a part of it is not acceptable.
    pub fn new(
        name: String,
        mime: String,
        size: u64,
        key: FileKey,
        chunks: Vec<ChunkName>,
    ) -> Result<Self, FileError> {
        let manifest = Self {
            format: FORMAT,
            name,
            mime,
            size,
            key,
            chunks,
        };
        manifest.check()?;
        Ok(manifest)
    }

    fn check(&self) -> Result<(), FileError> {
        check_name(&self.name)?;
        check_mime(&self.mime)?;
        check_size(self.size)?;
        if self.format != FORMAT || self.chunks.len() as u64 != chunk_count(self.size) {
            return Err(FileError::Chunks);
        }
        Ok(())
    }

    /// The file's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its media type, as who attached it said; may be empty, and may be wrong.
    #[must_use]
    pub fn mime(&self) -> &str {
        &self.mime
    }

    /// How many bytes it has.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The key of its chunks.
    #[must_use]
    pub const fn key(&self) -> &FileKey {
        &self.key
    }

    /// The names of its chunks, in order.
    #[must_use]
    pub fn chunks(&self) -> &[ChunkName] {
        &self.chunks
    }

    /// How many bytes of the file the chunk at a place holds.
    #[must_use]
    pub fn chunk_size(&self, place: usize) -> u64 {
        let before = (place as u64).saturating_mul(CHUNK as u64);
        self.size.saturating_sub(before).min(CHUNK as u64)
    }

    /// The bytes that stand in the document.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        // Writing such a value to memory cannot fail.
        postcard::to_stdvec(self).unwrap_or_default()
    }

    /// Reads the bytes; `None` unless they are exactly what [`FileManifest::to_bytes`] writes of an acceptable file.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > LONGEST_MANIFEST {
            return None;
        }
        let manifest: Self = postcard::from_bytes(bytes).ok()?;
        manifest.check().ok()?;
        (manifest.to_bytes() == bytes).then_some(manifest)
    }

    /// What names the file: it follows from all that is said of it.
    #[must_use]
    pub fn id(&self) -> FileId {
        id_of(&self.to_bytes())
    }
}

/// The id of the file of which these bytes speak.
pub(crate) fn id_of(manifest: &[u8]) -> FileId {
    let derived = blake3::Hasher::new_derive_key(FILE_ID)
        .update(manifest)
        .finalize();
    let (id, _) = derived.as_bytes().split_at(16);
    FileId::from_bytes(id.try_into().unwrap_or_default())
}

/// Names one after the other, 32 bytes each.
mod names {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::id::ChunkName;

    pub(super) fn serialize<S: Serializer>(
        names: &[ChunkName],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let bytes: Vec<[u8; 32]> = names.iter().map(|name| *name.as_bytes()).collect();
        bytes.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<ChunkName>, D::Error> {
        let bytes = Vec::<[u8; 32]>::deserialize(deserializer)?;
        Ok(bytes.into_iter().map(ChunkName::from_bytes).collect())
    }
}
