//! Giving chunks to devices that ask: to those of members, and to nobody else.

use skein_access::DeviceId;
use skein_model::ChunkName;
use skein_store::{ChunkError, Durability};

use super::FileJob;
use crate::core::Core;
use crate::core::io::Effect;
use crate::core::step::Step;

/// How many chunks are read for others at once; whoever asks for more is told that they are not here.
const MOST_AT_ONCE: usize = 32;
/// So long (ms) after the last question, or after agreeing with a device that may have some, others may still be fetching.
const RESTLESS: u64 = 500;

/// What is being given.
#[derive(Default)]
pub(super) struct Giving {
    under_way: usize,
    /// Until when others may be about to ask.
    restless_until: Option<u64>,
}

impl Giving {
    pub(super) fn is_quiet(&self) -> bool {
        self.under_way == 0 && self.restless_until.is_none()
    }

    /// When it is quiet, if nobody asks until then.
    pub(super) fn quiet_at(&self) -> Option<u64> {
        self.restless_until.filter(|_| self.under_way == 0)
    }

    pub(super) fn calm_down(&mut self, now: u64) {
        self.restless_until = self.restless_until.filter(|until| *until > now);
    }
}

impl Core {
    pub(in crate::core) fn chunk_asked(
        &mut self,
        step: &mut Step<'_>,
        peer: DeviceId,
        ask: u64,
        name: ChunkName,
    ) {
        self.expect_questions(step);
        let has = || self.store.has_chunk(name).unwrap_or(false);
        if self.files.giving.under_way < MOST_AT_ONCE && self.shares_files_with(&peer) && has() {
            self.files.giving.under_way += 1;
            self.start_file_job(step, FileJob::Give { peer, ask, name });
        } else {
            let bytes = None;
            step.effects.push(Effect::GiveChunk { peer, ask, bytes });
        }
    }

    /// Whether chunks go to and come from a device: it is connected, and a member's.
    pub(super) fn shares_files_with(&self, peer: &DeviceId) -> bool {
        let is_member = self
            .workspace
            .as_ref()
            .is_some_and(|workspace| workspace.authority.is_member(peer));
        is_member && self.links.contains_key(peer)
    }

    pub(super) fn chunk_given(
        &mut self,
        step: &mut Step<'_>,
        peer: DeviceId,
        ask: u64,
        name: ChunkName,
        result: Result<Vec<u8>, ChunkError>,
    ) {
        self.files.giving.under_way = self.files.giving.under_way.saturating_sub(1);
        self.expect_questions(step);
        let bytes = match result {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                tracing::warn!(%error, %peer, "a part of a file could not be given");
                if matches!(error, ChunkError::Missing(_) | ChunkError::OtherBytes(_)) {
                    let forgotten = self
                        .store
                        .write(Durability::Normal, |tx| tx.remove_chunk(name));
                    if let Err(error) = forgotten {
                        tracing::warn!(%error, "a part of a file that is gone is still thought to be here");
                    }
                }
                None
            }
        };
        // Its rights may have changed while the disk was read.
        let bytes = bytes.filter(|_| self.shares_files_with(&peer));
        if let (Some(bytes), Some(link)) = (&bytes, self.links.get_mut(&peer)) {
            link.sent += bytes.len() as u64;
        }
        step.effects.push(Effect::GiveChunk { peer, ask, bytes });
    }

    /// Others may ask soon: nobody should think that all is exchanged.
    fn expect_questions(&mut self, step: &Step<'_>) {
        self.files.giving.restless_until = Some(step.now.mono_ms + RESTLESS);
    }

    /// A device holds the same documents now; where there are files, it may ask for them next, and can be asked itself.
    pub(in crate::core) fn agreed_with(&mut self, step: &Step<'_>) {
        self.look_for_chunks();
        if !self.store.files_after(0, 1).unwrap_or_default().is_empty() {
            self.expect_questions(step);
        }
    }
}
