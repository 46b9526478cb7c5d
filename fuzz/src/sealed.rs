//! What is inside ciphers, as a member may have sealed it: contents of envelopes, and names.

use skein_access::{DataPayload, EnvelopeKind, EpochKey};

use crate::sealing::{self, EPOCH_KEY};

/// What the first byte says that the rest is.
pub mod inside {
    /// The plaintext of a data envelope, filling and all.
    pub const DATA: u8 = 0;
    /// Its content, which is filled up first.
    pub const CONTENT: u8 = 1;
    /// The plaintext of a pack.
    pub const PACK: u8 = 2;
    /// Its content.
    pub const PACK_CONTENT: u8 = 3;
    /// The plaintext of a workspace's name and of its founder's.
    pub const NAME: u8 = 4;
    /// How many there are.
    pub const KINDS: u8 = 5;
}

/// The plaintexts of what is sealed. Each thing has one form.
pub fn sealed(bytes: &[u8]) {
    let Some((inside, rest)) = bytes.split_first() else {
        return;
    };
    match inside % inside::KINDS {
        inside::DATA => data(rest),
        inside::CONTENT => data(&sealing::padded(rest)),
        inside::PACK => pack(rest),
        inside::PACK_CONTENT => pack(&sealing::padded(rest)),
        _ => name(rest),
    }
}

/// What is inside the envelope of a payload, filling and all.
pub fn plaintext_of(payload: &DataPayload) -> Option<Vec<u8>> {
    sealing::by_our_code(payload).and_then(|envelope| sealing::opened(&envelope))
}

fn data(padded: &[u8]) {
    let Some(envelope) = sealing::sealed(EnvelopeKind::Data, padded) else {
        return;
    };
    let Ok(payload) = envelope.open(&EpochKey::from_bytes(EPOCH_KEY)) else {
        return;
    };
    let size: usize = payload.changes.iter().map(|change| change.0.len()).sum();
    assert!(size <= padded.len(), "nothing grows");
    let again = plaintext_of(&payload);
    assert_eq!(again.as_deref(), Some(padded), "there is one form of each");
}

fn pack(padded: &[u8]) {
    let Some(envelope) = sealing::sealed(EnvelopeKind::Pack, padded) else {
        return;
    };
    let key = EpochKey::from_bytes(EPOCH_KEY);
    let Ok(pack) = envelope.open_pack(&key) else {
        return;
    };
    let workspace = envelope.header().workspace;
    let unpacked = pack.unpack(&workspace, |_| Some(&key));
    let of_all = unpacked.envelopes.len() + unpacked.locked + unpacked.broken;
    assert_eq!(
        of_all,
        pack.len(),
        "each came out, or it is said that it did not"
    );
}

fn name(padded: &[u8]) {
    let Some((workspace, member)) = sealing::names_read(padded, padded) else {
        return;
    };
    assert_eq!(workspace, member, "a name is a name");
    let Some(name) = workspace else {
        return;
    };
    let mut form = (name.len() as u16).to_be_bytes().to_vec();
    form.extend(name.as_bytes());
    form.resize(form.len().next_multiple_of(64), 0);
    assert_eq!(form, padded, "there is one form of each");
    assert!(!name.is_empty() && name.trim() == name && name.len() <= 256);
}
