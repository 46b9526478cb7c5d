//! Key epochs: making a key, saying who gets it, and checking that what was handed over is that key.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use rand_core::CryptoRngCore;
use zeroize::Zeroizing;

use crate::domain;
use crate::header::NONCE_LENGTH;
use crate::id::{DeviceId, EnvelopeId, EpochId};
use crate::key::{self, EpochKey};
use crate::operation::{DeviceSeal, InviteSeal, KeyEpoch, WrappedKey};
use crate::wire::{Fixed, SealingKey};

/// Who gets an epoch's key, and which older keys it opens. Each list in ascending order of its ids.
pub(crate) struct Recipients<'k> {
    pub(crate) devices: Vec<(DeviceId, SealingKey)>,
    pub(crate) invites: Vec<(EnvelopeId, SealingKey)>,
    pub(crate) wrapped: Vec<(EpochId, &'k EpochKey)>,
}

impl KeyEpoch {
    /// A fresh key, sealed to these recipients. `None` only if the cipher refuses its input.
    pub(crate) fn generate(
        recipients: &Recipients<'_>,
        rng: &mut impl CryptoRngCore,
    ) -> Option<(Self, EpochKey)> {
        let key = EpochKey::generate(rng);
        let devices = recipients.devices.iter().map(|(device, _)| device);
        let older = recipients.wrapped.iter().map(|(epoch, _)| epoch);
        let epoch = epoch_id(&key, devices, older);
        let mut made = Self {
            epoch,
            devices: Vec::new(),
            invites: Vec::new(),
            wrapped: Vec::new(),
        };
        for (device, sealing) in &recipients.devices {
            let key = key::seal_to(sealing, &key, rng)?;
            made.devices.push(DeviceSeal {
                device: *device,
                key,
            });
        }
        for (invite, sealing) in &recipients.invites {
            let key = key::seal_to(sealing, &key, rng)?;
            made.invites.push(InviteSeal {
                invite: *invite,
                key,
            });
        }
        for (older, older_key) in &recipients.wrapped {
            made.wrapped.push(WrappedKey {
                epoch: *older,
                key: wrap(&epoch, &key, older, older_key, rng)?,
            });
        }
        Some((made, key))
    }

    /// Whether this is the key to which the epoch's id commits.
    pub(crate) fn fits(&self, key: &EpochKey) -> bool {
        let devices = self.devices.iter().map(|seal| &seal.device);
        let older = self.wrapped.iter().map(|wrapped| &wrapped.epoch);
        epoch_id(key, devices, older) == self.epoch
    }

    /// The key of an older epoch, if this one wraps it.
    pub(crate) fn unwrap(&self, key: &EpochKey, wrapped: &WrappedKey) -> Option<EpochKey> {
        let (nonce, ciphertext) = wrapped.key.0.split_first_chunk::<NONCE_LENGTH>()?;
        let payload = Payload {
            msg: ciphertext,
            aad: &associated(&self.epoch, &wrapped.epoch),
        };
        let opened = wrapping_cipher(key)
            .decrypt(XNonce::from_slice(nonce), payload)
            .ok()?;
        let opened = Zeroizing::new(opened);
        Some(EpochKey::from_bytes(opened.as_slice().try_into().ok()?))
    }
}

fn epoch_id<'i>(
    key: &EpochKey,
    devices: impl Iterator<Item = &'i DeviceId>,
    wrapped: impl Iterator<Item = &'i EpochId>,
) -> EpochId {
    let devices: Vec<&[u8]> = devices.map(|device| device.as_bytes().as_slice()).collect();
    let count = u32::try_from(devices.len())
        .unwrap_or(u32::MAX)
        .to_be_bytes();
    let mut parts: Vec<&[u8]> = vec![key.as_bytes(), &count];
    parts.extend(devices);
    parts.extend(wrapped.map(|epoch| epoch.as_bytes().as_slice()));
    EpochId::from_bytes(domain::derive(domain::EPOCH_ID, &parts))
}

fn wrap(
    epoch: &EpochId,
    key: &EpochKey,
    older: &EpochId,
    older_key: &EpochKey,
    rng: &mut impl CryptoRngCore,
) -> Option<Fixed<72>> {
    let mut nonce = [0; NONCE_LENGTH];
    rng.fill_bytes(&mut nonce);
    let payload = Payload {
        msg: older_key.as_bytes(),
        aad: &associated(epoch, older),
    };
    let ciphertext = wrapping_cipher(key)
        .encrypt(XNonce::from_slice(&nonce), payload)
        .ok()?;
    let bytes = [nonce.as_slice(), &ciphertext].concat();
    Some(Fixed(bytes.try_into().ok()?))
}

fn associated(newer: &EpochId, older: &EpochId) -> [u8; 64] {
    let mut bytes = [0; 64];
    let (first, second) = bytes.split_at_mut(32);
    first.copy_from_slice(newer.as_bytes());
    second.copy_from_slice(older.as_bytes());
    bytes
}

fn wrapping_cipher(key: &EpochKey) -> XChaCha20Poly1305 {
    let derived = key.derive(domain::EPOCH_WRAPPING_KEY);
    XChaCha20Poly1305::new(Key::from_slice(derived.as_slice()))
}
