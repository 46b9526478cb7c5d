//! Damage: noticed or survived, never made worse, and what is still whole can be read.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rand::Rng;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use skein_access::EnvelopeKind;
use skein_model::Kind;
use skein_store::{Damage, Durability, OpenError, Opened, Reader, Store, StoreError};

use crate::common::{Founder, board, card, change, damaged, id, ready};

const DOCUMENTS: u32 = 120;

/// A closed file with something in every table.
fn whole(folder: &Path) -> PathBuf {
    let path = folder.join("whole.skein");
    let mut ana = Founder::new();
    let mut store = ready(&path);
    for number in 0..DOCUMENTS {
        ana.put_note(
            &mut store,
            number,
            &format!("Note {number}"),
            &format!("Text of number {number}. {}", "南へ飛ぶ geese. ".repeat(40)),
        );
        let rows = ana
            .append(&mut store, number, &[change(number)], false)
            .unwrap();
        let envelope = ana.seal(id(number), &[change(number)]);
        store
            .write(Durability::Full, |tx| tx.seal(id(number), &rows, &envelope))
            .unwrap();
    }
    let cards = (0..40)
        .map(|number| card(number, &format!("Card {number}"), "of corn"))
        .collect();
    ana.put(&mut store, DOCUMENTS, &board("Board", cards));
    store
        .write(Durability::Normal, |tx| tx.put_setting("name", b"Ana"))
        .unwrap();
    store.close().unwrap();
    path
}

/// A file as a sudden end leaves it: some of its content rests in the log alone.
fn sudden(folder: &Path) -> PathBuf {
    let (from, path) = (whole(folder), folder.join("sudden.skein"));
    let ana = Founder::new();
    let mut store = ready(&from);
    for number in 200..230 {
        ana.put_note(&mut store, number, &format!("Late {number}"), "in the log");
    }
    fs::copy(&from, &path).unwrap();
    fs::copy(log(&from), log(&path)).unwrap();
    path
}

fn log(path: &Path) -> PathBuf {
    PathBuf::from(format!("{}-wal", path.display()))
}

fn bytes(path: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    [path.to_owned(), log(path)]
        .into_iter()
        .filter_map(|file| Some((file.clone(), fs::read(&file).ok()?)))
        .collect()
}

/// Everything that can be asked; whatever goes wrong must be called damage.
fn read_all(store: &Reader, ana: &Founder) -> usize {
    let mut succeeded = 0;
    let mut judge = |outcome: Result<(), StoreError>| match outcome {
        Ok(()) => succeeded += 1,
        Err(
            StoreError::Damaged(_)
            | StoreError::SearchIndex(_)
            | StoreError::NoSuchDocument(_)
            | StoreError::NotPermitted { .. },
        ) => {}
        Err(other) => panic!("{other:?}"),
    };
    judge(store.tree().map(drop));
    judge(store.trash().map(drop));
    judge(store.unsealed().map(drop));
    judge(store.to_recover().map(drop));
    judge(store.envelope_refs().map(drop));
    judge(store.envelope_counts().map(drop));
    judge(store.envelopes_of_kind(EnvelopeKind::Data).map(drop));
    judge(store.next_chain(ana.device).map(drop));
    judge(store.search(&ana.reads(), "geese", 20).map(drop));
    judge(store.search(&ana.reads(), "飛ぶ", 20).map(drop));
    judge(store.settings().map(drop));
    judge(store.peers().map(drop));
    judge(store.notices().map(drop));
    judge(store.tags().map(drop));
    judge(store.audit_documents().map(drop));
    judge(store.audit_tables().map(drop));
    judge(store.orphans().map(drop));
    judge(store.cards(&ana.read(Kind::Board), id(DOCUMENTS)).map(drop));
    for number in 0..DOCUMENTS {
        judge(store.load(&ana.read(Kind::Note), id(number)).map(drop));
        judge(
            store
                .projection(&ana.read(Kind::Note), id(number))
                .map(drop),
        );
        judge(store.backlinks(id(number)).map(drop));
    }
    succeeded
}

