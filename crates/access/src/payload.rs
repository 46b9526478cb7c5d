//! What is inside the ciphertext of data envelopes; for packs see [`crate::pack`].
//!
//! The content (before padding) is the postcard encoding of `Content`: a varint tag, 0, then the fields in the order in which they are
//! declared. Byte strings are a varint length and the bytes.

use serde::{Deserialize, Serialize};
use skein_model::{ChangeBytes, DocumentId};

use crate::envelope::EnvelopeError;
use crate::header::EnvelopeKind;
use crate::padding::MAX_PADDED;
use crate::wire;

/// The largest total of change bytes that surely fits one data envelope.
pub const MAX_CHANGES: usize = MAX_PADDED - 4096;
/// The largest content of an envelope.
pub(crate) const MAX_CONTENT: usize = MAX_PADDED - 4;
/// How many changes one data envelope may carry.
pub const MAX_CHANGE_COUNT: usize = 1024;

/// Changes of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataPayload {
    /// The document.
    pub document: DocumentId,
    /// The stored form of its kind; may be one that this version does not know.
    pub kind_code: u8,
    /// Its changes, in an order in which they apply.
    pub changes: Vec<ChangeBytes>,
}

#[derive(Serialize, Deserialize)]
enum Content {
    Changes {
        document: DocumentId,
        kind_code: u8,
        changes: Vec<Vec<u8>>,
    },
}

/// Something that a sealed envelope can carry.
pub(crate) trait Payload: Sized {
    const KIND: EnvelopeKind;
    fn encode(&self) -> Vec<u8>;
    fn decode(content: &[u8]) -> Result<Self, EnvelopeError>;
}

impl Payload for DataPayload {
    const KIND: EnvelopeKind = EnvelopeKind::Data;

    fn encode(&self) -> Vec<u8> {
        wire::encode(&Content::Changes {
            document: self.document,
            kind_code: self.kind_code,
            changes: self.changes.iter().map(|change| change.0.clone()).collect(),
        })
    }

    fn decode(content: &[u8]) -> Result<Self, EnvelopeError> {
        match wire::decode(content) {
            Some(Content::Changes {
                document,
                kind_code,
                changes,
            }) if changes.len() <= MAX_CHANGE_COUNT => Ok(Self {
                document,
                kind_code,
                changes: changes.into_iter().map(ChangeBytes).collect(),
            }),
            _ => Err(EnvelopeError::UnknownContent),
        }
    }
}
