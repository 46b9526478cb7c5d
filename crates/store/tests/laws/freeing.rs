//! Room given back: what is free in the file goes without a row being lost, and what was let go is remembered.

use skein_access::DeviceKey;
use skein_model::Kind;
use skein_store::{Durability, StoredHolder};

use crate::common::{Founder, file, id, memory, ready};

#[test]
fn a_file_written_anew_is_smaller_and_holds_the_same_rows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("geese.skein");
    let ana = Founder::new();
    let mut store = ready(&path);
    ana.put_note(&mut store, 1, "Plan", "seven geese fly");
    let put = |store: &mut skein_store::Store, size: usize| {
        for number in 0..20 {
            store
                .write(Durability::Normal, |tx| {
                    tx.put_setting(&format!("large.{number}"), &vec![7; size])
                })
                .unwrap();
        }
    };
    put(&mut store, 600_000);
    assert_eq!(store.compactable().unwrap(), 0, "nothing is free");
    put(&mut store, 10);
    let tables = store.audit_tables().unwrap();
    let before = store.room().unwrap();
    let could = store.compactable().unwrap();
    assert!(could > 8_000_000 && could == before.free, "{could}");
    let gone = store.compact().unwrap();
    assert!(gone >= could, "{gone}");
    let after = store.room().unwrap();
    assert_eq!((after.free, store.compactable().unwrap()), (0, 0));
    assert!(after.total() + could <= before.total());
    assert_eq!(store.audit_tables().unwrap(), tables);
    assert!(store.check().unwrap().is_empty());
    assert_eq!(store.search(&ana.reads(), "geese", 10).unwrap().len(), 1);
    store.close().unwrap();
    let lies = |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().len();
    let store = ready(&path);
    assert!(store.audit_tables().unwrap() == tables && lies("geese.skein") < 2_000_000);
}

#[test]
fn what_was_let_go_is_not_whole_and_wanted_again_only_when_asked_for() {
    let ana = Founder::new();
    let mut store = memory();
    ana.put_note(&mut store, 1, "Plan", "");
    let goose = file(1);
    let files = [(goose.id(), goose.clone())].into();
    let device = DeviceKey::from_bytes(&[3; 32]).id();
    let holder = |said_ms| StoredHolder {
        file: goose.id(),
        device,
        said_ms,
    };
    store
        .write(Durability::Normal, |tx| {
            tx.add_chunk(goose.chunks()[0])?;
            tx.put_files(id(1), &files)?;
            tx.put_holder(&holder(1))?;
            tx.put_holder(&holder(2))
        })
        .unwrap();
    assert_eq!(store.holders().unwrap(), [holder(2)]);
    let permit = ana.read(Kind::Note);
    let state = |store: &skein_store::Store| {
        let file = store.file(&permit, id(1), goose.id()).unwrap().unwrap();
        (file.whole, file.freed, file.asked)
    };
    assert_eq!(state(&store), (true, false, false));
    store
        .write(Durability::Full, |tx| {
            tx.free_file(goose.id(), goose.chunks())
        })
        .unwrap();
    assert_eq!(state(&store), (false, true, false));
    assert!(!store.has_chunk(goose.chunks()[0]).unwrap());
    store
        .write(Durability::Normal, |tx| {
            tx.remove_holder(goose.id(), device)?;
            tx.set_file_asked(id(1), goose.id())
        })
        .unwrap();
    assert_eq!(state(&store), (false, false, true));
    assert!(store.holders().unwrap().is_empty());
}
