//! What a returning device is given before the two compare: the little that it has not confirmed so far.

use skein_access::{DeviceId, EnvelopeId};
use skein_store::Mark;

use super::Core;

/// What came since a device last confirmed all is looked at up to so many envelopes: beyond that a comparison costs less than guessing.
pub(crate) const LOOKED_AT: usize = 64;
/// And what is given is at most so many bytes: they were for nothing if another brought it the same.
const GIVEN_BYTES: u64 = 32 * 1024;

/// All of these envelopes, of so many bytes each, or nothing if they are more than little.
pub(crate) fn little(news: impl Iterator<Item = (EnvelopeId, u64)>) -> Vec<EnvelopeId> {
    let mut bytes = 0_u64;
    let mut ids = Vec::new();
    for (id, size) in news {
        bytes = bytes.saturating_add(size);
        if ids.len() >= LOOKED_AT || bytes > GIVEN_BYTES {
            return Vec::new();
        }
        ids.push(id);
    }
    ids
}

impl Core {
    /// The data that a device has not confirmed, in the order in which it came here; nothing when it is more than little.
    pub(super) fn unconfirmed_by(&self, peer: &DeviceId) -> Vec<EnvelopeId> {
        let Some(link) = self.links.get(peer) else {
            return Vec::new();
        };
        let after = Mark::try_from(link.holds.through()).unwrap_or(Mark::MAX);
        let limit = u32::try_from(LOOKED_AT + 1).unwrap_or(u32::MAX);
        let news = self
            .store
            .news_to(*peer, after, limit)
            .unwrap_or_else(|error| {
                tracing::warn!(%error, %peer, "what is new to a device could not be looked up; comparing shows it");
                Vec::new()
            });
        if news.len() > LOOKED_AT {
            return Vec::new();
        }
        let claims = |mark: Mark| u64::try_from(mark).is_ok_and(|mark| link.holds.claims(mark));
        let news = news.into_iter().filter(|(_, mark, _)| !claims(*mark));
        little(news.map(|(id, _, bytes)| (id, bytes)))
    }
}
