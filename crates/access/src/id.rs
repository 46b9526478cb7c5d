//! Identifiers of this crate, all 32 bytes.

use skein_model::declare_id;

declare_id!(
    /// A workspace: hash of its genesis operation, so that nobody can make a second beginning for it.
    WorkspaceId, 32, "a workspace id"
);
declare_id!(
    /// A device: its Ed25519 public key. The same key is its identity on the network.
    DeviceId, 32, "a device id"
);
declare_id!(
    /// An envelope: BLAKE3 of all of its bytes.
    EnvelopeId, 32, "an envelope id"
);
declare_id!(
    /// A key epoch: commits to the key, to the devices that receive it and to the epochs it wraps.
    EpochId, 32, "a key epoch id"
);
declare_id!(
    /// A person in a workspace: the id of the operation that brought them in; the workspace's id for the founder.
    MemberId, 32, "a member id"
);

impl EnvelopeId {
    /// What stands in `previous` of a device's first envelope.
    pub const NONE: Self = Self::from_bytes([0; 32]);
}

impl EpochId {
    /// What stands in `epoch` of an envelope that is not encrypted.
    pub const NONE: Self = Self::from_bytes([0; 32]);
}

impl From<EnvelopeId> for MemberId {
    fn from(id: EnvelopeId) -> Self {
        Self::from_bytes(*id.as_bytes())
    }
}

impl From<WorkspaceId> for MemberId {
    fn from(id: WorkspaceId) -> Self {
        Self::from_bytes(*id.as_bytes())
    }
}
