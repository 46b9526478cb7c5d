//! What rests on this machine besides documents: values in the columns of a workspace's file, and the small files of a profile.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use rusqlite::Connection;
use rusqlite::types::Value;
use skein_engine::{Passphrase, Places, Profile, Protect, Unlock};
use skein_store::{Opened, Restored, Store};

use crate::engine::{self, Shell};
use crate::{SEPARATOR, frames_of, write_inside};

/// What the second byte says that a value is; the first chooses the column.
mod value {
    /// Bytes.
    pub(super) const BLOB: u8 = 0;
    /// Text.
    pub(super) const TEXT: u8 = 1;
    /// A number, its bytes the big end first.
    pub(super) const NUMBER: u8 = 2;
    /// None at all.
    pub(super) const NOTHING: u8 = 3;
    /// How many there are.
    pub(super) const KINDS: u8 = 4;
}

/// A workspace's file in which something rests in most tables, and its columns. `None` when the disk refuses.
pub struct Resting {
    /// Its bytes.
    pub file: Vec<u8>,
    /// Table, column, and a value that rests there.
    pub columns: Vec<(String, String, Value)>,
}

static RESTING: LazyLock<Option<Resting>> = LazyLock::new(resting);

/// The same as ever.
pub fn resting() -> Option<Resting> {
    let folder = tempfile::tempdir().ok()?;
    let path = folder.path().join("workspace.db");
    let mut shell = Shell::on(Store::open(&path).ok()?)?;
    engine::fill(&mut shell)?;
    drop(shell);
    let file = Connection::open(&path).ok()?;
    file.pragma_update(None, "wal_checkpoint", "TRUNCATE")
        .ok()?;
    let columns = columns(&file)?;
    drop(file);
    Some(Resting {
        file: fs::read(&path).ok()?,
        columns,
    })
}

/// All columns in which anything rests.
fn columns(file: &Connection) -> Option<Vec<(String, String, Value)>> {
    let all = "SELECT t.name, c.name FROM pragma_table_list AS t, pragma_table_info(t.name) AS c
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' ORDER BY 1, 2";
    let mut statement = file.prepare(all).ok()?;
    let names = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    let mut columns = Vec::new();
    for name in names.ok()? {
        let (table, column): (String, String) = name.ok()?;
        let one =
            format!("SELECT \"{column}\" FROM \"{table}\" ORDER BY \"{column}\" DESC LIMIT 1");
        if let Ok(value) = file.query_row(&one, [], |row| row.get(0)) {
            columns.push((table, column, value));
        }
    }
    Some(columns)
}

/// Puts other values into columns of a workspace's file, as a bad disk or another program may, and opens it: it is refused or used, and what is
/// damaged is not written to.
pub fn columns_of_file(bytes: &[u8]) {
    let (Some(resting), Ok(folder)) = (RESTING.as_ref(), tempfile::tempdir()) else {
        return;
    };
    let path = folder.path().join("workspace.db");
    if fs::write(&path, &resting.file).is_err() || change(&path, resting, bytes).is_none() {
        return;
    }
    let before = fs::read(&path).unwrap_or_default();
    match Store::open(&path) {
        Ok(opened @ Opened::Ready(_)) => {
            if let Some(mut shell) = Shell::on(opened) {
                engine::look_around(&mut shell);
            }
        }
        Ok(Opened::Damaged(store, _)) => {
            for document in store.salvage() {
                let _ = store.salvage_document(document);
            }
            let after = fs::read(&path).unwrap_or_default();
            assert!(after == before, "a damaged file is never written to");
        }
        Err(_) => {}
    }
}

