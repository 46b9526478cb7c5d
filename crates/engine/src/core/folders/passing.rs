//! A pass over a shared folder: what is there, what of it is new, and taking that in through the door that every carrier uses.

use std::collections::BTreeSet;

use skein_access::EnvelopeId;
use skein_store::{Durability, FolderEntry, FolderError, FolderFile, FolderId, Found, Mark};

use super::filling::Filling;
use super::work::{FolderJob, Reading};
use super::{Ending, FolderTrouble, Fresh, InHand, Phase};
use crate::api::{ApiError, BundleReport, ErrorCode};
use crate::core::Core;
use crate::core::bundles::Unpacking;
use crate::core::io::Effect;
use crate::core::jobs::Job;
use crate::core::step::Step;

/// How long until a folder is looked at again after something moved (ms). There are no events from the network and from sticks, so it is asked.
const SOON_MS: u64 = 10_000;
/// How long at most (ms).
const SELDOM_MS: u64 = 60_000;
/// How long nothing new must have come before what is new is written (ms): files are few and not tiny.
pub(super) const QUIET_MS: u64 = 10_000;
/// How long what is new waits at most (ms).
pub(super) const PATIENCE_MS: u64 = 120_000;
/// How long a file stays whose content another holds (ms), so that nobody sees the one go before the other has come.
const SPARE_MS: i64 = 24 * 60 * 60 * 1_000;
/// For how long after a change a file may change again without another time (ms).
const FRESH_MS: i64 = 3_000;
/// How many envelopes are taken in at a step.
const A_STEP: usize = 200;

impl Core {
    /// Whether folders are read at all: there is a workspace to read for, and this device is part of it or on its way to it.
    fn folders_rest(&self) -> bool {
        self.workspace.is_none() || self.writable().is_err()
    }

    /// When there is something to do about shared folders.
    pub(in crate::core) fn next_folder_work(&self) -> Option<u64> {
        if self.folders_rest() {
            return None;
        }
        let due = |shared: &super::Shared| match (&shared.reading, shared.phase) {
            (Some(_), _) => Some(0),
            (None, Phase::Resting) => shared.look_at,
            (None, _) => None,
        };
        self.folders.all.values().filter_map(due).min()
    }

    pub(in crate::core) fn work_on_folders(&mut self, step: &mut Step<'_>) {
        if self.folders.all.is_empty() || self.folders_rest() {
            return self.answer_in_vain(step);
        }
        let newest = self
            .workspace
            .as_ref()
            .map_or(0, |workspace| workspace.set.mark());
        let now = step.now.mono_ms;
        let ids: Vec<FolderId> = self.folders.all.keys().copied().collect();
        for id in ids {
            let Some(shared) = self.folders.all.get_mut(&id) else {
                continue;
            };
            if self.folders.by_itself && shared.phase == Phase::Resting {
                shared.fresh.note(newest, now);
                if let Some(settles) = shared.fresh.settles_at()
                    && !matches!(shared.trouble, Some(FolderTrouble::Away(_)))
                {
                    shared.look_at = Some(shared.look_at.map_or(settles, |at| at.min(settles)));
                }
            }
            if shared.reading.is_some() {
                self.take_in_some(step, id);
            } else if shared.phase == Phase::Resting && shared.look_at.is_some_and(|at| at <= now) {
                shared.phase = Phase::Looking;
                shared.look_at = None;
                shared.moved = false;
                let folder = shared.place.clone();
                if shared.looked_ms.is_none() {
                    step.news.folders = true;
                }
                folder_job(step, FolderJob::Look { id, folder });
            }
        }
    }

    /// Folders rest: whoever waits is told why.
    fn answer_in_vain(&mut self, step: &mut Step<'_>) {
        let Err(error) = self.writable() else { return };
        for waiting in std::mem::take(&mut self.folders.waiting) {
            let (client, request) = waiting.asked;
            step.reply(client, request, Err(error.clone()));
        }
    }

