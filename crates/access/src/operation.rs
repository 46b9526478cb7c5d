//! Operations: what can be said about members, roles, invites and keys. Each is the body of one access envelope.
//!
//! Body = format byte (1) · parents · action, the last two in postcard: `parents` is a varint count and that many ids, the action is a
//! varint tag (the order of [`Action`]'s variants, from 0) and its fields in the order in which they are declared. Ids, keys and signatures
//! are byte strings (varint length, then bytes), options one byte (0 or 1) before the value, roles a varint (0 viewer, 1
//! commenter, 2 editor, 3 owner). There is exactly one encoding of an operation; any other is refused. Lists of ids and of things that are
//! named by an id are strictly ascending.
//!
//! `parents` names the latest operations that the author had seen. An action with a tag that this version does not know keeps its place
//! through its parents and is otherwise ignored.

use serde::{Deserialize, Serialize};

use crate::domain;
use crate::envelope::{self, Envelope, EnvelopeError, Stamp};
use crate::id::{DeviceId, EnvelopeId, EpochId, MemberId, WorkspaceId};
use crate::key::{self, DeviceKey, InviteSecret};
use crate::role::Role;
use crate::sealed_text::SealedText;
use crate::wire::{self, Fixed, SealedKeyBytes, SealingKey, SignatureBytes};

/// The format of operations that this version writes.
pub const OPERATION_FORMAT: u8 = 1;
/// How many parents an operation may name.
pub const MAX_PARENTS: usize = 1024;

/// One statement about the workspace, and what its author knew when making it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The latest operations the author had seen, ascending; none for the genesis only.
    pub parents: Vec<EnvelopeId>,
    /// What is said.
    pub action: Action,
}

/// What an operation says. The order of variants and fields is the encoding: only ever append variants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// The beginning of a workspace. Its id is the hash of this operation.
    Genesis(Genesis),
    /// An owner adds a person by the keys of their devices.
    AddMember {
        /// What the person may do.
        role: Role,
        /// Their name.
        name: Option<SealedText>,
        /// Their devices, each of which agreed.
        devices: Vec<Consent>,
    },
    /// A person, or an owner for them, adds a device.
    AddDevice {
        /// Whose device it is.
        member: MemberId,
        /// The device, which agreed.
        device: Consent,
    },
    /// A person goes, or is removed by an owner. For good: they can come back only as somebody new.
    RemoveMember {
        /// Who goes.
        member: MemberId,
        /// Up to which number envelopes of each of their devices still count; none for a device that is not named.
        kept: Vec<Kept>,
    },
    /// A device goes, for good.
    RemoveDevice {
        /// Which one.
        device: DeviceId,
        /// Up to which number its envelopes still count.
        kept: u64,
    },
    /// An owner gives a person at least this role.
    Raise {
        /// Who.
        member: MemberId,
        /// The role they have from now on, unless they had a higher one.
        role: Role,
    },
    /// An owner, or the person, lowers the person's role.
    Lower {
        /// Who.
        member: MemberId,
        /// The role they have from now on, unless they had a lower one.
        role: Role,
        /// Up to which number envelopes of each of their devices still count by the role before.
        kept: Vec<Kept>,
    },
    /// Opens a door for whoever holds a ticket.
    Invite(Invite),
    /// The holder of a ticket comes in. Signed by the new device and by the invite's key.
    Join(Join),
    /// Closes an invite: joins that this operation has not seen do not count.
    RevokeInvite {
        /// Which one.
        invite: EnvelopeId,
    },
    /// An owner lets somebody in who joined by an invite that needs approval. Void if the join was declined or the invite revoked by somebody who
    /// had not seen this, or if this had seen the invite used up.
    Approve {
        /// Their join.
        join: EnvelopeId,
    },
    /// A new key for what is written from now on.
    KeyEpoch(KeyEpoch),
    /// Hands an epoch's key to devices and invites that did not get it.
    SealFor {
        /// The epoch.
        epoch: EpochId,
        /// For devices.
        devices: Vec<DeviceSeal>,
        /// For holders of tickets.
        invites: Vec<InviteSeal>,
    },
    /// Names the workspace's relays, replacing what was said before.
    Relays {
        /// All of them.
        relays: Vec<Relay>,
    },
    /// An owner does not let somebody in who joined by an invite that needs approval. For good, as far as his device goes.
    Decline {
        /// Their join.
        join: EnvelopeId,
    },
}

