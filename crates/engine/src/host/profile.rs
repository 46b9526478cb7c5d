//! A profile on disk: its folder, its lock, its device key and where its parts lie.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rand_core::CryptoRngCore;
use skein_access::DeviceKey;

use super::keys::{self, KeyError, Protect, Unlock};
use crate::api::{ApiError, ErrorCode, KeyProtection};
use crate::places::Slug;

/// The files of a profile in which nothing was ever made.
const OF_AN_UNUSED: [&str; 9] = [
    "device.key",
    "engine.sock",
    "last-frame.json",
    "lock",
    "page.key",
    "workspace.db",
    "workspace.db-shm",
    "workspace.db-wal",
    "workspace.json",
];

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
    /// The device key cannot be opened.
    #[error("{0}")]
    Key(#[from] KeyError),
    /// The workspace file cannot be opened at all.
    #[error("{0}")]
    Store(#[from] skein_store::OpenError),
    /// A backup was to be restored, or the file to be put together anew, and that could not be.
    #[error(
        "Nothing was restored or repaired: {source}. {path} is as it was; start Skein again to go on with it, or choose another backup."
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
    /// There is no such workspace in the profile.
    #[error(
        "There is no workspace “{slug}” in the profile {path}. Nothing was changed. `skein workspaces` shows those that there are."
    )]
    NoWorkspace {
        /// What was asked for.
        slug: Slug,
        /// The profile.
        path: PathBuf,
    },
    /// A workspace was to be taken off this machine, and was not.
    #[error(
        "The workspace in {path} was not taken off this machine: {reason}. What was not moved by then is where it was."
    )]
    NotRemoved {
        /// Its folder.
        path: PathBuf,
        /// What went wrong.
        reason: String,
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

impl From<ProfileError> for ApiError {
    fn from(error: ProfileError) -> Self {
        let code = match &error {
            ProfileError::NoWorkspace { .. } => ErrorCode::NotFound,
            ProfileError::Key(
                KeyError::PassphraseWanted { .. } | KeyError::PassphraseWrong { .. },
            ) => ErrorCode::Locked,
            _ => ErrorCode::Storage,
        };
        Self::new(code, error.to_string(), "")
    }
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

    /// Opens the device key, or makes one on the profile's first day; says what protects it.
    pub(crate) fn device_key(
        &self,
        unlock: &Unlock,
        rng: &mut impl CryptoRngCore,
    ) -> Result<(DeviceKey, KeyProtection), ProfileError> {
        let path = self.key_file();
        keys::tidy(&path);
        if let Some(opened) = keys::open(&path, unlock)? {
            return Ok(opened);
        }
        // A database without its key is a damaged profile, not a new one: a new key would be a stranger to its own workspace.
        if self.database().exists() {
            return Err(KeyError::Damaged {
                path,
                reason: "it is missing, though the workspace is here".to_owned(),
            }
            .into());
        }
        Ok(keys::make(&path, unlock, rng)?)
    }

    /// What protects the device key, without opening it; `None` when there is none yet.
    ///
    /// # Errors
    /// When the key file cannot be read.
    pub fn key_protection(&self) -> Result<Option<KeyProtection>, ProfileError> {
        Ok(keys::protection(&self.key_file())?)
    }

    /// Gives the device key another protection, and returns which one it has now. The device stays the same.
    ///
    /// # Errors
    /// When another process has the profile, the key does not open, or the new protection cannot be had. Then it is as it was.
    pub fn protect_key(
        &self,
        unlock: &Unlock,
        wanted: &Protect,
        rng: &mut impl CryptoRngCore,
    ) -> Result<KeyProtection, ProfileError> {
        let Some(_ownership) = self.own()? else {
            return Err(KeyError::NotProtected {
                path: self.key_file(),
                reason: "another Skein has the profile open. Close it, and try again".to_owned(),
            }
            .into());
        };
        Ok(keys::protect(&self.key_file(), unlock, wanted, rng)?)
    }

    /// Takes the folder of a profile away in which nothing was ever made, and what the keychain holds for its device. If there is anything in it that
    /// such a profile does not have, such as a backup or a file, all stays; says whether it went.
    pub(crate) fn remove_unused(&self, unlock: &Unlock) -> io::Result<bool> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let path = entry.path();
            let known = match entry.file_type()?.is_dir() {
                true => fs::read_dir(&path)?.next().is_none(),
                false => entry
                    .file_name()
                    .to_str()
                    .is_some_and(|name| OF_AN_UNUSED.contains(&name)),
            };
            if !known {
                return Ok(false);
            }
            found.push((path, entry.file_type()?.is_dir()));
        }
        keys::forget(&self.key_file(), unlock);
        for (path, is_folder) in found {
            match is_folder {
                true => fs::remove_dir(path)?,
                false => fs::remove_file(path)?,
            }
        }
        fs::remove_dir(&self.folder).map(|()| true)
    }

    fn key_file(&self) -> PathBuf {
        self.folder.join("device.key")
    }
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
        let first = profile
            .device_key(&Unlock::default(), &mut rng())
            .unwrap()
            .0
            .id();
        assert_eq!(
            profile
                .device_key(&Unlock::default(), &mut rng())
                .unwrap()
                .0
                .id(),
            first
        );
    }

    #[test]
    fn a_damaged_key_is_refused_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let profile = Profile::at(folder.path()).unwrap();
        fs::write(folder.path().join("device.key"), b"{\"format\":1").unwrap();
        assert!(matches!(
            profile.device_key(&Unlock::default(), &mut rng()),
            Err(ProfileError::Key(KeyError::Damaged { .. }))
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
            profile.device_key(&Unlock::default(), &mut rng()),
            Err(ProfileError::Key(KeyError::Damaged { .. }))
        ));
    }

    #[test]
    fn an_unused_profile_goes_and_one_that_holds_anything_else_stays_whole() {
        for (more, goes) in [
            (None, true),
            (Some("workspace.backups/00001-1.db"), false),
            (Some("workspace.files/chunk"), false),
            (Some("a letter"), false),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let profile = Profile::at(folder.path().join("a")).unwrap();
            profile.device_key(&Unlock::default(), &mut rng()).unwrap();
            fs::write(profile.database(), b"x").unwrap();
            fs::create_dir(profile.folder().join("workspace.files")).unwrap();
            if let Some(more) = more {
                let path = profile.folder().join(more);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, b"work").unwrap();
            }
            assert_eq!(profile.remove_unused(&Unlock::default()).unwrap(), goes);
            assert_eq!(profile.database().exists(), !goes, "{more:?}");
            assert_eq!(profile.folder().exists(), !goes, "{more:?}");
        }
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
