//! Byte strings of a fixed length inside operations, and strict decoding: one value has exactly one encoding.

use std::fmt;

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Exactly `N` bytes, written as a byte string (length, then bytes).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fixed<const N: usize>(pub [u8; N]);

/// An X25519 public key to which epoch keys are sealed.
pub type SealingKey = Fixed<32>;
/// An Ed25519 signature.
pub type SignatureBytes = Fixed<64>;
/// An epoch key in a sealed box: 32 bytes of ephemeral public key, 16 of tag, 32 of key.
pub type SealedKeyBytes = Fixed<80>;

impl<const N: usize> fmt::Debug for Fixed<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&skein_model::id::to_base32(&self.0))
    }
}

impl<const N: usize> Serialize for Fixed<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de, const N: usize> Deserialize<'de> for Fixed<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = Vec::<u8>::deserialize(deserializer)?;
        let found = bytes.len();
        bytes
            .try_into()
            .map(Self)
            .map_err(|_| D::Error::custom(format!("{found} bytes where {N} belong")))
    }
}

/// Encodes a value. The types of this crate have no way to fail here; an empty result would not decode.
pub(crate) fn encode(value: &impl Serialize) -> Vec<u8> {
    postcard::to_stdvec(value).unwrap_or_default()
}

/// Decodes a value that must fill the bytes exactly and be written in the one way `encode` writes it.
pub(crate) fn decode<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> Option<T> {
    let (value, rest) = postcard::take_from_bytes::<T>(bytes).ok()?;
    (rest.is_empty() && encode(&value) == bytes).then_some(value)
}
