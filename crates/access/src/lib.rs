//! Who may do what: identity, signed envelopes, membership, keys, permits, invites. Pure: no I/O, no clock, no randomness of its own.

mod domain;
mod padding;

pub mod envelope;
pub mod forks;
pub mod header;
pub mod id;
pub mod key;
pub mod payload;
pub mod permit;
pub mod role;
pub mod tag;
pub mod wire;

pub use envelope::{
    Chain, Envelope, EnvelopeError, Stamp, UnverifiedEnvelope, seal_data, seal_snapshot,
};
pub use forks::{Fork, forks};
pub use header::{EnvelopeKind, Header, MAX_ENVELOPE};
pub use id::{DeviceId, EnvelopeId, EpochId, MemberId, WorkspaceId};
pub use key::{DeviceKey, EpochKey};
pub use payload::{DataPayload, MAX_CHANGES, SnapshotPayload};
pub use permit::{AcceptPermit, AdminPermit, Denied, ReadPermit, Unaccepted, WritePermit};
pub use role::Role;
pub use tag::tag;
