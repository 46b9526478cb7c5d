//! A new file for a workspace whose file is damaged: it begins with what only this machine knows, and with the operations, so that it knows
//! whose it is. All else comes as if it were new here.

use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params_from_iter};
use skein_access::{EnvelopeKind, UnverifiedEnvelope, WorkspaceId};

use crate::backup::BackupError;
use crate::column::run;
use crate::damage::has_log;
use crate::error::{OpenError, StoreError};
use crate::open::{beside, make, remove};
use crate::read_only::ReadOnlyStore;
use crate::schema::SCHEMA;
use crate::table::envelopes::{self, EnvelopeState};
use crate::table::settings::WORKSPACE;

/// What no other device knows. Which envelopes lie in which file of a shared folder is found out again.
const OF_THIS_MACHINE: [&str; 5] = ["settings", "peers", "notices", "folders", "chunks"];
/// Places in the order of arrival mean nothing in the new file: nobody is taken to hold what was not given to him from it.
const WITHOUT_MARKS: &str = "UPDATE peers SET mark = 0; UPDATE folders SET through = 0;";

/// Makes a new file at `place` of what can be read of `damaged`, which is not changed.
///
/// # Errors
/// When not even the workspace's name in the file can be read, or the disk refuses.
pub(crate) fn begin(damaged: &Path, place: &Path) -> Result<(), BackupError> {
    let failed = |error: StoreError| match error {
        StoreError::DiskFull => BackupError::DiskFull,
        error => BackupError::Disk(error.to_string()),
    };
    let log = has_log(damaged).unwrap_or(false);
    let old = ReadOnlyStore::open(damaged, log).map_err(BackupError::Source)?;
    let workspace = workspace_of(&old).ok_or(BackupError::NothingToBeginWith)?;
    for leftover in [
        place.to_owned(),
        beside(place, "-wal"),
        beside(place, "-shm"),
    ] {
        remove(&leftover).map_err(|error| BackupError::Disk(error.to_string()))?;
    }
    make(place, &SCHEMA).map_err(|error| match error {
        OpenError::Store { source, .. } => failed(source),
        error => BackupError::Disk(error.to_string()),
    })?;
    fill(&old, &workspace, place).map_err(failed)
}

fn workspace_of(old: &ReadOnlyStore) -> Option<WorkspaceId> {
    let bytes = old.setting(WORKSPACE).ok().flatten()?;
    bytes.try_into().ok().map(WorkspaceId::from_bytes)
}

fn fill(old: &ReadOnlyStore, workspace: &WorkspaceId, place: &Path) -> Result<(), StoreError> {
    let mut connection = Connection::open_with_flags(
        place,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    let tx = connection.transaction()?;
    for table in OF_THIS_MACHINE {
        for (columns, values) in old.salvage_rows(table) {
            let places = vec!["?"; columns.len()].join(", ");
            let columns = columns.join(", ");
            let sql = format!("INSERT OR IGNORE INTO {table} ({columns}) VALUES ({places})");
            let kept = run(&tx, &sql, params_from_iter(values));
            // A row that does not fit is damaged itself.
            if let Err(error @ (StoreError::DiskFull | StoreError::Io(_))) = kept {
                return Err(error);
            }
        }
    }
    tx.execute_batch(WITHOUT_MARKS)?;
    for mark in old.salvage_marks() {
        // Whatever names itself an operation and is none any more comes again from others.
        let envelope = old
            .salvage_envelope(mark)
            .and_then(|bytes| UnverifiedEnvelope::decode(&bytes).ok())
            .filter(|envelope| envelope.header().kind == EnvelopeKind::Access)
            .and_then(|envelope| envelope.verify(workspace).ok());
        if let Some(envelope) = envelope {
            envelopes::insert(&tx, &envelope, &EnvelopeState::Applied, None)?;
        }
    }
    tx.commit()?;
    connection.close().map_err(|(_, error)| error.into())
}

/// A row: the names of its columns, and what they hold.
pub(crate) type SalvagedRow = (Vec<String>, Vec<Value>);
