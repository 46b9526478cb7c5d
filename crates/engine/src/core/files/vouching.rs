//! Answering for chunks: whoever wants to let a file go asks the others first whether they hold it.
//!
//! A firm yes is given only after the bytes were read, and never for what is being let go here. So of two who would both let a file go, each
//! trusting in the other, one at least is told no: there is always one who has it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use skein_access::DeviceId;
use skein_model::ChunkName;
use skein_sync::SessionInput;

use super::FileJob;
use crate::core::Core;
use crate::core::step::Step;

/// So many chunks are asked about at once.
pub(super) const MOST_ASKED: usize = 256;
/// Bytes are read for so many devices at once; a further one is told no, and asks again another time.
const MOST_AT_ONCE: usize = 4;

/// What travels.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Told {
    /// Which of these does the receiver hold?
    Question {
        /// Names the question, for the answer.
        number: u32,
        /// Whether the sender will let go what it is told yes for.
        firm: bool,
        /// The chunks.
        names: Vec<[u8; 32]>,
    },
    /// Which of those that were asked about are held, in their order.
    Answer {
        /// Of which question.
        number: u32,
        /// Yes or no.
        held: Vec<bool>,
    },
}

impl Told {
    fn read(bytes: &[u8]) -> Option<Self> {
        let (told, rest) = postcard::take_from_bytes::<Self>(bytes).ok()?;
        let count = match &told {
            Self::Question { names, .. } => names.len(),
            Self::Answer { held, .. } => held.len(),
        };
        (rest.is_empty() && count <= MOST_ASKED).then_some(told)
    }
}

/// For whom bytes are being read, with the number of the question.
#[derive(Default)]
pub(in crate::core::files) struct Vouching {
    under_way: BTreeMap<DeviceId, u32>,
}

impl Core {
    /// A device asks about chunks, or answers.
    pub(in crate::core) fn holding_came(
        &mut self,
        step: &mut Step<'_>,
        peer: DeviceId,
        bytes: &[u8],
    ) {
        match Told::read(bytes) {
            None => {
                let reason = "what it said of parts of files cannot be read".to_owned();
                self.give_session(step, peer, SessionInput::Shut(reason));
            }
            Some(_) if !self.shares_files_with(&peer) => {}
            Some(Told::Answer { number, held }) => self.holding_answered(step, peer, number, &held),
            Some(Told::Question {
                number,
                firm,
                names,
            }) => {
                let names = names.into_iter().map(ChunkName::from_bytes).collect();
                self.holding_asked(step, peer, number, firm, names);
            }
        }
    }

    fn holding_asked(
        &mut self,
        step: &mut Step<'_>,
        peer: DeviceId,
        number: u32,
        firm: bool,
        names: Vec<ChunkName>,
    ) {
        let vouching = &mut self.files.vouching.under_way;
        if !firm {
            let held = names.iter().map(|name| self.would_vouch(*name)).collect();
            self.say_held(step, peer, number, held);
        } else if vouching.len() >= MOST_AT_ONCE || vouching.contains_key(&peer) {
            self.say_held(step, peer, number, vec![false; names.len()]);
        } else {
            vouching.insert(peer, number);
            self.start_file_job(step, FileJob::Vouch { peer, names });
        }
    }

    fn would_vouch(&self, name: ChunkName) -> bool {
        !self.files.freeing.lets_go(name) && self.store.has_chunk(name).unwrap_or(false)
    }

    /// Bytes were read for a device that asked.
    pub(super) fn chunks_were_read(
        &mut self,
        step: &mut Step<'_>,
        peer: DeviceId,
        read: &[(ChunkName, bool)],
    ) {
        let Some(number) = self.files.vouching.under_way.remove(&peer) else {
            return;
        };
        // What was decided while the disk was read counts.
        let held = read
            .iter()
            .map(|(name, whole)| *whole && self.would_vouch(*name))
            .collect();
        self.say_held(step, peer, number, held);
    }

    fn say_held(&mut self, step: &mut Step<'_>, peer: DeviceId, number: u32, held: Vec<bool>) {
        if self.shares_files_with(&peer) {
            self.tell_holding(step, peer, &Told::Answer { number, held });
        }
    }

    pub(super) fn tell_holding(&mut self, step: &mut Step<'_>, peer: DeviceId, told: &Told) {
        match postcard::to_stdvec(told) {
            Ok(bytes) => self.give_session(step, peer, SessionInput::Holding(&bytes)),
            Err(error) => tracing::warn!(%error, "a device was not asked about parts of files"),
        }
    }
}
