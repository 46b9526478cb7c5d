//! Files attached to documents: added piece by piece, read piece by piece, fetched from connected devices and given to them.
//!
//! Their bytes rest and travel encrypted in chunks. All work on chunks is done away from the core, as jobs.

mod adding;
mod fetching;
mod freeable;
mod freeing;
mod giving;
mod reading;
mod sweeping;
mod vouching;
mod work;

use std::collections::BTreeSet;

use skein_model::{ChunkName, DocumentId, FileId};
use skein_store::{Durability, StoredFile};

pub use work::{FileDone, FileJob};

use self::adding::Uploads;
use self::fetching::Fetching;
use self::freeing::Freeing;
use self::giving::Giving;
use self::reading::Reads;
use self::sweeping::Sweep;
use self::vouching::Vouching;
use super::Core;
use super::io::{ClientId, Effect};
use super::jobs::Job;
use super::step::Step;
use crate::api::{ApiError, AttachedFile, ErrorCode, FileState, Reply};

/// Files up to this size are fetched without being asked for.
const COMES_BY_ITSELF: u64 = 8 * 1024 * 1024;
/// How far files have come is told at most so often (ms).
const TELL_EVERY: u64 = 200;

/// All that is under way with files.
#[derive(Default)]
pub(super) struct Files {
    uploads: Uploads,
    reads: Reads,
    fetching: Fetching,
    giving: Giving,
    sweep: Sweep,
    freeing: Freeing,
    vouching: Vouching,
    /// Chunks that are being removed from the disk: they do not come back before that is done.
    removing: BTreeSet<ChunkName>,
    /// Documents of whose files more has come than was told.
    progressed: BTreeSet<DocumentId>,
    told_at: u64,
}

/// Whether the bytes of a file are wanted here.
fn is_wanted(file: &StoredFile) -> bool {
    !file.whole && (file.asked || (!file.freed && file.manifest.size() <= COMES_BY_ITSELF))
}

impl Core {
    /// The files of a document, by name.
    pub(super) fn list_files(&self, document: DocumentId) -> Result<Vec<AttachedFile>, ApiError> {
        let mut files = self
            .stored_files(document)?
            .iter()
            .map(|file| self.attached(file))
            .collect::<Result<Vec<_>, _>>()?;
        files.sort_by_cached_key(|file| (file.name.to_lowercase(), file.id));
        Ok(files)
    }

    fn stored_files(&self, document: DocumentId) -> Result<Vec<StoredFile>, ApiError> {
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let kind = self.kind_of(document)?;
        let permit = workspace.authority.read(&self.device.id(), kind)?;
        Ok(self.store.files(&permit, document)?)
    }

    fn stored_file(&self, document: DocumentId, file: FileId) -> Result<StoredFile, ApiError> {
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let kind = self.kind_of(document)?;
        let permit = workspace.authority.read(&self.device.id(), kind)?;
        self.store
            .file(&permit, document, file)?
            .ok_or_else(|| ApiError::not_found("such file"))
    }

    fn attached(&self, file: &StoredFile) -> Result<AttachedFile, ApiError> {
        let manifest = &file.manifest;
        let (mut here, mut missing) = (0, Vec::new());
        if file.whole {
            here = manifest.size();
        } else {
            for (place, name) in manifest.chunks().iter().enumerate() {
                match self.store.has_chunk(*name)? {
                    true => here += manifest.chunk_size(place),
                    false => missing.push(*name),
                }
            }
        }
        let state = match file.whole || missing.is_empty() {
            true => FileState::Here,
            false if is_wanted(file) && self.may_come(&missing) => FileState::Arriving,
            false => FileState::Away,
        };
        Ok(AttachedFile {
            id: file.id,
            name: manifest.name().to_owned(),
            mime: manifest.mime().to_owned(),
            size: manifest.size(),
            here,
            state,
        })
    }

