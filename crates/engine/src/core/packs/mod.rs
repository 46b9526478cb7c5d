//! Packs: what this device wrote is put into few large envelopes once it is old, so that relays need not keep the many small ones.

mod unpacking;
mod vouching;
mod word;

use skein_access::{DeviceId, Envelope, MAX_PACKED, Pack, Stamp};
use skein_store::{Durability, EnvelopeState};
use skein_sync::ItemRef;

pub(crate) use word::PackWord;

use super::Core;
use super::step::Step;
use crate::api::ApiError;

/// So many go into one pack: more would keep people waiting while they are verified.
const AT_ONCE: usize = 512;
/// The first look comes so long after the start (ms).
const FIRST_LOOK: u64 = 60_000;

/// When a device packs what it wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackingRule {
    /// Fewer envelopes are left as they are.
    pub least: usize,
    /// Younger ones are (hours, by this machine's clock).
    pub age: u32,
    /// How often it looks whether there is something to pack (ms).
    pub every: u64,
}

impl Default for PackingRule {
    /// Some pages of typing, a day later.
    fn default() -> Self {
        Self {
            least: 256,
            age: 24,
            every: 3_600_000,
        }
    }
}

/// What is to be packed, and when it is looked for.
#[derive(Default)]
pub(super) struct Packing {
    rule: PackingRule,
    next: Option<u64>,
}

impl Core {
    /// Sets when this device packs.
    pub fn packs_by(&mut self, rule: PackingRule) {
        self.packing = Packing { rule, next: None };
    }

    pub(super) fn next_packing(&self) -> Option<u64> {
        self.packing.next
    }

    pub(super) fn work_on_packs(&mut self, step: &mut Step<'_>) {
        let mono = step.now.mono_ms;
        let rule = self.packing.rule;
        let next = *self
            .packing
            .next
            .get_or_insert(mono + FIRST_LOOK.min(rule.every));
        if mono < next {
            return;
        }
        self.packing.next = Some(mono + rule.every);
        match self.pack(step) {
            Ok(0) => {}
            // There may be more than one holds.
            Ok(_) => self.packing.next = Some(mono + 1),
            Err(error) => {
                tracing::warn!(%error, "what was written here could not be packed; nothing is lost by that");
            }
        }
    }

    /// Packs the oldest of what this device wrote and did not pack yet. How many went into the pack.
    fn pack(&mut self, step: &mut Step<'_>) -> Result<usize, ApiError> {
        let Some(workspace) = self.workspace.as_ref().filter(|_| self.seals()) else {
            return Ok(0);
        };
        // Nobody else keeps less for it.
        if workspace.authority.relays().is_empty() {
            return Ok(0);
        }
        let rule = self.packing.rule;
        let me = self.device.id();
        let by_hour = step.now.hour().saturating_sub(rule.age);
        let beyond = (me, self.packed_through(me)?);
        let stored = self
            .store
            .envelopes_to_pack(beyond, by_hour, (MAX_PACKED, AT_ONCE))?;
        if stored.len() < rule.least {
            return Ok(0);
        }
        let old = stored.iter();
        let old: Vec<Envelope> = old.filter_map(|one| self.verified(&one.bytes)).collect();
        let pack = Pack::of(me, &old, |epoch| workspace.keyring.get(epoch));
        if pack.len() < rule.least {
            return Ok(0);
        }
        self.seal_pack(step, &pack)?;
        Ok(pack.len())
    }

    /// The number of the last envelope of a device that is in a pack, or was left out of one.
    fn packed_through(&self, device: DeviceId) -> Result<u64, ApiError> {
        let Some(last) = self.store.last_pack_of(device)? else {
            return Ok(0);
        };
        let Some(envelope) = self.verified(&last.bytes) else {
            return Ok(0);
        };
        let pack = self.open_pack(&envelope);
        let through = pack.and_then(|pack| pack.last_sequence());
        Ok(through.unwrap_or(envelope.header().sequence))
    }

    fn seal_pack(&mut self, step: &mut Step<'_>, pack: &Pack) -> Result<(), ApiError> {
        self.rotate_if_needed(step)?;
        let workspace = self.workspace.as_mut().ok_or_else(Self::no_workspace)?;
        let (epoch, key) = workspace.writing_epoch()?;
        let stamp = Stamp {
            chain: workspace.chain,
            ..workspace.stamp(step)
        };
        let key = (&epoch, key);
        let envelope = skein_access::seal_pack(&self.device, &stamp, key, pack, step.rng)?;
        let mark = self.store.write(Durability::Full, |tx| {
            tx.insert_envelope(&envelope, &EnvelopeState::Applied, None)
        })?;
        workspace.chain = envelope.next();
        let header = envelope.header();
        let item = ItemRef::new(header.kind, header.hour, envelope.id());
        let mark = mark.and_then(|mark| u64::try_from(mark).ok());
        workspace.set.insert(item, mark.unwrap_or_default());
        step.news.delivery = true;
        self.announce(step, &[item]);
        Ok(())
    }
}
