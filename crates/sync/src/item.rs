//! What reconciliation knows of an envelope: its group, its hour and its id.

use serde::{Deserialize, Serialize};
use skein_access::{EnvelopeId, EnvelopeKind, Header, WorkspaceId};

use crate::close::CloseReason;
use crate::limits::ENVELOPE_BYTES;

/// The two sets that are reconciled one after the other: who may do what first, then what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Group {
    /// Access operations: small, and they decide what follows.
    Access,
    /// Data and snapshots.
    Data,
}

impl Group {
    /// The group that envelopes of this kind belong to.
    #[must_use]
    pub const fn of(kind: EnvelopeKind) -> Self {
        match kind {
            EnvelopeKind::Access => Self::Access,
            EnvelopeKind::Data | EnvelopeKind::Pack => Self::Data,
        }
    }
}

/// The place of an envelope in the sorted set: coarse time first, because what differs is mostly recent and then lies together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Hours since 1970, as the author wrote it. Sorts; decides nothing.
    pub hour: u32,
    /// The envelope.
    pub id: EnvelopeId,
}

impl Key {
    /// The place and id of bytes that should be an envelope of this group and workspace. Nothing else in them is believed.
    pub(crate) fn of(
        bytes: &[u8],
        group: Group,
        workspace: &WorkspaceId,
    ) -> Result<Self, CloseReason> {
        if bytes.len() > ENVELOPE_BYTES {
            return Err(CloseReason::TooMuch(
                "an envelope larger than envelopes may be",
            ));
        }
        let header = Header::decode(bytes)
            .map_err(|_| CloseReason::WrongEnvelope("bytes that are no envelope"))?;
        if header.workspace != *workspace || Group::of(header.kind) != group {
            return Err(CloseReason::WrongEnvelope(
                "an envelope of another workspace or kind",
            ));
        }
        Ok(Self {
            hour: header.hour,
            id: EnvelopeId::from_bytes(*blake3::hash(bytes).as_bytes()),
        })
    }
}

/// An envelope as the set and the sessions see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ItemRef {
    /// Which of the two sets it belongs to.
    pub group: Group,
    /// Its place there.
    pub key: Key,
}

impl ItemRef {
    /// The reference of an envelope of this kind, hour and id.
    #[must_use]
    pub const fn new(kind: EnvelopeKind, hour: u32, id: EnvelopeId) -> Self {
        Self {
            group: Group::of(kind),
            key: Key { hour, id },
        }
    }
}