    /// What is there now: what is gone is forgotten, what is new or has changed is read, the oldest first, because later ones rest on it.
    pub(super) fn folder_looked(
        &mut self,
        step: &mut Step<'_>,
        id: FolderId,
        result: Result<Vec<FolderEntry>, FolderError>,
    ) {
        let entries = match result {
            Ok(entries) => entries,
            Err(error) => return self.folder_hindered(step, id, trouble_reading(&error)),
        };
        let Some(shared) = self.folders.all.get_mut(&id) else {
            return;
        };
        shared.looked_ms = Some(step.now.wall_ms);
        if shared.trouble.take().is_some() {
            step.news.folders = true;
        }
        let names: BTreeSet<&String> = entries.iter().map(|entry| &entry.name).collect();
        let gone: Vec<FolderFile> = shared
            .files
            .values()
            .filter(|file| !names.contains(&file.name))
            .cloned()
            .collect();
        let is_old = |file: &FolderFile| {
            let spare = file
                .spare_ms
                .map(|since| step.now.wall_ms.saturating_sub(since));
            spare.is_some_and(|age| !(0..SPARE_MS).contains(&age))
        };
        let spare = shared.files.values().filter(|file| is_old(file));
        let names_of_spare: Vec<String> = spare.map(|file| file.name.clone()).collect();
        if !names_of_spare.is_empty() {
            let folder = shared.place.clone();
            let names = names_of_spare;
            folder_job(step, FolderJob::Remove { folder, names });
        }
        let is_new = |entry: &FolderEntry| {
            let known = shared.files.get(&entry.name);
            !known.is_some_and(|file| is_as_it_was(file, entry))
        };
        let mut new: Vec<FolderEntry> = entries.iter().filter(|e| is_new(e)).cloned().collect();
        new.sort_by(|a, b| (a.modified, &a.name).cmp(&(b.modified, &b.name)));
        shared.to_read = new.into();
        shared.phase = Phase::Reading;
        for file in &gone {
            shared.files.remove(&file.name);
        }
        let forgotten = match gone.is_empty() {
            true => Ok(()),
            false => self.store.write(Durability::Normal, |tx| {
                gone.iter()
                    .try_for_each(|file| tx.forget_folder_file(id, file.row))
            }),
        };
        match forgotten {
            Ok(()) => self.read_next_file(step, id),
            Err(error) => self.folder_hindered(step, id, FolderTrouble::Other(error.into())),
        }
    }

    fn read_next_file(&mut self, step: &mut Step<'_>, id: FolderId) {
        let (Some(shared), Some(workspace)) =
            (self.folders.all.get_mut(&id), self.workspace.as_ref())
        else {
            return;
        };
        let Some(entry) = shared.to_read.pop_front() else {
            return match self.store.folder_through(id) {
                Ok(through) => {
                    shared.stored.through = through;
                    shared.filling = Filling::from(through);
                    // Whoever came with nothing but an invite and this folder is in, although he met nobody yet.
                    self.joining_agreed(step);
                    self.fill_folder(step, id);
                }
                Err(error) => self.folder_hindered(step, id, FolderTrouble::Other(error.into())),
            };
        };
        step.news.folders = true;
        let begun = self.store.write(Durability::Normal, |tx| {
            tx.begin_folder_file(id, &entry.name)
        });
        match begun {
            Ok(row) => {
                let reading = Box::new(Reading {
                    id,
                    folder: shared.place.clone(),
                    entry,
                    row,
                    workspace: workspace.id,
                    reader: None,
                    read: 0,
                    unpacking: Unpacking::default(),
                });
                folder_job(step, FolderJob::Read(reading));
            }
            Err(error) => self.folder_hindered(step, id, FolderTrouble::Other(error.into())),
        }
    }

    pub(super) fn folder_slice_read(
        &mut self,
        reading: Box<Reading>,
        envelopes: Vec<(EnvelopeId, Vec<u8>)>,
        result: Result<Option<Found>, FolderError>,
    ) {
        let id = reading.id;
        // A file that is gone or cannot be read keeps no other from being read. Whether the folder is gone, too, the next look tells.
        let end = result.map_or_else(
            |error| {
                tracing::warn!(%error, name = reading.entry.name, "a file in a shared folder cannot be read");
                Some(Ending::Unread)
            },
            |found| found.map(Ending::Read),
        );
        let Some(shared) = self.folders.all.get_mut(&id) else {
            return;
        };
        shared.reading = Some(InHand {
            reading,
            envelopes: envelopes.into(),
            end,
        });
    }

