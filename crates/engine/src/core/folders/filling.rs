//! Writing to a shared folder what it lacks: own work soon, that of others only when they leave it out, and many small files made one.

use rand_core::RngCore;
use skein_access::Header;
use skein_store::{
    Durability, FolderEntry, FolderError, FolderFile, FolderFileId, FolderId, Found, Mark,
    StoredEnvelope,
};

use super::FolderTrouble;
use super::passing::{as_it_is, folder_job};
use super::work::FolderJob;
use crate::api::{ApiError, ErrorCode};
use crate::core::Core;
use crate::core::bundles::{add, end, head};
use crate::core::step::Step;

/// About so many bytes go into one file.
const FILE: usize = 1024 * 1024;
/// How many envelopes are read from the store at a time.
const A_READ: u32 = 64;
/// How many that are not due are passed over in one go.
const PASSED_OVER: u32 = 512;
/// How far what waits is counted.
const COUNTED: u32 = 10_000;
/// How long others have to put in themselves what they made, at least and how much longer at random (ms), so that one of those left does it.
const OTHERS_MS: u64 = 10 * 60 * 1_000;
const JITTER_MS: u64 = 10 * 60 * 1_000;

/// Own files that are smaller than this are made one when there are so many of them.
const SMALL: i64 = FILE as i64 / 4;
const MANY: usize = 16;

/// How far the writing of a pass has come.
#[derive(Default)]
pub(super) struct Filling {
    after: Mark,
    /// The first that the folder lacks and that is not due.
    left: Option<Mark>,
    /// Whether something of others is among those.
    of_others: bool,
    passed_over: u32,
}

impl Filling {
    pub(super) fn from(through: Mark) -> Self {
        Self {
            after: through,
            ..Self::default()
        }
    }
}

/// What is to be written.
struct ToWrite {
    bytes: Vec<u8>,
    marks: Vec<Mark>,
    /// Files that are spare when this one is there.
    spared: Vec<FolderFileId>,
}

impl Core {
    /// Writes the next file with what the folder lacks, or ends the pass.
    pub(super) fn fill_folder(&mut self, step: &mut Step<'_>, id: FolderId) {
        match self.next_to_write(step, id) {
            Err(error) => self.folder_hindered(step, id, FolderTrouble::Other(error)),
            Ok(None) => self.end_pass(step, id),
            Ok(Some(to_write)) => self.write_file(step, id, to_write),
        }
    }

    /// Collects what is due; nothing when nothing is, which is noted.
    fn next_to_write(
        &mut self,
        step: &mut Step<'_>,
        id: FolderId,
    ) -> Result<Option<ToWrite>, ApiError> {
        let me = self.device.id();
        let (Some(shared), Some(workspace)) =
            (self.folders.all.get_mut(&id), self.workspace.as_ref())
        else {
            return Ok(None);
        };
        // Before one is in, there is nothing here that did not come from there, but for the question of who asks to be let in.
        let authority = &workspace.authority;
        if !authority.is_member(&me) && !authority.waits(&me) {
            return Ok(None);
        }
        let now = step.now.mono_ms;
        let mine_due = shared.is_settled(now);
        let others_due = shared.at_once || shared.others_at.is_some_and(|at| at <= now);
        let mut to_write = ToWrite {
            bytes: head(&workspace.id),
            marks: Vec::new(),
            spared: Vec::new(),
        };
        let filling = &mut shared.filling;
        let mut is_last = false;
        while !is_last && filling.passed_over < PASSED_OVER {
            let lacking = self.store.lacking_in_folder(id, filling.after, A_READ)?;
            is_last = lacking.len() < A_READ as usize;
            for envelope in lacking {
                let mine = Header::decode(&envelope.bytes).is_ok_and(|header| header.device == me);
                let due = if mine { mine_due } else { others_due };
                if !due {
                    filling.left.get_or_insert(envelope.mark);
                    filling.of_others |= !mine;
                    filling.passed_over += 1;
                } else if !to_write.add(&envelope) {
                    is_last = true;
                    break;
                }
                filling.after = envelope.mark;
            }
        }
        if to_write.marks.is_empty() {
            self.note_filled(step, id)?;
            return Ok(None);
        }
        self.add_small_files(id, &mut to_write)?;
        end(&mut to_write.bytes);
        Ok(Some(to_write))
    }

    /// Puts what is in small files of one's own into the new one, too, so that a year of work is not a million files. They are removed a day later,
    /// when whatever carries the folder has carried the new one.
    fn add_small_files(&self, id: FolderId, to_write: &mut ToWrite) -> Result<(), ApiError> {
        let Some(shared) = self.folders.all.get(&id) else {
            return Ok(());
        };
        let is_small = |file: &&FolderFile| {
            file.own && file.spare_ms.is_none() && file.found == Found::Whole && file.size < SMALL
        };
        let small: Vec<&FolderFile> = shared.files.values().filter(is_small).collect();
        if small.len() < MANY {
            return Ok(());
        }
        for file in small {
            let envelopes = self.store.envelopes_in_folder_file(file.row)?;
            let mut fit = envelopes
                .iter()
                .map(|envelope| to_write.marks.contains(&envelope.mark) || to_write.add(envelope));
            if !fit.all(|fits| fits) {
                break;
            }
            drop(fit);
            to_write.spared.push(file.row);
        }
        Ok(())
    }

