//! Opening a file: made whole or not at all, looked at before anything is written, kept as it was before it is brought to a new form.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::damage::{self, Damage, DamageReport};
use crate::error::{OpenError, StoreError};
use crate::read_only::ReadOnlyStore;
use crate::reader::Reader;
use crate::schema::{self, APPLICATION_ID, SCHEMA, Schema};
use crate::store::Store;
use crate::torn::keep_if_torn;

/// A check after a sudden end takes no longer than this; a whole check is [`Reader::check`].
const CHECK_TIME: Duration = Duration::from_millis(400);
/// Why a file is only read although SQLite could write to it.
const NOT_KEPT: &str = "a part in its middle is broken, and no copy of it could be kept";
/// How long to wait for another process that is just reading.
const PATIENCE: Duration = Duration::from_secs(2);

/// A workspace's file, open.
#[derive(Debug)]
pub enum Opened {
    /// It is whole, as far as opening tells, and can be written.
    Ready(Store),
    /// It cannot be written to without harm; what can be read can be exported.
    Damaged(ReadOnlyStore, DamageReport),
}

/// Why an attempt to open for writing ended.
enum Failed {
    Damage(Damage),
    Error(OpenError),
}

impl Store {
    /// Opens a workspace's file, or makes it. A file that is damaged, or that a newer version wrote, is opened only to read and is not changed.
    ///
    /// # Errors
    /// When the file cannot be opened even to read.
    pub fn open(path: impl AsRef<Path>) -> Result<Opened, OpenError> {
        open_with(path.as_ref(), &SCHEMA)
    }

    /// A store that lives in memory and ends with the process.
    ///
    /// # Errors
    /// When SQLite cannot provide it.
    pub fn in_memory() -> Result<Self, StoreError> {
        let mut connection = Connection::open_in_memory()?;
        prepare(&connection)?;
        SCHEMA.migrate(&mut connection)?;
        Ok(Self::around(Reader::in_memory(connection)))
    }
}

pub(crate) fn open_with(path: &Path, form: &Schema<'_>) -> Result<Opened, OpenError> {
    let failed = |source| OpenError::Io {
        path: path.to_owned(),
        source,
    };
    if !path.try_exists().map_err(failed)? {
        if damage::has_log(path).map_err(failed)? {
            return Err(OpenError::FileMissing {
                path: path.to_owned(),
            });
        }
        make(path, form)?;
    }
    let look = damage::look(path, form.version()).map_err(failed)?;
    let damage = match look.damage {
        Some(damage) => damage,
        None => match open_somehow(path, form, look.log) {
            Ok((connection, torn_log)) => {
                let store = Store::around(Reader::of(connection, path));
                return Ok(Opened::Ready(store.with_torn_log(torn_log)));
            }
            Err(Failed::Damage(damage)) => damage,
            Err(Failed::Error(error)) => return Err(error),
        },
    };
    let readable_log = look.log && !matches!(damage, Damage::Log(_));
    let store = ReadOnlyStore::open(path, readable_log).map_err(|source| OpenError::Store {
        path: path.to_owned(),
        source,
    })?;
    Ok(Opened::Damaged(
        store,
        DamageReport {
            path: path.to_owned(),
            damage,
        },
    ))
}

/// Opens the file to be written, on a full disk too: then without the index of the log, for which there is no room, in a file of its own.
///
/// Gives the copy of a log that is not all understood, too.
fn open_somehow(
    path: &Path,
    form: &Schema<'_>,
    sudden_end: bool,
) -> Result<(Connection, Option<PathBuf>), Failed> {
    let torn_log = match sudden_end {
        // Where no copy can be kept, nothing is written over it.
        true => keep_if_torn(path).map_err(|_| Failed::Damage(Damage::Log(NOT_KEPT)))?,
        false => None,
    };
    let no_room = StoreError::DiskFull;
    let opened = match open_to_write(path, form, sudden_end, Index::Shared) {
        Err(Failed::Error(OpenError::Store { source, .. })) if source == no_room => {
            open_to_write(path, form, sudden_end, Index::InMemory)
        }
        opened => opened,
    };
    opened.map(|connection| (connection, torn_log))
}

/// Where SQLite keeps the index of the log.
#[derive(Clone, Copy, PartialEq)]
enum Index {
    /// In a file, so that others can read too while this process is asked to let them.
    Shared,
    /// In memory, for as long as the file is open; nobody else can read it meanwhile.
    InMemory,
}

