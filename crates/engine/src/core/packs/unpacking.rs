//! Packs that come: what is in them and not here is taken in like anything else that arrives.

use std::collections::BTreeSet;

use skein_access::{Envelope, EnvelopeId, EnvelopeKind, Pack, Unpacked};
use skein_store::{Durability, EnvelopeState};
use skein_sync::Group;

use crate::core::Core;
use crate::core::incoming::Giver;
use crate::core::step::Step;

/// Why a pack is kept aside of which not everything came out.
const NOT_WHOLE: &str = "some of what it speaks of is not what its author signed";

impl Core {
    /// The envelopes in packs among these that are not here yet, each signed by its author. How much a pack's own author may do plays no part: what comes
    /// out is judged by who wrote it.
    pub(in crate::core) fn unpacked(&self, arrived: &[Envelope]) -> Vec<Envelope> {
        let Some(workspace) = &self.workspace else {
            return Vec::new();
        };
        let mut new = Vec::new();
        let mut seen: BTreeSet<EnvelopeId> = arrived.iter().map(Envelope::id).collect();
        for unpacked in arrived.iter().filter_map(|pack| self.unpack(pack)) {
            for (id, envelope) in unpacked.envelopes {
                if workspace.set.contains(Group::Data, &id) || !seen.insert(id) {
                    continue;
                }
                if let Ok(envelope) = envelope.verify(&workspace.id) {
                    new.push(envelope);
                }
            }
        }
        new
    }

    /// How far a pack got: to be tried again when keys come, taken in whole, or kept aside. What was verified just now is not verified again.
    pub(in crate::core) fn state_of_pack(
        &self,
        pack: &Envelope,
        verified: &BTreeSet<EnvelopeId>,
    ) -> EnvelopeState {
        let Some(workspace) = &self.workspace else {
            return EnvelopeState::Locked;
        };
        if workspace.keyring.get(&pack.header().epoch).is_none() {
            return EnvelopeState::Locked;
        }
        let Some(unpacked) = self.unpack(pack) else {
            return EnvelopeState::Quarantined(NOT_WHOLE.to_owned());
        };
        if unpacked.locked > 0 {
            return EnvelopeState::Locked;
        }
        let genuine = unpacked.envelopes.into_iter().all(|(id, envelope)| {
            workspace.set.contains(Group::Data, &id)
                || verified.contains(&id)
                || envelope.verify(&workspace.id).is_ok()
        });
        match genuine && unpacked.broken == 0 {
            true => EnvelopeState::Applied,
            false => EnvelopeState::Quarantined(NOT_WHOLE.to_owned()),
        }
    }

    /// Keys came: packs that waited for them are unpacked. Whether that could be kept.
    pub(in crate::core) fn unpack_again(&mut self, step: &mut Step<'_>, pack: &Envelope) -> bool {
        let new = self.unpacked(std::slice::from_ref(pack));
        let raw: Vec<Vec<u8>> = new.into_iter().map(Envelope::into_bytes).collect();
        if !raw.is_empty() {
            match self.receive(step, Group::Data, &raw, Giver::Insider) {
                Ok((_, items)) => self.arrived(step, None, Group::Data, &items),
                Err(error) => {
                    tracing::warn!(%error, "what is in a pack could not be kept; it is tried again at the next start");
                    return false;
                }
            }
        }
        let state = self.state_of_pack(pack, &BTreeSet::new());
        if state == EnvelopeState::Locked {
            return true;
        }
        let noted = self.store.write(Durability::Normal, |tx| {
            tx.set_envelope_state(pack.id(), &state, None)
        });
        noted.is_ok()
    }

    pub(in crate::core) fn open_pack(&self, envelope: &Envelope) -> Option<Pack> {
        let workspace = self.workspace.as_ref()?;
        let key = workspace.keyring.get(&envelope.header().epoch)?;
        envelope.open_pack(key).ok()
    }

    pub(super) fn unpack(&self, envelope: &Envelope) -> Option<Unpacked> {
        if envelope.header().kind != EnvelopeKind::Pack {
            return None;
        }
        let workspace = self.workspace.as_ref()?;
        let pack = self.open_pack(envelope)?;
        Some(pack.unpack(&workspace.id, |epoch| workspace.keyring.get(epoch)))
    }
}
