//! How a device key rests on this machine: made, opened, and given another protection. It is never given out.

mod form;
mod keychain;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rand_core::CryptoRngCore;
use skein_access::{DeviceId, DeviceKey, KeyEncryptionKey, PassphraseCost};
use zeroize::Zeroizing;

use crate::api::KeyProtection;
use form::{KeyFile, LONGEST, SealedBy, SealedKey};
pub use keychain::{Keychain, KeychainError};

/// What is left to do when a key cannot be opened any more.
const LOST: &str = "If it is gone for good, take a new profile folder and come back by an invite: from another device of yours, or from an owner. The words in workspace.db are not lost by it: that file is not encrypted.";

/// What this process has to open device keys with.
#[derive(Debug, Clone, Default)]
pub struct Unlock {
    /// The system's keychain, if there is one to ask.
    pub keychain: Option<Keychain>,
    /// What somebody typed, if anybody did.
    pub passphrase: Option<Passphrase>,
}

/// Words that open a device key; wiped from memory after use, and never shown.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<String>);

/// What is to protect a device key from now on.
#[derive(Debug, Clone)]
pub enum Protect {
    /// The file's permissions.
    OwnerOnlyFile,
    /// A key in the system's keychain.
    Keychain,
    /// A passphrase, to be given whenever the profile is opened.
    Passphrase(Passphrase),
}

/// Why a device key was not had. Nothing was changed by it.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file is there and not readable as a key file, or it is missing.
    #[error(
        "The device key {path} is damaged ({reason}). It was left as it is: put back a copy of this file, or start with a new profile folder and join again."
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The file cannot be read or written.
    #[error("The device key {path} cannot be used: {source}. Nothing was changed.")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The keychain did not give what opens it.
    #[error(
        "The device key {path} is sealed by a key in the system's keychain, and {error}. Nothing was changed. Log in to the desktop session in which you use Skein, unlock its keychain, and start Skein there again. {LOST}", LOST = LOST
    )]
    Keychain {
        /// The file.
        path: PathBuf,
        /// What the keychain said.
        error: KeychainError,
    },
    /// The keychain is open, and holds nothing for this device.
    #[error(
        "The device key {path} is sealed by a key in the system's keychain, and the keychain of this session holds no key for it. Nothing was changed. A profile folder that was copied from another machine or account does not open here: that is by design, and an invite brings a further device in. If it was made here, log in to the account and session in which you used Skein. {LOST}", LOST = LOST
    )]
    NotInKeychain {
        /// The file.
        path: PathBuf,
    },
    /// What the keychain holds for this device does not open the file.
    #[error(
        "The device key {path} is sealed by a key in the system's keychain, and the one that the keychain holds for this device is another. Nothing was changed. Put back a copy of the file or of the keychain, whichever is the older one. {LOST}", LOST = LOST
    )]
    AnotherInKeychain {
        /// The file.
        path: PathBuf,
    },
    /// A passphrase opens it, and none was given.
    #[error(
        "The device key {path} is protected by a passphrase, and none was given. Nothing was changed. The window asks for it, and so do `skein run` and `skein serve` in a terminal. A script names a file in SKEIN_PASSPHRASE_FILE. Or change the protection: `skein key protect --with keychain`."
    )]
    PassphraseWanted {
        /// The file.
        path: PathBuf,
    },
    /// The passphrase does not open it.
    #[error(
        "The passphrase does not open the device key {path}. Nothing was changed. Try again. {LOST}", LOST = LOST
    )]
    PassphraseWrong {
        /// The file.
        path: PathBuf,
    },
    /// It was to be protected in another way, and could not be.
    #[error("The device key {path} was not protected anew: {reason}. It is as it was.")]
    NotProtected {
        /// The file.
        path: PathBuf,
        /// What went wrong, and what to do.
        reason: String,
    },
}

impl Unlock {
    /// What there is without asking anybody: the keychain of the session that this process was started in.
    #[must_use]
    pub fn of_this_session() -> Self {
        Self {
            keychain: Keychain::of_this_session(),
            passphrase: None,
        }
    }
}

impl Passphrase {
    /// The words as they were typed; `None` when they are too short to protect anything (8 characters).
    #[must_use]
    pub fn new(words: impl Into<String>) -> Option<Self> {
        let words = Zeroizing::new(words.into());
        (words.chars().count() >= 8).then_some(Self(words))
    }

    fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passphrase(secret)")
    }
}

/// Opens the key in a file and says what protects it; `None` when there is no such file.
pub(super) fn open(
    path: &Path,
    unlock: &Unlock,
) -> Result<Option<(DeviceKey, KeyProtection)>, KeyError> {
    let Some(file) = read(path)? else {
        return Ok(None);
    };
    let protection = file.protection();
    opened(path, file, unlock).map(|key| Some((key, protection)))
}

/// What protects the key in a file, without opening it; `None` when there is no such file.
pub(super) fn protection(path: &Path) -> Result<Option<KeyProtection>, KeyError> {
    Ok(read(path)?.map(|file| file.protection()))
}

/// Makes the key of a new profile: sealed by the keychain where one answers that is open, else in an owner-only file.
pub(super) fn make(
    path: &Path,
    unlock: &Unlock,
    rng: &mut impl CryptoRngCore,
) -> Result<(DeviceKey, KeyProtection), KeyError> {
    let key = DeviceKey::generate(rng);
    let quiet = Unlock {
        keychain: unlock.keychain.as_ref().map(Keychain::without_prompt),
        passphrase: None,
    };
    if quiet.keychain.is_some() {
        match put(path, &key, &Protect::Keychain, &quiet, rng) {
            Ok(protection) => return Ok((key, protection)),
            Err(error) => {
                tracing::info!(%error, "the keychain does not take the new device key; it rests in an owner-only file")
            }
        }
    }
    let protection = put(path, &key, &Protect::OwnerOnlyFile, &quiet, rng)?;
    Ok((key, protection))
}

/// Gives the key in a file another protection. The file is replaced only after the new one was opened; what opened the old one is forgotten last.
pub(super) fn protect(
    path: &Path,
    unlock: &Unlock,
    wanted: &Protect,
    rng: &mut impl CryptoRngCore,
) -> Result<KeyProtection, KeyError> {
    let Some((key, before)) = open(path, unlock)? else {
        return Err(KeyError::NotProtected {
            path: path.to_owned(),
            reason: "there is no such file; `skein init` or `skein join` makes one".to_owned(),
        });
    };
    let now = put(path, &key, wanted, unlock, rng)?;
    if before == KeyProtection::Keychain
        && now != KeyProtection::Keychain
        && let Some(keychain) = &unlock.keychain
        && let Err(error) = keychain.forget(key.id())
    {
        tracing::warn!(%error, "the keychain still holds a key that opens nothing any more");
    }
    Ok(now)
}

/// Has the keychain forget what opens the key in a file, which is about to go.
pub(super) fn forget(path: &Path, unlock: &Unlock) {
    let Ok(Some(KeyFile::Sealed(sealed))) = read(path) else {
        return;
    };
    if sealed.by == SealedBy::Keychain
        && let Some(keychain) = &unlock.keychain
        && let Err(error) = keychain.forget(sealed.device)
    {
        tracing::warn!(%error, "the keychain still holds a key that opens nothing any more");
    }
}

/// Writes beside, opens what was written, and renames: a crash leaves the old file or the new one, each whole.
fn put(
    path: &Path,
    key: &DeviceKey,
    wanted: &Protect,
    unlock: &Unlock,
    rng: &mut impl CryptoRngCore,
) -> Result<KeyProtection, KeyError> {
    let not_protected = |reason: String| KeyError::NotProtected {
        path: path.to_owned(),
        reason,
    };
    let file = form_of(key, wanted, unlock, rng).map_err(not_protected)?;
    let text = file
        .text()
        .map_err(|error| not_protected(error.to_string()))?;
    let failed = |source| KeyError::File {
        path: path.to_owned(),
        source,
    };
    let beside = beside(path);
    write(&beside, text.as_bytes()).map_err(failed)?;
    let with_new = match wanted {
        Protect::Passphrase(passphrase) => Unlock {
            passphrase: Some(passphrase.clone()),
            ..unlock.clone()
        },
        _ => unlock.clone(),
    };
    match open(&beside, &with_new) {
        Ok(Some((opened, _))) if opened.id() == key.id() => {}
        Ok(_) => return Err(not_protected("what was written is another key".to_owned())),
        Err(error) => {
            return Err(not_protected(format!(
                "what was written does not open: {error}"
            )));
        }
    }
    fs::rename(&beside, path).map_err(failed)?;
    if let Some(folder) = path.parent() {
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(failed)?;
    }
    Ok(file.protection())
}

