//! Those who came by an invite, and how far each got in, as far as the operations say.

use std::collections::BTreeSet;

use crate::authority::Authority;
use crate::id::{DeviceId, EnvelopeId};
use crate::keyring::Keyring;
use crate::node::Node;
use crate::operation::{Action, DeviceSeal, Join};

/// A device that came by an invite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitee {
    /// Its join.
    pub join: EnvelopeId,
    /// The invite by which it came.
    pub invite: EnvelopeId,
    /// The device.
    pub device: DeviceId,
    /// The hour (since 1970) at which it wrote its join, by its own clock.
    pub hour: u32,
    /// The name that its person gave to ask with, if a key that opens it is at hand.
    pub asked_as: Option<String>,
    /// How far it got in.
    pub entry: Entry,
}

/// How far somebody got in by an invite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// He waits for an owner.
    Asks,
    /// An owner declined, or the invite was closed or used up before.
    TurnedAway,
    /// He is in, and took the keys out of the ticket himself.
    WithKeys,
    /// He is in; the keys lie ready for him in this operation, or nowhere yet.
    KeysIn(Option<EnvelopeId>),
    /// He was in, and is out.
    Out,
}

impl Authority {
    /// Those who came by invites, in the order in which they say they came.
    #[must_use]
    pub fn invitees(&self, keyring: &Keyring) -> Vec<Invitee> {
        let void: BTreeSet<EnvelopeId> = self.voided().iter().map(|voided| voided.id).collect();
        let mut invitees: Vec<Invitee> = self
            .nodes()
            .filter_map(|node| {
                let (join, invite) = self.join_in(node)?;
                Some(Invitee {
                    join: node.id,
                    invite,
                    device: node.author,
                    hour: node.hour,
                    asked_as: keyring.asked_name(&node.id).cloned(),
                    entry: self.entry(node, join, void.contains(&node.id))?,
                })
            })
            .collect();
        invitees.sort_by_key(|invitee| (invitee.hour, invitee.join));
        invitees
    }

    /// The join that an operation is, and its invite, if that holds and its ticket was at hand.
    fn join_in<'n>(&self, node: &'n Node) -> Option<(&'n Join, EnvelopeId)> {
        let Ok(Action::Join(join)) = &node.action else {
            return None;
        };
        let opened = self.state().invites.get(&join.invite)?;
        (opened.invite.key == join.key).then_some((join, join.invite))
    }

    /// `None`: it came by another join, or is nobody anybody looks at.
    fn entry(&self, node: &Node, join: &Join, is_void: bool) -> Option<Entry> {
        let state = self.state();
        if state.pending.contains(&node.id) {
            return Some(Entry::Asks);
        }
        if state.turned_away.get(&node.author) == Some(&join.invite) {
            return Some(Entry::TurnedAway);
        }
        let record = state.devices.get(&node.author).filter(|_| !is_void)?;
        Some(if record.removed_after.is_some() {
            Entry::Out
        } else if join.keys.is_empty() {
            Entry::KeysIn(self.first_key_for(&node.author))
        } else {
            Entry::WithKeys
        })
    }

    /// The first operation in which somebody sealed a key to a device.
    fn first_key_for(&self, device: &DeviceId) -> Option<EnvelopeId> {
        let sealed = |seals: &[DeviceSeal]| seals.iter().any(|seal| seal.device == *device);
        let hands = |node: &&Node| match (&node.action, node.epoch()) {
            (_, Some(epoch)) => sealed(&epoch.devices),
            (Ok(Action::SealFor { devices, .. }), _) => sealed(devices),
            _ => false,
        };
        let all = self.nodes().filter(hands);
        all.min_by_key(|node| (node.hour, node.id))
            .map(|node| node.id)
    }
}
