//! Sweeping: chunks that no document names are removed, once after a start. They are left by uploads that did not end well.

use std::collections::BTreeSet;

use skein_model::ChunkName;
use skein_store::ChunkError;

use super::FileJob;
use crate::api::ApiError;
use crate::core::Core;
use crate::core::step::Step;

/// So long after the start (ms): whoever came for one command is gone by then.
const AFTER: u64 = 10_000;
/// So many files are looked at in one step.
const FILES_A_STEP: u32 = 200;

/// How far it is.
#[derive(Default)]
pub(super) enum Sweep {
    /// Not begun; at that moment it is.
    #[default]
    NotPlanned,
    /// It begins at that moment.
    At(u64),
    /// The folder is being listed.
    Listing,
    /// What lies there is compared with what documents name; files up to a row were looked at.
    Comparing {
        row: i64,
        unneeded: BTreeSet<ChunkName>,
    },
    /// Until the next start.
    Done,
}

impl Sweep {
    pub(super) fn due(&self) -> Option<u64> {
        match self {
            Self::At(at) => Some(*at),
            Self::Comparing { .. } => Some(0),
            Self::NotPlanned | Self::Listing | Self::Done => None,
        }
    }
}

impl Core {
    /// Prepares the folder of chunks at the start, and plans the sweep.
    pub(in crate::core) fn start_files(&mut self, step: &Step<'_>) {
        if let Err(error) = self.store.chunk_folder().tidy() {
            tracing::warn!(%error, "what was half written when Skein last ended stays");
        }
        self.files.fetching.stale = true;
        self.files.sweep = Sweep::At(step.now.mono_ms + AFTER);
    }

    pub(super) fn go_on_sweeping(&mut self, step: &mut Step<'_>) {
        match &self.files.sweep {
            Sweep::At(at) if *at <= step.now.mono_ms => {
                self.files.sweep = Sweep::Listing;
                self.start_file_job(step, FileJob::List);
            }
            Sweep::Comparing { .. } => {
                if let Err(error) = self.compare_some(step) {
                    tracing::warn!(%error, "parts of files that nothing needs may stay on disk");
                    self.files.sweep = Sweep::Done;
                }
            }
            _ => {}
        }
    }

    pub(super) fn chunks_listed(&mut self, names: Result<BTreeSet<ChunkName>, ChunkError>) {
        let noted = self.store.chunks();
        self.files.sweep = match (names, noted) {
            (Ok(mut unneeded), Ok(noted)) => {
                unneeded.extend(noted);
                Sweep::Comparing { row: 0, unneeded }
            }
            (names, noted) => {
                tracing::warn!(listed = ?names.err(), noted = ?noted.err(), "the folder of files could not be looked through");
                Sweep::Done
            }
        };
    }

    fn compare_some(&mut self, step: &mut Step<'_>) -> Result<(), ApiError> {
        let Sweep::Comparing { row, unneeded } = &mut self.files.sweep else {
            return Ok(());
        };
        let files = self.store.files_after(*row, FILES_A_STEP)?;
        if let Some(last) = files.last() {
            *row = last.row;
            for name in files.iter().flat_map(|file| file.manifest.chunks()) {
                unneeded.remove(name);
            }
            return Ok(());
        }
        let mut unneeded = std::mem::take(unneeded);
        for name in self.files.uploads.chunks() {
            unneeded.remove(&name);
        }
        self.files.sweep = Sweep::Done;
        self.forget_chunks(step, unneeded.into_iter().collect());
        Ok(())
    }
}
