//! The chunks of attached files: encrypted under a key of the file alone, each bound to its place, named by what is kept and sent.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use rand_core::CryptoRngCore;
use skein_model::file::CHUNK;
use skein_model::{ChunkName, FileKey, FileManifest};
use zeroize::Zeroizing;

use crate::domain::{CHUNK_NAME, derive};

/// What encryption adds to a chunk: the tag.
const TAG: usize = 16;
/// The longest chunk as it is kept and sent.
pub const LARGEST_CHUNK: usize = CHUNK + TAG;

/// A key for one file, from fresh randomness. A key is used for one file only, since nonces count its chunks.
#[must_use]
pub fn new_file_key(rng: &mut impl CryptoRngCore) -> FileKey {
    let mut bytes = Zeroizing::new([0; 32]);
    rng.fill_bytes(bytes.as_mut_slice());
    FileKey(*bytes)
}

/// The name of a chunk: the hash of its bytes as they are kept and sent.
#[must_use]
pub fn chunk_name(sealed: &[u8]) -> ChunkName {
    ChunkName::from_bytes(derive(CHUNK_NAME, &[sealed]))
}

/// Encrypts the chunk at a place. `None` when it is longer than a chunk may be, or there is no such place.
#[must_use]
pub fn seal_chunk(key: &FileKey, place: usize, last: bool, plain: &[u8]) -> Option<Vec<u8>> {
    if plain.len() > CHUNK {
        return None;
    }
    let bound = associated(place, last)?;
    let payload = Payload {
        msg: plain,
        aad: &bound,
    };
    cipher(key).encrypt(&nonce(&bound), payload).ok()
}

/// Decrypts the chunk at a place of a file. `None` when it is not that chunk, whole and unchanged.
#[must_use]
pub fn open_chunk(manifest: &FileManifest, place: usize, sealed: &[u8]) -> Option<Vec<u8>> {
    if manifest.chunks().get(place) != Some(&chunk_name(sealed)) {
        return None;
    }
    let last = place + 1 == manifest.chunks().len();
    let bound = associated(place, last)?;
    let payload = Payload {
        msg: sealed,
        aad: &bound,
    };
    let plain = cipher(manifest.key())
        .decrypt(&nonce(&bound), payload)
        .ok()?;
    (plain.len() as u64 == manifest.chunk_size(place)).then_some(plain)
}

/// Place (4) and whether it is the last (1): a chunk fits nowhere else, and a file cannot be cut off at its end.
fn associated(place: usize, last: bool) -> Option<[u8; 5]> {
    let [a, b, c, d] = u32::try_from(place).ok()?.to_be_bytes();
    Some([a, b, c, d, u8::from(last)])
}

/// Zeros, and the place in the last four bytes.
fn nonce([a, b, c, d, _]: &[u8; 5]) -> XNonce {
    let mut nonce = [0; 24];
    for (to, from) in nonce.iter_mut().rev().zip([d, c, b, a]) {
        *to = *from;
    }
    nonce.into()
}

fn cipher(key: &FileKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(Key::from_slice(&key.0))
}