/// Removes what a sudden end left of a change of protection: the key itself is whole, and the rest may be less protected than it is.
pub(super) fn tidy(path: &Path) {
    let _ = fs::remove_file(beside(path));
}

fn beside(path: &Path) -> PathBuf {
    path.with_extension("key.new")
}

/// The key in the form that is wanted; says what is missing for it otherwise.
fn form_of(
    key: &DeviceKey,
    wanted: &Protect,
    unlock: &Unlock,
    rng: &mut impl CryptoRngCore,
) -> Result<KeyFile, String> {
    let sealed = match wanted {
        Protect::OwnerOnlyFile => return Ok(KeyFile::Plain(key.clone())),
        Protect::Passphrase(passphrase) => {
            SealedKey::by_passphrase(key, passphrase, PassphraseCost::USUAL, rng)
                .ok_or("this machine gives not the memory that a passphrase takes")?
        }
        Protect::Keychain => {
            let keychain = unlock.keychain.as_ref().ok_or(
                "this session has no keychain (D-Bus names none). Start Skein in a desktop session, or choose a passphrase",
            )?;
            let under = kept_for(key.id(), keychain, rng)
                .map_err(|error| format!("{error}. Unlock it, or choose a passphrase"))?;
            SealedKey::by_keychain(key, &under, rng).ok_or("the cipher refused")?
        }
    };
    Ok(KeyFile::Sealed(sealed))
}

/// The key-encryption key that the keychain holds for a device, made if there is none: one that is there may open a file that somebody puts back.
fn kept_for(
    device: DeviceId,
    keychain: &Keychain,
    rng: &mut impl CryptoRngCore,
) -> Result<KeyEncryptionKey, KeychainError> {
    if let Some(bytes) = keychain.read(device)? {
        return KeyEncryptionKey::from_bytes(&bytes).ok_or_else(|| {
            KeychainError::Refused("it holds something else for this device".to_owned())
        });
    }
    let key = KeyEncryptionKey::generate(rng);
    keychain.keep(device, &key)?;
    Ok(key)
}

fn opened(path: &Path, file: KeyFile, unlock: &Unlock) -> Result<DeviceKey, KeyError> {
    let path = path.to_owned();
    let sealed = match file {
        KeyFile::Plain(key) => return Ok(key),
        KeyFile::Sealed(sealed) => sealed,
    };
    match sealed.by {
        SealedBy::Passphrase { salt, cost } => {
            let Some(passphrase) = &unlock.passphrase else {
                return Err(KeyError::PassphraseWanted { path });
            };
            KeyEncryptionKey::from_passphrase(passphrase.as_str(), &salt, &cost)
                .and_then(|under| sealed.open(&under))
                .ok_or(KeyError::PassphraseWrong { path })
        }
        SealedBy::Keychain => {
            let kept = match &unlock.keychain {
                Some(keychain) => keychain.read(sealed.device),
                None => Err(KeychainError::Absent("D-Bus names none".to_owned())),
            };
            match kept {
                Err(error) => Err(KeyError::Keychain { path, error }),
                Ok(None) => Err(KeyError::NotInKeychain { path }),
                Ok(Some(bytes)) => KeyEncryptionKey::from_bytes(&bytes)
                    .and_then(|under| sealed.open(&under))
                    .ok_or(KeyError::AnotherInKeychain { path }),
            }
        }
    }
}

fn read(path: &Path) -> Result<Option<KeyFile>, KeyError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST + 1));
    let opened =
        File::open(path).and_then(|file| file.take(LONGEST as u64 + 1).read_to_end(&mut bytes));
    match opened {
        Ok(_) => KeyFile::read(&bytes)
            .map(Some)
            .map_err(|reason| KeyError::Damaged {
                path: path.to_owned(),
                reason,
            }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(KeyError::File {
            path: path.to_owned(),
            source,
        }),
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut out = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(path)?;
    out.write_all(bytes)?;
    out.sync_all()
}