    /// Asks for a file that is not here.
    pub(super) fn fetch_file(
        &mut self,
        step: &mut Step<'_>,
        document: DocumentId,
        file: FileId,
    ) -> Result<Reply, ApiError> {
        let stored = self.stored_file(document, file)?;
        if !stored.whole {
            self.writable()?;
            self.want(step, &stored)?;
        }
        Ok(Reply::Done)
    }

    /// Notes that somebody wants a file, and looks for who has it, also among those who had not.
    fn want(&mut self, step: &mut Step<'_>, file: &StoredFile) -> Result<(), ApiError> {
        if !file.asked {
            self.store.write(Durability::Normal, |tx| {
                tx.set_file_asked(file.document, file.id)
            })?;
        }
        self.files.fetching.forgive(&file.manifest);
        self.add_wanted(file)?;
        step.news.files.insert(file.document);
        Ok(())
    }

    fn not_here(&self, file: &StoredFile) -> ApiError {
        let hint = if self.links.is_empty() {
            "It comes by itself when a device that has it is connected."
        } else {
            "It is being looked for. If no connected device has it yet, it comes by itself when one that has it is connected."
        };
        ApiError::new(
            ErrorCode::NotHere,
            format!(
                "The file “{}” has not arrived here yet.",
                file.manifest.name()
            ),
            hint,
        )
    }

    /// What is to be done with files now.
    pub(super) fn work_on_files(&mut self, step: &mut Step<'_>) {
        self.let_uploads_go(step);
        self.fetch_what_is_wanted(step);
        self.go_on_sweeping(step);
        self.go_on_freeing(step);
        self.files.giving.calm_down(step.now.mono_ms);
        if self.next_telling().is_some_and(|at| at <= step.now.mono_ms) {
            self.files.told_at = step.now.mono_ms;
            step.news.files.append(&mut self.files.progressed);
        }
    }

    fn next_telling(&self) -> Option<u64> {
        (!self.files.progressed.is_empty()).then_some(self.files.told_at + TELL_EVERY)
    }

    /// When files next need work.
    pub(super) fn next_file_work(&self) -> Option<u64> {
        [
            self.files.uploads.due(),
            self.files.fetching.due(),
            self.files.sweep.due(self.files.freeing.is_quiet()),
            self.files.freeing.due(),
            self.next_telling(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// A shell is gone, and what it was adding or reading with it.
    pub(super) fn files_client_gone(&mut self, step: &mut Step<'_>, client: ClientId) {
        self.drop_uploads(step, |upload| upload.client == client);
        self.files.reads.forget(client);
        self.files.freeing.client_gone(client);
    }

    /// Hands out work on chunks.
    fn start_file_job(&self, step: &mut Step<'_>, work: FileJob) {
        let folder = self.store.chunk_folder().clone();
        step.effects
            .push(Effect::Job(Box::new(Job::File { folder, work })));
    }

    /// Removes chunks from the disk that were noted not to be here.
    fn remove_chunks(&mut self, step: &mut Step<'_>, names: Vec<ChunkName>) {
        self.files.removing.extend(&names);
        self.start_file_job(step, FileJob::Remove(names));
    }

    /// Work on chunks is done.
    pub(super) fn file_job_done(&mut self, step: &mut Step<'_>, done: FileDone) {
        match done {
            FileDone::Sealed {
                upload,
                place,
                result,
            } => self.chunk_sealed(step, &upload, place, result),
            FileDone::Read(read) => self.file_was_read(step, read),
            FileDone::Kept { peer, name, result } => self.chunk_kept(step, peer, name, result),
            FileDone::Given {
                peer,
                ask,
                name,
                result,
            } => self.chunk_given(step, peer, ask, name, result),
            FileDone::Listed(names) => self.chunks_listed(names),
            FileDone::Vouched { peer, read } => self.chunks_were_read(step, peer, &read),
            FileDone::Removed(names) => {
                for name in &names {
                    self.files.removing.remove(name);
                }
                self.look_for_chunks();
                self.go_on_freeing(step);
            }
        }
    }
}
