//! Sweeping: chunks that no document names are removed, once after a start and after room was freed. They are left by uploads that did not end well,
//! and by files that were let go when the program ended before their bytes were.

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
        /// What was noted to be here when the folder was listed.
        noted: BTreeSet<ChunkName>,
    },
    /// Until the next start.
    Done,
}

impl Sweep {
    /// When it goes on. It does not begin while files are let go.
    pub(super) fn due(&self, nothing_is_let_go: bool) -> Option<u64> {
        match self {
            Self::At(at) => nothing_is_let_go.then_some(*at),
            Self::Comparing { .. } => Some(0),
            Self::NotPlanned | Self::Listing | Self::Done => None,
        }
    }

    /// Whether nothing is being compared, so that files may be let go.
    pub(super) fn is_quiet(&self) -> bool {
        !matches!(self, Self::Listing | Self::Comparing { .. })
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

    /// Sweeps once more, now.
    pub(super) fn sweep_again(&mut self, step: &Step<'_>) {
        if self.files.sweep.is_quiet() {
            self.files.sweep = Sweep::At(step.now.mono_ms);
        }
    }

    pub(super) fn go_on_sweeping(&mut self, step: &mut Step<'_>) {
        match &self.files.sweep {
            Sweep::At(at) if *at <= step.now.mono_ms && self.files.freeing.is_quiet() => {
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
                unneeded.extend(&noted);
                Sweep::Comparing {
                    row: 0,
                    unneeded,
                    noted: noted.into_iter().collect(),
                }
            }
            (names, noted) => {
                tracing::warn!(listed = ?names.err(), noted = ?noted.err(), "the folder of files could not be looked through");
                Sweep::Done
            }
        };
    }

    fn compare_some(&mut self, step: &mut Step<'_>) -> Result<(), ApiError> {
        let Sweep::Comparing {
            row,
            unneeded,
            noted,
        } = &mut self.files.sweep
        else {
            return Ok(());
        };
        let files = self.store.files_after(*row, FILES_A_STEP)?;
        if let Some(last) = files.last() {
            *row = last.row;
            for file in &files {
                for name in file.manifest.chunks() {
                    // Of a file that was let go, what is not noted to be here is what a sudden end left.
                    if !file.freed || self.store.has_chunk(*name)? {
                        unneeded.remove(name);
                    }
                }
            }
            return Ok(());
        }
        let (mut unneeded, noted) = (std::mem::take(unneeded), std::mem::take(noted));
        for name in self.files.uploads.chunks() {
            unneeded.remove(&name);
        }
        self.files.sweep = Sweep::Done;
        // What came while this went on is needed.
        let mut came = Vec::new();
        for name in unneeded.difference(&noted) {
            if self.store.has_chunk(*name)? {
                came.push(*name);
            }
        }
        for name in came {
            unneeded.remove(&name);
        }
        self.forget_chunks(step, unneeded.into_iter().collect());
        Ok(())
    }
}
