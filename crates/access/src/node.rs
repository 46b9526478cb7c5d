//! One access envelope as the access state sees it: author, parents, and what it says, or why that cannot be taken.

use std::collections::BTreeSet;

use crate::envelope::Envelope;
use crate::id::{DeviceId, EnvelopeId, WorkspaceId};
use crate::operation::{self, Action, Consent, Genesis, KeyEpoch, Operation, Reading, Relay};
use crate::sealed_text::SealedText;

const MAX_DEVICES: usize = 16;
const MAX_RELAYS: usize = 16;
const MAX_ADDRESSES: usize = 16;
const MAX_ADDRESS: usize = 256;

/// Why an operation has no effect. It is kept all the same, and looked at again whenever others arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VoidReason {
    /// An operation it builds on is missing here.
    #[error("it builds on an operation that has not arrived")]
    Waiting,
    /// Of a newer version, or damaged by its author.
    #[error("a newer version of Skein may understand it; this one does not")]
    Unreadable,
    /// Breaks a rule of form.
    #[error("it is not well formed: {0}")]
    Malformed(&'static str),
    /// A signature inside it is wrong.
    #[error("a proof inside it is forged")]
    Forged,
    /// A beginning that is not this workspace's.
    #[error("it is the beginning of another workspace")]
    OtherGenesis,
    /// Its author was nobody in the workspace as far as the operation saw.
    #[error("its author was not a member")]
    NotAMember,
    /// Its author did not have the right.
    #[error("its author was not allowed to do this")]
    NotAllowed,
    /// Its author was removed, and the removal had not seen it.
    #[error("its author was removed before anybody had seen it")]
    Removed,
    /// It names something that does not exist.
    #[error("it names somebody or something that is not there")]
    UnknownSubject,
    /// The invite does not exist, or was void.
    #[error("the invite it uses does not exist")]
    NoInvite,
    /// The invite was revoked, or closed with the removal of somebody who knew its ticket.
    #[error("the invite it uses was closed before anybody had seen the join")]
    InviteClosed,
    /// Others used the invite up.
    #[error("the invite it uses was used up by others")]
    InviteUsedUp,
    /// An owner declined the person, or revoked the invite, before the approval.
    #[error("the person was declined, or the invite revoked, before anybody had seen the approval")]
    Declined,
    /// An epoch that is not sealed to exactly the devices its author knew.
    #[error("its key is not sealed to exactly the devices of the workspace")]
    WrongRecipients,
    /// Two owners acted against each other at once and the senior's word stays.
    #[error("somebody senior acted against its author at the same time")]
    Outranked,
    /// It would leave nobody in charge.
    #[error("it would leave the workspace without an owner")]
    LastOwner,
    /// More operations than any workspace has.
    #[error("the workspace has too many operations")]
    TooMany,
}

/// An access envelope, decoded and checked for all that needs no other operation.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) id: EnvelopeId,
    pub(crate) author: DeviceId,
    pub(crate) hour: u32,
    pub(crate) parents: Vec<EnvelopeId>,
    pub(crate) action: Result<Action, VoidReason>,
}

impl Node {
    pub(crate) fn of(workspace: &WorkspaceId, envelope: &Envelope) -> Self {
        let header = envelope.header();
        let (parents, action) = match Reading::of(envelope.body()) {
            Reading::Known(operation) => {
                let Operation { parents, action } = *operation;
                let check = check(workspace, envelope, &parents, &action);
                (parents, check.map(|()| action))
            }
            Reading::Newer(parents) => (parents, Err(VoidReason::Unreadable)),
            Reading::Unreadable => (Vec::new(), Err(VoidReason::Unreadable)),
        };
        Self {
            id: envelope.id(),
            author: header.device,
            hour: header.hour,
            parents,
            action,
        }
    }

    /// The key epoch it declares, if it does.
    pub(crate) fn epoch(&self) -> Option<&KeyEpoch> {
        match &self.action {
            Ok(Action::Genesis(genesis)) => Some(&genesis.epoch),
            Ok(Action::KeyEpoch(epoch)) => Some(epoch),
            _ => None,
        }
    }
}

