//! Backups: whole copies that are checked before they count, and that a start puts back without touching what was there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use skein_access::Envelope;
use skein_store::{
    BackupError, BackupFolder, Durability, EnvelopeState, Peer, Plan, Restored, Store, WORKSPACE,
};

use crate::common::{Founder, change, id, ready};

const PAGE: usize = 4096;

fn put(store: &mut Store, ana: &mut Founder, numbers: std::ops::Range<u32>) {
    for number in numbers {
        ana.put_note(store, number, &format!("Note {number}"), "of geese");
        let rows = ana.append(store, number, &[change(number)], false).unwrap();
        let envelope = ana.seal(id(number), &[change(number)]);
        store
            .write(Durability::Full, |tx| tx.seal(id(number), &rows, &envelope))
            .unwrap();
    }
}

fn make(store: &mut Store, made_ms: i64) -> String {
    let folder = store.backup_folder().clone();
    let source = store.for_copying().unwrap();
    let backup = folder.make(&source, made_ms).unwrap();
    store.was_copied().unwrap();
    backup.name
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// A file with a backup of its first ten notes, twenty in all, and a log that a sudden end left.
fn with_backup(folder: &Path) -> (PathBuf, BackupFolder, String) {
    let path = folder.join("workspace.db");
    let mut ana = Founder::new();
    let mut store = ready(&path);
    put(&mut store, &mut ana, 0..10);
    let name = make(&mut store, 1_000);
    put(&mut store, &mut ana, 10..20);
    let kept: Vec<(PathBuf, Vec<u8>)> = ["", "-wal"]
        .map(|ending| beside(&path, ending))
        .into_iter()
        .map(|file| (file.clone(), fs::read(file).unwrap()))
        .collect();
    let backups = store.backup_folder().clone();
    drop(store);
    for (file, bytes) in kept {
        fs::write(file, bytes).unwrap();
    }
    (path, backups, name)
}

#[test]
fn a_backup_is_made_while_writing_goes_on_and_holds_all_that_was_kept_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("workspace.db");
    let mut ana = Founder::new();
    let mut store = ready(&path);
    put(&mut store, &mut ana, 0..30);
    let source = store.for_copying().unwrap();
    let backups = store.backup_folder().clone();
    let copying = std::thread::spawn(move || backups.make(&source, 5));
    put(&mut store, &mut ana, 30..60);
    let backup = copying.join().unwrap().unwrap();
    store.was_copied().unwrap();
    put(&mut store, &mut ana, 60..62);
    assert_eq!(store.tree().unwrap().len(), 62);
    let copy = store.backup_folder().open(&backup.name).unwrap();
    let held = copy.tree().unwrap().len();
    assert!((30..=60).contains(&held), "{held} notes are in the backup");
    assert_eq!(backup.made_ms, 5);
}

#[test]
fn a_backup_that_is_not_whole_is_neither_opened_nor_restored_and_the_file_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (path, backups, name) = with_backup(folder.path());
    let file = backups.path().unwrap().join(&name);
    let whole = fs::read(&file).unwrap();
    let mut refused = 0;
    for page in 0..whole.len() / PAGE {
        let mut bytes = whole.clone();
        bytes[page * PAGE..page * PAGE + 64]
            .iter_mut()
            .for_each(|byte| *byte ^= 0x55);
        fs::write(&file, bytes).unwrap();
        if let Err(error) = backups.open(&name) {
            refused += 1;
            assert!(matches!(error, BackupError::NotWhole(_)), "{error}");
            assert!(backups.plan(Some(&Plan::Backup(name.clone()))).is_err());
            assert_eq!(backups.planned(), None);
        }
    }
    assert!(refused > 20, "only {refused} damaged pages were met");
    // Found well when it was planned, and gone when it comes to it.
    fs::write(&file, &whole).unwrap();
    backups.plan(Some(&Plan::Backup(name.clone()))).unwrap();
    fs::remove_file(&file).unwrap();
    assert_eq!(Restored::if_planned(&path), Err(BackupError::Missing(name)));
    assert_eq!(Restored::if_planned(&path), Ok(None));
    assert_eq!(ready(&path).tree().unwrap().len(), 20);
}

