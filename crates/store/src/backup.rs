//! Backups: whole copies of the workspace's file in a folder beside it. One counts when it was opened and found well; the old ones are thinned out.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirBuilder, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, OpenFlags};

use crate::anew;
use crate::damage::has_log;
use crate::error::StoreError;
use crate::open::{beside, copy_to, remove, sync_folder};
use crate::read_only::ReadOnlyStore;
use crate::schema::SCHEMA;

/// So many of the newest are kept whatever their age.
const NEWEST: usize = 7;
/// Of the older ones, the newest of each of so many weeks.
const WEEKS: usize = 5;
const WEEK_MS: i64 = 7 * 24 * 60 * 60 * 1_000;
/// What is being written has this name until it is found well.
const UNFINISHED: &str = "unfinished.db";
/// Holds what the next start puts in the file's place.
const PLAN: &str = "restore-next";
/// Stands there instead of a backup's name for [`Plan::Anew`].
const ANEW: &str = "anew";
/// Lies beside what was set aside, until all that can be read of it is taken over.
const TO_TAKE_OVER: &str = "to-take-over";
const ENDING: &str = ".db";

/// Why a backup was not made, read or put back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BackupError {
    /// There is none of that name.
    #[error("there is no backup of the name {0:?}")]
    Missing(String),
    /// Its file does not hold what was written to it.
    #[error("the backup is not whole ({0})")]
    NotWhole(String),
    /// A newer version of the program wrote it.
    #[error("a newer version of Skein wrote the backup (form {found}, this version knows {known})")]
    NewerVersion {
        /// The form that it has.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// The disk refused.
    #[error("the disk could not be read or written ({0})")]
    Disk(String),
    /// No space is left.
    #[error("the disk is full; earlier backups are kept")]
    DiskFull,
    /// The workspace's file could not be copied.
    #[error("{0}")]
    Source(StoreError),
    /// Of the workspace's file too little can be read to begin a new one.
    #[error("which workspace it is can no longer be read")]
    NothingToBeginWith,
}

/// One backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// Its file's name, which names it.
    pub name: String,
    /// When it was made, by this machine's clock (ms since 1970).
    pub made_ms: i64,
    /// How large its file is (bytes).
    pub bytes: u64,
    /// Later ones have larger numbers, whatever the clock said.
    number: u32,
}

impl Backup {
    fn name_of(number: u32, made_ms: i64) -> String {
        format!("{number:05}-{made_ms}{ENDING}")
    }

    fn read(name: &str, bytes: u64) -> Option<Self> {
        let (number, made_ms) = name.strip_suffix(ENDING)?.split_once('-')?;
        let (number, made_ms) = (number.parse().ok()?, made_ms.parse().ok()?);
        // Nothing but a name that was given here names a file to be read or removed.
        (Self::name_of(number, made_ms) == name).then(|| Self {
            name: name.to_owned(),
            made_ms,
            bytes,
            number,
        })
    }
}

/// Those to keep: the newest, and one for each of the last weeks in which there is one.
fn to_keep(backups: &[Backup]) -> BTreeSet<u32> {
    let mut numbers: Vec<&Backup> = backups.iter().collect();
    numbers.sort_by_key(|backup| std::cmp::Reverse(backup.number));
    let mut weeks: BTreeMap<i64, u32> = BTreeMap::new();
    for backup in &numbers {
        weeks
            .entry(backup.made_ms.div_euclid(WEEK_MS))
            .or_insert(backup.number);
    }
    let newest = numbers.iter().take(NEWEST).map(|backup| backup.number);
    newest
        .chain(weeks.into_values().rev().take(WEEKS))
        .collect()
}

/// What a start puts in the place of the workspace's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// The backup of this name.
    Backup(String),
    /// A new file, put together of what can be read of the one that is there.
    Anew,
}

impl Plan {
    fn read(text: &str) -> Option<Self> {
        match text {
            ANEW => Some(Self::Anew),
            name => Backup::read(name, 0).map(|backup| Self::Backup(backup.name)),
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Backup(name) => name,
            Self::Anew => ANEW,
        }
    }
}

/// The folder of backups of a workspace's file. Cheap to clone; work on it may run anywhere.
#[derive(Debug, Clone)]
pub struct BackupFolder {
    /// The workspace's file; none in memory.
    file: Option<Arc<Path>>,
}

