//! Shared folders: what this device holds lies there as files for whoever else has the folder, and what others put there is taken in.
//!
//! A folder is a relay that does nothing by itself. It is looked through now and then, in passes: look, read what is new, write what it lacks. Each
//! touch of the disk is a job, one at a time for each folder, so a disk that hangs delays nothing else.

mod filling;
mod passing;
mod work;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use skein_access::EnvelopeId;
use skein_store::{
    Durability, FolderEntry, FolderError, FolderFile, FolderId, Found, SharedFolder, StoredFolder,
};

use filling::Filling;
pub use work::{FolderDone, FolderJob, Reading};

use super::io::{ClientId, Effect};
use super::jobs::Job;
use super::step::Step;
use super::{Core, Flow};
use crate::api::{self, ApiError, ErrorCode, Reply, RequestId, SharedFolderState};

/// How many folders a device has at most.
const MOST: usize = 16;
/// How long after the start they are looked at, so that the start is not slowed (ms).
const AFTER_START_MS: u64 = 2_000;

/// The shared folders of this device.
#[derive(Default)]
pub(super) struct Folders {
    /// Whether they are looked at without being asked for.
    by_itself: bool,
    all: BTreeMap<FolderId, Shared>,
    waiting: Vec<Waiting>,
}

/// Somebody who waits until all folders were looked through.
struct Waiting {
    asked: (ClientId, RequestId),
    open: BTreeSet<FolderId>,
}

/// One shared folder.
struct Shared {
    stored: StoredFolder,
    place: SharedFolder,
    files: BTreeMap<String, FolderFile>,
    phase: Phase,
    /// When the next pass begins; never where nobody asked for one.
    look_at: Option<u64>,
    /// How long until it is looked at again, while nothing happens (ms).
    pause: u64,
    looked_ms: Option<i64>,
    trouble: Option<FolderTrouble>,
    /// Changes that it lacks.
    waiting: u32,
    to_read: VecDeque<FolderEntry>,
    reading: Option<InHand>,
    filling: Filling,
    /// Whether this pass brought or wrote something.
    moved: bool,
    /// Whether everything it lacks is written now, whoever made it and however new it is.
    at_once: bool,
    /// Whether another pass was asked for since this one began.
    again: bool,
    fresh: Fresh,
    /// When what others made and did not put there is written here.
    others_at: Option<u64>,
}

/// What hinders a folder.
enum FolderTrouble {
    Away(ApiError),
    Other(ApiError),
}

/// Where a pass stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Resting,
    Looking,
    Reading,
    Writing,
}

/// A file of which a slice was read.
struct InHand {
    reading: Box<Reading>,
    /// What of the slice is not taken in yet.
    envelopes: VecDeque<(EnvelopeId, Vec<u8>)>,
    end: Option<Ending>,
}

/// How the reading of a file came to its end.
enum Ending {
    Read(Found),
    /// It is gone, or the disk did not give all of it.
    Unread,
}

/// What is new here since the folder was last written to.
#[derive(Default)]
struct Fresh {
    newest: u64,
    /// When the newest came.
    at: u64,
    /// When the first of it came.
    since: Option<u64>,
}

impl Shared {
    fn new(stored: StoredFolder, place: SharedFolder, files: Vec<FolderFile>) -> Self {
        let by_name = |file: FolderFile| (file.name.clone(), file);
        Self {
            stored,
            place,
            files: files.into_iter().map(by_name).collect(),
            phase: Phase::Resting,
            look_at: None,
            pause: 0,
            looked_ms: None,
            trouble: None,
            waiting: 0,
            to_read: VecDeque::new(),
            reading: None,
            filling: Filling::default(),
            moved: false,
            at_once: false,
            again: false,
            fresh: Fresh::default(),
            others_at: None,
        }
    }

    /// Whether own work is written now: nothing new came for a while, or it has waited long enough.
    fn is_settled(&self, now: u64) -> bool {
        self.at_once || self.fresh.settles_at().is_none_or(|at| at <= now)
    }