fn open_to_write(
    path: &Path,
    form: &Schema<'_>,
    sudden_end: bool,
    index: Index,
) -> Result<Connection, Failed> {
    let broken = |source: StoreError| match source {
        StoreError::Damaged(what) | StoreError::SearchIndex(what) => {
            Failed::Damage(Damage::Content(what))
        }
        StoreError::ReadOnly => Failed::Damage(Damage::NotWritable),
        source => Failed::Error(OpenError::Store {
            path: path.to_owned(),
            source,
        }),
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)
        .map_err(StoreError::from)
        .map_err(broken)?;
    if connection
        .is_readonly("main")
        .map_err(StoreError::from)
        .map_err(broken)?
    {
        return Err(Failed::Damage(Damage::NotWritable));
    }
    if index == Index::InMemory {
        set_locking(&connection, "EXCLUSIVE")
            .map(drop)
            .map_err(broken)?;
    }
    // Until all is found well, closing must not move the log into the file.
    keep_log(&connection, true)
        .and_then(|()| prepare(&connection))
        .map_err(broken)?;
    let found = version(&connection).map_err(broken)?;
    let known = form.version();
    if found > known {
        return Err(Failed::Damage(Damage::NewerVersion { found, known }));
    }
    if found < 1 {
        return Err(Failed::Damage(Damage::Content(
            "it bears no version".to_owned(),
        )));
    }
    if sudden_end {
        bounded_check(&connection).map_err(broken)?;
    }
    if found < known {
        let backup = back_up(&connection, path, found).map_err(broken)?;
        if let Err(error) = form.migrate(&mut connection) {
            return Err(match error {
                StoreError::Damaged(_) => broken(error),
                error => Failed::Error(OpenError::Migration {
                    path: path.to_owned(),
                    reason: error.to_string(),
                    backup,
                }),
            });
        }
    }
    form.compare(&connection).map_err(broken)?;
    keep_log(&connection, false).map_err(broken)?;
    take_alone(&connection).map_err(broken)?;
    Ok(connection)
}

/// Makes a new file beside its place and moves it there when it is whole, so that a file in its place never is half made.
pub(crate) fn make(path: &Path, form: &Schema<'_>) -> Result<(), OpenError> {
    let failed = |source| OpenError::Io {
        path: path.to_owned(),
        source,
    };
    let broken = |source| OpenError::Store {
        path: path.to_owned(),
        source,
    };
    let unfinished = beside(path, ".new");
    for leftover in [
        unfinished.clone(),
        damage::log_path(&unfinished),
        beside(&unfinished, "-shm"),
    ] {
        remove(&leftover).map_err(failed)?;
    }
    File::create_new(&unfinished).map_err(failed)?;
    let build = || -> Result<(), StoreError> {
        let mut connection = Connection::open_with_flags(
            &unfinished,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        form.migrate(&mut connection)?;
        connection.close().map_err(|(_, error)| error)?;
        Ok(())
    };
    build().map_err(broken)?;
    settle(&unfinished, path).map_err(failed)
}

/// Moves a finished file to its place, on the disk as well.
fn settle(finished: &Path, place: &Path) -> io::Result<()> {
    File::open(finished)?.sync_all()?;
    fs::rename(finished, place)?;
    sync_folder(place)
}

/// Makes a new name durable.
pub(crate) fn sync_folder(place: &Path) -> io::Result<()> {
    match place
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        // A folder cannot be opened as a file everywhere; where it can, the new name is made durable.
        Some(folder) => File::open(folder).map_or(Ok(()), |folder| folder.sync_all()),
        None => Ok(()),
    }
}

pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Settings of every connection that writes.
fn prepare(connection: &Connection) -> Result<(), StoreError> {
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(160);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    for (name, value) in [
        ("cell_size_check", 1),
        ("fullfsync", 1),
        ("checkpoint_fullfsync", 1),
        ("temp_store", 2),
        ("cache_size", -8_000),
    ] {
        connection.pragma_update(None, name, value)?;
    }
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update_and_check(None, "journal_size_limit", 16 * 1024 * 1024, |_| Ok(()))?;
    Ok(())
}

