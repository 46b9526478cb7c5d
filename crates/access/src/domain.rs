//! Domain separation: the labels under which this crate hashes, derives keys and signs, so that no value made for one use fits another.
//!
//! Two constructions, both with the label written here in ASCII:
//!
//! - *derived*: BLAKE3 in `derive_key` mode with the label as context string, over the concatenated inputs;
//! - *signed message*: the label, one zero byte, then the 32 bytes *derived* under the same label from what is signed.
//!
//! A device's Ed25519 key is also its network identity. The Noise handshake signs messages that begin with
//! `noise-libp2p-static-key:`; every message signed here begins with `skein/1 `, so neither can stand in for the other.

pub(crate) const ENVELOPE_SIGNATURE: &str = "skein/1 envelope signature";
pub(crate) const JOIN_SIGNATURE: &str = "skein/1 join signature";
pub(crate) const INVITE_PROOF_SIGNATURE: &str = "skein/1 invite proof signature";
pub(crate) const CONSENT_SIGNATURE: &str = "skein/1 device consent signature";
pub(crate) const DEVICE_SEALING_KEY: &str = "skein/1 device sealing key";
pub(crate) const INVITE_SIGNING_KEY: &str = "skein/1 invite signing key";
pub(crate) const INVITE_SEALING_KEY: &str = "skein/1 invite sealing key";
pub(crate) const EPOCH_ID: &str = "skein/1 epoch id";
pub(crate) const EPOCH_CONTENT_KEY: &str = "skein/1 epoch content key";
pub(crate) const EPOCH_TEXT_KEY: &str = "skein/1 epoch text key";
pub(crate) const EPOCH_WRAPPING_KEY: &str = "skein/1 epoch wrapping key";
pub(crate) const WORKSPACE_ID: &str = "skein/1 workspace id";
pub(crate) const HELLO_TAG: &str = "skein/1 hello tag";
pub(crate) const PROFILE_ID: &str = "skein/1 profile id";
pub(crate) const CHUNK_NAME: &str = "skein/1 file chunk name";
pub(crate) const SHARED_FILE_NAME: &str = "skein/1 shared file name";
pub(crate) const TICKET_CHECKSUM: &str = "skein/1 ticket checksum";
pub(crate) const CODE_JOINER: &str = "skein/1 code joiner";
pub(crate) const CODE_INVITER: &str = "skein/1 code inviter";
pub(crate) const CODE_JOINER_PROOF: &str = "skein/1 code joiner proof";
pub(crate) const CODE_INVITER_PROOF: &str = "skein/1 code inviter proof";
pub(crate) const CODE_TICKET_KEY: &str = "skein/1 code ticket key";
pub(crate) const ASKING_KEY: &str = "skein/1 asking key";
pub(crate) const DEVICE_KEY_AT_REST: &str = "skein/1 device key at rest";
pub(crate) const DEVICE_WORDS: &str = "skein/1 device words";

/// 32 bytes derived under a label from the concatenation of `parts` (each of a fixed length, or the last one).
pub(crate) fn derive(label: &'static str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key(label);
    for part in parts {
        hasher.update(part);
    }
    *hasher.finalize().as_bytes()
}

/// The message that is signed for `parts` under a label.
pub(crate) fn message(label: &'static str, parts: &[&[u8]]) -> Vec<u8> {
    let mut message = Vec::with_capacity(label.len() + 33);
    message.extend_from_slice(label.as_bytes());
    message.push(0);
    message.extend_from_slice(&derive(label, parts));
    message
}