    fn view(&self) -> api::SharedFolder {
        let count = |is: fn(Found) -> bool| {
            let files = self.files.values().filter(|file| is(file.found));
            u32::try_from(files.count()).unwrap_or(u32::MAX)
        };
        let state = match (&self.trouble, self.phase, self.looked_ms) {
            (_, Phase::Reading | Phase::Writing, _) => SharedFolderState::Exchanging,
            (Some(FolderTrouble::Away(_)), ..) => SharedFolderState::Away,
            (Some(FolderTrouble::Other(_)), ..) => SharedFolderState::Hindered,
            (None, Phase::Looking, None) => SharedFolderState::Exchanging,
            (None, _, None) => SharedFolderState::Unseen,
            (None, _, Some(_)) => SharedFolderState::Resting,
        };
        let trouble = self.trouble.as_ref().map(|trouble| match trouble {
            FolderTrouble::Away(error) | FolderTrouble::Other(error) => error.clone(),
        });
        api::SharedFolder {
            path: self.stored.path.clone(),
            state,
            looked_at: self.looked_ms,
            read_at: self.stored.read_ms,
            wrote_at: self.stored.wrote_ms,
            waiting: self.waiting,
            unfinished: count(|found| found == Found::Cut),
            left_alone: count(|found| !matches!(found, Found::Whole | Found::Cut)),
            trouble,
        }
    }
}

impl Core {
    /// From now on, shared folders are looked at without being asked for.
    pub fn watch_folders(&mut self) {
        self.folders.by_itself = true;
    }

    pub(super) fn start_folders(&mut self, step: &Step<'_>) {
        let read = self.store.folders().and_then(|folders| {
            let with_files = |folder: StoredFolder| {
                let files = self.store.folder_files(folder.id)?;
                Ok((folder, files))
            };
            folders.into_iter().map(with_files).collect()
        });
        let folders: Vec<(StoredFolder, Vec<FolderFile>)> = read.unwrap_or_else(|error| {
            tracing::warn!(%error, "shared folders cannot be read from the file and rest");
            Vec::new()
        });
        let look_at = self.folders.by_itself;
        let look_at = look_at.then(|| step.now.mono_ms + AFTER_START_MS);
        for (stored, files) in folders {
            let place = self.place_of(&stored);
            let mut shared = Shared::new(stored, place, files);
            shared.look_at = look_at;
            self.folders.all.insert(shared.stored.id, shared);
        }
    }

    fn place_of(&self, stored: &StoredFolder) -> SharedFolder {
        let file = self.store.path().filter(|_| stored.apart);
        SharedFolder::at(&stored.path, file)
    }

    /// The shared folders, by their paths.
    pub(super) fn shared_folders(&self) -> Vec<api::SharedFolder> {
        let mut folders: Vec<_> = self.folders.all.values().map(Shared::view).collect();
        folders.sort_by(|a, b| a.path.cmp(&b.path));
        folders
    }

    /// Takes a folder into use; the answer comes when it was found.
    pub(super) fn add_folder(
        &mut self,
        step: &mut Step<'_>,
        asked: (ClientId, RequestId),
        path: &str,
    ) -> Result<Flow, ApiError> {
        self.writable()?;
        if self.workspace.is_none() {
            return Err(Self::no_workspace());
        }
        if !std::path::Path::new(path).is_absolute() {
            return Err(ApiError::new(
                ErrorCode::Invalid,
                "A folder is named by its full path; nothing was changed.",
                "Write it from the first “/” on, like /home/ana/Team.",
            ));
        }
        if self.folders.all.len() >= MOST {
            return Err(ApiError::invalid(format!(
                "A device has at most {MOST} shared folders; nothing was changed."
            )));
        }
        let job = FolderJob::Find {
            path: path.to_owned(),
            file: self.store.path().map(Into::into),
            asked,
        };
        step.effects.push(Effect::Job(Box::new(Job::Folder(job))));
        Ok(Flow::Later)
    }