/// Opens, reads everything, closes, and compares the bytes.
fn open_and_read(path: &Path, ana: &Founder) -> (bool, usize) {
    let before = bytes(path);
    let outcome = match Store::open(path).unwrap() {
        Opened::Ready(store) => (true, read_all(&store, ana)),
        Opened::Damaged(store, report) => {
            assert!(!report.to_string().is_empty());
            for id in store.salvage() {
                let salvaged = store.salvage_document(id);
                assert!(salvaged.changes.len() < 10);
            }
            (false, read_all(&store, ana))
        }
    };
    for (file, before) in before {
        assert!(
            fs::read(&file).is_ok_and(|after| after == before) || before.is_empty(),
            "{} was changed",
            file.display()
        );
    }
    outcome
}

#[test]
fn a_file_cut_off_anywhere_is_noticed_left_alone_and_read_as_far_as_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, path) = (whole(folder.path()), folder.path().join("cut.skein"));
    let content = fs::read(&whole).unwrap();
    let ana = Founder::new();
    let mut rng = ChaCha20Rng::seed_from_u64(3);
    let mut lengths: Vec<usize> = (0..30).map(|_| rng.gen_range(0..content.len())).collect();
    lengths.extend([
        0,
        1,
        15,
        16,
        99,
        100,
        511,
        512,
        4_095,
        4_096,
        4_097,
        content.len() - 4_096,
        content.len() - 1,
    ]);
    for length in lengths {
        fs::write(&path, &content[..length]).unwrap();
        let (ready, _) = open_and_read(&path, &ana);
        assert!(!ready, "cut off at {length} of {}", content.len());
    }
    fs::write(&path, &content[..content.len() - 4_096]).unwrap();
    let (store, report) = damaged(&path);
    assert!(matches!(report.damage, Damage::CutOff { .. }));
    let salvaged = store.salvage();
    assert!(
        salvaged.len() > 100,
        "{} documents salvaged",
        salvaged.len()
    );
    let readable = salvaged
        .iter()
        .filter(|id| {
            store
                .salvage_document(**id)
                .text
                .is_some_and(|text| !text.is_empty())
        })
        .count();
    assert!(readable > 100, "{readable} texts salvaged");
}

#[test]
fn flipped_bits_never_panic_and_are_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, path) = (whole(folder.path()), folder.path().join("flipped.skein"));
    let content = fs::read(&whole).unwrap();
    let ana = Founder::new();
    let mut rng = ChaCha20Rng::seed_from_u64(4);
    let everything = {
        fs::write(&path, &content).unwrap();
        open_and_read(&path, &ana).1
    };
    for round in 0..120 {
        let mut flipped = content.clone();
        let count = if round % 3 == 0 { 40 } else { 1 };
        for _ in 0..count {
            let at = if round % 4 == 0 {
                rng.gen_range(0..4_096)
            } else {
                rng.gen_range(0..content.len())
            };
            flipped[at] ^= 1 << rng.gen_range(0..8);
        }
        fs::write(&path, &flipped).unwrap();
        let (_, succeeded) = open_and_read(&path, &ana);
        assert!(succeeded <= everything);
    }
}

#[test]
fn every_byte_of_the_header_that_matters_is_watched() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, path) = (whole(folder.path()), folder.path().join("header.skein"));
    let content = fs::read(&whole).unwrap();
    let harmless = |at: usize| matches!(at, 32..36 | 36..44 | 48..52 | 60..64 | 96..100);
    for at in (0..100).filter(|at| !harmless(*at)) {
        let mut flipped = content.clone();
        flipped[at] ^= 0x10;
        fs::write(&path, &flipped).unwrap();
        damaged(&path);
        assert_eq!(fs::read(&path).unwrap(), flipped);
    }
}

