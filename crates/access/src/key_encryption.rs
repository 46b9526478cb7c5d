//! A device key at rest: encrypted under a key-encryption key, which is kept elsewhere or made from a passphrase.
//!
//! Sealed bytes = nonce (24 random bytes) · XChaCha20-Poly1305 ciphertext (32) · tag (16). The cipher's key is derived from the
//! key-encryption key under its own label; associated data: device id (32) · what protects the file, as it is written there.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use rand_core::CryptoRngCore;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::domain::{DEVICE_KEY_AT_REST, derive};
use crate::id::DeviceId;
use crate::key::DeviceKey;

const NONCE: usize = 24;
/// How long a sealed device key is.
pub const SEALED_DEVICE_KEY: usize = NONCE + 32 + 16;

/// What making a key from a passphrase costs (argon2id).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassphraseCost {
    /// Memory (KiB).
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes that could be filled side by side.
    pub lanes: u32,
}

impl PassphraseCost {
    /// What a new key costs: 64 MiB, 3 passes, one lane.
    pub const USUAL: Self = Self {
        memory_kib: 64 * 1024,
        passes: 3,
        lanes: 1,
    };

    /// Whether it is within what is paid for a cost that was read from a file: at most 1 GiB, 16 passes, 4 lanes.
    #[must_use]
    pub fn is_bearable(&self) -> bool {
        (self.lanes.saturating_mul(8)..=1024 * 1024).contains(&self.memory_kib)
            && (1..=16).contains(&self.passes)
            && (1..=4).contains(&self.lanes)
    }
}

/// A key that encrypts nothing but device keys at rest.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct KeyEncryptionKey([u8; 32]);

impl KeyEncryptionKey {
    /// A new key from fresh randomness.
    #[must_use]
    pub fn generate(rng: &mut impl CryptoRngCore) -> Self {
        let mut key = Self([0; 32]);
        rng.fill_bytes(&mut key.0);
        key
    }

    /// The key that `to_bytes` gave; `None` when the bytes have another length.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The key that a passphrase stands for. `None` when the cost is not a bearable one, or this machine has not that much memory.
    #[must_use]
    pub fn from_passphrase(
        passphrase: &str,
        salt: &[u8; 16],
        cost: &PassphraseCost,
    ) -> Option<Self> {
        if !cost.is_bearable() {
            return None;
        }
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32)).ok()?;
        let mut key = Self([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.as_bytes(), salt, &mut key.0)
            .ok()?;
        Some(key)
    }

    /// The 32 secret bytes: for the keychain that keeps this key, nothing else.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0)
    }

    /// Seals a device key for a file that says that it is protected by `protection`. `None` only if the cipher refuses its input.
    #[must_use]
    pub fn seal(
        &self,
        device: &DeviceKey,
        protection: &str,
        rng: &mut impl CryptoRngCore,
    ) -> Option<[u8; SEALED_DEVICE_KEY]> {
        let mut nonce = [0; NONCE];
        rng.fill_bytes(&mut nonce);
        let secret = device.to_bytes();
        let payload = Payload {
            msg: secret.as_slice(),
            aad: &associated(&device.id(), protection),
        };
        let encrypted = self
            .cipher()
            .encrypt(XNonce::from_slice(&nonce), payload)
            .ok()?;
        [nonce.as_slice(), &encrypted].concat().try_into().ok()
    }

    /// The key of this device, out of what `seal` made. `None` when it is not that, whole and unchanged, under this key.
    #[must_use]
    pub fn open(
        &self,
        sealed: &[u8; SEALED_DEVICE_KEY],
        protection: &str,
        device: &DeviceId,
    ) -> Option<DeviceKey> {
        let (nonce, encrypted) = sealed.split_at_checked(NONCE)?;
        let payload = Payload {
            msg: encrypted,
            aad: &associated(device, protection),
        };
        let secret = self
            .cipher()
            .decrypt(XNonce::from_slice(nonce), payload)
            .ok()
            .map(Zeroizing::new)?;
        let key = DeviceKey::from_bytes(secret.as_slice().try_into().ok()?);
        (key.id() == *device).then_some(key)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        let derived = Zeroizing::new(derive(DEVICE_KEY_AT_REST, &[&self.0]));
        XChaCha20Poly1305::new(Key::from_slice(derived.as_slice()))
    }
}

impl std::fmt::Debug for KeyEncryptionKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyEncryptionKey(secret)")
    }
}

fn associated(device: &DeviceId, protection: &str) -> Vec<u8> {
    [device.as_bytes().as_slice(), protection.as_bytes()].concat()
}
