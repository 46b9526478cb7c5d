//! Secret keys: a device's, an invite's, an epoch's; what each may be used for.

use std::fmt;

use crypto_box::{PublicKey, SecretKey};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use rand_core::CryptoRngCore;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::domain;
use crate::id::DeviceId;
use crate::wire::{Fixed, SealingKey, SignatureBytes};

/// The secret of one device. It signs envelopes, opens what was sealed for the device, and is its identity on the network.
#[derive(Clone)]
pub struct DeviceKey {
    signing: SigningKey,
}

impl DeviceKey {
    /// A new key from fresh randomness.
    #[must_use]
    pub fn generate(rng: &mut impl CryptoRngCore) -> Self {
        Self {
            signing: SigningKey::generate(rng),
        }
    }

    /// The key that `to_bytes` gave.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self {
            signing: SigningKey::from_bytes(bytes),
        }
    }

    /// The 32 secret bytes: for the file that keeps this key and for the network's own handshake, nothing else.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.signing.to_bytes())
    }

    /// The public half.
    #[must_use]
    pub fn id(&self) -> DeviceId {
        DeviceId::from_bytes(self.signing.verifying_key().to_bytes())
    }

    /// The public key to which epoch keys for this device are sealed.
    #[must_use]
    pub fn sealing_key(&self) -> SealingKey {
        Fixed(self.sealing_secret().public_key().to_bytes())
    }

    pub(crate) fn sealing_secret(&self) -> SecretKey {
        sealing_secret(domain::DEVICE_SEALING_KEY, self.signing.as_bytes())
    }

    pub(crate) fn sign(&self, label: &'static str, parts: &[&[u8]]) -> SignatureBytes {
        sign(&self.signing, label, parts)
    }
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceKey({}, secret)", self.id())
    }
}

/// The two key pairs that an invite's seed stands for: one proves the ticket, the other opens the keys left for its holder.
pub(crate) struct InviteSecret {
    signing: SigningKey,
    sealing: SecretKey,
}

impl InviteSecret {
    pub(crate) fn from_seed(seed: &[u8; 32]) -> Self {
        let signing = Zeroizing::new(domain::derive(domain::INVITE_SIGNING_KEY, &[seed]));
        Self {
            signing: SigningKey::from_bytes(&signing),
            sealing: sealing_secret(domain::INVITE_SEALING_KEY, seed),
        }
    }

    pub(crate) fn public(&self) -> Fixed<32> {
        Fixed(self.signing.verifying_key().to_bytes())
    }

    pub(crate) fn sealing_key(&self) -> SealingKey {
        Fixed(self.sealing.public_key().to_bytes())
    }

    pub(crate) fn sealing_secret(&self) -> &SecretKey {
        &self.sealing
    }

    pub(crate) fn sign(&self, label: &'static str, parts: &[&[u8]]) -> SignatureBytes {
        sign(&self.signing, label, parts)
    }
}

/// The symmetric key of one epoch. Every use of it goes through a key derived for that use.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct EpochKey([u8; 32]);

impl EpochKey {
    /// A new key from fresh randomness.
    #[must_use]
    pub fn generate(rng: &mut impl CryptoRngCore) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// Wraps the bytes of a key.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(crate) fn derive(&self, label: &'static str) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(domain::derive(label, &[&self.0]))
    }
}

impl fmt::Debug for EpochKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EpochKey(secret)")
    }
}

fn sealing_secret(label: &'static str, seed: &[u8; 32]) -> SecretKey {
    let bytes = Zeroizing::new(domain::derive(label, &[seed]));
    SecretKey::from_bytes(*bytes)
}

fn sign(key: &SigningKey, label: &'static str, parts: &[&[u8]]) -> SignatureBytes {
    Fixed(key.sign(&domain::message(label, parts)).to_bytes())
}

/// Whether `signature` by the holder of `public` covers `parts` under `label`. Strict: no weak keys, no malleable signatures.
pub(crate) fn verifies(
    public: &[u8; 32],
    label: &'static str,
    parts: &[&[u8]],
    signature: &[u8; 64],
) -> bool {
    VerifyingKey::from_bytes(public).is_ok_and(|key| {
        key.verify_strict(
            &domain::message(label, parts),
            &Signature::from_bytes(signature),
        )
        .is_ok()
    })
}

/// Seals a short secret to a public key, so that only its holder opens it. `None` only if the cipher refuses its input.
pub(crate) fn seal_to(
    recipient: &SealingKey,
    secret: &EpochKey,
    rng: &mut impl CryptoRngCore,
) -> Option<Fixed<80>> {
    let sealed = PublicKey::from_bytes(recipient.0)
        .seal(rng, secret.as_bytes())
        .ok()?;
    Some(Fixed(sealed.try_into().ok()?))
}

/// Opens what `seal_to` made for the holder of this key.
pub(crate) fn unseal(secret: &SecretKey, sealed: &Fixed<80>) -> Option<EpochKey> {
    let opened = Zeroizing::new(secret.unseal(&sealed.0).ok()?);
    Some(EpochKey::from_bytes(opened.as_slice().try_into().ok()?))
}