/// Whether closing leaves the log as it is.
pub(crate) fn keep_log(connection: &Connection, keep: bool) -> Result<(), StoreError> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep)?;
    connection.pragma_update_and_check(
        None,
        "wal_autocheckpoint",
        if keep { 0 } else { 1_000 },
        |_| Ok(()),
    )?;
    Ok(())
}

/// Keeps SQLite's locks from one transaction to the next, which spares each key press half a dozen system calls: one process owns a
/// profile anyway. Where another one happens to read the file, the locks are taken and given back each time, as usual.
///
/// # Errors
/// When the file cannot be written to for another reason.
pub(crate) fn take_alone(connection: &Connection) -> Result<(), StoreError> {
    set_locking(connection, "EXCLUSIVE")?;
    connection.busy_timeout(Duration::ZERO)?;
    let taken = touch_lock(connection);
    connection.busy_timeout(PATIENCE)?;
    match taken {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
            set_locking(connection, "NORMAL").map(drop)
        }
        taken => Ok(taken?),
    }
}

/// Gives back what [`take_alone`] took, so that the same file can be opened once more.
///
/// # Errors
/// When the index of its log is in memory, or the file cannot be written to.
pub(crate) fn share_again(connection: &Connection) -> Result<(), StoreError> {
    if set_locking(connection, "NORMAL")? != "normal" {
        return Err(StoreError::OpenedFull);
    }
    Ok(touch_lock(connection)?)
}

/// Sets how SQLite locks, and gives how it does: what is in memory stays there.
fn set_locking(connection: &Connection, mode: &str) -> Result<String, StoreError> {
    Ok(connection.pragma_update_and_check(None, "locking_mode", mode, |row| row.get(0))?)
}

/// SQLite changes how it locks with the next transaction that may write.
fn touch_lock(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK")
}