    /// Nothing more is due: notes up to where the folder holds everything, and when the rest is.
    fn note_filled(&mut self, step: &mut Step<'_>, id: FolderId) -> Result<(), ApiError> {
        let newest = self
            .workspace
            .as_ref()
            .map_or(0, |workspace| workspace.set.mark());
        let last = self.store.last_mark()?;
        let Some(shared) = self.folders.all.get_mut(&id) else {
            return Ok(());
        };
        let now = step.now.mono_ms;
        if shared.is_settled(now) {
            shared.fresh.since = None;
            shared.fresh.newest = newest;
        }
        shared.others_at = match (shared.filling.of_others, shared.others_at) {
            (false, _) => None,
            (true, Some(at)) if at > now => Some(at),
            (true, _) => Some(now + OTHERS_MS + step.rng.next_u64() % JITTER_MS),
        };
        let through = shared.filling.left.map_or(last, |left| left - 1);
        if shared.stored.through != through {
            shared.stored.through = through;
            self.store
                .write(Durability::Normal, |tx| tx.set_folder_through(id, through))?;
        }
        self.count_waiting(id);
        Ok(())
    }

    fn count_waiting(&mut self, id: FolderId) {
        let Some(shared) = self.folders.all.get_mut(&id) else {
            return;
        };
        let through = shared.stored.through;
        match self.store.count_lacking_in_folder(id, through, COUNTED) {
            Ok(waiting) => shared.waiting = waiting,
            Err(error) => tracing::warn!(%error, "what waits for a shared folder is not counted"),
        }
    }

    fn write_file(&mut self, step: &mut Step<'_>, id: FolderId, to_write: ToWrite) {
        let writer: String = self.device.id().to_string().chars().take(16).collect();
        let Some(shared) = self.folders.all.get_mut(&id) else {
            return;
        };
        shared.phase = super::Phase::Writing;
        step.news.folders = true;
        let job = FolderJob::Write {
            id,
            folder: shared.place.clone(),
            writer,
            bytes: to_write.bytes,
            marks: to_write.marks,
            spared: to_write.spared,
        };
        folder_job(step, job);
    }

    /// A file is there, whole: what is in it is noted, and the next is written.
    pub(super) fn folder_written(
        &mut self,
        step: &mut Step<'_>,
        id: FolderId,
        (marks, spared): (&[Mark], &[FolderFileId]),
        result: Result<FolderEntry, FolderError>,
    ) {
        let noted = match result {
            Ok(entry) => self.note_written(step, id, (marks, spared), entry),
            Err(error) => Err(not_written(&error)),
        };
        match noted {
            Ok(()) => self.fill_folder(step, id),
            Err(trouble) => {
                self.count_waiting(id);
                self.folder_hindered(step, id, trouble);
            }
        }
    }

    fn note_written(
        &mut self,
        step: &mut Step<'_>,
        id: FolderId,
        (marks, spared): (&[Mark], &[FolderFileId]),
        entry: FolderEntry,
    ) -> Result<(), FolderTrouble> {
        let Some(shared) = self.folders.all.get_mut(&id) else {
            return Ok(());
        };
        let wrote_ms = Some(step.now.wall_ms);
        let (read_ms, now) = (shared.stored.read_ms, step.now.wall_ms);
        let file = self.store.write(Durability::Normal, |tx| {
            let row = tx.begin_folder_file(id, &entry.name)?;
            tx.folder_file_holds(id, row, marks)?;
            let file = as_it_is(row, entry, Found::Whole, true);
            tx.end_folder_file(&file)?;
            for spare in spared {
                tx.spare_folder_file(*spare, now)?;
            }
            tx.set_folder_times(id, read_ms, wrote_ms)?;
            Ok(file)
        });
        let file = file.map_err(|error| FolderTrouble::Other(error.into()))?;
        shared.stored.wrote_ms = wrote_ms;
        shared.moved = true;
        let is_spared = |file: &&mut FolderFile| spared.contains(&file.row);
        for file in shared.files.values_mut().filter(is_spared) {
            file.spare_ms = Some(now);
        }
        shared.files.insert(file.name.clone(), file);
        Ok(())
    }
}

impl ToWrite {
    /// Adds an envelope, unless the file is full.
    fn add(&mut self, envelope: &StoredEnvelope) -> bool {
        if self.bytes.len() + envelope.bytes.len() > FILE {
            return false;
        }
        add(&mut self.bytes, &envelope.bytes);
        self.marks.push(envelope.mark);
        true
    }
}

fn not_written(error: &FolderError) -> FolderTrouble {
    let words = |code, message: String, hint: &str| ApiError::new(code, message, hint);
    match error {
        FolderError::Away => FolderTrouble::Away(words(
            ErrorCode::NotFound,
            "The folder went away while it was written to. Nothing is lost: what is written here is kept for it.".to_owned(),
            "When its disk is plugged in or the folder is back, it goes on by itself.",
        )),
        FolderError::Full => FolderTrouble::Other(words(
            ErrorCode::Storage,
            "The folder's disk is full. What others put there is read; what is new here is kept and waits.".to_owned(),
            "Free some space there; then it goes on by itself.",
        )),
        FolderError::NotPermitted => FolderTrouble::Other(words(
            ErrorCode::Denied,
            "The folder may only be read. What others put there comes in; what is new here waits and reaches nobody by it.".to_owned(),
            "See to it that you may write there; then it goes on by itself.",
        )),
        other => FolderTrouble::Other(words(
            ErrorCode::Storage,
            format!("The folder could not be written to: {other}. What is new here is kept and waits."),
            "Check its disk; it is tried again by itself.",
        )),
    }
}