fn check(
    workspace: &WorkspaceId,
    envelope: &Envelope,
    parents: &[EnvelopeId],
    action: &Action,
) -> Result<(), VoidReason> {
    let author = &envelope.header().device;
    if let Action::Genesis(genesis) = action {
        return check_genesis(workspace, envelope, parents, genesis);
    }
    if parents.is_empty() {
        return Err(VoidReason::Malformed("it builds on nothing"));
    }
    match action {
        Action::Genesis(_)
        | Action::RemoveDevice { .. }
        | Action::Raise { .. }
        | Action::RevokeInvite { .. }
        | Action::Approve { .. }
        | Action::Decline { .. } => Ok(()),
        Action::AddMember { name, devices, .. } => {
            ordered(devices.iter().map(|consent| consent.device))?;
            if devices.is_empty() || devices.len() > MAX_DEVICES {
                return Err(VoidReason::Malformed("too many devices, or none"));
            }
            name.iter().try_for_each(check_name)?;
            devices
                .iter()
                .try_for_each(|consent| check_consent(consent, workspace, author))
        }
        Action::AddDevice { device, .. } => check_consent(device, workspace, author),
        Action::RemoveMember { kept, .. } | Action::Lower { kept, .. } => {
            ordered(kept.iter().map(|kept| kept.device))
        }
        Action::Invite(invite) => {
            ordered(invite.keys.iter().map(|seal| seal.epoch))?;
            invite.label.iter().try_for_each(check_name)?;
            if invite.uses == 0 || (invite.approval && !invite.keys.is_empty()) {
                return Err(VoidReason::Malformed("an invite that contradicts itself"));
            }
            Ok(())
        }
        Action::Join(join) => {
            ordered(join.keys.iter().map(|seal| seal.epoch))?;
            join.name.iter().try_for_each(check_name)?;
            if join.proven(workspace, author) {
                Ok(())
            } else {
                Err(VoidReason::Forged)
            }
        }
        Action::KeyEpoch(epoch) => check_epoch(epoch),
        Action::SealFor {
            devices, invites, ..
        } => {
            ordered(devices.iter().map(|seal| seal.device))?;
            ordered(invites.iter().map(|seal| seal.invite))
        }
        Action::Relays { relays } => check_relays(relays),
    }
}

fn check_genesis(
    workspace: &WorkspaceId,
    envelope: &Envelope,
    parents: &[EnvelopeId],
    genesis: &Genesis,
) -> Result<(), VoidReason> {
    if operation::workspace_of(envelope.body()) != *workspace
        || genesis.founder != envelope.header().device
    {
        return Err(VoidReason::OtherGenesis);
    }
    let epoch = &genesis.epoch;
    let to_founder = epoch
        .devices
        .iter()
        .map(|seal| seal.device)
        .eq([genesis.founder]);
    if !parents.is_empty() || !to_founder || !epoch.wrapped.is_empty() || !epoch.invites.is_empty()
    {
        return Err(VoidReason::Malformed(
            "a beginning with something before it",
        ));
    }
    check_name(&genesis.workspace_name)?;
    check_name(&genesis.member_name)
}

fn check_epoch(epoch: &KeyEpoch) -> Result<(), VoidReason> {
    ordered(epoch.devices.iter().map(|seal| seal.device))?;
    ordered(epoch.invites.iter().map(|seal| seal.invite))?;
    ordered(epoch.wrapped.iter().map(|wrapped| wrapped.epoch))
}

fn check_consent(
    consent: &Consent,
    workspace: &WorkspaceId,
    adder: &DeviceId,
) -> Result<(), VoidReason> {
    if consent.holds(workspace, adder) {
        Ok(())
    } else {
        Err(VoidReason::Forged)
    }
}

fn check_name(name: &SealedText) -> Result<(), VoidReason> {
    if name.fits() {
        Ok(())
    } else {
        Err(VoidReason::Malformed("a name is too long"))
    }
}

fn check_relays(relays: &[Relay]) -> Result<(), VoidReason> {
    let devices: BTreeSet<DeviceId> = relays.iter().map(|relay| relay.device).collect();
    let small = relays.iter().all(|relay| {
        relay.addresses.len() <= MAX_ADDRESSES
            && relay
                .addresses
                .iter()
                .all(|address| address.len() <= MAX_ADDRESS)
    });
    if !small || relays.len() > MAX_RELAYS || devices.len() != relays.len() {
        return Err(VoidReason::Malformed("too many relays or addresses"));
    }
    Ok(())
}

fn ordered<T: Ord>(items: impl Iterator<Item = T>) -> Result<(), VoidReason> {
    if operation::ascending(items) {
        Ok(())
    } else {
        Err(VoidReason::Malformed("a list is out of order"))
    }
}