pub(crate) fn version(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// Checks one table after the other until time is up; what the search index keeps can be made again and is left out.
fn bounded_check(connection: &Connection) -> Result<(), StoreError> {
    let end = Instant::now() + CHECK_TIME;
    connection.progress_handler(1_000, Some(move || Instant::now() >= end))?;
    let checked = check_tables(connection, end);
    connection.progress_handler(0, None::<fn() -> bool>)?;
    checked
}

fn check_tables(connection: &Connection, end: Instant) -> Result<(), StoreError> {
    for table in schema::tables(connection)?
        .iter()
        .filter(|table| !table.starts_with("search"))
    {
        if Instant::now() >= end {
            break;
        }
        let mut finding = None;
        let checked = connection.pragma(None, "quick_check", table, |row| {
            let words: String = row.get(0)?;
            if words != "ok" && finding.is_none() {
                finding = Some(words);
            }
            Ok(())
        });
        match checked {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {
                break;
            }
            checked => checked?,
        }
        if let Some(words) = finding {
            return Err(StoreError::damaged(words));
        }
    }
    Ok(())
}

/// Copies the file as it is before a migration; an earlier copy is never overwritten.
fn back_up(connection: &Connection, path: &Path, version: i64) -> Result<PathBuf, StoreError> {
    for number in 1..=100 {
        let ending = if number == 1 {
            format!(".before-v{}", version + 1)
        } else {
            format!(".before-v{}-{number}", version + 1)
        };
        let target = beside(path, &ending);
        if !target
            .try_exists()
            .map_err(|error| StoreError::Io(error.to_string()))?
        {
            copy_to(connection, &target)?;
            return Ok(target);
        }
    }
    Err(StoreError::Refused(format!(
        "a hundred copies of {} from before a new form lie there already; move them away",
        path.display()
    )))
}

/// Writes a whole, compact copy that opens as a workspace's file.
pub(crate) fn copy_to(connection: &Connection, target: &Path) -> Result<(), StoreError> {
    let failed = |error: io::Error| StoreError::Io(error.to_string());
    if target.try_exists().map_err(failed)? {
        return Err(StoreError::Io(format!(
            "{} is there already and was not overwritten",
            target.display()
        )));
    }
    let unfinished = beside(target, ".unfinished");
    remove(&unfinished).map_err(failed)?;
    let name = unfinished.to_str().ok_or_else(|| {
        StoreError::Io(format!("the name {} cannot be written", target.display()))
    })?;
    connection.execute("VACUUM INTO ?1", [name])?;
    let copy = Connection::open_with_flags(
        &unfinished,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    copy.pragma_update(None, "journal_mode", "WAL")?;
    copy.close().map_err(|(_, error)| error)?;
    settle(&unfinished, target).map_err(failed)
}

impl Reader {
    /// Writes a whole, compact copy that opens as a workspace's file. The copy appears under its name when it is complete and on disk.
    ///
    /// # Errors
    /// When something has that name already, the disk is full, or this file is damaged.
    pub fn backup_to(&self, path: impl AsRef<Path>) -> Result<(), StoreError> {
        copy_to(&self.connection, path.as_ref())
    }

    /// Reads the whole file and says what is wrong with it; nothing found is an empty list. Takes time in proportion to the file.
    ///
    /// # Errors
    /// When the file cannot be read at all.
    pub fn check(&self) -> Result<Vec<String>, StoreError> {
        let mut findings = Vec::new();
        self.connection
            .pragma_query(None, "integrity_check", |row| {
                findings.push(row.get::<_, String>(0)?);
                Ok(())
            })?;
        findings.retain(|finding| finding != "ok");
        Ok(findings)
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]
mod tests {
    use rusqlite_migration::M;

    use super::*;
    use crate::store::Durability;

    const FIRST: M<'static> = M::up(include_str!("../migrations/0001_first.sql"));

    fn ready(path: &Path, form: &Schema<'_>) -> Store {
        match open_with(path, form).unwrap() {
            Opened::Ready(store) => store,
            Opened::Damaged(_, report) => panic!("{report}"),
        }
    }

    fn filled(path: &Path) {
        let mut store = ready(path, &Schema::of(&[FIRST]));
        store
            .write(Durability::Normal, |tx| tx.put_setting("name", b"Ana"))
            .unwrap();
        // Left as a sudden end leaves it: the copy must hold what rests in the log, too.
        keep_log(&store.connection, true).unwrap();
    }

    #[test]
    fn a_file_is_copied_before_it_gets_a_new_form() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("geese.skein");
        filled(&path);
        fs::write(beside(&path, ".before-v2"), "an earlier copy").unwrap();
        let next =
            M::up("CREATE TABLE lessons (row INTEGER PRIMARY KEY, words TEXT NOT NULL) STRICT");
        let store = ready(&path, &Schema::of(&[FIRST, next]));
        assert_eq!(store.setting("name").unwrap(), Some(b"Ana".to_vec()));
        assert_eq!(store.audit_tables().unwrap().len(), 14);
        assert_eq!(
            fs::read(beside(&path, ".before-v2")).unwrap(),
            b"an earlier copy"
        );
        let copy = ready(&beside(&path, ".before-v2-2"), &Schema::of(&[FIRST]));
        assert_eq!(copy.setting("name").unwrap(), Some(b"Ana".to_vec()));
        drop(store);
        let older = open_with(&path, &Schema::of(&[FIRST])).unwrap();
        assert!(matches!(
            older,
            Opened::Damaged(
                _,
                DamageReport {
                    damage: Damage::NewerVersion { found: 2, known: 1 },
                    ..
                }
            )
        ));
    }

    #[test]
    fn a_new_form_that_fails_leaves_the_file_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("geese.skein");
        filled(&path);
        let broken = M::up(
            "CREATE TABLE lessons (row INTEGER PRIMARY KEY) STRICT; INSERT INTO lessons VALUES (1), (1)",
        );
        let failed = open_with(&path, &Schema::of(&[FIRST, broken]));
        assert!(
            matches!(&failed, Err(OpenError::Migration { backup, .. }) if backup.exists()),
            "{failed:?}"
        );
        assert_eq!(
            ready(&path, &Schema::of(&[FIRST])).setting("name").unwrap(),
            Some(b"Ana".to_vec())
        );
    }

    #[test]
    fn a_half_made_file_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder
            .path()
            .join("a folder? with #signs")
            .join("geese.skein");
        assert!(matches!(
            open_with(&path, &SCHEMA),
            Err(OpenError::Io { .. })
        ));
        fs::create_dir(path.parent().unwrap()).unwrap();
        fs::write(beside(&path, ".new"), "half").unwrap();
        drop(ready(&path, &SCHEMA));
        assert!(!beside(&path, ".new").exists());
        fs::write(&path, "no database at all").unwrap();
        assert!(matches!(
            open_with(&path, &SCHEMA).unwrap(),
            Opened::Damaged(..)
        ));
    }
}
