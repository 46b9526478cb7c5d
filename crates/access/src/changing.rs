//! Changing who is a member, what they may do, and the key: each function makes the envelope that says so.

use std::collections::{BTreeMap, BTreeSet};

use rand_core::CryptoRngCore;

use crate::authority::Authority;
use crate::envelope::{Envelope, Stamp};
use crate::epoch::Recipients;
use crate::founding::OperationError;
use crate::id::{DeviceId, EnvelopeId, EpochId, MemberId};
use crate::key::{self, DeviceKey};
use crate::keyring::Keyring;
use crate::operation::{Action, DeviceSeal, Kept, KeyEpoch, Operation, Relay};
use crate::permit::{AdminPermit, Denied};
use crate::role::Role;
use crate::state::DeviceRecord;

/// Why a new key epoch should be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RotationReason {
    /// No key that this device has may be written under: a removed device knows them all.
    NoUsableKey,
    /// Somebody came in by a ticket that others may have seen and has no share in the key written under, or some key is closed to them.
    Joined,
}

/// The last sequence of each device that is to count, as far as this device has seen: what removals and lowered roles record.
pub type LastSequences = BTreeMap<DeviceId, u64>;

/// Gives a person another role.
///
/// # Errors
/// When the person is not there or it would leave no owner.
pub fn set_role(
    permit: &AdminPermit<'_>,
    device: &DeviceKey,
    stamp: &Stamp,
    member: &MemberId,
    role: Role,
    last: &LastSequences,
) -> Result<Envelope, OperationError> {
    let people = &permit.authority.state().members;
    let record = people
        .get(member)
        .ok_or(OperationError::NotThere("this person"))?;
    let action = if role > record.role {
        Action::Raise {
            member: *member,
            role,
        }
    } else {
        if record.role == Role::Owner && role != Role::Owner {
            another_owner(permit.authority, |_, owner| !owner.members.contains(member))?;
        }
        Action::Lower {
            member: *member,
            role,
            kept: kept(permit.authority, last, member),
        }
    };
    sign(permit.authority, device, stamp, action)
}

/// Removes a person with all their devices, for good. Publish a new epoch right after ([`rotate`]).
///
/// # Errors
/// When the person is not there or it would leave no owner.
pub fn remove_member(
    permit: &AdminPermit<'_>,
    device: &DeviceKey,
    stamp: &Stamp,
    member: &MemberId,
    last: &LastSequences,
) -> Result<Envelope, OperationError> {
    leaving(permit.authority, device, stamp, member, last)
}

/// Leaves the workspace, for good.
///
/// # Errors
/// When this device is not part of the workspace or it would leave no owner.
pub fn leave(
    authority: &Authority,
    device: &DeviceKey,
    stamp: &Stamp,
    last: &LastSequences,
) -> Result<Envelope, OperationError> {
    let member = authority
        .member_of(&device.id())
        .ok_or(Denied::NotAMember)?;
    leaving(authority, device, stamp, &member, last)
}

/// Removes one device, for good: one's own, or as an owner anybody's. Publish a new epoch right after ([`rotate`]).
///
/// # Errors
/// When it is not there, may not be removed by this device, or it would leave no owner.
pub fn remove_device(
    authority: &Authority,
    device: &DeviceKey,
    stamp: &Stamp,
    gone: &DeviceId,
    last: u64,
) -> Result<Envelope, OperationError> {
    let member = authority
        .member_of(gone)
        .ok_or(OperationError::NotThere("this device"))?;
    if authority.member_of(&device.id()) != Some(member) {
        authority.admin(&device.id())?;
    }
    another_owner(authority, |other, _| other != *gone)?;
    let action = Action::RemoveDevice {
        device: *gone,
        kept: last,
    };
    sign(authority, device, stamp, action)
}

/// Closes an invite: one's own, or as an owner anybody's.
///
/// # Errors
/// When it is not there, or may not be closed by this device.
pub fn revoke_invite(
    authority: &Authority,
    device: &DeviceKey,
    stamp: &Stamp,
    invite: &EnvelopeId,
) -> Result<Envelope, OperationError> {
    if !authority.state().invites.contains_key(invite) {
        return Err(OperationError::NotThere("this invite"));
    }
    authority.may_handle(&device.id(), invite)?;
    sign(
        authority,
        device,
        stamp,
        Action::RevokeInvite { invite: *invite },
    )
}

/// Names the workspace's relays: these, and no others any more.
///
/// # Errors
/// When they do not fit one envelope.
pub fn set_relays(
    permit: &AdminPermit<'_>,
    device: &DeviceKey,
    stamp: &Stamp,
    relays: Vec<Relay>,
) -> Result<Envelope, OperationError> {
    sign(permit.authority, device, stamp, Action::Relays { relays })
}