/// The beginning of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Genesis {
    /// The first device, which signs this.
    pub founder: DeviceId,
    /// Its sealing key.
    pub sealing: SealingKey,
    /// Random, so that no two workspaces are alike.
    pub nonce: Fixed<32>,
    /// The first epoch: sealed to the founder, wrapping nothing.
    pub epoch: KeyEpoch,
    /// The workspace's name.
    pub workspace_name: SealedText,
    /// The founder's name.
    pub member_name: SealedText,
}

/// A device that agrees to be added by another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// The device.
    pub device: DeviceId,
    /// Its sealing key.
    pub sealing: SealingKey,
    /// By the device, under `skein/1 device consent signature`, over workspace, the adding device's id, sealing key.
    pub signature: SignatureBytes,
}

/// Up to which number a device's envelopes still count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The device.
    pub device: DeviceId,
    /// The last number that counts.
    pub sequence: u64,
}

/// A door for the holders of a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invite {
    /// The Ed25519 public key from the ticket's seed: whoever can sign with it holds the ticket.
    pub key: Fixed<32>,
    /// The X25519 public key to which is sealed what passes by this invite: from the ticket's seed, for epoch keys; with approval the members', for
    /// the names of those who ask.
    pub sealing: SealingKey,
    /// What a joiner may do.
    pub role: Role,
    /// How many may come in.
    pub uses: u32,
    /// The hour (since 1970) after which relays and people should refuse it. Clocks are not trusted, so membership does not depend on it.
    pub expires_hour: Option<u32>,
    /// Whether an owner must approve each joiner; then no keys are left for them, and only those let in count as uses.
    pub approval: bool,
    /// The person whose further device comes in, instead of a new person.
    pub for_member: Option<MemberId>,
    /// What the invite is called.
    pub label: Option<SealedText>,
    /// Keys of the latest epochs, sealed to the ticket.
    pub keys: Vec<EpochSeal>,
}

/// Somebody coming in by a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Join {
    /// The invite.
    pub invite: EnvelopeId,
    /// The invite's Ed25519 public key.
    pub key: Fixed<32>,
    /// The new device's sealing key. The device itself is the envelope's author.
    pub sealing: SealingKey,
    /// The person's name: under an epoch's key, or with approval sealed to the invite's sealing key.
    pub name: Option<SealedText>,
    /// The keys found by the ticket, now sealed to the device itself.
    pub keys: Vec<EpochSeal>,
    /// By the invite's key, under `skein/1 join signature`, over workspace, invite id, device id, sealing key.
    pub proof: SignatureBytes,
}

/// A key and who gets it. The id is the 32 bytes derived under `skein/1 epoch id` from the key, the number of recipients (4
/// bytes, big-endian), the recipients' device ids and the ids of the wrapped epochs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyEpoch {
    /// Its id.
    pub epoch: EpochId,
    /// The key, sealed to each device.
    pub devices: Vec<DeviceSeal>,
    /// The key, sealed to each open invite.
    pub invites: Vec<InviteSeal>,
    /// The keys of the epochs before, encrypted under this one: this is how a joiner reads history.
    pub wrapped: Vec<WrappedKey>,
}

/// An epoch key in a sealed box (X25519, XSalsa20-Poly1305, as in libsodium) for a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceSeal {
    /// Who opens it.
    pub device: DeviceId,
    /// The sealed box.
    pub key: SealedKeyBytes,
}

/// An epoch key in a sealed box for the holder of a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteSeal {
    /// The invite.
    pub invite: EnvelopeId,
    /// The sealed box.
    pub key: SealedKeyBytes,
}

/// One epoch's key in a sealed box; who opens it follows from where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpochSeal {
    /// The epoch.
    pub epoch: EpochId,
    /// The sealed box.
    pub key: SealedKeyBytes,
}

/// An older epoch's key under a newer one: nonce (24) · XChaCha20-Poly1305 ciphertext (32) · tag (16). The key is derived from the newer
/// epoch's key under `skein/1 epoch wrapping key`; the associated data is the newer epoch's id and the older one's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrappedKey {
    /// The older epoch.
    pub epoch: EpochId,
    /// Its key, encrypted.
    pub key: Fixed<72>,
}

