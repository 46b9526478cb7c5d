//! Backups of the workspace's file: one a day while Skein stays open and something changed, and whenever somebody asks. Each is checked when
//! it is made; one that is put back is completed by what the file before it still holds.

mod taking_over;
mod work;

use skein_store::{Backup, Durability, Mark, Plan, Restored, WORKSPACE};

use super::io::{ClientId, Effect};
use super::jobs::Job;
use super::step::Step;
use super::{Core, Flow};
use crate::api::{ApiError, ErrorCode, KeptBackup, KeptBackups, Reply, RequestId};
use taking_over::Before;

pub use work::{BackupDone, BackupJob};

/// How long after the start it is looked for the first time whether a backup is due, so that the start is not slowed (ms).
const AFTER_START_MS: u64 = 60 * 1_000;
/// How long until it is looked for again (ms).
const AGAIN_MS: u64 = 60 * 60 * 1_000;
/// How old the newest may become while something changes (ms).
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// Holds up to which envelope the newest backup goes.
const THROUGH: &str = "backup.through";

/// Backups of this profile.
#[derive(Default)]
pub(super) struct Backups {
    /// When to look whether one is due; never where nobody asked for that.
    look_at: Option<u64>,
    by_itself: bool,
    /// Up to which envelope the one goes that is being made.
    making: Option<Mark>,
    waiting: Vec<(ClientId, RequestId)>,
    trouble: Option<String>,
    /// What a start put in the file's place, until that has been told.
    restored: Option<Restored>,
    before: Option<Before>,
}

impl Core {
    /// From now on, backups are made without being asked for.
    pub fn back_up_by_itself(&mut self) {
        self.backups.by_itself = true;
    }

    /// A backup was put in the file's place before it was opened.
    pub fn was_restored(&mut self, restored: Restored) {
        self.backups.restored = Some(restored);
    }

    /// All backups, and what becomes of them.
    pub(super) fn kept_backups(&self) -> Result<KeptBackups, ApiError> {
        let folder = self.store.backup_folder();
        let kept = folder.list()?.into_iter();
        let planned = folder.planned();
        Ok(KeptBackups {
            backups: kept.map(KeptBackup::from).collect(),
            folder: folder.path().map(|path| path.display().to_string()),
            making: self.backups.making.is_some(),
            repairs: planned == Some(Plan::Anew),
            planned: match planned {
                Some(Plan::Backup(name)) => Some(name),
                _ => None,
            },
            trouble: self.backups.trouble.clone(),
        })
    }

    /// Makes a backup; the answer comes when it is whole and on disk.
    pub(super) fn back_up(
        &mut self,
        step: &mut Step<'_>,
        asked: (ClientId, RequestId),
    ) -> Result<Flow, ApiError> {
        self.storable()?;
        self.begin_backup(step)?;
        self.backups.waiting.push(asked);
        Ok(Flow::Later)
    }

    fn begin_backup(&mut self, step: &mut Step<'_>) -> Result<(), ApiError> {
        if self.backups.making.is_some() {
            return Ok(());
        }
        if self.workspace.is_some() {
            self.seal_everything(step);
        }
        let through = self.store.last_mark()?;
        let source = self.store.for_copying()?;
        self.backups.making = Some(through);
        step.news.backups = true;
        step.effects
            .push(Effect::Job(Box::new(Job::Backup(BackupJob::Make {
                folder: self.store.backup_folder().clone(),
                source,
                made_ms: step.now.wall_ms,
            }))));
        Ok(())
    }

    /// Opens a backup and loads every document in it; the answer comes when that is done.
    pub(super) fn try_backup(
        &mut self,
        step: &mut Step<'_>,
        asked: (ClientId, RequestId),
        name: String,
    ) -> Flow {
        step.effects
            .push(Effect::Job(Box::new(Job::Backup(BackupJob::Try {
                folder: self.store.backup_folder().clone(),
                name,
                asked,
            }))));
        Flow::Later
    }

    /// Has the next start put a backup in the file's place, or a new file, or nothing any more.
    pub(super) fn plan_restore(
        &mut self,
        step: &mut Step<'_>,
        plan: Option<&Plan>,
    ) -> Result<Reply, ApiError> {
        // A start that could not read all that it needs may know no workspace where the file still names it.
        if plan == Some(&Plan::Anew) && self.store.setting(WORKSPACE)?.is_none() {
            return Err(Self::no_workspace());
        }
        self.store.backup_folder().plan(plan)?;
        step.news.backups = true;
        Ok(Reply::Backups {
            kept: self.kept_backups()?,
        })
    }

