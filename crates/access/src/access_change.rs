//! What became different in the access state, for whoever shows or acts on it.

use std::collections::BTreeSet;

use crate::id::{DeviceId, EnvelopeId, EpochId, MemberId};
use crate::role::Role;
use crate::state::State;

/// What became different with new operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccessChange {
    /// A person came in.
    Joined(MemberId),
    /// A person left or was removed.
    Left(MemberId),
    /// A person's role is another one.
    RoleChanged(MemberId, Role),
    /// A device may take part.
    DeviceAdded(DeviceId),
    /// A device may no longer take part.
    DeviceRemoved(DeviceId),
    /// An invite is open.
    InviteOpened(EnvelopeId),
    /// An invite was used up, revoked or closed.
    InviteClosed(EnvelopeId),
    /// There is a new key epoch.
    EpochAdded(EpochId),
    /// Somebody waits for approval.
    WaitsForApproval(EnvelopeId),
    /// Keys were handed out, relays were named, or an operation gained or lost its effect.
    Other,
}

/// What the people of a workspace would notice between two states.
pub(crate) fn between(before: &State, after: &State) -> Vec<AccessChange> {
    let mut changes = Vec::new();
    for (id, member) in &after.members {
        let old = before.members.get(id);
        let was_here = old.is_some_and(|old| !old.devices.is_empty());
        match (was_here, !member.devices.is_empty()) {
            (false, true) => changes.push(AccessChange::Joined(*id)),
            (true, false) => changes.push(AccessChange::Left(*id)),
            (true, true) if old.is_some_and(|old| old.role != member.role) => {
                changes.push(AccessChange::RoleChanged(*id, member.role));
            }
            _ => {}
        }
    }
    let gone = before
        .members
        .iter()
        .filter(|(id, old)| !old.devices.is_empty() && !after.members.contains_key(*id));
    changes.extend(gone.map(|(id, _)| AccessChange::Left(*id)));
    let live = |state: &State| -> BTreeSet<DeviceId> {
        let live = state
            .devices
            .iter()
            .filter(|(_, record)| record.removed_after.is_none());
        live.map(|(device, _)| *device).collect()
    };
    difference(
        &live(before),
        &live(after),
        AccessChange::DeviceAdded,
        AccessChange::DeviceRemoved,
        &mut changes,
    );
    let open = |state: &State| -> BTreeSet<EnvelopeId> {
        let open = state.invites.iter().filter(|(_, record)| record.is_open());
        open.map(|(id, _)| *id).collect()
    };
    difference(
        &open(before),
        &open(after),
        AccessChange::InviteOpened,
        AccessChange::InviteClosed,
        &mut changes,
    );
    let epochs = |state: &State| -> BTreeSet<EpochId> {
        state.epochs.iter().map(|record| record.epoch).collect()
    };
    let added = epochs(after);
    changes.extend(
        added
            .difference(&epochs(before))
            .map(|epoch| AccessChange::EpochAdded(*epoch)),
    );
    let waits = after
        .pending
        .iter()
        .filter(|join| !before.pending.contains(join));
    changes.extend(waits.map(|join| AccessChange::WaitsForApproval(*join)));
    if changes.is_empty() {
        changes.push(AccessChange::Other);
    }
    changes
}

fn difference<T: Ord + Copy>(
    before: &BTreeSet<T>,
    after: &BTreeSet<T>,
    added: impl Fn(T) -> AccessChange,
    removed: impl Fn(T) -> AccessChange,
    changes: &mut Vec<AccessChange>,
) {
    changes.extend(after.difference(before).map(|item| added(*item)));
    changes.extend(before.difference(after).map(|item| removed(*item)));
}
