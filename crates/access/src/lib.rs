//! Who may do what: identity, signed envelopes, membership, keys, permits, invites. Pure: no I/O, no clock, no randomness of its own.
//!
//! Bytes become an [`UnverifiedEnvelope`], which becomes an [`Envelope`] by its signature, which counts if the [`Authority`] accepts it. The
//! authority is built from the access envelopes and gives the same answers for the same set of them.

mod access_change;
mod asking;
mod bounds;
mod domain;
mod epoch;
mod facts;
mod graph;
mod node;
mod padding;
mod rules;
mod settle;
mod state;

pub mod authority;
pub mod changing;
pub mod code;
pub mod code_exchange;
pub mod envelope;
pub mod file_cipher;
pub mod forks;
pub mod founding;
pub mod header;
pub mod id;
pub mod invite;
pub mod invitees;
pub mod join;
pub mod key;
pub mod key_encryption;
pub mod keyring;
pub mod operation;
pub mod pack;
pub mod payload;
pub mod permit;
pub mod profile;
pub mod role;
pub mod sealed_text;
pub mod shared_file;
pub mod tag;
pub mod ticket;
pub mod wire;
pub mod words;

pub use access_change::AccessChange;
pub use authority::{Admission, Authority, InviteView, Member, Pending, Standing};
pub use changing::{
    LastSequences, RotationReason, approve, awaits_next_key, decline, leave, remove_device,
    remove_member, revoke_invite, rotate, rotation_due, seal_for_missing, set_relays, set_role,
};
pub use code::{Code, CodeError};
pub use envelope::{
    Chain, Envelope, EnvelopeError, Stamp, UnverifiedEnvelope, envelope_id, seal_data, seal_pack,
};
pub use file_cipher::{LARGEST_CHUNK, chunk_name, new_file_key, open_chunk, seal_chunk};
pub use forks::{Fork, forks};
pub use founding::{Founded, OperationError, create_workspace};
pub use header::{EnvelopeKind, Header, MAX_ENVELOPE};
pub use id::{DeviceId, EnvelopeId, EpochId, MemberId, WorkspaceId};
pub use invite::{InviteProof, NewInvite, Whereabouts, create_device_invite, create_invite};
pub use invitees::{Entry, Invitee};
pub use join::{JoinError, join};
pub use key::{DeviceKey, EpochKey};
pub use key_encryption::{KeyEncryptionKey, PassphraseCost, SEALED_DEVICE_KEY};
pub use keyring::Keyring;
pub use node::VoidReason;
pub use operation::{Action, Operation, Relay};
pub use pack::{MAX_PACKED, MAX_PACKED_COUNT, Pack, Unpacked};
pub use payload::{DataPayload, MAX_CHANGES};
pub use permit::{
    AcceptPermit, AdminPermit, Denied, ReadPermit, RebuildPermit, Unaccepted, WritePermit,
};
pub use profile::profile_of;
pub use role::Role;
pub use sealed_text::NameError;
pub use shared_file::shared_file_name;
pub use state::Voided;
pub use tag::tag;
pub use ticket::{Ticket, TicketError};
pub use words::words_of;