#[test]
fn what_is_no_workspace_file_is_named_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("odd.skein");
    let ana = Founder::new();
    for (content, damage) in [
        (b"Dear diary, ".repeat(400), Damage::NotADatabase),
        (vec![0; 8_192], Damage::NotADatabase),
        (b"short".to_vec(), Damage::NotADatabase),
        (
            Vec::new(),
            Damage::CutOff {
                found: 0,
                expected: 512,
            },
        ),
    ] {
        fs::write(&path, &content).unwrap();
        assert_eq!(damaged(&path).1.damage, damage);
        open_and_read(&path, &ana);
        assert_eq!(fs::read(&path).unwrap(), content);
    }
    fs::remove_file(&path).unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other
        .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE cats (name TEXT);")
        .unwrap();
    drop(other);
    assert_eq!(damaged(&path).1.damage, Damage::NotOurs);
}

#[test]
fn a_file_of_a_newer_version_is_read_but_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = whole(folder.path());
    rusqlite::Connection::open(&path)
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let before = bytes(&path);
    let (store, report) = damaged(&path);
    assert_eq!(
        report.damage,
        Damage::NewerVersion {
            found: 99,
            known: 6
        }
    );
    assert_eq!(store.tree().unwrap().len(), 121);
    drop(store);
    assert_eq!(bytes(&path), before);
}

#[test]
fn a_missing_part_is_named_and_the_others_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = whole(folder.path());
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch("DROP TABLE tags")
        .unwrap();
    let (store, report) = damaged(&path);
    assert!(
        matches!(&report.damage, Damage::Content(what) if what.contains("tags")),
        "{report}"
    );
    assert_eq!(store.tree().unwrap().len(), 121);
    assert_eq!(store.setting("name").unwrap(), Some(b"Ana".to_vec()));
    assert!(matches!(store.tags(), Err(StoreError::Damaged(_))));
}

#[test]
fn after_a_sudden_end_the_log_is_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = sudden(folder.path());
    let store = ready(&path);
    assert_eq!(store.tree().unwrap().len(), 151);
    store.close().unwrap();
    assert!(!log(&path).exists());
    assert_eq!(ready(&path).tree().unwrap().len(), 151);
}

#[test]
fn after_a_sudden_end_a_damaged_page_is_noticed_and_the_log_is_still_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = sudden(folder.path());
    let (content, last) = (fs::read(&path).unwrap(), fs::read(log(&path)).unwrap());
    let pages = content.len() / 4_096;
    let mut noticed = 0;
    // A page of the search index alone, or one that the log replaces, may pass.
    for page in (2..pages).step_by(pages / 24) {
        let mut content = content.clone();
        let damaged = &mut content[page * 4_096..][..4_096];
        // Without the page that says where tables begin, nothing can be read of them.
        if damaged.windows(12).any(|part| part == b"CREATE TABLE") {
            continue;
        }
        damaged.fill(0xee);
        fs::write(&path, &content).unwrap();
        fs::write(log(&path), &last).unwrap();
        let before = bytes(&path);
        if let Opened::Damaged(store, report) = Store::open(&path).unwrap() {
            noticed += 1;
            assert!(matches!(report.damage, Damage::Content(_)), "{report}");
            assert!(
                store.salvage().contains(&id(229)),
                "what rests in the log is read"
            );
            drop(store);
            assert_eq!(bytes(&path), before);
        }
    }
    assert!(noticed > 5, "{noticed}");
}

#[test]
fn a_log_with_a_damaged_head_is_not_thrown_away() {
    let folder = tempfile::tempdir().unwrap();
    let path = sudden(folder.path());
    let content = fs::read(log(&path)).unwrap();
    for at in [0, 3, 5, 10, 17, 24, 31] {
        let mut flipped = content.clone();
        flipped[at] ^= 4;
        fs::write(log(&path), &flipped).unwrap();
        let (store, report) = damaged(&path);
        assert!(
            matches!(report.damage, Damage::Log(_)),
            "byte {at}: {report}"
        );
        assert_eq!(
            store.tree().unwrap().len(),
            121,
            "what is not in the log can be read"
        );
        drop(store);
        assert_eq!(fs::read(log(&path)).unwrap(), flipped);
    }
}

