//! The form of the key file: what its bytes say, and what it takes to open it. Pure.

use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use skein_access::{DeviceId, DeviceKey, KeyEncryptionKey, PassphraseCost, SEALED_DEVICE_KEY};
use skein_model::id::{from_base32, to_base32};
use zeroize::{Zeroize, Zeroizing};

use super::Passphrase;
use crate::api::KeyProtection;

/// No key file is longer (bytes).
pub(super) const LONGEST: usize = 4096;

const OWNER_ONLY_FILE: &str = "owner_only_file";
const KEYCHAIN: &str = "keychain";
const PASSPHRASE: &str = "passphrase";

/// A device key as it rests.
#[derive(Debug)]
pub(super) enum KeyFile {
    /// The file's permissions are the protection.
    Plain(DeviceKey),
    /// Sealed by a key-encryption key that is not in the file.
    Sealed(SealedKey),
}

/// A device key that something else opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SealedKey {
    pub(super) device: DeviceId,
    pub(super) by: SealedBy,
    sealed: [u8; SEALED_DEVICE_KEY],
}

/// Where the key-encryption key comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SealedBy {
    /// It rests in the system's keychain.
    Keychain,
    /// It is made from a passphrase.
    Passphrase {
        salt: [u8; 16],
        cost: PassphraseCost,
    },
}

/// What every key file begins with, whoever wrote it.
#[derive(Deserialize)]
struct Head {
    format: u8,
    protection: String,
}

#[derive(Serialize, Deserialize)]
struct PlainFile {
    format: u8,
    protection: String,
    secret: String,
}

#[derive(Serialize, Deserialize)]
struct SealedFile {
    format: u8,
    protection: String,
    device: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    argon2id: Option<Argon2id>,
    sealed: String,
}

#[derive(Serialize, Deserialize)]
struct Argon2id {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: String,
}

impl KeyFile {
    /// Reads a key file; says what is wrong with it otherwise.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() > LONGEST {
            return Err("it is too long".to_owned());
        }
        let head: Head = parsed(bytes)?;
        match (head.format, head.protection.as_str()) {
            (1, OWNER_ONLY_FILE) => read_plain(parsed(bytes)?).map(Self::Plain),
            (2, KEYCHAIN | PASSPHRASE) => read_sealed(parsed(bytes)?).map(Self::Sealed),
            _ => Err("it was written by a newer Skein".to_owned()),
        }
    }

    /// The file's text.
    pub(super) fn text(&self) -> serde_json::Result<Zeroizing<String>> {
        let text = match self {
            Self::Plain(key) => {
                let mut file = PlainFile {
                    format: 1,
                    protection: OWNER_ONLY_FILE.to_owned(),
                    secret: to_base32(key.to_bytes().as_slice()),
                };
                let text = serde_json::to_string(&file);
                file.secret.zeroize();
                text
            }
            Self::Sealed(key) => serde_json::to_string(&SealedFile {
                format: 2,
                protection: key.by.word().to_owned(),
                device: key.device.to_string(),
                argon2id: key.by.written(),
                sealed: to_base32(&key.sealed),
            }),
        };
        text.map(Zeroizing::new)
    }

    /// What protects the key.
    pub(super) fn protection(&self) -> KeyProtection {
        match self {
            Self::Plain(_) => KeyProtection::OwnerOnlyFile,
            Self::Sealed(key) => match key.by {
                SealedBy::Keychain => KeyProtection::Keychain,
                SealedBy::Passphrase { .. } => KeyProtection::Passphrase,
            },
        }
    }
}

impl SealedKey {
    /// Seals a device key under a key that rests in the keychain. `None` only if the cipher refuses its input.
    pub(super) fn by_keychain(
        key: &DeviceKey,
        under: &KeyEncryptionKey,
        rng: &mut impl CryptoRngCore,
    ) -> Option<Self> {
        Self::seal(key, SealedBy::Keychain, under, rng)
    }

    /// Seals a device key under a passphrase. `None` when this machine has not the memory that the cost says.
    pub(super) fn by_passphrase(
        key: &DeviceKey,
        passphrase: &Passphrase,
        cost: PassphraseCost,
        rng: &mut impl CryptoRngCore,
    ) -> Option<Self> {
        let mut salt = [0; 16];
        rng.fill_bytes(&mut salt);
        let under = KeyEncryptionKey::from_passphrase(passphrase.as_str(), &salt, &cost)?;
        Self::seal(key, SealedBy::Passphrase { salt, cost }, &under, rng)
    }

    /// The device key, if `under` is what sealed it.
    pub(super) fn open(&self, under: &KeyEncryptionKey) -> Option<DeviceKey> {
        under.open(&self.sealed, self.by.word(), &self.device)
    }

    fn seal(
        key: &DeviceKey,
        by: SealedBy,
        under: &KeyEncryptionKey,
        rng: &mut impl CryptoRngCore,
    ) -> Option<Self> {
        let sealed = under.seal(key, by.word(), rng)?;
        Some(Self {
            device: key.id(),
            by,
            sealed,
        })
    }
}

impl SealedBy {
    fn word(&self) -> &'static str {
        match self {
            Self::Keychain => KEYCHAIN,
            Self::Passphrase { .. } => PASSPHRASE,
        }
    }

    fn written(&self) -> Option<Argon2id> {
        match self {
            Self::Keychain => None,
            Self::Passphrase { salt, cost } => Some(Argon2id {
                memory_kib: cost.memory_kib,
                passes: cost.passes,
                lanes: cost.lanes,
                salt: to_base32(salt),
            }),
        }
    }
}

fn read_plain(mut file: PlainFile) -> Result<DeviceKey, String> {
    let bytes = from_base32(&file.secret).map(Zeroizing::new);
    file.secret.zeroize();
    let bytes = bytes.map_err(|error| error.to_string())?;
    let secret = bytes.as_slice().try_into().map_err(|_| wrong_length())?;
    Ok(DeviceKey::from_bytes(secret))
}

fn read_sealed(file: SealedFile) -> Result<SealedKey, String> {
    let by = match (file.protection.as_str(), file.argon2id) {
        (KEYCHAIN, None) => SealedBy::Keychain,
        (PASSPHRASE, Some(told)) => {
            let cost = PassphraseCost {
                memory_kib: told.memory_kib,
                passes: told.passes,
                lanes: told.lanes,
            };
            if !cost.is_bearable() {
                return Err("it asks for too much memory or time".to_owned());
            }
            SealedBy::Passphrase {
                salt: exactly(&told.salt)?,
                cost,
            }
        }
        _ => return Err("it does not say what opens it".to_owned()),
    };
    let device = file.device.parse::<DeviceId>();
    Ok(SealedKey {
        device: device.map_err(|error| error.to_string())?,
        by,
        sealed: exactly(&file.sealed)?,
    })
}

fn parsed<'b, T: Deserialize<'b>>(bytes: &'b [u8]) -> Result<T, String> {
    serde_json::from_slice(bytes).map_err(|error| error.to_string())
}

fn exactly<const N: usize>(base32: &str) -> Result<[u8; N], String> {
    let bytes = from_base32(base32).map_err(|error| error.to_string())?;
    bytes.try_into().map_err(|_| wrong_length())
}

fn wrong_length() -> String {
    "it has the wrong length".to_owned()
}