    fn folder_found(
        &mut self,
        step: &mut Step<'_>,
        path: &str,
        found: Result<(String, bool), FolderError>,
    ) -> Result<Reply, ApiError> {
        let (path, apart) = found.map_err(|error| not_added(path, &error))?;
        let known = |shared: &Shared| shared.stored.path == path;
        if !self.folders.all.values().any(known) {
            let id = self
                .store
                .write(Durability::Full, |tx| tx.add_folder(&path, apart))?;
            let stored = StoredFolder {
                id,
                path,
                apart,
                through: 0,
                read_ms: None,
                wrote_ms: None,
            };
            let place = self.place_of(&stored);
            let mut shared = Shared::new(stored, place, Vec::new());
            shared.look_at = Some(step.now.mono_ms);
            shared.at_once = true;
            self.folders.all.insert(id, shared);
            step.news.folders = true;
        }
        Ok(Reply::SharedFolders {
            folders: self.shared_folders(),
        })
    }

    /// Takes a folder out of use. What lies there stays there.
    pub(super) fn remove_folder(
        &mut self,
        step: &mut Step<'_>,
        path: &str,
    ) -> Result<Reply, ApiError> {
        self.storable()?;
        let mut all = self.folders.all.values();
        let id = all.find(|shared| shared.stored.path == path);
        let id = id.map(|shared| shared.stored.id).ok_or_else(|| {
            ApiError::new(
                ErrorCode::NotFound,
                format!("{path} is no shared folder of this device; nothing was changed."),
                "`skein folder list` shows them.",
            )
        })?;
        self.store
            .write(Durability::Full, |tx| tx.remove_folder(id))?;
        self.folders.all.remove(&id);
        step.news.folders = true;
        self.pass_ended(step, id);
        Ok(Reply::SharedFolders {
            folders: self.shared_folders(),
        })
    }

    /// Reads all folders, and writes all that they lack; the answer comes when that is done.
    pub(super) fn sync_folders(
        &mut self,
        step: &mut Step<'_>,
        asked: (ClientId, RequestId),
    ) -> Result<Flow, ApiError> {
        self.writable()?;
        if self.workspace.is_none() {
            return Err(Self::no_workspace());
        }
        if self.folders.all.is_empty() {
            return Err(ApiError::new(
                ErrorCode::NotFound,
                "This device has no shared folder.",
                "`skein folder add` takes one into use.",
            ));
        }
        self.seal_everything(step);
        for shared in self.folders.all.values_mut() {
            shared.at_once = true;
            match shared.phase {
                Phase::Resting => shared.look_at = Some(step.now.mono_ms),
                _ => shared.again = true,
            }
        }
        self.folders.waiting.push(Waiting {
            asked,
            open: self.folders.all.keys().copied().collect(),
        });
        Ok(Flow::Later)
    }

    /// A pass over a folder is over: whoever waited for the last one is answered.
    fn pass_ended(&mut self, step: &mut Step<'_>, id: FolderId) {
        let folders = self.shared_folders();
        self.folders.waiting.retain_mut(|waiting| {
            waiting.open.remove(&id);
            let done = waiting.open.is_empty();
            if done {
                let folders = folders.clone();
                let (client, request) = waiting.asked;
                step.reply(client, request, Ok(Reply::SharedFolders { folders }));
            }
            !done
        });
    }

    pub(super) fn folder_job_done(&mut self, step: &mut Step<'_>, done: FolderDone) {
        match done {
            FolderDone::Found {
                path,
                asked: (client, request),
                result,
            } => {
                let reply = self.folder_found(step, &path, result);
                step.reply(client, request, reply);
            }
            FolderDone::Looked { id, result } => self.folder_looked(step, id, result),
            FolderDone::Read {
                reading,
                envelopes,
                result,
            } => self.folder_slice_read(reading, envelopes, result),
            FolderDone::Wrote {
                id,
                marks,
                spared,
                result,
            } => self.folder_written(step, id, (&marks, &spared), result),
            FolderDone::Removed => {}
        }
    }
}

fn not_added(path: &str, error: &FolderError) -> ApiError {
    let (code, hint) = match error {
        FolderError::Away | FolderError::NoFolder => (
            ErrorCode::NotFound,
            "Make the folder first, or plug its disk in, and write its full path.",
        ),
        FolderError::NotPermitted => (
            ErrorCode::Denied,
            "See to it that you may open it, or choose another.",
        ),
        _ => (ErrorCode::Storage, "Choose another folder."),
    };
    ApiError::new(
        code,
        format!("{path} cannot be shared: {error}. Nothing was changed."),
        hint,
    )
}
