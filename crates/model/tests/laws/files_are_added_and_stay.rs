//! Files of documents: added apart they are all there, named by what is said of them, and nothing malformed counts.

use crate::support::*;
use automerge::transaction::Transactable;
use automerge::{ActorId, Automerge, ROOT, ScalarValue, TextEncoding};
use proptest::prelude::*;
use skein_model::file::{CHUNK, LARGEST_FILE, chunk_count};
use skein_model::*;

fn file(name: &str, size: u64) -> FileManifest {
    let names = (0..chunk_count(size)).map(|n| ChunkName::from_bytes([n as u8; 32]));
    let key = FileKey([7; 32]);
    FileManifest::new(name.into(), "image/png".into(), size, key, names.collect()).unwrap()
}

fn attach(document: &mut Document, file: &FileManifest) -> Edited {
    document.attach(file, 0).unwrap()
}

fn names(document: &Document) -> Vec<String> {
    let mut names: Vec<_> = document
        .files()
        .unwrap()
        .values()
        .map(|file| file.name().to_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn files_that_two_people_attach_apart_are_all_there() {
    for mut a in [note("text"), board(2)] {
        let mut b = replica(&a, 1);
        attach(&mut a, &file("a.png", 10));
        attach(&mut a, &file("both.png", 10));
        attach(&mut b, &file("b.png", 3_000_000));
        attach(&mut b, &file("both.png", 10));
        exchange(&mut a, &mut b);
        assert_eq!(names(&a), ["a.png", "b.png", "both.png"]);
        assert_eq!(a.projection().unwrap().files, a.files().unwrap());
    }
}

#[test]
fn a_file_attached_again_changes_nothing() {
    let mut a = note("text");
    let edited = attach(&mut a, &file("a.png", 10));
    assert_eq!(edited.changes.len(), 1);
    assert!(edited.touched.files && !edited.touched.header && edited.undo.is_none());
    let again = attach(&mut a, &file("a.png", 10));
    assert!(again.changes.is_empty() && !again.touched.files);
}

#[test]
fn attaching_does_not_touch_what_is_typed_or_the_list() {
    let mut a = note("one");
    let mut b = replica(&a, 1);
    type_at(&mut a, TextField::NoteText, 3, 0, " two");
    let edited = attach(&mut a, &file("a.png", 10));
    assert_eq!(edited.changes.len(), 2, "the typing, then the file");
    let merged = b.merge(&edited.changes).unwrap();
    assert!(merged.touched.files && merged.touched.text && !merged.touched.header);
    assert_eq!(b.text(TextField::NoteText).unwrap(), "one two");
    assert_eq!(names(&b), ["a.png"]);
}

#[test]
fn a_card_counts_the_files_that_its_description_shows_each_once() {
    let mut a = board(2);
    let mut b = replica(&a, 1);
    let (one, two) = (file("one.png", 10), file("two.png", 10));
    attach(&mut a, &one);
    attach(&mut a, &two);
    let [one, two] = [one.id(), two.id()];
    let words =
        format!("![a](skein:file/{one} \"8x6\") [b](skein:file/{two}) [a](skein:file/{one})");
    type_at(&mut a, TextField::CardDescription(card(0)), 0, 0, &words);
    type_at(
        &mut a,
        TextField::CardDescription(card(1)),
        0,
        0,
        "skein:file/ [x](skein:file/ä)",
    );
    exchange(&mut a, &mut b);
    for document in [&a, &b] {
        let shown = document.board().unwrap().cards;
        let of = |n: u8| shown.iter().find(|summary| summary.id == card(n)).unwrap();
        assert_eq!((of(0).files, of(1).files), (2, 0));
        assert_eq!(
            document.card_summary(card(0)).unwrap().as_ref(),
            Some(of(0))
        );
    }
}

#[test]
fn a_document_in_the_trash_that_gets_a_file_is_kept() {
    let mut a = note("text");
    let mut b = replica(&a, 1);
    note_edit(&mut a, NoteEdit::Trash);
    attach(&mut b, &file("b.png", 10));
    exchange(&mut a, &mut b);
    assert_eq!(a.life(), Life::KeptDespiteTrash);
    assert_eq!(names(&a), ["b.png"]);
}

#[test]
fn taking_back_an_edit_takes_no_file_away() {
    let mut a = note("text");
    attach(&mut a, &file("a.png", 10));
    let key = format!("f:{}", file("a.png", 10).id());
    let steps = vec![Step::Field {
        path: vec![key],
        was: Scalar::Absent,
        became: Scalar::Nothing,
    }];
    note_edit(&mut a, NoteEdit::TakeBack { steps });
    assert_eq!(names(&a), ["a.png"]);
}

#[test]
fn files_survive_a_snapshot_and_the_largest_fits_into_one_change() {
    let mut a = board(1);
    let largest = file("film.mkv", LARGEST_FILE);
    let edited = attach(&mut a, &largest);
    assert_eq!(edited.changes.len(), 1);
    assert!(edited.changes[0].0.len() < 100 * 1024);
    let mut b = replica(&a, 1);
    assert_eq!(b.files().unwrap()[&largest.id()], largest);
    attach(&mut b, &file("b.png", 10));
    let snapshot = b.snapshot().unwrap();
    let loaded = Document::load(actor(2), Some(&snapshot.bytes), &[]).unwrap();
    assert_eq!(loaded.document.files().unwrap(), b.files().unwrap());
}

#[test]
fn what_is_no_file_is_refused() {
    let manifest = |name: &str, mime: &str, size: u64, chunks: u8| {
        let chunks = (0..chunks)
            .map(|n| ChunkName::from_bytes([n; 32]))
            .collect();
        FileManifest::new(name.into(), mime.into(), size, FileKey([1; 32]), chunks)
    };
    assert!(manifest("a", "", 0, 1).is_ok());
    for name in ["", "a/b", "a\\b", "..", ".", "a\nb", &"x".repeat(256)] {
        assert_eq!(manifest(name, "", 1, 1), Err(FileError::Name), "{name:?}");
    }
    assert_eq!(manifest("a", "ü", 1, 1), Err(FileError::Mime));
    assert_eq!(manifest("a", &"x".repeat(128), 1, 1), Err(FileError::Mime));
    assert_eq!(manifest("a", "", 1, 2), Err(FileError::Chunks));
    assert_eq!(
        manifest("a", "", CHUNK as u64 + 1, 1),
        Err(FileError::Chunks)
    );
    let too_large = LARGEST_FILE + 1;
    assert_eq!(
        manifest("a", "", too_large, 1),
        Err(FileError::TooLarge(too_large))
    );
}

/// A colleague's program that writes whatever it likes under a document's root.
fn hostile(of: &Document, fields: &[(String, Vec<u8>)]) -> Vec<ChangeBytes> {
    let mut doc = Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit)
        .with_actor(ActorId::from(&[9u8; 16][..]));
    let known = of.all_changes().unwrap();
    let changes = known
        .iter()
        .map(|change| automerge::Change::from_bytes(change.0.clone()).unwrap());
    doc.apply_changes(changes).unwrap();
    let before = doc.get_heads();
    let mut tx = doc.transaction();
    for (key, value) in fields {
        tx.put(ROOT, key.as_str(), ScalarValue::Bytes(value.clone()))
            .unwrap();
    }
    tx.commit();
    let new = doc.get_changes(&before);
    new.into_iter()
        .map(|mut change| ChangeBytes(change.bytes().into_owned()))
        .collect()
}

#[test]
fn a_manifest_under_another_name_does_not_count_and_hides_none() {
    let mut a = note("text");
    let good = file("good.png", 10);
    attach(&mut a, &good);
    let other = file("other.png", 10);
    let at = |id: FileId| format!("f:{id}");
    let fields = [
        (at(good.id()), other.to_bytes()),
        (at(other.id()), b"nonsense".to_vec()),
        ("f:".to_owned(), good.to_bytes()),
        ("f:nonsense".to_owned(), good.to_bytes()),
    ];
    // Written without knowing of the good one: both stand side by side.
    let changes = hostile(&note("text"), &fields);
    a.merge(&changes).unwrap();
    assert_eq!(names(&a), ["good.png"]);
    attach(&mut a, &other);
    assert_eq!(names(&a), ["good.png", "other.png"]);
}

proptest! {
    #[test]
    fn a_manifest_is_read_strictly(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Some(manifest) = FileManifest::from_bytes(&bytes) {
            prop_assert_eq!(manifest.to_bytes(), bytes);
        }
    }

    #[test]
    fn changed_bytes_of_a_manifest_are_another_file_or_none(at in any::<prop::sample::Index>(), by in 1..=255u8, size in 0..5_000_000u64, more in prop::collection::vec(any::<u8>(), 0..3)) {
        let good = file("goose.png", size);
        let mut bytes = good.to_bytes();
        prop_assert_eq!(FileManifest::from_bytes(&bytes), Some(good.clone()));
        if more.is_empty() {
            let at = at.index(bytes.len());
            bytes[at] ^= by;
        }
        bytes.extend(&more);
        match FileManifest::from_bytes(&bytes) {
            Some(other) => {
                prop_assert!(more.is_empty());
                prop_assert_ne!(other.id(), good.id());
            }
            None => {
                let mut document = note("text");
                let changes = hostile(&document, &[(format!("f:{}", good.id()), bytes)]);
                document.merge(&changes).unwrap();
                prop_assert!(document.files().unwrap().is_empty());
            }
        }
    }
}