/// The workspace's file, to be copied away from whoever writes to it.
#[derive(Debug)]
pub struct BackupSource(pub(crate) PathBuf);

impl BackupFolder {
    /// The folder that belongs to a workspace's file: beside it, under its name with another ending.
    pub(crate) fn of(file: &Path) -> Self {
        Self {
            file: Some(file.into()),
        }
    }

    /// No folder: a store in memory has no backups.
    pub(crate) const fn none() -> Self {
        Self { file: None }
    }

    /// Where they lie.
    #[must_use]
    pub fn path(&self) -> Option<PathBuf> {
        Some(self.file.as_ref()?.with_extension("backups"))
    }

    fn root(&self) -> Result<PathBuf, BackupError> {
        self.path().ok_or_else(|| {
            BackupError::Disk("a workspace in memory has no folder for backups".to_owned())
        })
    }

    /// All backups, the newest first. Other files in the folder are passed over.
    ///
    /// # Errors
    /// When the folder is there and cannot be read.
    pub fn list(&self) -> Result<Vec<Backup>, BackupError> {
        let Some(root) = self.path() else {
            return Ok(Vec::new());
        };
        let entries = match fs::read_dir(&root) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(disk)?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(disk)?;
            let bytes = entry.metadata().map_err(disk)?.len();
            let name = entry.file_name();
            found.extend(name.to_str().and_then(|name| Backup::read(name, bytes)));
        }
        found.sort_by_key(|backup| std::cmp::Reverse(backup.number));
        Ok(found)
    }

    /// Copies the file, opens the copy and reads all of it; only then it counts, and older ones that are too many go.
    ///
    /// # Errors
    /// When the disk is full or refuses, or the copy is not whole; no backup that was there before is touched then.
    pub fn make(&self, source: &BackupSource, made_ms: i64) -> Result<Backup, BackupError> {
        let root = self.root()?;
        DirBuilder::new()
            .recursive(true)
            .create(&root)
            .map_err(disk)?;
        let unfinished = root.join(UNFINISHED);
        remove(&unfinished).map_err(disk)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let copied = Connection::open_with_flags(&source.0, flags)
            .map_err(StoreError::from)
            .and_then(|connection| copy_to(&connection, &unfinished))
            .map_err(|error| match error {
                StoreError::DiskFull => BackupError::DiskFull,
                error => BackupError::Source(error),
            })
            .and_then(|()| verified(&unfinished));
        if let Err(error) = copied {
            drop(remove(&unfinished));
            drop(remove(&beside(&unfinished, ".unfinished")));
            return Err(error);
        }
        let number = self.list()?.first().map_or(1, |newest| newest.number + 1);
        let name = Backup::name_of(number, made_ms);
        let place = root.join(&name);
        fs::rename(&unfinished, &place).map_err(disk)?;
        sync_folder(&place).map_err(disk)?;
        let bytes = fs::metadata(&place).map_err(disk)?.len();
        self.thin_out()?;
        Ok(Backup {
            name,
            made_ms,
            bytes,
            number,
        })
    }

    fn thin_out(&self) -> Result<(), BackupError> {
        let all = self.list()?;
        let keep = to_keep(&all);
        let planned = self.planned();
        let is_planned = |name: &str| planned.as_ref().is_some_and(|plan| plan.text() == name);
        for backup in all {
            if !keep.contains(&backup.number) && !is_planned(&backup.name) {
                remove(&self.root()?.join(&backup.name)).map_err(disk)?;
            }
        }
        Ok(())
    }

    /// Opens a backup to read, and reads all of it.
    ///
    /// # Errors
    /// When there is no such backup, or it is not whole.
    pub fn open(&self, name: &str) -> Result<ReadOnlyStore, BackupError> {
        let place = self.place(name)?;
        verified(&place)?;
        ReadOnlyStore::open(&place, false).map_err(not_whole)
    }

    fn place(&self, name: &str) -> Result<PathBuf, BackupError> {
        let known = self.list()?.into_iter().any(|backup| backup.name == name);
        match known {
            true => Ok(self.root()?.join(name)),
            false => Err(BackupError::Missing(name.to_owned())),
        }
    }

    /// What the next start puts in the file's place.
    #[must_use]
    pub fn planned(&self) -> Option<Plan> {
        Plan::read(&fs::read_to_string(self.path()?.join(PLAN)).ok()?)
    }

    /// What lay in the file's place before a backup was restored, opened to read; `None` when there is nothing or nothing of it can be read.
    #[must_use]
    pub fn set_aside(&self, number: u32) -> Option<ReadOnlyStore> {
        let place = set_aside(self.file.as_ref()?, number);
        let log = has_log(&place).ok()?;
        ReadOnlyStore::open(&place, log).ok()
    }

    /// The oldest that was set aside and is not taken over yet, for [`BackupFolder::set_aside`].
    #[must_use]
    pub fn to_take_over(&self) -> Option<u32> {
        let file = self.file.as_ref()?;
        let folders = (1..).take_while(|number| aside_folder(file, *number).exists());
        let mut waiting =
            folders.filter(|number| aside_folder(file, *number).join(TO_TAKE_OVER).exists());
        waiting.next()
    }

    /// All that can be read of what was set aside is taken over.
    ///
    /// # Errors
    /// When the disk refuses; then it is taken over once more.
    pub fn taken_over(&self, number: u32) -> Result<(), BackupError> {
        let Some(file) = self.file.as_ref() else {
            return Ok(());
        };
        remove(&aside_folder(file, number).join(TO_TAKE_OVER)).map_err(disk)
    }

    /// Has the next start put something in the file's place; or not any more, with `None`.
    ///
    /// # Errors
    /// When there is no such backup, it is not whole, or the disk refuses.
    pub fn plan(&self, plan: Option<&Plan>) -> Result<(), BackupError> {
        let root = self.root()?;
        let place = root.join(PLAN);
        let Some(plan) = plan else {
            return remove(&place).map_err(disk);
        };
        if let Plan::Backup(name) = plan {
            verified(&self.place(name)?)?;
        }
        DirBuilder::new()
            .recursive(true)
            .create(&root)
            .map_err(disk)?;
        let beside = beside(&place, ".new");
        fs::write(&beside, plan.text()).map_err(disk)?;
        fs::rename(&beside, &place).map_err(disk)?;
        sync_folder(&place).map_err(disk)
    }
}

