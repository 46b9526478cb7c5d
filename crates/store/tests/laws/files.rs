//! Files of documents: what is noted of them, and the folder in which their chunks rest.

use std::collections::BTreeMap;
use std::fs;

use skein_access::chunk_name;
use skein_model::{DocumentId, FileId, FileManifest, Kind};
use skein_store::{ChunkError, ChunkFolder, Durability, Store};

use crate::common::{Founder, file, id, memory, ready};

fn map(files: &[FileManifest]) -> BTreeMap<FileId, FileManifest> {
    files.iter().map(|file| (file.id(), file.clone())).collect()
}

fn put(store: &mut Store, document: DocumentId, files: &[FileManifest]) {
    store
        .write(Durability::Normal, |tx| tx.put_files(document, &map(files)))
        .unwrap();
}

fn wanting(store: &Store) -> Vec<FileId> {
    let files = store.files_wanting(i64::MAX, 100).unwrap();
    files.iter().map(|file| file.id).collect()
}

#[test]
fn what_was_asked_for_is_remembered_when_the_document_is_projected_again() {
    let ana = Founder::new();
    let mut store = memory();
    ana.put_note(&mut store, 1, "Plan", "");
    let (one, two, three) = (file(1), file(2), file(3));
    put(&mut store, id(1), &[one.clone(), two.clone()]);
    store
        .write(Durability::Normal, |tx| tx.set_file_asked(id(1), one.id()))
        .unwrap();
    put(&mut store, id(1), &[one.clone(), three.clone()]);
    let permit = ana.read(Kind::Note);
    let files = store.files(&permit, id(1)).unwrap();
    assert_eq!(files.len(), 2);
    for stored in files {
        assert_eq!(stored.asked, stored.id == one.id());
        assert!(!stored.whole);
    }
    assert_eq!(store.file(&permit, id(1), two.id()).unwrap(), None);
    assert_eq!(wanting(&store), [three.id(), one.id()], "the latest first");
}

#[test]
fn a_file_whose_chunks_are_all_here_wants_nothing() {
    let ana = Founder::new();
    let mut store = memory();
    ana.put_note(&mut store, 1, "Plan", "");
    let (one, two) = (file(1), file(2));
    store
        .write(Durability::Normal, |tx| tx.add_chunk(one.chunks()[0]))
        .unwrap();
    put(&mut store, id(1), &[one.clone(), two.clone()]);
    assert_eq!(wanting(&store), [two.id()]);
    store
        .write(Durability::Normal, |tx| {
            tx.remove_chunk(one.chunks()[0])?;
            tx.set_file_whole(id(1), one.id(), false)?;
            tx.set_file_whole(id(1), two.id(), true)
        })
        .unwrap();
    assert_eq!(wanting(&store), [one.id()]);
    assert!(!store.has_chunk(one.chunks()[0]).unwrap());
}

fn folder(parent: &tempfile::TempDir) -> ChunkFolder {
    ready(&parent.path().join("geese.skein"))
        .chunk_folder()
        .clone()
}

#[test]
fn a_chunk_is_kept_under_its_name_and_read_as_it_was() {
    let parent = tempfile::tempdir().unwrap();
    let folder = folder(&parent);
    let name = chunk_name(b"honk");
    assert!(matches!(folder.read(name), Err(ChunkError::Missing(_))));
    folder.keep(name, b"honk").unwrap();
    folder.keep(name, b"honk").unwrap();
    assert_eq!(folder.read(name).unwrap(), b"honk");
    assert!(folder.has(name));
    assert_eq!(
        folder.names().unwrap().into_iter().collect::<Vec<_>>(),
        [name]
    );
    let text = name.to_string();
    let place = parent
        .path()
        .join("geese.files")
        .join(&text[..2])
        .join(&text);
    assert!(place.is_file(), "{}", place.display());
    folder.remove(name).unwrap();
    folder.remove(name).unwrap();
    assert!(!folder.has(name));
}

#[test]
fn bytes_that_are_not_the_chunk_are_neither_kept_nor_given_out() {
    let parent = tempfile::tempdir().unwrap();
    let folder = folder(&parent);
    let name = chunk_name(b"honk");
    assert!(matches!(
        folder.keep(name, b"hink"),
        Err(ChunkError::OtherBytes(_))
    ));
    assert!(!folder.has(name));
    folder.keep(name, b"honk").unwrap();
    let text = name.to_string();
    let place = parent
        .path()
        .join("geese.files")
        .join(&text[..2])
        .join(&text);
    for spoiled in [&b"hon"[..], b"", b"honk and more", b"hink"] {
        fs::write(&place, spoiled).unwrap();
        assert!(matches!(folder.read(name), Err(ChunkError::OtherBytes(_))));
    }
    let long = vec![7; skein_access::LARGEST_CHUNK + 1];
    assert!(folder.keep(chunk_name(&long), &long).is_err());
}

#[test]
fn what_was_half_written_is_thrown_away_and_what_was_whole_stays() {
    let parent = tempfile::tempdir().unwrap();
    let folder = folder(&parent);
    folder.tidy().unwrap();
    let name = chunk_name(b"honk");
    folder.keep(name, b"honk").unwrap();
    let incoming = parent.path().join("geese.files").join("incoming");
    fs::write(incoming.join("half"), b"ho").unwrap();
    folder.tidy().unwrap();
    assert!(!incoming.exists());
    assert_eq!(folder.names().unwrap().len(), 1);
    folder.keep(chunk_name(b"quack"), b"quack").unwrap();
    assert_eq!(folder.names().unwrap().len(), 2);
}

#[test]
fn a_store_in_memory_keeps_no_chunks_and_says_so() {
    let folder = memory().chunk_folder().clone();
    assert!(matches!(
        folder.keep(chunk_name(b"honk"), b"honk"),
        Err(ChunkError::NoFolder)
    ));
    assert!(folder.names().unwrap().is_empty());
}
