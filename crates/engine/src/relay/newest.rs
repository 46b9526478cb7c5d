//! The newest of what came to a workspace, and which device confirmed which of it: what one that returns is given before the two compare.
//!
//! It is kept in memory alone, since this process started. Whoever is not remembered here is compared with, which costs some kilobytes more.

use std::collections::{BTreeMap, VecDeque};

use skein_access::{DeviceId, Envelope, EnvelopeId};
use skein_sync::Held;

use crate::core::{Holds, LOOKED_AT, little};

/// Envelopes that are remembered.
const REMEMBERED: usize = 2 * LOOKED_AT;

/// What is remembered of one workspace.
pub(super) struct Newest {
    /// Data in the order in which it came, the newest last.
    came: VecDeque<Came>,
    /// The number in the order of arrival up to which nothing is remembered.
    forgotten: u64,
    /// What each device said that it holds, by these numbers.
    said: BTreeMap<DeviceId, Holds>,
}

struct Came {
    number: u64,
    id: EnvelopeId,
    device: DeviceId,
    bytes: u64,
}

impl Newest {
    /// What comes after this number will be remembered.
    pub(super) const fn after(number: u64) -> Self {
        Self {
            came: VecDeque::new(),
            forgotten: number,
            said: BTreeMap::new(),
        }
    }

    /// Data came, under this number.
    pub(super) fn came(&mut self, number: u64, envelope: &Envelope) {
        self.came.push_back(Came {
            number,
            id: envelope.id(),
            device: envelope.header().device,
            bytes: envelope.bytes().len() as u64,
        });
        if self.came.len() > REMEMBERED
            && let Some(oldest) = self.came.pop_front()
        {
            self.forgotten = oldest.number;
        }
    }

    /// A device holds these: it said so, or brought them.
    pub(super) fn holds(&mut self, device: DeviceId, held: &Held) {
        let (came, forgotten) = (&self.came, self.forgotten);
        let holds = self.said.entry(device).or_default();
        match held {
            Held::UpTo(number) => holds.confirm_up_to(*number),
            Held::Ids(ids) => came
                .iter()
                .filter(|came| ids.contains(&came.id))
                .for_each(|came| holds.confirm(came.number)),
        }
        holds.advance(|number| {
            let mut after = came.iter().map(|came| came.number);
            after.find(|next| number >= forgotten && *next > number)
        });
    }

    /// Nobody knows any more what a device holds.
    pub(super) fn forget(&mut self, device: &DeviceId) {
        self.said.remove(device);
    }

    /// A device lacks some of what is here, whatever it said. Of what is not remembered any more nobody knows what it said, so it is compared with.
    pub(super) fn lacks(&mut self, device: &DeviceId, lacking: &[EnvelopeId]) {
        let Some(holds) = self.said.get_mut(device) else {
            return;
        };
        let came = |id: &EnvelopeId| self.came.iter().find(|came| came.id == *id);
        let numbers = lacking.iter().map(|id| Some(came(id)?.number));
        match numbers.collect::<Option<Vec<u64>>>() {
            Some(numbers) => _ = holds.take_back(numbers),
            None => self.forget(device),
        }
    }

    /// The data that a device has not confirmed, in the order in which it came; nothing when it is more than little, or not known.
    pub(super) fn unconfirmed_by(&self, device: &DeviceId) -> Vec<EnvelopeId> {
        let said = self.said.get(device);
        let Some(holds) = said.filter(|holds| holds.through() >= self.forgotten) else {
            return Vec::new();
        };
        little(self.came.iter().filter_map(|came| {
            let is_news = came.device != *device && !holds.claims(came.number);
            is_news.then_some((came.id, came.bytes))
        }))
    }
}