/// Carries out what is planned for a file, cut off before after so many moves: between the log and the file, after both, and while what comes is written.
fn restored_though_cut_off(path: &Path, moved: u32) -> Restored {
    let aside = path.with_extension("set-aside-1");
    if moved > 0 {
        fs::create_dir(&aside).unwrap();
        let place = aside.join("workspace.db");
        if moved > 1 {
            fs::rename(beside(path, "-wal"), beside(&place, "-wal")).unwrap();
        }
        if moved > 2 {
            fs::rename(path, &place).unwrap();
        }
        if moved > 3 {
            fs::write(beside(path, ".coming"), "half of it").unwrap();
        }
    }
    Restored::if_planned(path).unwrap().unwrap()
}

#[test]
fn a_file_put_together_anew_knows_what_only_this_machine_knew_and_whose_it_is() {
    for moved in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("workspace.db");
        let mut ana = Founder::new();
        let mut store = ready(&path);
        let peer = Peer {
            device: ana.device,
            addresses: vec!["/ip4/10.0.0.1/tcp/4711".to_owned()],
            mark: 7,
            last_seen_ms: Some(1),
        };
        store
            .write(Durability::Full, |tx| {
                tx.put_setting(WORKSPACE, ana.workspace.as_bytes())?;
                tx.put_setting("member_name", b"Ana")?;
                tx.put_peer(&peer)?;
                for operation in &ana.operations {
                    tx.insert_envelope(operation, &EnvelopeState::Applied, None)?;
                }
                Ok(())
            })
            .unwrap();
        put(&mut store, &mut ana, 0..10);
        let backups = store.backup_folder().clone();
        let log = fs::read(beside(&path, "-wal")).unwrap();
        drop(store);
        fs::write(beside(&path, "-wal"), log).unwrap();
        backups.plan(Some(&Plan::Anew)).unwrap();
        assert_eq!(backups.planned(), Some(Plan::Anew));
        let restored = restored_though_cut_off(&path, moved);
        assert_eq!(backups.planned(), None);
        let store = ready(&path);
        assert_eq!(store.setting("member_name").unwrap().unwrap(), b"Ana");
        let known = Peer { mark: 0, ..peer };
        assert_eq!(
            store.peers().unwrap(),
            [known],
            "of the new file it holds nothing yet"
        );
        let held = store
            .envelope_refs()
            .unwrap()
            .into_iter()
            .map(|held| held.id);
        let operations = ana.operations.iter().map(Envelope::id);
        assert_eq!(
            held.collect::<BTreeSet<_>>(),
            operations.collect(),
            "moved {moved}"
        );
        assert_eq!(store.tree().unwrap().len(), 0);
        let set_aside = backups.set_aside(restored.number).unwrap();
        let all = ana.operations.len() + 10;
        assert_eq!(set_aside.salvage_marks().len(), all, "moved {moved}");
        assert_eq!(backups.to_take_over(), Some(restored.number));
    }
}

#[test]
fn where_it_cannot_be_read_which_workspace_it_is_the_file_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (path, backups, _) = with_backup(folder.path());
    backups.plan(Some(&Plan::Anew)).unwrap();
    assert_eq!(
        Restored::if_planned(&path),
        Err(BackupError::NothingToBeginWith)
    );
    assert_eq!(Restored::if_planned(&path), Ok(None));
    assert_eq!(ready(&path).tree().unwrap().len(), 20);
}

