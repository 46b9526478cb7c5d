//! Farewell: a device that is out is told so once, with the operations that say it, and nothing of what came after them.

use std::collections::BTreeSet;

use skein_access::DeviceId;
use skein_store::Durability;
use skein_sync::{EnvelopeSet, ItemRef, SessionInput};

use super::Core;
use super::step::Step;

/// The setting with the devices that know that they are out.
const TOLD: &str = "told";
/// The setting of a device that is out and knows that the others know.
const KNOWN: &str = "out_known";
/// Bytes of a device's id.
const ID: usize = 32;

impl Core {
    /// The devices that are out and were not told by this one.
    pub(super) fn to_be_told(&self) -> BTreeSet<DeviceId> {
        let Some(workspace) = self.workspace.as_ref().filter(|_| !self.is_out()) else {
            return BTreeSet::new();
        };
        let out = workspace.authority.outsiders().into_iter();
        let told = self.told();
        out.filter(|device| !told.contains(device)).collect()
    }

    fn told(&self) -> BTreeSet<DeviceId> {
        let stored = self.store.setting(TOLD).ok().flatten().unwrap_or_default();
        let (ids, _) = stored.as_chunks::<ID>();
        ids.iter().map(|id| DeviceId::from_bytes(*id)).collect()
    }

    /// What a device that is out may see, and no more of it than can be read now.
    pub(super) fn farewell_set(&self, device: &DeviceId) -> EnvelopeSet {
        let mut set = EnvelopeSet::new();
        let Some(workspace) = &self.workspace else {
            return set;
        };
        for id in workspace.authority.farewell(device) {
            let stored = self.store.envelope(id).ok().flatten();
            if let Some(envelope) = stored.and_then(|stored| self.verified(&stored.bytes)) {
                let header = envelope.header();
                set.insert(ItemRef::new(header.kind, header.hour, id), 0);
            }
        }
        set
    }

    /// Whether this device is out and somebody of the workspace knows that: then it troubles nobody any more, but still listens.
    pub(super) fn others_know_it_is_out(&self) -> bool {
        self.is_out() && self.store.setting(KNOWN).ok().flatten().is_some()
    }

    /// Somebody of the workspace holds all that this device has said, or said to it that it is out.
    pub(super) fn others_know(&mut self, step: &mut Step<'_>) {
        if !self.is_out() || self.others_know_it_is_out() {
            return;
        }
        match self
            .store
            .write(Durability::Normal, |tx| tx.put_setting(KNOWN, &[]))
        {
            Ok(()) => self.tell_network(step),
            Err(error) => tracing::warn!(%error, "it could not be noted that the others know"),
        }
    }

    /// A device that is out knows it now: that is noted, and the conversation ends.
    pub(super) fn was_told(&mut self, step: &mut Step<'_>, peer: DeviceId) {
        let mut told = self.told();
        if told.insert(peer) {
            let bytes: Vec<u8> = told.iter().flat_map(|id| *id.as_bytes()).collect();
            let noted = self
                .store
                .write(Durability::Normal, |tx| tx.put_setting(TOLD, &bytes));
            if let Err(error) = noted {
                tracing::warn!(%error, "it could not be noted that a device knows it is out; it is told once more");
            }
        }
        let reason = "this device is no longer part of the workspace".to_owned();
        self.give_session(step, peer, SessionInput::Shut(reason));
        self.tell_network(step);
    }
}
