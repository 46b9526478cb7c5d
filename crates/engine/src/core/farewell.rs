//! Farewell: a device that is out is told so, with the operations that say it, and nothing of what came after them; and what counts of its work is
//! taken from it. An old copy of its disk, or a second machine with its key, has not heard it: so it is told again, but not more than once an hour.

use std::collections::{BTreeMap, BTreeSet};

use skein_access::DeviceId;
use skein_store::Durability;
use skein_sync::{EnvelopeSet, Group, ItemRef, SessionInput};

use super::Core;
use super::peers::Link;
use super::step::Step;

/// The setting of a device that is out and knows that the others know.
const KNOWN: &str = "out_known";
/// So long whoever was told is a stranger (ms): nobody is kept busy by those who are out.
const STRANGER_FOR: u64 = 3_600_000;

/// The devices that were told not long ago that they are out, and until when they are strangers, by the monotonic clock.
#[derive(Default)]
pub(super) struct Told(BTreeMap<DeviceId, u64>);

impl Core {
    /// The devices that are out and were not told by this one just now.
    pub(super) fn to_be_told(&self) -> BTreeSet<DeviceId> {
        let Some(workspace) = self.workspace.as_ref().filter(|_| !self.is_out()) else {
            return BTreeSet::new();
        };
        let mut out = workspace.authority.outsiders();
        out.retain(|device| !self.told.0.contains_key(device));
        out
    }

    pub(super) fn next_farewell(&self) -> Option<u64> {
        self.told.0.values().min().copied()
    }

    /// Whoever was told long enough ago may come once more.
    pub(super) fn tell_again_if_due(&mut self, step: &mut Step<'_>) {
        let before = self.told.0.len();
        self.told.0.retain(|_, until| *until > step.now.mono_ms);
        if self.told.0.len() < before {
            self.tell_network(step);
        }
    }

    /// The operations that a device which is out may see, and no more of them than can be read now. Data stands beside them so that it is not
    /// asked for again; nothing of it is shown to whoever is granted operations alone.
    pub(super) fn farewell_set(&self, device: &DeviceId) -> EnvelopeSet {
        let Some(workspace) = &self.workspace else {
            return EnvelopeSet::new();
        };
        let operations = workspace.authority.farewell(device).into_iter();
        let operations = operations.filter_map(|id| {
            let stored = self.store.envelope(id).ok().flatten()?;
            let envelope = self.verified(&stored.bytes)?;
            let header = envelope.header();
            Some(ItemRef::new(header.kind, header.hour, id))
        });
        workspace.set.with_operations(operations)
    }

    /// To a device that shows operations alone since this one is out: names what is here, counts, and may be lacking there.
    pub(super) fn offer_what_counts(&mut self, step: &mut Step<'_>, peer: DeviceId) {
        let me = self.device.id();
        let Some(link) = self.links.get(&peer) else {
            return;
        };
        if link.offered || !link.only_gives() || !self.is_out() {
            return;
        }
        let workspace = self.workspace.as_ref();
        let standing = workspace.and_then(|workspace| workspace.authority.standing(&me));
        let Some(through) = standing.and_then(|standing| standing.removed_after()) else {
            return;
        };
        let mark = i64::try_from(self.mark_of(&peer)).unwrap_or(i64::MAX);
        let offered = self.store.data_to_offer(mark, (me, through));
        let ids = offered.unwrap_or_else(|error| {
            tracing::warn!(%error, "what counts could not be looked up; it is named at the next meeting");
            Vec::new()
        });
        if let Some(link) = self.links.get_mut(&peer) {
            link.offered = true;
        }
        let (group, ids) = (Group::Data, ids.as_slice());
        self.give_session_plainly(step, peer, SessionInput::Offer { group, ids });
    }

    /// Ends the conversation with a device that understood that it is out, once all that it named is here.
    pub(super) fn end_farewell(&mut self, step: &mut Step<'_>, peer: DeviceId) {
        let over = |link: &Link| link.understood && !link.is_taking();
        if self.links.get(&peer).is_some_and(over) {
            self.was_told(step, peer);
        }
    }

    /// Whether this device is out and somebody of the workspace knows that: then it troubles nobody any more, but still listens.
    pub(super) fn others_know_it_is_out(&self) -> bool {
        self.is_out() && self.store.setting(KNOWN).ok().flatten().is_some()
    }

    /// Whether a device holds all that is here, or said that this one is out and has taken what it wanted: then the others know.
    pub(super) fn others_may_know(&mut self, step: &mut Step<'_>, peer: DeviceId) {
        if !self.is_out() || self.others_know_it_is_out() {
            return;
        }
        let newest = self.newest_mark();
        let knows = |link: &Link| link.holds_through(newest) || link.has_told();
        if !self.links.get(&peer).is_some_and(knows) {
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

    /// A device that is out knows it now, and the conversation ends.
    fn was_told(&mut self, step: &mut Step<'_>, peer: DeviceId) {
        let until = step.now.mono_ms + STRANGER_FOR;
        self.told.0.insert(peer, until);
        let reason = "this device is no longer part of the workspace".to_owned();
        self.give_session_plainly(step, peer, SessionInput::Shut(reason));
        self.tell_network(step);
    }
}