    /// Takes in some of what was read, then goes on with the file, or the next.
    fn take_in_some(&mut self, step: &mut Step<'_>, id: FolderId) {
        let Some(shared) = self.folders.all.get_mut(&id) else {
            return;
        };
        let Some(mut hand) = shared.reading.take() else {
            return;
        };
        let some = hand.envelopes.len().min(A_STEP);
        let some: Vec<(EnvelopeId, Vec<u8>)> = hand.envelopes.drain(..some).collect();
        let taken = self.take_from_folder(step, id, &hand.reading, some);
        let Some(shared) = self.folders.all.get_mut(&id) else {
            return;
        };
        match taken {
            Err(error) => return self.folder_hindered(step, id, FolderTrouble::Other(error)),
            Ok(brought) => shared.moved |= brought,
        }
        if !hand.envelopes.is_empty() {
            shared.reading = Some(hand);
            return;
        }
        let (row, entry) = (hand.reading.row, hand.reading.entry.clone());
        let file = match hand.end {
            None => return folder_job(step, FolderJob::Read(hand.reading)),
            Some(Ending::Unread) => unread(row, entry),
            Some(Ending::Read(found)) => {
                let file = as_it_is(row, entry, found, false);
                let may_change = found != Found::Whole && is_fresh(&file, step.now.wall_ms);
                let modified = if may_change { i64::MIN } else { file.modified };
                FolderFile { modified, ..file }
            }
        };
        let noted = self
            .store
            .write(Durability::Normal, |tx| tx.end_folder_file(&file));
        match noted {
            Err(error) => self.folder_hindered(step, id, FolderTrouble::Other(error.into())),
            Ok(()) => {
                shared.files.insert(file.name.clone(), file);
                self.read_next_file(step, id);
            }
        }
    }

    /// Keeps what is new, and notes what the file holds. Whether it brought something.
    fn take_from_folder(
        &mut self,
        step: &mut Step<'_>,
        id: FolderId,
        reading: &Reading,
        some: Vec<(EnvelopeId, Vec<u8>)>,
    ) -> Result<bool, ApiError> {
        if some.is_empty() {
            return Ok(false);
        }
        let ids: Vec<EnvelopeId> = some.iter().map(|(id, _)| *id).collect();
        let known = self.store.marks(&ids)?;
        let new = some.into_iter().zip(known);
        let new: Vec<Vec<u8>> = new
            .filter(|(_, mark)| mark.is_none())
            .map(|((_, bytes), _)| bytes)
            .collect();
        let mut report = BundleReport::default();
        if !new.is_empty() {
            self.take_envelopes(step, new, &mut report)?;
        }
        if report.refused > 0 {
            tracing::warn!(
                refused = report.refused,
                name = reading.entry.name,
                "not all in a file of a shared folder is genuine"
            );
        }
        let marks: Vec<Mark> = self.store.marks(&ids)?.into_iter().flatten().collect();
        let brought = report.new > 0;
        let now = step.now.wall_ms;
        let stored = self.folders.all.get_mut(&id).map(|shared| {
            if brought {
                shared.stored.read_ms = Some(now);
            }
            shared.stored.clone()
        });
        self.store.write(Durability::Normal, |tx| {
            if let Some(stored) = stored.filter(|_| brought) {
                tx.set_folder_times(id, stored.read_ms, stored.wrote_ms)?;
            }
            tx.folder_file_holds(id, reading.row, &marks)
        })?;
        Ok(brought)
    }

