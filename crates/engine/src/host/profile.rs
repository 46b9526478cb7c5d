//! A profile on disk: its folder, its lock, its device key and where its parts lie.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use skein_access::DeviceKey;
use zeroize::{Zeroize, Zeroizing};

/// Why a profile could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// The folder could not be made or used.
    #[error("The profile folder {path} cannot be used: {source}. Nothing was changed.")]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The device key file is there and not readable as one.
    #[error(
        "The device key {path} is damaged ({reason}). It was left as it is: put back a copy of this file, or start with a new profile folder and join again."
    )]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The workspace file cannot be opened at all.
    #[error("{0}")]
    Store(#[from] skein_store::OpenError),
    /// A backup was to be restored and could not be.
    #[error(
        "The backup was not restored: {source}. {path} is as it was; start Skein again to go on with it, or choose another backup."
    )]
    NotRestored {
        /// The workspace's file.
        path: PathBuf,
        /// What went wrong.
        source: skein_store::BackupError,
    },
    /// The network could not be started.
    #[error("{0}")]
    Net(#[from] skein_net::NetError),
    /// The workspace file is open and cannot be read.
    #[error("{path}: {error}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: crate::api::ApiError,
    },
    /// Another process has the profile and does not answer.
    #[error(
        "Another Skein has the profile {path} open and does not answer ({reason}). Nothing was changed. Close it, or use another --profile."
    )]
    NoAnswer {
        /// The profile.
        path: PathBuf,
        /// What went wrong.
        reason: String,
    },
}

/// The profile's folder, made if it was not there, readable by its owner only.
#[derive(Debug, Clone)]
pub struct Profile {
    folder: PathBuf,
}

/// Proof that this process owns the profile; the lock goes with it.
#[derive(Debug)]
pub(crate) struct Ownership {
    _lock: File,
}

/// The device key as it rests: the secret, and how it is protected.
#[derive(Serialize, Deserialize)]
struct KeyFile {
    format: u8,
    /// Only `owner_only_file` so far: the file's permissions are the protection.
    protection: String,
    secret: String,
}