#[test]
fn a_restored_backup_takes_the_files_place_and_what_was_there_is_set_aside_unchanged() {
    // Not cut off, or cut off before anything, between the log and the file, after both, and while the backup is copied.
    for moved in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let (path, backups, name) = with_backup(folder.path());
        let before = ["", "-wal"].map(|ending| fs::read(beside(&path, ending)).unwrap());
        let plan = Plan::Backup(name);
        backups.plan(Some(&plan)).unwrap();
        assert_eq!(backups.planned(), Some(plan));
        let restored = restored_though_cut_off(&path, moved);
        let now = ["", "-wal"].map(|ending| fs::read(beside(&restored.set_aside, ending)).unwrap());
        assert_eq!(now, before, "moved {moved}");
        assert_eq!(backups.planned(), None);
        let store = ready(&path);
        assert_eq!(store.tree().unwrap().len(), 10, "moved {moved}");
        let set_aside = store.backup_folder().set_aside(restored.number).unwrap();
        assert_eq!(set_aside.salvage_marks().len(), 20, "moved {moved}");
        assert_eq!(Restored::if_planned(&path), Ok(None));
        // Also if the power goes right now, it is known that this is still to be taken over; and once it is, no longer.
        assert_eq!(backups.to_take_over(), Some(restored.number));
        backups.taken_over(restored.number).unwrap();
        assert_eq!(backups.to_take_over(), None);
    }
}

#[test]
fn of_a_damaged_file_every_envelope_is_found_but_those_on_the_damaged_page() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("workspace.db");
    let mut ana = Founder::new();
    let mut store = ready(&path);
    put(&mut store, &mut ana, 0..60);
    let all: Vec<Vec<u8>> = store
        .envelopes_after(0, 100)
        .unwrap()
        .into_iter()
        .map(|envelope| envelope.bytes)
        .collect();
    assert_eq!(all.len(), 60);
    let backups = store.backup_folder().clone();
    store.close().unwrap();
    let whole = fs::read(&path).unwrap();
    let (mut met, mut roots, mut most_lost) = (0, 0, 0);
    for page in 2..whole.len() / PAGE {
        let mut bytes = whole.clone();
        bytes[page * PAGE..page * PAGE + 64]
            .iter_mut()
            .for_each(|byte| *byte ^= 0x55);
        fs::write(&path, bytes).unwrap();
        // Set aside, as a restore does: whether it is found damaged when it is opened plays no part.
        let aside = path.with_extension(format!("set-aside-{page}"));
        fs::create_dir(&aside).unwrap();
        fs::rename(&path, aside.join("workspace.db")).unwrap();
        let number = u32::try_from(page).unwrap();
        let Some(store) = backups.set_aside(number) else {
            continue;
        };
        let found: Vec<Vec<u8>> = store
            .salvage_marks()
            .into_iter()
            .filter_map(|mark| store.salvage_envelope(mark))
            .collect();
        assert!(found.iter().all(|bytes| all.contains(bytes)), "page {page}");
        met += usize::from(found.len() < all.len());
        match found.len() {
            // The pages from which SQLite knows the table and finds its others.
            0 => roots += 1,
            found => most_lost = most_lost.max(all.len() - found),
        }
    }
    assert!(met >= 4, "{met} damaged pages held envelopes");
    assert!(roots <= 3, "{roots} pages took all envelopes with them");
    assert!(
        most_lost <= 12,
        "{most_lost} envelopes were lost to one page"
    );
}

#[test]
fn whoever_reads_the_file_already_does_not_keep_it_from_being_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("workspace.db");
    let mut ana = Founder::new();
    put(&mut ready(&path), &mut ana, 0..3);
    let reader = rusqlite::Connection::open(&path).unwrap();
    let count = || {
        reader
            .query_row("SELECT count(*) FROM documents", [], |row| {
                row.get::<_, u32>(0)
            })
            .unwrap()
    };
    assert_eq!(count(), 3);
    let mut store = ready(&path);
    put(&mut store, &mut ana, 3..5);
    assert_eq!(count(), 5);
}
