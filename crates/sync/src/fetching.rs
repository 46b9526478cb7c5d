//! What is being asked of whom: shared by the sessions of one replica, so that no envelope is fetched twice at once.

use std::collections::HashMap;

use skein_access::{DeviceId, EnvelopeId};

use crate::item::{Group, Key};
use crate::limits::CLAIM_MS;

/// Claims of sessions on envelopes that are on their way. A claim lapses when its peer stays silent, so a dead
/// connection holds nothing up, whether or not anybody says that it died.
#[derive(Debug, Default)]
pub struct Fetching {
    claims: HashMap<EnvelopeId, Claim>,
    heard: HashMap<DeviceId, u64>,
    streams: HashMap<Group, Stream>,
}

/// Who brings an envelope, and since when.
#[derive(Debug, Clone, Copy)]
struct Claim {
    peer: DeviceId,
    since: u64,
}

/// A whole group coming from one peer, or broken off half-way.
#[derive(Debug, Default)]
struct Stream {
    from: Option<DeviceId>,
    reached: Option<Key>,
}

impl Fetching {
    /// Nothing is asked of anybody.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many envelopes are claimed at present.
    #[must_use]
    pub fn len(&self) -> usize {
        self.claims.len()
    }

    /// Whether nothing is claimed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.claims.is_empty()
    }

    /// Claims an envelope for a peer; false when another one is bringing it.
    pub(crate) fn claim(&mut self, id: EnvelopeId, peer: DeviceId, now_ms: u64) -> bool {
        if self.is_elsewhere(&id, &peer, now_ms) {
            return false;
        }
        self.claims.insert(
            id,
            Claim {
                peer,
                since: now_ms,
            },
        );
        true
    }

    /// Whether a peer other than this one is bringing the envelope.
    pub(crate) fn is_elsewhere(&self, id: &EnvelopeId, peer: &DeviceId, now_ms: u64) -> bool {
        self.claims.get(id).is_some_and(|claim| {
            claim.peer != *peer && self.is_alive(&claim.peer, claim.since, now_ms)
        })
    }

    /// The peer brought something.
    pub(crate) fn progressed(&mut self, peer: DeviceId, now_ms: u64) {
        self.heard.insert(peer, now_ms);
    }

    /// The envelope came, or will not come from this peer.
    pub(crate) fn release(&mut self, id: &EnvelopeId, peer: &DeviceId) {
        if self.claims.get(id).is_some_and(|claim| claim.peer == *peer) {
            self.claims.remove(id);
        }
    }

    /// The peer is gone.
    pub(crate) fn release_all(&mut self, peer: &DeviceId) {
        self.claims.retain(|_, claim| claim.peer != *peer);
        self.heard.remove(peer);
        for stream in self.streams.values_mut() {
            if stream.from == Some(*peer) {
                stream.from = None;
            }
        }
    }

    /// Whether an earlier stream of the group broke off: what it brought lies in order, so the next can go on behind it.
    pub(crate) fn is_unfinished(&self, group: Group) -> bool {
        self.streams
            .get(&group)
            .is_some_and(|stream| stream.reached.is_some())
    }

    /// Takes the group's stream for a peer. None when another peer is streaming it; else the key to go on behind.
    pub(crate) fn begin_stream(
        &mut self,
        group: Group,
        peer: DeviceId,
        now_ms: u64,
    ) -> Option<Option<Key>> {
        let taken = self
            .streams
            .get(&group)
            .and_then(|stream| stream.from)
            .is_some_and(|from| from != peer && self.is_alive(&from, 0, now_ms));
        if taken {
            return None;
        }
        self.heard.insert(peer, now_ms);
        let stream = self.streams.entry(group).or_default();
        stream.from = Some(peer);
        Some(stream.reached)
    }

    /// Everything up to this key came and is stored.
    pub(crate) fn stream_reached(&mut self, group: Group, peer: &DeviceId, key: Key) {
        if let Some(stream) = self.streams.get_mut(&group)
            && stream.from == Some(*peer)
        {
            stream.reached = stream.reached.max(Some(key));
        }
    }

    /// The stream came to its end.
    pub(crate) fn end_stream(&mut self, group: Group, peer: &DeviceId) {
        if self
            .streams
            .get(&group)
            .is_some_and(|stream| stream.from == Some(*peer))
        {
            self.streams.remove(&group);
        }
    }

    fn is_alive(&self, peer: &DeviceId, since: u64, now_ms: u64) -> bool {
        let heard = self.heard.get(peer).copied().unwrap_or(0).max(since);
        now_ms.saturating_sub(heard) < CLAIM_MS
    }
}