/// An always-on peer that stores and forwards and holds no keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relay {
    /// Its device id.
    pub device: DeviceId,
    /// Where it can be reached.
    pub addresses: Vec<String>,
}

/// What could be read of an access envelope's body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reading {
    /// All of it.
    Known(Box<Operation>),
    /// The parents only; the action is of a newer version.
    Newer(Vec<EnvelopeId>),
    /// Nothing that this version understands.
    Unreadable,
}

impl Operation {
    /// The body of an access envelope.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![OPERATION_FORMAT];
        bytes.extend(wire::encode(&self.parents));
        bytes.extend(wire::encode(&self.action));
        bytes
    }

    /// Reads a body whole. `None`: damaged, or of a newer version.
    #[must_use]
    pub fn decode(body: &[u8]) -> Option<Self> {
        match Reading::of(body) {
            Reading::Known(operation) => Some(*operation),
            Reading::Newer(_) | Reading::Unreadable => None,
        }
    }

    /// Puts the operation into an envelope signed by a device.
    ///
    /// # Errors
    /// When it is too large for one envelope.
    pub fn sign(&self, device: &DeviceKey, stamp: &Stamp) -> Result<Envelope, EnvelopeError> {
        envelope::sign_operation(device, stamp, &self.encode())
    }
}

impl Reading {
    pub(crate) fn of(body: &[u8]) -> Self {
        let Some((&OPERATION_FORMAT, rest)) = body.split_first() else {
            return Self::Unreadable;
        };
        let Ok((parents, action)) = postcard::take_from_bytes::<Vec<EnvelopeId>>(rest) else {
            return Self::Unreadable;
        };
        let canonical = wire::encode(&parents);
        if parents.len() > MAX_PARENTS
            || !ascending(parents.iter())
            || !rest.starts_with(&canonical)
        {
            return Self::Unreadable;
        }
        match wire::decode::<Action>(action) {
            Some(action) => Self::Known(Box::new(Operation { parents, action })),
            None => Self::Newer(parents),
        }
    }
}

impl DeviceKey {
    /// Agrees that `adder` adds this device to a workspace, as a member's or as a person's further device.
    #[must_use]
    pub fn consent(&self, workspace: &WorkspaceId, adder: &DeviceId) -> Consent {
        let sealing = self.sealing_key();
        let parts: [&[u8]; 3] = [workspace.as_bytes(), adder.as_bytes(), &sealing.0];
        Consent {
            device: self.id(),
            sealing,
            signature: self.sign(domain::CONSENT_SIGNATURE, &parts),
        }
    }
}

impl Consent {
    pub(crate) fn holds(&self, workspace: &WorkspaceId, adder: &DeviceId) -> bool {
        let parts: [&[u8]; 3] = [workspace.as_bytes(), adder.as_bytes(), &self.sealing.0];
        key::verifies(
            self.device.as_bytes(),
            domain::CONSENT_SIGNATURE,
            &parts,
            &self.signature.0,
        )
    }
}

impl Join {
    pub(crate) fn prove(
        secret: &InviteSecret,
        workspace: &WorkspaceId,
        invite: &EnvelopeId,
        device: &DeviceId,
        sealing: &SealingKey,
    ) -> SignatureBytes {
        let parts: [&[u8]; 4] = [
            workspace.as_bytes(),
            invite.as_bytes(),
            device.as_bytes(),
            &sealing.0,
        ];
        secret.sign(domain::JOIN_SIGNATURE, &parts)
    }

    pub(crate) fn proven(&self, workspace: &WorkspaceId, device: &DeviceId) -> bool {
        let parts: [&[u8]; 4] = [
            workspace.as_bytes(),
            self.invite.as_bytes(),
            device.as_bytes(),
            &self.sealing.0,
        ];
        key::verifies(&self.key.0, domain::JOIN_SIGNATURE, &parts, &self.proof.0)
    }
}

/// The id of the workspace that begins with this body of a genesis operation.
pub(crate) fn workspace_of(body: &[u8]) -> WorkspaceId {
    WorkspaceId::from_bytes(domain::derive(domain::WORKSPACE_ID, &[body]))
}

/// Whether each item is greater than the one before.
pub(crate) fn ascending<T: Ord>(items: impl Iterator<Item = T>) -> bool {
    items.is_sorted_by(|before, after| before < after)
}