    /// Something hinders: the pass is over, and begins anew later.
    pub(super) fn folder_hindered(
        &mut self,
        step: &mut Step<'_>,
        id: FolderId,
        trouble: FolderTrouble,
    ) {
        if let FolderTrouble::Other(error) = &trouble {
            tracing::warn!(%error, "a shared folder is hindered");
            if error.code == ErrorCode::Damaged {
                self.damage_was_met(step, &error.message);
            }
        }
        if let Some(shared) = self.folders.all.get_mut(&id) {
            shared.trouble = Some(trouble);
            shared.to_read.clear();
            shared.reading = None;
        }
        self.end_pass(step, id);
    }

    /// The pass is over; the next is planned.
    pub(super) fn end_pass(&mut self, step: &mut Step<'_>, id: FolderId) {
        let Some(shared) = self.folders.all.get_mut(&id) else {
            return;
        };
        step.news.folders = true;
        shared.phase = Phase::Resting;
        let now = step.now.mono_ms;
        if std::mem::take(&mut shared.again) {
            shared.at_once = true;
            shared.look_at = Some(now);
            return;
        }
        shared.at_once = false;
        shared.pause = match shared.moved {
            true => SOON_MS,
            false => (shared.pause * 2).clamp(SOON_MS, SELDOM_MS),
        };
        shared.look_at = self.folders.by_itself.then_some(now + shared.pause);
        self.pass_ended(step, id);
    }
}

impl Fresh {
    /// Takes note of what is newest here.
    fn note(&mut self, newest: u64, now: u64) {
        if newest > self.newest {
            self.newest = newest;
            self.at = now;
            self.since.get_or_insert(now);
        }
    }

    /// When what is new is to be written, if anything is.
    pub(super) fn settles_at(&self) -> Option<u64> {
        self.since
            .map(|since| (since + PATIENCE_MS).min(self.at + QUIET_MS))
    }
}

/// Whether a file is as it was when it was read. One that was not read to its end is not.
fn is_as_it_was(file: &FolderFile, entry: &FolderEntry) -> bool {
    u64::try_from(file.size) == Ok(entry.size) && file.modified == entry.modified
}

/// Whether a file was changed so shortly before it was read that its time may not tell of a change since: the times of some file systems are
/// two seconds apart.
fn is_fresh(file: &FolderFile, wall_ms: i64) -> bool {
    let age_ms = wall_ms.saturating_sub(file.modified / 1_000_000);
    age_ms.abs() < FRESH_MS
}

/// What is noted of a file that was read to its end, or written.
pub(super) fn as_it_is(row: i64, entry: FolderEntry, found: Found, own: bool) -> FolderFile {
    FolderFile {
        row,
        name: entry.name,
        size: i64::try_from(entry.size).unwrap_or(i64::MAX),
        modified: entry.modified,
        found,
        own,
        spare_ms: None,
    }
}

/// What is noted of a file that was not read to its end: it is read again.
fn unread(row: i64, entry: FolderEntry) -> FolderFile {
    FolderFile {
        size: -1,
        ..as_it_is(row, entry, Found::Cut, false)
    }
}

pub(super) fn folder_job(step: &mut Step<'_>, job: FolderJob) {
    step.effects.push(Effect::Job(Box::new(Job::Folder(job))));
}

fn trouble_reading(error: &FolderError) -> FolderTrouble {
    let words = |code, message: String, hint: &str| ApiError::new(code, message, hint);
    match error {
        FolderError::Away => FolderTrouble::Away(words(
            ErrorCode::NotFound,
            "The folder is not there now. Nothing is lost: what is written here is kept for it."
                .to_owned(),
            "When its disk is plugged in or the folder is back, it goes on by itself.",
        )),
        FolderError::NotPermitted => FolderTrouble::Other(words(
            ErrorCode::Denied,
            "The folder may not be opened, so nothing was read or written there.".to_owned(),
            "See to it that you may open it; then it goes on by itself.",
        )),
        FolderError::TooMany => FolderTrouble::Other(words(
            ErrorCode::TooLarge,
            format!("The folder was not read: {error}."),
            "Use a folder of its own for Skein.",
        )),
        other => FolderTrouble::Other(words(
            ErrorCode::Storage,
            format!("The folder could not be read: {other}. What is here is kept."),
            "Check its disk; it is tried again by itself.",
        )),
    }
}
