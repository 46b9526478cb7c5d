//! Work on backups away from the core: copying the file, and opening a copy to see that everything in it can be had back.

use skein_model::{ActorSeed, Document};
use skein_store::{Backup, BackupError, BackupFolder, BackupSource};

use crate::api::{ApiError, BackupReport, Difference, RequestId};
use crate::core::io::ClientId;

/// Work on backups.
#[derive(Debug)]
pub enum BackupJob {
    /// Copy the workspace's file, and check the copy.
    Make {
        /// Where backups lie.
        folder: BackupFolder,
        /// What is copied.
        source: BackupSource,
        /// The time by this machine's clock (ms since 1970).
        made_ms: i64,
    },
    /// Open a backup and load all that is in it.
    Try {
        /// Where backups lie.
        folder: BackupFolder,
        /// Which one.
        name: String,
        /// Who waits for the answer.
        asked: (ClientId, RequestId),
    },
}

/// Work on backups that is done.
#[derive(Debug)]
pub enum BackupDone {
    /// A backup was made, or was not.
    Made(Result<Backup, BackupError>),
    /// A backup was tried.
    Tried {
        /// Who waits for the answer.
        asked: (ClientId, RequestId),
        /// What was found.
        result: Result<BackupReport, ApiError>,
    },
}

impl BackupJob {
    /// Does the work: reads and writes files, and knows nothing else.
    #[must_use]
    pub fn run(self) -> BackupDone {
        match self {
            Self::Make {
                folder,
                source,
                made_ms,
            } => BackupDone::Made(folder.make(&source, made_ms)),
            Self::Try {
                folder,
                name,
                asked,
            } => BackupDone::Tried {
                asked,
                result: tried(&folder, &name),
            },
        }
    }
}

fn tried(folder: &BackupFolder, name: &str) -> Result<BackupReport, ApiError> {
    let store = folder.open(name)?;
    let mut report = BackupReport {
        documents: 0,
        changes: 0,
        differences: Vec::new(),
    };
    for id in store.salvage() {
        let saved = store.salvage_document(id);
        let snapshot = saved.snapshot.as_ref();
        let snapshot = snapshot.map(|snapshot| snapshot.bytes.as_slice());
        // Nobody edits here, so anybody may be who does.
        let loaded = Document::load(ActorSeed([0; 16]), snapshot, &saved.changes);
        let what = match loaded {
            Err(error) => Some(error.to_string()),
            Ok(loaded) if loaded.quarantined.is_empty() && loaded.waiting.is_empty() => {
                let changes = loaded.document.all_changes()?;
                report.documents += u32::from(loaded.document.kind() != skein_model::Kind::Profile);
                report.changes += changes.len() as u64;
                None
            }
            Ok(_) => Some("some of its changes do not apply".to_owned()),
        };
        report.differences.extend(what.map(|what| Difference {
            subject: saved.title.unwrap_or_else(|| id.to_string()),
            what,
        }));
    }
    Ok(report)
}
