//! Coming in with a ticket, alone: the access set and the ticket suffice, nobody else need be online.

use rand_core::CryptoRngCore;

use crate::asking;
use crate::authority::Authority;
use crate::envelope::{Envelope, EnvelopeError, Stamp};
use crate::id::EnvelopeId;
use crate::key::{self, DeviceKey};
use crate::keyring::Keyring;
use crate::operation::{Action, EpochSeal, Join, Operation};
use crate::sealed_text::{NameError, SealedText, TextUse};
use crate::ticket::Ticket;

/// Why somebody could not come in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// The ticket is for another workspace.
    #[error("the invite is for another workspace; nothing was changed")]
    OtherWorkspace,
    /// The invite's operation is not among what arrived.
    #[error(
        "the invite has not arrived here yet; stay connected to the colleague who made it, or ask for a new one"
    )]
    NotYetHere,
    /// The invite was revoked, or its maker was removed.
    #[error("the invite was revoked; ask for a new one")]
    Revoked,
    /// By this device's clock it is too late.
    #[error("the invite has expired; ask for a new one")]
    Expired,
    /// Others used it up.
    #[error("the invite was already used as often as it allows; ask for a new one")]
    UsedUp,
    /// This device is in already.
    #[error("this device is already part of the workspace; there is nothing to do")]
    AlreadyIn,
    /// This device was removed.
    #[error(
        "this device was removed from the workspace and cannot come back; join with a new profile"
    )]
    Removed,
    /// The keys that the invite should hold are not there.
    #[error("the invite holds no key that opens the workspace; ask for a new one")]
    NoKeys,
    /// The invite brings in a new person, who gave no name.
    #[error("the invite is for a new person, whom colleagues need to know by a name; say yours")]
    NameWanted,
    /// A name that cannot be used.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The join could not be put into an envelope.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
}

/// Makes the operation that brings this device in as a new person (or as a further device of a person, if the invite says so). With it among the
/// operations, everybody who has the invite knows the device as a member, and the device's own keyring opens all history. A further device goes by
/// the name that its person has. By an invite that needs approval the device only asks, and holds no key until an owner lets it in.
///
/// # Errors
/// When the invite is unknown, closed, expired or used up, or a new person gives no name or one that cannot be used.
pub fn join(
    ticket: &Ticket,
    authority: &Authority,
    device: &DeviceKey,
    name: Option<&str>,
    stamp: &Stamp,
    rng: &mut impl CryptoRngCore,
) -> Result<Envelope, JoinError> {
    let invite = open_invite(ticket, authority, device, stamp.hour)?;
    let record = authority
        .state()
        .invites
        .get(&invite)
        .ok_or(JoinError::NotYetHere)?;
    let keyring = authority.invite_keyring(ticket);
    let name = match record.invite.for_member {
        Some(_) => None,
        None => {
            let name = name.ok_or(JoinError::NameWanted)?;
            Some(match record.invite.approval {
                true => asking::seal_name(name, &record.invite.sealing, device, rng)?,
                false => sealed_name(authority, &keyring, name, rng)?,
            })
        }
    };
    let sealing = device.sealing_key();
    let mut keys = Vec::new();
    for (epoch, epoch_key) in keyring.latest(authority) {
        let key = key::seal_to(&sealing, epoch_key, rng).ok_or(JoinError::NoKeys)?;
        keys.push(EpochSeal { epoch, key });
    }
    let secret = ticket.secret();
    let operation = Operation {
        parents: authority.heads().to_vec(),
        action: Action::Join(Join {
            invite,
            key: secret.public(),
            sealing,
            name,
            keys,
            proof: Join::prove(&secret, &ticket.workspace, &invite, &device.id(), &sealing),
        }),
    };
    Ok(operation.sign(device, stamp)?)
}

fn open_invite(
    ticket: &Ticket,
    authority: &Authority,
    device: &DeviceKey,
    hour: u32,
) -> Result<EnvelopeId, JoinError> {
    if ticket.workspace != authority.workspace() {
        return Err(JoinError::OtherWorkspace);
    }
    if authority.is_member(&device.id()) {
        return Err(JoinError::AlreadyIn);
    }
    if authority.member_of(&device.id()).is_some() {
        return Err(JoinError::Removed);
    }
    let public = ticket.secret().public();
    let mut invites = authority.state().invites.iter();
    let (id, record) = invites
        .find(|(_, record)| record.invite.key == public)
        .ok_or(JoinError::NotYetHere)?;
    if record.revoked {
        return Err(JoinError::Revoked);
    }
    if !record.is_open() {
        return Err(JoinError::UsedUp);
    }
    if !record.is_open_at(hour) {
        return Err(JoinError::Expired);
    }
    Ok(*id)
}

/// The name under the epoch to write under.
fn sealed_name(
    authority: &Authority,
    keyring: &Keyring,
    name: &str,
    rng: &mut impl CryptoRngCore,
) -> Result<SealedText, JoinError> {
    let latest = keyring.latest(authority);
    let writing = keyring.writing_epoch(authority);
    let (epoch, key) = writing
        .or_else(|| latest.first().copied())
        .ok_or(JoinError::NoKeys)?;
    Ok(SealedText::seal(
        name,
        TextUse::MemberName,
        (&epoch, key),
        rng,
    )?)
}