/// What a start put in the place of the workspace's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What it was.
    pub plan: Plan,
    /// Names what had been there before, for [`BackupFolder::set_aside`].
    pub number: u32,
    /// Where that lies now, unchanged.
    pub set_aside: PathBuf,
}

impl Restored {
    /// Carries out what [`BackupFolder::plan`] planned, if anything. The file that was there is moved to a folder of its own with its log, and
    /// nothing of it is changed. Cut off at any moment, it goes on at the next start. The file must not be open.
    ///
    /// # Errors
    /// When the backup is gone or not whole, the file tells too little for a new one, or the disk refuses. The plan is given up then, and the file is in its place.
    pub fn if_planned(file: &Path) -> Result<Option<Self>, BackupError> {
        let folder = BackupFolder::of(file);
        let Some(plan) = folder.planned() else {
            return Ok(None);
        };
        let done = restore(&folder, file, plan);
        if done.is_ok() || file.exists() {
            folder.plan(None)?;
        }
        done.map(Some)
    }
}

fn restore(folder: &BackupFolder, file: &Path, plan: Plan) -> Result<Restored, BackupError> {
    let coming = beside(file, ".coming");
    match &plan {
        Plan::Backup(name) => {
            fs::copy(folder.place(name)?, &coming).map_err(disk)?;
        }
        Plan::Anew => anew::begin(&left_of(file), &coming)?,
    }
    File::open(&coming)
        .and_then(|file| file.sync_all())
        .map_err(disk)?;
    verified(&coming)?;
    let number = room_aside(file)?;
    let set_aside = set_aside(file, number);
    // Before anything is in it: whatever cuts this off, what lies there is taken over.
    let to_take_over = aside_folder(file, number).join(TO_TAKE_OVER);
    File::create(&to_take_over)
        .and_then(|file| file.sync_all())
        .map_err(disk)?;
    // The log first: without its file it is known as what it is, and the next start goes on here.
    for (from, to) in [
        (beside(file, "-wal"), beside(&set_aside, "-wal")),
        (file.to_owned(), set_aside.clone()),
    ] {
        match fs::rename(&from, &to) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(disk(error)),
            _ => {}
        }
    }
    remove(&beside(file, "-shm")).map_err(disk)?;
    sync_folder(&set_aside).map_err(disk)?;
    fs::rename(&coming, file).map_err(disk)?;
    sync_folder(file).map_err(disk)?;
    Ok(Restored {
        plan,
        number,
        set_aside,
    })
}