    pub(super) fn backup_job_done(&mut self, step: &mut Step<'_>, done: BackupDone) {
        match done {
            BackupDone::Made(made) => self.backup_was_made(step, made.map_err(ApiError::from)),
            BackupDone::Tried {
                asked: (client, request),
                result,
            } => {
                let reply = result.map(|report| Reply::BackupTried { report });
                step.reply(client, request, reply);
            }
        }
    }

    fn backup_was_made(&mut self, step: &mut Step<'_>, made: Result<Backup, ApiError>) {
        let through = self.backups.making.take().unwrap_or(0);
        step.news.backups = true;
        let kept = made.and_then(|_| {
            self.store.was_copied()?;
            self.store.write(Durability::Normal, |tx| {
                tx.put_setting(THROUGH, &through.to_be_bytes())
            })?;
            self.kept_backups()
        });
        self.backups.trouble = kept.as_ref().err().map(|error| error.message.clone());
        if let Err(error) = &kept {
            tracing::warn!(%error, "a backup was not made");
            drop(self.store.was_copied());
            if error.code == ErrorCode::Damaged {
                self.damage_was_met(step, &error.message);
            }
        }
        for (client, request) in std::mem::take(&mut self.backups.waiting) {
            let reply = kept.clone().map(|kept| Reply::Backups { kept });
            step.reply(client, request, reply);
        }
    }

    /// When there is something to do about backups.
    pub(super) fn next_backup_work(&self) -> Option<u64> {
        match self.backups.before.is_some() {
            true => Some(0),
            false => self.backups.look_at,
        }
    }

    pub(super) fn start_backups(&mut self, step: &mut Step<'_>) {
        if self.backups.by_itself {
            self.backups.look_at = Some(step.now.mono_ms + AFTER_START_MS);
        }
        if let Some(restored) = self.backups.restored.take() {
            self.tell_restored(step, &restored);
        }
        self.look_for_what_was_set_aside();
    }

    fn tell_restored(&mut self, step: &mut Step<'_>, restored: &Restored) {
        let what = match restored.plan {
            Plan::Backup(_) => "A backup was restored",
            Plan::Anew => "This machine's file was put together anew",
        };
        let words = format!(
            "{what}. The file that was here before lies at {}, unchanged; whatever of it can be read is merged again, and \
             what colleagues' devices and relays hold comes back when they are met.",
            restored.set_aside.display()
        );
        self.notice(step, "restored", "", &words);
    }

    /// Makes a backup if one is due, and takes over some more of the file that lay there before one was put back.
    pub(super) fn work_on_backups(&mut self, step: &mut Step<'_>) {
        if self
            .backups
            .look_at
            .is_some_and(|at| at <= step.now.mono_ms)
        {
            self.backups.look_at = Some(step.now.mono_ms + AGAIN_MS);
            match self.backup_is_due(step.now.wall_ms) {
                Ok(false) => {}
                Ok(true) => {
                    if let Err(error) = self.begin_backup(step) {
                        self.backups.trouble = Some(error.message);
                    }
                }
                Err(error) => self.backups.trouble = Some(error.message),
            }
        }
        self.take_over_some(step);
    }

    /// Something changed since the newest, and that is a day old, or from a future in which the clock once was.
    fn backup_is_due(&self, wall_ms: i64) -> Result<bool, ApiError> {
        if self.workspace.is_none() || self.storable().is_err() {
            return Ok(false);
        }
        let Some(newest) = self.store.backup_folder().list()?.into_iter().next() else {
            return Ok(true);
        };
        let through = self.store.setting(THROUGH)?;
        let through = through.and_then(|bytes| bytes.try_into().ok());
        let changed = through.map(Mark::from_be_bytes) != Some(self.store.last_mark()?);
        let age = wall_ms.saturating_sub(newest.made_ms);
        Ok(changed && !(0..DAY_MS).contains(&age))
    }
}

impl From<Backup> for KeptBackup {
    fn from(backup: Backup) -> Self {
        Self {
            name: backup.name,
            made_at: backup.made_ms,
            bytes: backup.bytes,
        }
    }
}