impl Profile {
    /// Uses `folder` as a profile, making it if needed.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn at(folder: impl Into<PathBuf>) -> Result<Self, ProfileError> {
        let folder = folder.into();
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)
            .and_then(|()| folder.canonicalize())
            .map(|folder| Self { folder })
            .map_err(|source| ProfileError::Folder {
                path: folder,
                source,
            })
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The workspace's database.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.folder.join("workspace.db")
    }

    /// The socket on which the owning process serves others. Socket paths are short by law (108 bytes on Linux), so a profile
    /// deep in the tree gets its socket in the system's temporary folder.
    pub(crate) fn socket(&self) -> io::Result<PathBuf> {
        let beside = self.folder.join("engine.sock");
        if beside.as_os_str().len() < 100 {
            return Ok(beside);
        }
        let owner =
            fs::metadata(&self.folder).map(|meta| std::os::unix::fs::MetadataExt::uid(&meta))?;
        let folder = std::env::temp_dir().join(format!("skein-{owner}"));
        match fs::DirBuilder::new().mode(0o700).create(&folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let meta = fs::symlink_metadata(&folder)?;
        if !meta.is_dir() || std::os::unix::fs::MetadataExt::uid(&meta) != owner {
            return Err(io::Error::other(format!(
                "{} belongs to somebody else",
                folder.display()
            )));
        }
        let name = blake3::hash(self.folder.as_os_str().as_encoded_bytes()).to_hex();
        Ok(folder
            .join(name.get(..32).unwrap_or(&name))
            .with_extension("sock"))
    }

    /// Takes the profile for this process, if no other has it.
    pub(crate) fn own(&self) -> Result<Option<Ownership>, ProfileError> {
        let path = self.folder.join("lock");
        let failed = |source| ProfileError::Folder {
            path: path.clone(),
            source,
        };
        let opened = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path);
        let file = match opened {
            // What may only be read is locked all the same.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied
                ) =>
            {
                File::open(&path).map_err(|_| failed(error))?
            }
            opened => opened.map_err(failed)?,
        };
        match file.try_lock() {
            Ok(()) => Ok(Some(Ownership { _lock: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(ProfileError::Folder { path, source }),
        }
    }

    /// Reads the device key, or makes one on the profile's first day.
    pub(crate) fn device_key(
        &self,
        rng: &mut impl CryptoRngCore,
    ) -> Result<DeviceKey, ProfileError> {
        let path = self.folder.join("device.key");
        let folder_error = |source| ProfileError::Folder {
            path: path.clone(),
            source,
        };
        match File::open(&path) {
            Ok(mut file) => {
                let mut text = Zeroizing::new(String::new());
                file.read_to_string(&mut text).map_err(folder_error)?;
                read_key(&text).map_err(|reason| ProfileError::Key { path, reason })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // A database without its key is a damaged profile, not a new one: a new key would be a stranger to its own workspace.
                if self.database().exists() {
                    return Err(ProfileError::Key {
                        path,
                        reason: "it is missing, though the workspace is here".to_owned(),
                    });
                }
                let key = DeviceKey::generate(rng);
                write_key(&path, &key).map_err(folder_error)?;
                Ok(key)
            }
            Err(source) => Err(folder_error(source)),
        }
    }
}

fn read_key(text: &str) -> Result<DeviceKey, String> {
    let mut file: KeyFile = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if file.format != 1 || file.protection != "owner_only_file" {
        return Err("it was written by a newer Skein".to_owned());
    }
    let bytes = skein_model::id::from_base32(&file.secret).map(Zeroizing::new);
    file.secret.zeroize();
    let bytes = bytes.map_err(|error| error.to_string())?;
    let secret = bytes
        .as_slice()
        .try_into()
        .map_err(|_| "it has the wrong length".to_owned())?;
    Ok(DeviceKey::from_bytes(secret))
}

/// Writes beside and renames, so that a crash leaves either no key or a whole one.
fn write_key(path: &Path, key: &DeviceKey) -> io::Result<()> {
    let file = KeyFile {
        format: 1,
        protection: "owner_only_file".to_owned(),
        secret: skein_model::id::to_base32(key.to_bytes().as_slice()),
    };
    let text = Zeroizing::new(serde_json::to_string(&file).map_err(io::Error::other)?);
    let beside = path.with_extension("key.new");
    let mut out = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(&beside)?;
    out.write_all(text.as_bytes())?;
    out.sync_all()?;
    fs::rename(&beside, path)?;
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn rng() -> rand_chacha::ChaCha20Rng {
        rand_chacha::ChaCha20Rng::seed_from_u64(1)
    }

    #[test]
    fn the_device_key_is_made_once_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let profile = Profile::at(folder.path().join("a/b")).unwrap();
        let first = profile.device_key(&mut rng()).unwrap().id();
        assert_eq!(profile.device_key(&mut rng()).unwrap().id(), first);
    }

    #[test]
    fn a_damaged_key_is_refused_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let profile = Profile::at(folder.path()).unwrap();
        fs::write(folder.path().join("device.key"), b"{\"format\":1").unwrap();
        assert!(matches!(
            profile.device_key(&mut rng()),
            Err(ProfileError::Key { .. })
        ));
        assert_eq!(
            fs::read(folder.path().join("device.key")).unwrap(),
            b"{\"format\":1"
        );
    }

    #[test]
    fn a_workspace_without_its_key_gets_no_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let profile = Profile::at(folder.path()).unwrap();
        fs::write(profile.database(), b"x").unwrap();
        assert!(matches!(
            profile.device_key(&mut rng()),
            Err(ProfileError::Key { .. })
        ));
    }

    #[test]
    fn one_process_owns_a_profile() {
        let folder = tempfile::tempdir().unwrap();
        let profile = Profile::at(folder.path()).unwrap();
        let first = profile.own().unwrap();
        assert!(first.is_some());
        assert!(profile.own().unwrap().is_none());
        drop(first);
        assert!(profile.own().unwrap().is_some());
    }
}
