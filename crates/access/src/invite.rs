//! Invites: opening a door, and proving at it that one holds the ticket.

use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::asking;
use crate::authority::Authority;
use crate::domain;
use crate::envelope::{Envelope, Stamp};
use crate::founding::OperationError;
use crate::id::{DeviceId, MemberId, WorkspaceId};
use crate::key::{self, InviteSecret};
use crate::keyring::Keyring;
use crate::operation::{Action, EpochSeal, Invite, Operation};
use crate::permit::{AdminPermit, Denied};
use crate::role::Role;
use crate::sealed_text::{SealedText, TextUse};
use crate::ticket::Ticket;
use crate::wire::{Fixed, SignatureBytes};

/// What an invite should be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInvite {
    /// What a joiner may do.
    pub role: Role,
    /// How many may come in; at least one.
    pub uses: u32,
    /// The hour after which it should be refused.
    pub expires_hour: Option<u32>,
    /// Whether an owner approves each joiner. Then nobody can join alone.
    pub approval: bool,
    /// The person whose further device comes in, instead of a new person.
    pub for_member: Option<MemberId>,
    /// What the invite is called.
    pub label: Option<String>,
    /// Where the workspace can be found, for the ticket.
    pub found_at: Whereabouts,
}

/// Where the workspace can be found, as a ticket tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whereabouts {
    /// Addresses of relays, with their peer ids.
    pub relays: Vec<String>,
    /// Addresses of this device, with its peer id.
    pub addresses: Vec<String>,
}

/// Opens an invite: a ticket to hand over, and the envelope that makes it good. Unless approval is wanted, all keys are left for
/// its holder, so that they can join while everyone sleeps.
///
/// # Errors
/// When no key is at hand, the label cannot be used, or it does not fit one envelope.
pub fn create_invite(
    permit: &AdminPermit<'_>,
    device: &key::DeviceKey,
    keyring: &Keyring,
    stamp: &Stamp,
    new: NewInvite,
    rng: &mut impl CryptoRngCore,
) -> Result<(Ticket, Envelope), OperationError> {
    open(permit.authority, device, keyring, stamp, new, rng)
}

/// Opens an invite for one further device of a person: everybody may for themselves, whatever their role, and an owner for anybody,
/// also for somebody who has no device any more.
///
/// # Errors
/// When this device is not part of the workspace, it is for somebody else and not an owner's, no key is at hand, or it does not fit one
/// envelope.
pub fn create_device_invite(
    authority: &Authority,
    device: &key::DeviceKey,
    keyring: &Keyring,
    stamp: &Stamp,
    (person, expires_hour): (MemberId, Option<u32>),
    found_at: Whereabouts,
    rng: &mut impl CryptoRngCore,
) -> Result<(Ticket, Envelope), OperationError> {
    let me = device.id();
    let mine = authority.role_of(&me).ok_or(Denied::NotAMember)?;
    if authority.member_of(&me) != Some(person) && mine != Role::Owner {
        return Err(Denied::Role { role: mine }.into());
    }
    let new = NewInvite {
        // A further device may what its person may.
        role: authority
            .role_of_member(&person)
            .ok_or(Denied::NotAMember)?,
        uses: 1,
        expires_hour,
        approval: false,
        for_member: Some(person),
        label: None,
        found_at,
    };
    open(authority, device, keyring, stamp, new, rng)
}

fn open(
    authority: &Authority,
    device: &key::DeviceKey,
    keyring: &Keyring,
    stamp: &Stamp,
    new: NewInvite,
    rng: &mut impl CryptoRngCore,
) -> Result<(Ticket, Envelope), OperationError> {
    let mut seed = Zeroizing::new([0; 32]);
    rng.fill_bytes(seed.as_mut_slice());
    let secret = InviteSecret::from_seed(&seed);
    let latest = keyring.latest(authority);
    let newest = latest.first().ok_or(OperationError::NoKey)?;
    let sealing = match new.approval {
        true => {
            let (_, key) = keyring.writing_epoch(authority).unwrap_or(*newest);
            asking::asking_key(key, &secret.public())
        }
        false => secret.sealing_key(),
    };
    let mut keys = Vec::new();
    for (epoch, epoch_key) in latest.iter().filter(|_| !new.approval) {
        let sealed = key::seal_to(&sealing, epoch_key, rng).ok_or(OperationError::Sealing)?;
        keys.push(EpochSeal {
            epoch: *epoch,
            key: sealed,
        });
    }
    let label = match new.label {
        Some(text) => {
            let (epoch, epoch_key) = keyring
                .writing_epoch(authority)
                .ok_or(OperationError::NoKey)?;
            Some(SealedText::seal(
                &text,
                TextUse::InviteLabel,
                (&epoch, epoch_key),
                rng,
            )?)
        }
        None => None,
    };
    let operation = Operation {
        parents: authority.heads().to_vec(),
        action: Action::Invite(Invite {
            key: secret.public(),
            sealing,
            role: new.role,
            uses: new.uses.max(1),
            expires_hour: new.expires_hour,
            approval: new.approval,
            for_member: new.for_member,
            label,
            keys,
        }),
    };
    let ticket = Ticket::new(stamp.workspace, new.found_at, *seed);
    Ok((ticket, operation.sign(device, stamp)?))
}

/// Proof to one server that one device holds a ticket. It is of no use to anybody else or anywhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteProof {
    pub(crate) key: Fixed<32>,
    signature: SignatureBytes,
}

impl InviteProof {
    /// Bytes of an encoded proof.
    pub const LENGTH: usize = 96;

    /// Proves to `server` that `joiner` holds the ticket: the invite's key signs, under `skein/1 invite proof signature`, workspace, joiner, server.
    #[must_use]
    pub fn new(ticket: &Ticket, joiner: &DeviceId, server: &DeviceId) -> Self {
        let secret = ticket.secret();
        let parts: [&[u8]; 3] = [
            ticket.workspace.as_bytes(),
            joiner.as_bytes(),
            server.as_bytes(),
        ];
        Self {
            key: secret.public(),
            signature: secret.sign(domain::INVITE_PROOF_SIGNATURE, &parts),
        }
    }

    /// Public key (32 bytes), then signature (64).
    #[must_use]
    pub fn to_bytes(self) -> [u8; Self::LENGTH] {
        let mut bytes = [0; Self::LENGTH];
        let (key, signature) = bytes.split_at_mut(32);
        key.copy_from_slice(&self.key.0);
        signature.copy_from_slice(&self.signature.0);
        bytes
    }

    /// Reads what `to_bytes` wrote. `None`: another length.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (key, signature) = bytes.split_first_chunk::<32>()?;
        Some(Self {
            key: Fixed(*key),
            signature: Fixed(signature.try_into().ok()?),
        })
    }

    pub(crate) fn holds(
        &self,
        workspace: &WorkspaceId,
        joiner: &DeviceId,
        server: &DeviceId,
    ) -> bool {
        let parts: [&[u8]; 3] = [workspace.as_bytes(), joiner.as_bytes(), server.as_bytes()];
        key::verifies(
            &self.key.0,
            domain::INVITE_PROOF_SIGNATURE,
            &parts,
            &self.signature.0,
        )
    }
}
