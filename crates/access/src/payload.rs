//! What is inside the ciphertext of data and snapshot envelopes.
//!
//! The content (before padding) is the postcard encoding of `Content`: a varint tag, 0 for changes, 1 for a snapshot, then the
//! fields in the order in which they are declared. Byte strings are a varint length and the bytes.

use serde::{Deserialize, Serialize};
use skein_model::{ChangeBytes, DocumentId, Heads};

use crate::envelope::EnvelopeError;
use crate::header::EnvelopeKind;
use crate::padding::MAX_PADDED;
use crate::wire;

/// The largest total of change bytes that surely fits one data envelope.
pub const MAX_CHANGES: usize = MAX_PADDED - 4096;
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

/// One document saved whole, possibly in several parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotPayload {
    /// The document.
    pub document: DocumentId,
    /// The stored form of its kind.
    pub kind_code: u8,
    /// What the snapshot contains.
    pub heads: Heads,
    /// Which part this is, from 0.
    pub part: u16,
    /// How many parts there are.
    pub parts: u16,
    /// The bytes of this part.
    pub bytes: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
enum Content {
    Changes {
        document: DocumentId,
        kind_code: u8,
        changes: Vec<Vec<u8>>,
    },
    Snapshot {
        document: DocumentId,
        kind_code: u8,
        heads: Vec<u8>,
        part: u16,
        parts: u16,
        bytes: Vec<u8>,
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

impl Payload for SnapshotPayload {
    const KIND: EnvelopeKind = EnvelopeKind::Snapshot;

    fn encode(&self) -> Vec<u8> {
        wire::encode(&Content::Snapshot {
            document: self.document,
            kind_code: self.kind_code,
            heads: self.heads.to_bytes(),
            part: self.part,
            parts: self.parts,
            bytes: self.bytes.clone(),
        })
    }

    fn decode(content: &[u8]) -> Result<Self, EnvelopeError> {
        let Some(Content::Snapshot {
            document,
            kind_code,
            heads,
            part,
            parts,
            bytes,
        }) = wire::decode(content)
        else {
            return Err(EnvelopeError::UnknownContent);
        };
        if part >= parts {
            return Err(EnvelopeError::UnknownContent);
        }
        Ok(Self {
            document,
            kind_code,
            heads: Heads::from_bytes(&heads).ok_or(EnvelopeError::UnknownContent)?,
            part,
            parts,
            bytes,
        })
    }
}