/// Lets somebody in who waits for approval. Publish a new epoch ([`rotate`]), or seal the keys for them, right after.
///
/// # Errors
/// When nobody waits with this join.
pub fn approve(
    permit: &AdminPermit<'_>,
    device: &DeviceKey,
    stamp: &Stamp,
    join: &EnvelopeId,
) -> Result<Envelope, OperationError> {
    waits(permit.authority, join)?;
    let action = Action::Approve { join: *join };
    sign(permit.authority, device, stamp, action)
}

/// Does not let somebody in who waits for approval. His device cannot ask again; a new key can.
///
/// # Errors
/// When nobody waits with this join.
pub fn decline(
    permit: &AdminPermit<'_>,
    device: &DeviceKey,
    stamp: &Stamp,
    join: &EnvelopeId,
) -> Result<Envelope, OperationError> {
    waits(permit.authority, join)?;
    let action = Action::Decline { join: *join };
    sign(permit.authority, device, stamp, action)
}

fn waits(authority: &Authority, join: &EnvelopeId) -> Result<(), OperationError> {
    if authority.state().pending.contains(join) {
        Ok(())
    } else {
        Err(OperationError::NotThere(
            "somebody who waits with this join",
        ))
    }
}

/// Whether a new epoch should be published, as far as a device with these keys can tell. A device without any key waits for one.
#[must_use]
pub fn rotation_due(authority: &Authority, keyring: &Keyring) -> Option<RotationReason> {
    keyring.epochs().next()?;
    let Some((epoch, _)) = keyring.writing(authority) else {
        return Some(RotationReason::NoUsableKey);
    };
    let devices = authority.devices();
    let complete = devices.iter().all(|device| has_share(epoch, device));
    let shut_out = || {
        let opened = Opened::by(authority);
        let all = || {
            keyring
                .epochs()
                .all(|epoch| opened.opens_everywhere(epoch, &devices))
        };
        !all()
    };
    (!complete || shut_out()).then_some(RotationReason::Joined)
}

/// Whether a device came in by a ticket and has no share in the key written under yet: it leaves the next key to the others.
#[must_use]
pub fn awaits_next_key(authority: &Authority, keyring: &Keyring, device: &DeviceId) -> bool {
    let writing = keyring.writing(authority);
    writing.is_some_and(|(epoch, _)| !has_share(epoch, device))
}

fn has_share(epoch: &KeyEpoch, device: &DeviceId) -> bool {
    epoch.devices.iter().any(|seal| seal.device == *device)
}

/// Which keys each device can open by what was sealed to it, and by what those wrap: no key is needed to tell.
struct Opened {
    sealed: BTreeMap<EpochId, BTreeSet<DeviceId>>,
    /// The epochs that wrap one.
    wrapped_by: BTreeMap<EpochId, BTreeSet<EpochId>>,
}

impl Opened {
    fn by(authority: &Authority) -> Self {
        let mut opened = Self {
            sealed: BTreeMap::new(),
            wrapped_by: BTreeMap::new(),
        };
        for node in authority.nodes() {
            if let Some(epoch) = node.epoch() {
                opened.sealed_to(epoch.epoch, epoch.devices.iter().map(|seal| seal.device));
                for older in &epoch.wrapped {
                    let newer = opened.wrapped_by.entry(older.epoch).or_default();
                    newer.insert(epoch.epoch);
                }
            }
            match &node.action {
                Ok(Action::SealFor { epoch, devices, .. }) => {
                    opened.sealed_to(*epoch, devices.iter().map(|seal| seal.device));
                }
                Ok(Action::Join(join)) => {
                    for seal in &join.keys {
                        opened.sealed_to(seal.epoch, [node.author].into_iter());
                    }
                }
                _ => {}
            }
        }
        opened
    }

    fn sealed_to(&mut self, epoch: EpochId, devices: impl Iterator<Item = DeviceId>) {
        self.sealed.entry(epoch).or_default().extend(devices);
    }

    /// Whether every one of the devices opens an epoch's key.
    fn opens_everywhere(&self, epoch: &EpochId, devices: &BTreeSet<DeviceId>) -> bool {
        let mut lacking = devices.clone();
        let mut seen = BTreeSet::from([*epoch]);
        let mut next = vec![*epoch];
        while let Some(epoch) = next.pop() {
            if let Some(sealed) = self.sealed.get(&epoch) {
                lacking.retain(|device| !sealed.contains(device));
            }
            if lacking.is_empty() {
                return true;
            }
            let newer = self.wrapped_by.get(&epoch).into_iter().flatten();
            next.extend(newer.filter(|newer| seen.insert(**newer)));
        }
        false
    }
}