#[test]
fn a_log_broken_in_its_middle_is_copied_before_anything_is_written_over_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = sudden(folder.path());
    let (content, last) = (fs::read(&path).unwrap(), fs::read(log(&path)).unwrap());
    let copy = |number: u32| PathBuf::from(format!("{}-log-damaged-{number}", path.display()));
    let put = |bytes: &[u8]| {
        fs::write(&path, &content).unwrap();
        fs::write(log(&path), bytes).unwrap();
    };
    put(&last);
    assert_eq!(ready(&path).torn_log(), None);
    // What a loss of power leaves of the end is no damage.
    put(&last[..last.len() - 2_000]);
    assert_eq!(ready(&path).torn_log(), None);
    for (number, at) in [(1, 40), (2, 60), (3, last.len() / 2)] {
        let mut flipped = last.clone();
        flipped[at] ^= 4;
        // A second time the same one is not copied again.
        for _ in 0..2 {
            put(&flipped);
            let mut store = ready(&path);
            assert_eq!(store.torn_log(), Some(copy(number).as_path()), "byte {at}");
            assert!(store.tree().unwrap().len() >= 121);
            store
                .write(Durability::Normal, |tx| tx.put_setting("name", b"Bo"))
                .unwrap();
            store.close().unwrap();
            assert_eq!(fs::read(copy(number)).unwrap(), flipped);
        }
    }
    assert!(!copy(4).exists());
}

#[test]
fn the_log_of_an_emptied_file_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = sudden(folder.path());
    let before = fs::read(log(&path)).unwrap();
    fs::write(&path, b"").unwrap();
    let opened = Store::open(&path);
    assert!(!matches!(opened, Ok(Opened::Ready(_))), "{opened:?}");
    drop(opened);
    assert_eq!(fs::read(log(&path)).unwrap(), before);
}

#[test]
fn a_log_without_its_file_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = sudden(folder.path());
    fs::remove_file(&path).unwrap();
    let before = fs::read(log(&path)).unwrap();
    assert!(matches!(
        Store::open(&path),
        Err(OpenError::FileMissing { .. })
    ));
    assert!(!path.exists());
    assert_eq!(fs::read(log(&path)).unwrap(), before);
}

#[test]
fn damage_met_while_writing_stops_all_writing() {
    let folder = tempfile::tempdir().unwrap();
    let path = whole(folder.path());
    let ana = Founder::new();
    let mut store = ready(&path);
    let mut content = fs::read(&path).unwrap();
    content[4_096 * 4..].fill(0xee);
    fs::write(&path, &content).unwrap();
    let failed =
        (0..DOCUMENTS).find_map(|number| ana.append(&mut store, number, &[change(1)], false).err());
    assert!(matches!(failed, Some(StoreError::Damaged(_))), "{failed:?}");
    let refused = store.write(Durability::Normal, |tx| tx.put_setting("name", b"Bea"));
    assert!(matches!(refused, Err(StoreError::Damaged(_))));
    drop(store);
    assert_eq!(fs::read(&path).unwrap(), content);
}

#[test]
fn a_damaged_search_index_harms_nothing_else_and_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = whole(folder.path());
    let ana = Founder::new();
    for harm in [
        "UPDATE search_config SET v = 0",
        "UPDATE search_data SET block = x'00' WHERE id > 10",
        "DELETE FROM search_data WHERE id > 10",
    ] {
        rusqlite::Connection::open(&path)
            .unwrap()
            .execute_batch(harm)
            .unwrap();
        let mut store = ready(&path);
        let found = store.search(&ana.reads(), "geese", 200);
        assert!(
            matches!(found, Err(StoreError::SearchIndex(_))),
            "{harm}: {found:?}"
        );
        assert_eq!(store.tree().unwrap().len(), 121);
        store
            .write(Durability::Normal, |tx| tx.rebuild_search())
            .unwrap();
        assert_eq!(store.search(&ana.reads(), "geese", 200).unwrap().len(), 120);
        store.close().unwrap();
        assert!(ready(&path).check().unwrap().is_empty());
    }
}