/// One change for each frame: column, kind of value, value. It goes into every row in which the file's own rules leave it.
fn change(path: &Path, resting: &Resting, bytes: &[u8]) -> Option<()> {
    let file = Connection::open(path).ok()?;
    file.pragma_update(None, "ignore_check_constraints", true)
        .ok()?;
    for frame in frames_of(bytes).into_iter().take(8) {
        let [column, kind, value @ ..] = frame else {
            continue;
        };
        let at = usize::from(*column).checked_rem(resting.columns.len())?;
        let (table, column, _) = resting.columns.get(at)?;
        let value = match kind % value::KINDS {
            value::BLOB => Value::Blob(value.to_vec()),
            value::TEXT => Value::Text(String::from_utf8_lossy(value).into_owned()),
            value::NUMBER => Value::Integer(number(value)),
            _ => Value::Null,
        };
        let update = format!("UPDATE OR IGNORE \"{table}\" SET \"{column}\" = ?1");
        let _ = file.execute(&update, [value]);
    }
    Some(())
}

fn number(bytes: &[u8]) -> i64 {
    let digits = bytes.iter().take(8);
    digits.fold(0, |number, byte| number << 8 | i64::from(*byte))
}

/// The change that leaves a column as it is.
pub fn unchanged(column: usize, value: &Value) -> Vec<u8> {
    let (kind, bytes) = match value {
        Value::Blob(bytes) => (value::BLOB, bytes.clone()),
        Value::Text(text) => (value::TEXT, text.clone().into_bytes()),
        Value::Integer(number) => (value::NUMBER, number.to_be_bytes().to_vec()),
        _ => (value::NOTHING, Vec::new()),
    };
    [&[column as u8, kind], bytes.as_slice()].concat()
}

/// The small files of a profile, as somebody copied or edited them: each its path, a line's end and its content.
pub fn profile_files(bytes: &[u8]) {
    let Ok(folder) = tempfile::tempdir() else {
        return;
    };
    for file in bytes.split(|byte| *byte == SEPARATOR).take(8) {
        let end = file.iter().position(|byte| *byte == b'\n');
        let (name, content) = file.split_at(end.unwrap_or(file.len()));
        write_inside(folder.path(), &String::from_utf8_lossy(name), content);
    }
    let places = Places::of(folder.path());
    if let Ok(listed) = places.list(None) {
        assert!(
            listed
                .iter()
                .all(|one| one.slug.parse::<skein_engine::Slug>().is_ok())
        );
    }
    backups(&folder.path().join("workspace.db"));
    key_file(folder.path());
}

/// The backups, of which one may be planned to be restored.
fn backups(file: &Path) {
    let restored = Restored::if_planned(file);
    let Ok(Opened::Ready(store)) = Store::open(file) else {
        return;
    };
    let folder = store.backup_folder();
    if restored.is_ok() {
        assert_eq!(folder.planned(), None, "what was planned is done");
    }
    for backup in folder.list().unwrap_or_default() {
        assert!(!backup.name.contains('/'), "it names a file of this folder");
        let _ = folder.open(&backup.name);
    }
    let number = folder.to_take_over();
    let _ = number.and_then(|number| folder.set_aside(number));
}

/// The key file: what can be read of it is written again as the same.
fn key_file(folder: &Path) {
    let path = folder.join("device.key");
    let Ok(profile) = Profile::at(folder) else {
        return;
    };
    let Ok(Some(_)) = profile.key_protection() else {
        return;
    };
    // What a passphrase costs is said in the file; here only the least is paid.
    let text = fs::read_to_string(&path).unwrap_or_default();
    let is_cheap = text.contains("\"memory_kib\":8,\"passes\":1,\"lanes\":1,");
    let unlock = Unlock {
        keychain: None,
        passphrase: Passphrase::new("south by north").filter(|_| is_cheap),
    };
    let mut rng = rand_core::OsRng;
    if profile
        .protect_key(&unlock, &Protect::OwnerOnlyFile, &mut rng)
        .is_err()
    {
        let after = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(after, text, "what was not protected anew is as it was");
        return;
    }
    let plain = fs::read(&path).unwrap_or_default();
    let again = profile.protect_key(&Unlock::default(), &Protect::OwnerOnlyFile, &mut rng);
    assert!(again.is_ok_and(|protection| profile.key_protection().ok() == Some(Some(protection))));
    assert_eq!(
        fs::read(&path).unwrap_or_default(),
        plain,
        "there is one form of each"
    );
}