/// Where the file is: in its place, or set aside already when this was cut off before.
fn left_of(file: &Path) -> PathBuf {
    let folders = (1..).take_while(|number| aside_folder(file, *number).exists());
    match folders.last() {
        Some(number) if !file.exists() => set_aside(file, number),
        _ => file.to_owned(),
    }
}

/// The file's new place in a folder for what is set aside.
fn set_aside(file: &Path, number: u32) -> PathBuf {
    aside_folder(file, number).join(file.file_name().unwrap_or_default())
}

fn aside_folder(file: &Path, number: u32) -> PathBuf {
    file.with_extension(format!("set-aside-{number}"))
}

/// Makes a new folder for what is set aside; or goes on with the one in which the file lies already, or its log alone.
fn room_aside(file: &Path) -> Result<u32, BackupError> {
    let free = (1..)
        .find(|number| !aside_folder(file, *number).exists())
        .unwrap_or(u32::MAX);
    if free > 1 && (!file.exists() || !set_aside(file, free - 1).exists()) {
        return Ok(free - 1);
    }
    fs::create_dir(aside_folder(file, free)).map_err(disk)?;
    Ok(free)
}

/// Reads all of a copy and compares its form with this version's.
fn verified(copy: &Path) -> Result<(), BackupError> {
    let store = ReadOnlyStore::open(copy, false).map_err(not_whole)?;
    if let Some(finding) = store.check().map_err(not_whole)?.into_iter().next() {
        return Err(BackupError::NotWhole(finding));
    }
    let (found, known) = (store.form().map_err(not_whole)?, SCHEMA.version());
    match found.cmp(&known) {
        Ordering::Greater => Err(BackupError::NewerVersion { found, known }),
        Ordering::Equal => store.fits().map_err(not_whole),
        // One from before an update is brought to the new form when it is opened to write.
        Ordering::Less => Ok(()),
    }
}

fn not_whole(error: StoreError) -> BackupError {
    BackupError::NotWhole(match error {
        StoreError::Damaged(what) | StoreError::SearchIndex(what) => what,
        error => error.to_string(),
    })
}

fn disk(error: io::Error) -> BackupError {
    match error.kind() {
        io::ErrorKind::StorageFull => BackupError::DiskFull,
        _ => BackupError::Disk(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

    proptest! {
        #[test]
        fn the_newest_stay_and_a_month_of_daily_ones_leaves_one_a_week(days in 1_u32..200) {
            let mut kept: Vec<Backup> = Vec::new();
            for number in 1..=days {
                let made_ms = i64::from(number) * DAY_MS;
                kept.push(Backup { name: Backup::name_of(number, made_ms), made_ms, bytes: 1, number });
                let keep = to_keep(&kept);
                kept.retain(|backup| keep.contains(&backup.number));
            }
            prop_assert!(kept.len() <= NEWEST + WEEKS);
            for number in days.saturating_sub(6).max(1)..=days {
                prop_assert!(kept.iter().any(|backup| backup.number == number));
            }
            if days > 40 {
                prop_assert!(kept.iter().any(|backup| days - backup.number >= 21));
            }
        }

        #[test]
        fn a_clock_that_jumps_never_takes_the_newest(times in prop::collection::vec(any::<i64>(), 1..40)) {
            let all: Vec<Backup> = (1..)
                .zip(&times)
                .map(|(number, made_ms)| Backup { name: String::new(), made_ms: *made_ms, bytes: 1, number })
                .collect();
            let keep = to_keep(&all);
            for backup in all.iter().rev().take(NEWEST) {
                prop_assert!(keep.contains(&backup.number));
            }
        }
    }

    #[test]
    fn only_names_that_were_given_here_are_read() {
        let name = Backup::name_of(12, 1_790_000_000_000);
        assert_eq!(Backup::read(&name, 5).unwrap().number, 12);
        for other in ["../00012-5.db", "12-5.db", "00012-5", "00012-+5.db", ""] {
            assert_eq!(Backup::read(other, 5), None, "{other}");
        }
    }
}
