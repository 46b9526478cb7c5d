//! Names inside operations: readable to members, not to those who carry them.
//!
//! Sealed bytes = nonce (24 random bytes) · XChaCha20-Poly1305 ciphertext with tag. The key is derived from the epoch's key under
//! `skein/1 epoch text key`; the associated data is the epoch's id and one byte for the use (1 workspace name, 2 member
//! name, 3 label of an invite). Plaintext = length (2 bytes, big-endian) · UTF-8 · zeros up to a multiple of 64.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};

use crate::domain;
use crate::header::NONCE_LENGTH;
use crate::id::EpochId;
use crate::key::EpochKey;

/// The longest name in bytes of UTF-8.
pub const MAX_NAME: usize = 256;
const STEP: usize = 64;

/// What a sealed text is for; one use cannot stand in for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextUse {
    WorkspaceName = 1,
    MemberName = 2,
    InviteLabel = 3,
}

/// A short text encrypted under an epoch's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedText {
    /// The epoch whose key opens it; the invite's sealing key, where somebody asks to be let in.
    pub epoch: EpochId,
    /// Nonce and ciphertext.
    pub sealed: Vec<u8>,
}

/// A name that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing but spaces.
    #[error("a name is needed; nothing was given")]
    Empty,
    /// Too long.
    #[error("the name has {0} bytes; at most {MAX_NAME} fit, please shorten it")]
    TooLong(usize),
}

impl SealedText {
    pub(crate) fn seal(
        text: &str,
        usage: TextUse,
        (epoch, key): (&EpochId, &EpochKey),
        rng: &mut impl CryptoRngCore,
    ) -> Result<Self, NameError> {
        let padded = pad(text)?;
        let mut nonce = [0; NONCE_LENGTH];
        rng.fill_bytes(&mut nonce);
        let payload = Payload {
            msg: &padded,
            aad: &associated(epoch, usage),
        };
        let ciphertext = cipher(key)
            .encrypt(XNonce::from_slice(&nonce), payload)
            .map_err(|_| NameError::TooLong(text.len()))?;
        let mut sealed = nonce.to_vec();
        sealed.extend_from_slice(&ciphertext);
        Ok(Self {
            epoch: *epoch,
            sealed,
        })
    }

    pub(crate) fn open(&self, usage: TextUse, key: &EpochKey) -> Option<String> {
        let (nonce, ciphertext) = self.sealed.split_first_chunk::<NONCE_LENGTH>()?;
        let payload = Payload {
            msg: ciphertext,
            aad: &associated(&self.epoch, usage),
        };
        let padded = cipher(key)
            .decrypt(XNonce::from_slice(nonce), payload)
            .ok()?;
        unpad(&padded)
    }

    /// Whether it is no longer than a sealed name can be.
    pub(crate) fn fits(&self) -> bool {
        self.sealed.len() <= MAX_NAME + STEP + NONCE_LENGTH + 18
    }
}

/// A text in one of few lengths.
pub(crate) fn pad(text: &str) -> Result<Vec<u8>, NameError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(NameError::Empty);
    }
    let too_long = || NameError::TooLong(text.len());
    if text.len() > MAX_NAME {
        return Err(too_long());
    }
    let length = u16::try_from(text.len()).map_err(|_| too_long())?;
    let mut padded = length.to_be_bytes().to_vec();
    padded.extend_from_slice(text.as_bytes());
    padded.resize(padded.len().next_multiple_of(STEP), 0);
    Ok(padded)
}

/// The text that was padded. `None`: it is none that could have been, or was padded in another way.
pub(crate) fn unpad(padded: &[u8]) -> Option<String> {
    let (length, rest) = padded.split_first_chunk::<2>()?;
    let text = rest.get(..usize::from(u16::from_be_bytes(*length)))?;
    let text = String::from_utf8(text.to_vec()).ok()?;
    (pad(&text).ok()? == padded).then_some(text)
}

fn associated(epoch: &EpochId, usage: TextUse) -> Vec<u8> {
    let mut bytes = epoch.as_bytes().to_vec();
    bytes.push(usage as u8);
    bytes
}

fn cipher(key: &EpochKey) -> XChaCha20Poly1305 {
    let derived = key.derive(domain::EPOCH_TEXT_KEY);
    XChaCha20Poly1305::new(Key::from_slice(derived.as_slice()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{MAX_NAME, pad, unpad};

    #[test]
    fn a_name_comes_back() {
        for name in ["A", "Ana Grau", "雁", &"x".repeat(MAX_NAME)] {
            assert_eq!(unpad(&pad(name).unwrap()).unwrap(), name);
        }
    }

    /// What a member may have sealed who does not use this code.
    fn sealed_otherwise(text: &[u8], length: usize) -> Vec<u8> {
        let mut padded = u16::try_from(text.len()).unwrap().to_be_bytes().to_vec();
        padded.extend(text);
        padded.resize(length, 0);
        padded
    }

    #[test]
    fn what_is_no_name_is_not_read_as_one() {
        assert_eq!(unpad(&sealed_otherwise(b"Ana", 64)).unwrap(), "Ana");
        let others: [(&[u8], usize); 7] = [
            (b"", 64),
            (b" ", 64),
            (b"Ana\n", 64),
            (b"Ana", 128),
            (b"Ana", 63),
            (&[b'x'; MAX_NAME + 1], 320),
            (b"\xff", 64),
        ];
        for (text, length) in others {
            assert_eq!(unpad(&sealed_otherwise(text, length)), None);
        }
        let mut filled = sealed_otherwise(b"Ana", 64);
        *filled.last_mut().unwrap() = 1;
        assert_eq!(unpad(&filled), None);
    }
}