/// Publishes a new key: sealed to every device and to every open invite that lets people join alone and has not expired, wrapping all keys before it.
///
/// # Errors
/// When this device is not part of the workspace, or there are more recipients than fit one envelope.
pub fn rotate(
    authority: &Authority,
    device: &DeviceKey,
    keyring: &Keyring,
    stamp: &Stamp,
    rng: &mut impl CryptoRngCore,
) -> Result<Envelope, OperationError> {
    if !authority.is_member(&device.id()) {
        return Err(Denied::NotAMember.into());
    }
    let state = authority.state();
    let live = state
        .devices
        .iter()
        .filter(|(_, record)| record.removed_after.is_none());
    let open = state
        .invites
        .iter()
        .filter(|(_, record)| record.is_open_at(stamp.hour) && !record.invite.approval);
    let recipients = Recipients {
        devices: live.map(|(id, record)| (*id, record.sealing)).collect(),
        invites: open
            .map(|(id, record)| (*id, record.invite.sealing))
            .collect(),
        wrapped: keyring.latest(authority),
    };
    let (epoch, _) = KeyEpoch::generate(&recipients, rng).ok_or(OperationError::Sealing)?;
    sign(authority, device, stamp, Action::KeyEpoch(epoch))
}

/// Hands the key written under to devices that have no share in it, without a new epoch. `None`: every device has one.
///
/// # Errors
/// When this device has no key itself.
pub fn seal_for_missing(
    authority: &Authority,
    device: &DeviceKey,
    keyring: &Keyring,
    stamp: &Stamp,
    rng: &mut impl CryptoRngCore,
) -> Result<Option<Envelope>, OperationError> {
    let (writing, key) = keyring.writing(authority).ok_or(OperationError::NoKey)?;
    let state = authority.state();
    let share = |id: &DeviceId| {
        writing.devices.iter().any(|seal| seal.device == *id)
            || handed_over(authority, id).any(|epoch| epoch == writing.epoch)
    };
    let mut devices = Vec::new();
    for (id, record) in &state.devices {
        if record.removed_after.is_none() && !share(id) {
            let key = key::seal_to(&record.sealing, key, rng).ok_or(OperationError::Sealing)?;
            devices.push(DeviceSeal { device: *id, key });
        }
    }
    if devices.is_empty() {
        return Ok(None);
    }
    let action = Action::SealFor {
        epoch: writing.epoch,
        devices,
        invites: Vec::new(),
    };
    sign(authority, device, stamp, action).map(Some)
}

/// The epochs whose keys a device got outside of the epochs' own operations.
fn handed_over<'a>(
    authority: &'a Authority,
    device: &'a DeviceId,
) -> impl Iterator<Item = EpochId> + 'a {
    authority.nodes().flat_map(move |node| match &node.action {
        Ok(Action::SealFor { epoch, devices, .. })
            if devices.iter().any(|seal| seal.device == *device) =>
        {
            vec![*epoch]
        }
        Ok(Action::Join(join)) if node.author == *device => {
            join.keys.iter().map(|seal| seal.epoch).collect()
        }
        _ => Vec::new(),
    })
}

fn leaving(
    authority: &Authority,
    device: &DeviceKey,
    stamp: &Stamp,
    member: &MemberId,
    last: &LastSequences,
) -> Result<Envelope, OperationError> {
    if !authority.state().members.contains_key(member) {
        return Err(OperationError::NotThere("this person"));
    }
    another_owner(authority, |_, owner| !owner.members.contains(member))?;
    let action = Action::RemoveMember {
        member: *member,
        kept: kept_of_who_goes(authority, last, member),
    };
    sign(authority, device, stamp, action)
}

/// Whether somebody among those that `stays` keeps is an owner.
fn another_owner(
    authority: &Authority,
    stays: impl Fn(DeviceId, &DeviceRecord) -> bool,
) -> Result<(), OperationError> {
    let mut devices = authority.state().devices.iter();
    let owner = devices.any(|(device, record)| {
        record.removed_after.is_none() && record.role == Role::Owner && stays(*device, record)
    });
    if owner {
        Ok(())
    } else {
        Err(OperationError::LastOwner)
    }
}

/// What is here of each device that a person has or had: a role that is lowered leaves what all of them wrote before.
fn kept(authority: &Authority, last: &LastSequences, member: &MemberId) -> Vec<Kept> {
    let of = |device: DeviceId| {
        let sequence = *last.get(&device)?;
        Some(Kept { device, sequence })
    };
    let devices = authority.devices_ever_of(member).into_iter();
    devices.filter_map(of).collect()
}

/// The same for who goes, but of a device that is out already only if nobody else removed it and its person kept more: he may have said what he liked.
fn kept_of_who_goes(authority: &Authority, last: &LastSequences, member: &MemberId) -> Vec<Kept> {
    let mut kept = kept(authority, last, member);
    kept.retain(|kept| {
        let Some(record) = authority.state().devices.get(&kept.device) else {
            return false;
        };
        let says = |after| after > kept.sequence && !record.removed_by_another;
        record.removed_after.is_none_or(says)
    });
    kept
}

fn sign(
    authority: &Authority,
    device: &DeviceKey,
    stamp: &Stamp,
    action: Action,
) -> Result<Envelope, OperationError> {
    let operation = Operation {
        parents: authority.heads().to_vec(),
        action,
    };
    Ok(operation.sign(device, stamp)?)
}
