//! Answering a relay that asks for which envelopes a pack stands: it lets them go once all devices said the same.

use skein_access::{DeviceId, EnvelopeId};
use skein_sync::{Group, SessionInput};

use super::PackWord;
use crate::core::Core;
use crate::core::step::Step;

impl Core {
    /// A relay asks about a pack. From anybody else it means nothing.
    pub(in crate::core) fn pack_word_came(
        &mut self,
        step: &mut Step<'_>,
        peer: DeviceId,
        bytes: &[u8],
    ) {
        let Some(word) = PackWord::read(bytes) else {
            let reason = "what it said of a pack cannot be read".to_owned();
            return self.give_session(step, peer, SessionInput::Shut(reason));
        };
        let workspace = self.workspace.as_ref();
        let is_relay = workspace.is_some_and(|workspace| workspace.authority.is_relay(&peer));
        let PackWord::Question { pack } = word else {
            return;
        };
        if is_relay {
            let stands_for = self.stands_for(EnvelopeId::from_bytes(pack));
            let stands_for = stands_for.unwrap_or_default();
            let answer = PackWord::Answer { pack, stands_for };
            self.give_session(step, peer, SessionInput::Pack(&answer.bytes()));
        }
    }

    /// The envelopes that come out of a pack, if all of them do and all are here: then the pack gives back what this device holds, byte for byte.
    fn stands_for(&self, pack: EnvelopeId) -> Option<Vec<[u8; 32]>> {
        let workspace = self.workspace.as_ref()?;
        let stored = self.store.envelope(pack).ok().flatten()?;
        let unpacked = self.unpack(&self.verified(&stored.bytes)?)?;
        let ids = unpacked.envelopes.iter().map(|(id, _)| *id);
        let mut ids: Vec<EnvelopeId> = ids.collect();
        let held = |id: &EnvelopeId| workspace.set.contains(Group::Data, id);
        if !unpacked.is_whole() || !ids.iter().all(held) {
            return None;
        }
        ids.sort_unstable();
        ids.dedup();
        Some(ids.iter().map(|id| *id.as_bytes()).collect())
    }
}
