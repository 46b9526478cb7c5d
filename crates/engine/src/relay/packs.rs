//! Packs at a relay: asks members' devices for which envelopes each stands, and keeps of those only the names once all have said the same.

use std::collections::BTreeMap;

use skein_access::{DeviceId, EnvelopeId, EnvelopeKind, Keyring};
use skein_store::{ShelfError, Vouch, Vouched};
use skein_sync::SessionInput;

use super::core::{RelayCore, Step};
use super::room::Room;
use crate::core::packs::PackWord;

/// The packs of a workspace, and what was said of each.
#[derive(Default)]
pub(super) struct Packs(BTreeMap<EnvelopeId, Vec<Vouched>>);

impl Packs {
    pub(super) fn of(
        held: impl Iterator<Item = (EnvelopeKind, EnvelopeId)>,
        vouched: Vec<Vouched>,
    ) -> Self {
        let mut packs = Self::default();
        for (kind, id) in held {
            packs.came(kind, id);
        }
        for said in vouched {
            packs.said(said);
        }
        packs
    }

    /// An envelope is here; if it is a pack, devices are asked about it.
    pub(super) fn came(&mut self, kind: EnvelopeKind, id: EnvelopeId) {
        if kind == EnvelopeKind::Pack {
            self.0.entry(id).or_default();
        }
    }

    fn said(&mut self, new: Vouched) {
        if let Some(said) = self.0.get_mut(&new.pack) {
            said.retain(|one| one.device != new.device);
            said.push(new);
        }
    }

    /// Whether there is something to learn of a pack from a device: it did not say yet, or it was the last, before somebody went.
    fn is_open(said: &[Vouched], device: &DeviceId, everybody: &[DeviceId]) -> bool {
        if said.iter().any(|one| one.let_go) {
            return false;
        }
        let own = said.iter().find(|one| one.device == *device);
        own.is_none_or(|own| Vouched::by_all(said, &own.digest, everybody))
    }
}

impl Room {
    /// All devices of members.
    fn everybody(&self) -> Vec<DeviceId> {
        let members = self.authority.members(&Keyring::default()).into_iter();
        members.flat_map(|member| member.devices).collect()
    }

    /// A pack about which a member's device is to be asked, besides those about which it was.
    fn pack_to_ask_about(
        &self,
        device: &DeviceId,
        was_asked: impl Fn(&EnvelopeId) -> bool,
    ) -> Option<EnvelopeId> {
        let everybody = self.everybody();
        if !everybody.contains(device) {
            return None;
        }
        let open = self
            .packs
            .0
            .iter()
            .find(|(pack, said)| !was_asked(pack) && Packs::is_open(said, device, &everybody));
        open.map(|(pack, _)| *pack)
    }

    /// A device says for which envelopes a pack stands, and that it holds them.
    fn vouched_for(
        &mut self,
        device: DeviceId,
        pack: EnvelopeId,
        stands_for: &[[u8; 32]],
    ) -> Result<(), ShelfError> {
        let digest = *blake3::hash(stands_for.as_flattened()).as_bytes();
        let ids = stands_for.iter().map(|id| EnvelopeId::from_bytes(*id));
        let ids: Vec<EnvelopeId> = ids.collect();
        let everybody = self.everybody();
        let vouch = Vouch {
            pack,
            device,
            digest,
            stands_for: &ids,
        };
        let written = self.shelf.vouch(&vouch, &everybody)?;
        let let_go = written.is_some();
        self.packs.said(Vouched {
            pack,
            device,
            digest,
            let_go,
        });
        if let Some(written) = written {
            self.let_go = self.let_go.saturating_add(ids.len() as u64);
            self.holds(written);
        }
        Ok(())
    }
}

impl RelayCore {
    /// Asks a member's device about one pack of which it did not say yet for what it stands.
    pub(super) fn ask_about_packs(&mut self, step: &mut Step, peer: DeviceId) {
        let Some(link) = self.links.get(&peer) else {
            return;
        };
        let room = link.workspace().and_then(|id| self.rooms.get(&id));
        let open = room
            .filter(|_| link.asking.is_none())
            .and_then(|room| room.pack_to_ask_about(&peer, |pack| link.asked.contains(pack)));
        let Some(pack) = open else { return };
        if let Some(link) = self.links.get_mut(&peer) {
            link.asked.insert(pack);
            link.asking = Some(pack);
        }
        let pack = *pack.as_bytes();
        let question = PackWord::Question { pack }.bytes();
        self.give(step, peer, SessionInput::Pack(&question));
    }

    /// A device answers.
    pub(super) fn pack_word_came(&mut self, step: &mut Step, peer: DeviceId, bytes: &[u8]) {
        let asking = self
            .links
            .get_mut(&peer)
            .and_then(|link| link.asking.take());
        let (pack, stands_for) = match (PackWord::read(bytes), asking) {
            (Some(PackWord::Answer { pack, stands_for }), Some(asked))
                if asked == EnvelopeId::from_bytes(pack) =>
            {
                (asked, stands_for)
            }
            _ => {
                let reason = "what it said of a pack is no answer to a question".to_owned();
                return self.give(step, peer, SessionInput::Shut(reason));
            }
        };
        let workspace = self.links.get(&peer).and_then(super::core::Link::workspace);
        let room = workspace.and_then(|id| self.rooms.get_mut(&id));
        if let Some(room) = room.filter(|_| !stands_for.is_empty())
            && let Err(error) = room.vouched_for(peer, pack, &stands_for)
        {
            tracing::warn!(%error, "what a device said of a pack could not be noted; it is asked again");
            return;
        }
        self.ask_about_packs(step, peer);
    }
}
