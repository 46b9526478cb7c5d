//! Documents, their changes, snapshots, typing and projections.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::prelude::*;
use skein_model::{
    CardId, CardRow, ChangeBytes, ColumnId, Kind, Life, Link, Priority, Projection, Snapshot,
};
use skein_store::{CutText, Durability, ListedAs, NewChanges, Store, StoreError};

use crate::common::{Founder, board, card, change, file, heads, id, memory, note, ready};

#[test]
fn a_document_is_read_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("geese.skein");
    let ana = Founder::new();
    let mut store = ready(&path);
    ana.put_note(&mut store, 1, "Plan", "Fly south.");
    ana.append(&mut store, 1, &[change(2), change(3)], true)
        .unwrap();
    store.close().unwrap();
    let store = ready(&path);
    let stored = store.load(&ana.read(Kind::Note), id(1)).unwrap();
    assert_eq!(stored.kind, Kind::Note);
    assert_eq!(stored.heads, heads(1_001));
    let changes: Vec<ChangeBytes> = stored
        .changes
        .into_iter()
        .map(|(_, change)| change)
        .collect();
    assert_eq!(changes, [change(1), change(2), change(3)]);
    assert_eq!(stored.snapshot, None);
    assert_eq!(
        store.text(&ana.read(Kind::Note), id(1)).unwrap(),
        "Fly south."
    );
    assert_eq!(
        store.projection(&ana.read(Kind::Note), id(1)).unwrap(),
        note("Plan", "Fly south.")
    );
    assert!(store.check().unwrap().is_empty());
}

#[test]
fn a_document_is_made_once() {
    let ana = Founder::new();
    let mut store = memory();
    ana.put_note(&mut store, 1, "First", "");
    let permit = ana.write(Kind::Note);
    let again = store.write(Durability::Normal, |tx| {
        let new = NewChanges {
            changes: &[change(9)],
            heads: &heads(9),
            sealed: false,
            at_ms: 0,
        };
        tx.create_document(&permit, id(1), &new, &note("Second", ""))
    });
    assert_eq!(again, Err(StoreError::DocumentExists(id(1))));
    assert_eq!(store.tree().unwrap()[0].title, "First");
    assert_eq!(
        store
            .load(&ana.read(Kind::Note), id(1))
            .unwrap()
            .changes
            .len(),
        1
    );
}

#[test]
fn a_line_without_its_document_is_in_lists_and_nowhere_else() {
    let ana = Founder::new();
    let mut store = memory();
    let list = |store: &mut Store, number: u32, title: &str| {
        let permit = ana.write(Kind::Note);
        let listed = ListedAs {
            title,
            parent: None,
            position: "V",
            life: Life::Alive,
            conflicts: 0,
        };
        store.write(Durability::Normal, |tx| {
            tx.list_early(&permit, id(number), Kind::Note, &listed, 5)
        })
    };
    list(&mut store, 1, "Glimpsed").unwrap();
    list(&mut store, 1, "Glimpsed again").unwrap();
    list(&mut store, 2, "Never made").unwrap();
    let row = store.tree_row(id(1)).unwrap().unwrap();
    assert_eq!(row.title, "Glimpsed again");
    assert_eq!(store.titled("glimpsed again").unwrap().len(), 1);
    assert_eq!(store.heads(id(1)).unwrap(), None);
    assert_eq!(
        store.load(&ana.read(Kind::Note), id(1)),
        Err(StoreError::NoSuchDocument(id(1)))
    );
    assert_eq!(store.to_recover().unwrap(), []);
    assert_eq!(store.audit_documents().unwrap(), []);
    assert_eq!(store.listed_early().unwrap(), [id(2), id(1)]); // by id

    ana.put_note(&mut store, 1, "Made", "of geese");
    assert_eq!(store.listed_early().unwrap(), [id(2)]);
    list(&mut store, 1, "Glimpsed too late").unwrap();
    store
        .write(Durability::Normal, |tx| {
            tx.unlist(id(1))?;
            tx.unlist(id(2))
        })
        .unwrap();
    let titles: Vec<String> = store
        .tree()
        .unwrap()
        .into_iter()
        .map(|row| row.title)
        .collect();
    assert_eq!(titles, ["Made"]);
    assert_eq!(
        store.projection(&ana.read(Kind::Note), id(1)).unwrap(),
        note("Made", "of geese")
    );
    assert!(store.check().unwrap().is_empty());
}

#[test]
fn a_permit_opens_only_its_kind() {
    let ana = Founder::new();
    let mut store = memory();
    ana.put_note(&mut store, 1, "Plan", "secret");
    let denied = StoreError::NotPermitted { kind: Kind::Note };
    let (reads, writes) = (ana.read(Kind::Board), ana.write(Kind::Board));
    assert_eq!(store.load(&reads, id(1)), Err(denied.clone()));
    assert_eq!(store.text(&reads, id(1)), Err(denied.clone()));
    assert_eq!(store.projection(&reads, id(1)), Err(denied.clone()));
    assert!(store.search(&[reads], "secret", 10).unwrap().is_empty());
    assert_eq!(
        store.write(Durability::Normal, |tx| tx.journal(&writes, id(1), b"x")),
        Err(denied.clone())
    );
    let new = NewChanges {
        changes: &[change(2)],
        heads: &heads(2),
        sealed: false,
        at_ms: 0,
    };
    assert_eq!(
        store.write(Durability::Normal, |tx| tx.append_changes(
            &writes,
            id(1),
            &new
        )),
        Err(denied)
    );
}

#[test]
fn what_is_not_here_is_named_and_not_made() {
    let ana = Founder::new();
    let mut store = memory();
    assert_eq!(
        store.load(&ana.read(Kind::Note), id(5)),
        Err(StoreError::NoSuchDocument(id(5)))
    );
    assert_eq!(
        ana.append(&mut store, 5, &[change(1)], false),
        Err(StoreError::NoSuchDocument(id(5)))
    );
    assert!(store.orphans().unwrap().is_empty());
}

#[test]
fn an_error_leaves_nothing_of_its_transaction() {
    let ana = Founder::new();
    let mut store = memory();
    ana.put_note(&mut store, 1, "Plan", "before");
    let tables = store.audit_tables().unwrap();
    let permit = ana.write(Kind::Note);
    let failed: Result<(), _> = store.write(Durability::Full, |tx| {
        let new = NewChanges {
            changes: &[change(2)],
            heads: &heads(2),
            sealed: false,
            at_ms: 5,
        };
        tx.append_changes(&permit, id(1), &new)?;
        tx.put_text(
            id(1),
            &CutText::of("after".to_owned()),
            &BTreeSet::from(["new".to_owned()]),
            &[],
        )?;
        tx.put_setting("a", b"b")?;
        assert_eq!(
            tx.setting("a")?,
            Some(b"b".to_vec()),
            "a transaction reads what it wrote"
        );
        Err(StoreError::Refused("for the test".to_owned()))
    });
    assert_eq!(failed, Err(StoreError::Refused("for the test".to_owned())));
    assert_eq!(store.audit_tables().unwrap(), tables);
    assert!(store.search(&ana.reads(), "after", 10).unwrap().is_empty());
    assert_eq!(store.search(&ana.reads(), "before", 10).unwrap().len(), 1);
}

#[test]
fn a_panic_leaves_nothing_of_its_transaction() {
    let mut store = memory();
    let tables = store.audit_tables().unwrap();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        store.write::<()>(Durability::Normal, |tx| {
            tx.put_setting("a", b"b").unwrap();
            panic!("in the middle");
        })
    }));
    assert!(outcome.is_err());
    assert_eq!(store.audit_tables().unwrap(), tables);
    store
        .write(Durability::Normal, |tx| tx.put_setting("a", b"c"))
        .unwrap();
}

#[test]
fn typing_is_kept_in_order_until_it_is_a_change() {
    let ana = Founder::new();
    let mut store = memory();
    ana.put_note(&mut store, 1, "Plan", "");
    ana.put_note(&mut store, 2, "Other", "");
    let permit = ana.write(Kind::Note);
    for entry in [b"one".as_slice(), b"two", b"three"] {
        store
            .write(Durability::Normal, |tx| tx.journal(&permit, id(1), entry))
            .unwrap();
    }
    store
        .write(Durability::Normal, |tx| tx.mark_text_stale(id(2)))
        .unwrap();
    assert_eq!(
        store.load(&ana.read(Kind::Note), id(1)).unwrap().journal,
        [b"one".to_vec(), b"two".to_vec(), b"three".to_vec()]
    );
    let waiting: BTreeSet<_> = store.to_recover().unwrap().into_iter().collect();
    assert_eq!(waiting, BTreeSet::from([id(1), id(2)]));
    assert!(store.load(&ana.read(Kind::Note), id(2)).unwrap().text_stale);
    store
        .write(Durability::Normal, |tx| {
            tx.clear_journal(id(1))?;
            tx.put_text(id(2), &CutText::of("now".to_owned()), &BTreeSet::new(), &[])
        })
        .unwrap();
    assert!(store.to_recover().unwrap().is_empty());
}

#[test]
fn a_text_that_was_made_ready_while_its_document_went_is_not_kept() {
    let mut store = memory();
    let (text, tags) = (
        CutText::of("too late".to_owned()),
        BTreeSet::from(["late".to_owned()]),
    );
    store
        .write(Durability::Normal, |tx| {
            tx.put_text(id(7), &text, &tags, &[])
        })
        .unwrap();
    assert_eq!(store.orphans().unwrap(), Vec::<String>::new());
}

#[test]
fn a_snapshot_replaces_only_what_envelopes_hold_and_keeps_the_one_before() {
    let mut ana = Founder::new();
    let mut store = memory();
    ana.put_note(&mut store, 1, "Plan", "");
    let sealed = ana
        .append(&mut store, 1, &[change(2), change(3)], true)
        .unwrap();
    let unsealed = ana.append(&mut store, 1, &[change(4)], false).unwrap();
    let later = ana.append(&mut store, 1, &[change(5)], true).unwrap();
    let snapshot = |number: u32| Snapshot {
        bytes: format!("whole {number}").into_bytes(),
        heads: heads(number),
    };
    let put = |store: &mut Store, ana: &Founder, number, through| {
        let permit = ana.write(Kind::Note);
        store
            .write(Durability::Normal, |tx| {
                tx.replace_with_snapshot(&permit, id(1), &snapshot(number), through)
            })
            .unwrap();
    };
    put(&mut store, &ana, 10, unsealed[0]);
    let stored = store.load(&ana.read(Kind::Note), id(1)).unwrap();
    assert_eq!(stored.snapshot.unwrap().bytes, b"whole 10");
    let rows: Vec<i64> = stored.changes.iter().map(|(row, _)| *row).collect();
    assert_eq!(
        rows,
        [sealed[0] - 1, unsealed[0], later[0]],
        "what is in no envelope, or came later, stays"
    );
    assert_eq!(
        store
            .previous_snapshot(&ana.read(Kind::Note), id(1))
            .unwrap(),
        None
    );

    let envelope = ana.seal(id(1), &[change(1), change(4)]);
    store
        .write(Durability::Full, |tx| {
            tx.seal(id(1), &[sealed[0] - 1, unsealed[0]], &envelope)
        })
        .unwrap();
    put(&mut store, &ana, 11, later[0]);
    put(&mut store, &ana, 12, later[0]);
    let stored = store.load(&ana.read(Kind::Note), id(1)).unwrap();
    assert_eq!(stored.snapshot.unwrap().bytes, b"whole 12");
    assert!(stored.changes.is_empty());
    assert_eq!(
        store
            .previous_snapshot(&ana.read(Kind::Note), id(1))
            .unwrap()
            .unwrap()
            .bytes,
        b"whole 11"
    );
    let next = ana.append(&mut store, 1, &[change(6)], false).unwrap();
    assert!(next[0] > later[0], "a row is never used twice");
}

#[test]
fn a_change_is_sealed_once_or_nothing_happens() {
    let mut ana = Founder::new();
    let mut store = memory();
    ana.put_note(&mut store, 1, "Plan", "");
    let rows = ana.append(&mut store, 1, &[change(2)], false).unwrap();
    let unsealed = store.unsealed().unwrap();
    assert_eq!(unsealed.len(), 1);
    assert_eq!(unsealed[0].rows, [rows[0] - 1, rows[0]]);
    assert_eq!(unsealed[0].bytes, 16);
    assert_eq!(
        store
            .unsealed_changes(&ana.read(Kind::Note), id(1))
            .unwrap()[1],
        (rows[0], change(2))
    );
    let first = ana.seal(id(1), &[change(2)]);
    let mark = store
        .write(Durability::Full, |tx| tx.seal(id(1), &rows, &first))
        .unwrap();
    assert_eq!(store.last_mark_of(id(1)).unwrap(), Some(mark));
    let second = ana.seal(id(1), &[change(2)]);
    let again = store.write(Durability::Full, |tx| tx.seal(id(1), &rows, &second));
    assert!(matches!(again, Err(StoreError::Refused(_))));
    assert!(!store.has_envelope(second.id()).unwrap());
    assert_eq!(store.unsealed().unwrap()[0].rows, [rows[0] - 1]);
}

#[test]
fn the_tree_and_the_trash_share_all_documents() {
    let ana = Founder::new();
    let mut store = memory();
    ana.put_note(&mut store, 1, "Kept", "");
    ana.put_note(&mut store, 2, "Thrown away", "findable");
    let listed = |life| ListedAs {
        title: "Thrown away",
        parent: Some(id(1)),
        position: "b",
        life,
        conflicts: 1,
    };
    store
        .write(Durability::Normal, |tx| {
            tx.put_header(id(2), &listed(Life::Trashed))
        })
        .unwrap();
    let titles =
        |rows: Vec<skein_store::TreeRow>| rows.into_iter().map(|row| row.title).collect::<Vec<_>>();
    assert_eq!(titles(store.tree().unwrap()), ["Kept"]);
    assert_eq!(titles(store.trash().unwrap()), ["Thrown away"]);
    assert!(
        store
            .search(&ana.reads(), "findable", 10)
            .unwrap()
            .is_empty()
    );
    store
        .write(Durability::Normal, |tx| {
            tx.put_header(id(2), &listed(Life::KeptDespiteTrash))
        })
        .unwrap();
    assert_eq!(store.tree().unwrap().len(), 2);
    let row = store.tree_row(id(2)).unwrap().unwrap();
    assert_eq!(
        (
            row.parent,
            row.position.as_str(),
            row.conflicts,
            row.created_ms
        ),
        (Some(id(1)), "b", 1, 2)
    );
    assert_eq!(store.search(&ana.reads(), "findable", 10).unwrap().len(), 1);
}

#[test]
fn parts_of_a_projection_written_one_by_one_equal_the_whole() {
    let ana = Founder::new();
    let (mut whole, mut parts) = (memory(), memory());
    let cards = vec![card(1, "Buy corn", "yellow"), card(2, "Rest", "long")];
    let first = board("Flight", cards.clone());
    ana.put(&mut whole, 1, &first);
    ana.put(&mut parts, 1, &first);
    let moved = CardRow {
        position: "z".to_owned(),
        due: Some("2026-12-01".to_owned()),
        ..card(1, "Buy corn", "yellow")
    };
    let last = Projection {
        title: "Long flight".to_owned(),
        conflicts: 2,
        tags: BTreeSet::from(["corn".to_owned()]),
        cards: vec![moved.clone()],
        ..first
    };
    whole
        .write(Durability::Normal, |tx| tx.put_projection(id(1), &last))
        .unwrap();
    parts
        .write(Durability::Normal, |tx| {
            tx.put_header(
                id(1),
                &ListedAs {
                    title: "Long flight",
                    parent: None,
                    position: "a",
                    life: Life::Alive,
                    conflicts: 2,
                },
            )?;
            tx.put_cards(id(1), std::slice::from_ref(&moved), &[cards[1].id])?;
            tx.put_references(id(1), &last.tags, &last.links)
        })
        .unwrap();
    let permit = ana.read(Kind::Board);
    assert_eq!(whole.projection(&permit, id(1)).unwrap(), last);
    assert_eq!(parts.projection(&permit, id(1)).unwrap(), last);
    for store in [&whole, &parts] {
        assert_eq!(
            store.cards(&permit, id(1)).unwrap(),
            std::slice::from_ref(&moved)
        );
        assert!(store.search(&ana.reads(), "rest", 10).unwrap().is_empty());
        assert_eq!(
            store.search(&ana.reads(), "yellow", 10).unwrap()[0].card,
            Some(moved.id)
        );
    }
}

#[test]
fn links_find_their_target_by_title_path_or_id() {
    let ana = Founder::new();
    let mut store = memory();
    let link = |target: &str| Link {
        target: target.to_owned(),
        heading: None,
        alias: None,
    };
    ana.put_note(&mut store, 1, "Café Plans", "");
    ana.put_note(&mut store, 2, "Other", "");
    for (number, target) in [
        (3, "cafe plans".to_owned()),
        (4, "../notes/Caf%C3%A9%20Plans.md".to_owned()),
        (5, id(1).to_string()),
        (6, "Other".to_owned()),
    ] {
        ana.put(
            &mut store,
            number,
            &Projection {
                links: vec![link(&target)],
                ..note(&format!("From {number}"), "")
            },
        );
    }
    let sources = |store: &Store| {
        store
            .backlinks(id(1))
            .unwrap()
            .into_iter()
            .map(|back| back.document)
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(sources(&store), BTreeSet::from([id(3), id(4), id(5)]));
    assert_eq!(store.titled("CAFE  plans").unwrap()[0].id, id(1));
    let renamed = ListedAs {
        title: "Tea",
        parent: None,
        position: "a",
        life: Life::Alive,
        conflicts: 0,
    };
    store
        .write(Durability::Normal, |tx| tx.put_header(id(1), &renamed))
        .unwrap();
    assert_eq!(
        sources(&store),
        BTreeSet::from([id(5)]),
        "links follow a rename only when they are rewritten"
    );
}

#[test]
fn tags_are_counted_over_living_documents() {
    let ana = Founder::new();
    let mut store = memory();
    let tagged = |life| Projection {
        tags: BTreeSet::from(["geese".to_owned(), "南".to_owned()]),
        life,
        ..note("T", "")
    };
    ana.put(&mut store, 1, &tagged(Life::Alive));
    ana.put(&mut store, 2, &tagged(Life::Trashed));
    assert_eq!(
        store.tags().unwrap(),
        [("geese".to_owned(), 1), ("南".to_owned(), 1)]
    );
    assert_eq!(store.tagged("南").unwrap(), [id(1)]);
    store
        .write(Durability::Normal, |tx| {
            tx.put_text(id(1), &CutText::of(String::new()), &BTreeSet::new(), &[])
        })
        .unwrap();
    assert!(store.tags().unwrap().is_empty());
}

#[test]
fn an_audit_counts_what_is_there() {
    let mut ana = Founder::new();
    let mut store = memory();
    ana.put_note(&mut store, 1, "Plan", "");
    let rows = ana.append(&mut store, 1, &[change(2)], false).unwrap();
    let envelope = ana.seal(id(1), &[change(2)]);
    store
        .write(Durability::Full, |tx| tx.seal(id(1), &rows, &envelope))
        .unwrap();
    let audited = store.audit_documents().unwrap();
    assert_eq!(audited.len(), 1);
    assert_eq!(audited[0].heads, heads(1_001));
    assert_eq!(
        (
            audited[0].changes,
            audited[0].unsealed,
            audited[0].envelopes,
            audited[0].journal
        ),
        (2, 1, 1, 0)
    );
    let tables = store.audit_tables().unwrap();
    assert_eq!(
        tables
            .iter()
            .find(|table| table.table == "changes")
            .unwrap()
            .rows,
        2
    );
    assert_eq!(tables.len(), 20);
    assert!(store.orphans().unwrap().is_empty());
}

#[test]
fn a_copy_holds_the_same_rows_and_nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (
        folder.path().join("geese.skein"),
        folder.path().join("copy.skein"),
    );
    let ana = Founder::new();
    let mut store = ready(&path);
    for number in 0..50 {
        ana.put_note(&mut store, number, &format!("Note {number}"), "南へ飛ぶ");
    }
    store.backup_to(&copy).unwrap();
    assert!(matches!(store.backup_to(&copy), Err(StoreError::Io(_))));
    let copied = ready(&copy);
    assert_eq!(
        copied.audit_tables().unwrap(),
        store.audit_tables().unwrap()
    );
    assert_eq!(copied.search(&ana.reads(), "飛ぶ", 100).unwrap().len(), 50);
}

fn any_card() -> impl Strategy<Value = CardRow> {
    let texts = (any::<String>(), any::<String>(), "[a-z]{1,4}");
    let lists = (
        prop::collection::vec(any::<String>(), 0..3),
        prop::collection::vec(any::<String>(), 0..3),
    );
    let rest = (
        any::<[u8; 16]>(),
        0..5_u8,
        any::<bool>(),
        0..3_u8,
        any::<u32>(),
        prop::option::of("[0-9-]{10}"),
    );
    (texts, lists, rest).prop_map(
        |(
            (title, description, position),
            (assignees, labels),
            (bytes, priority, archived, life, count, due),
        )| CardRow {
            id: CardId::from_bytes(bytes),
            column: ColumnId::from_bytes(bytes),
            position,
            title,
            assignees,
            labels,
            due,
            priority: [
                None,
                Some(Priority::Low),
                Some(Priority::Medium),
                Some(Priority::High),
                Some(Priority::Urgent),
            ][usize::from(priority)],
            archived,
            life: [Life::Alive, Life::Trashed, Life::KeptDespiteTrash][usize::from(life)],
            checklist_done: count,
            checklist_total: count,
            description,
            conflicts: count % 1_000,
        },
    )
}

fn any_projection() -> impl Strategy<Value = Projection> {
    let link = (
        any::<String>(),
        prop::option::of(any::<String>()),
        prop::option::of(any::<String>()),
    )
        .prop_map(|(target, heading, alias)| Link {
            target,
            heading,
            alias,
        });
    let parts = (
        prop::collection::vec(any_card(), 0..4),
        prop::collection::btree_set(any::<String>(), 0..4),
        prop::collection::vec(link, 0..4),
        prop::collection::btree_set(any::<u8>(), 0..4),
    );
    (
        any::<bool>(),
        any::<String>(),
        any::<String>(),
        prop::option::of(any::<[u8; 16]>()),
        0..1_000_u32,
        parts,
    )
        .prop_map(
            |(is_note, title, text, parent, own_conflicts, (mut cards, tags, links, files))| {
                cards.sort_by_key(|card| card.id);
                cards.dedup_by_key(|card| card.id);
                cards.truncate(if is_note { 0 } else { 4 });
                let of_cards: u32 = cards.iter().map(|card| card.conflicts).sum();
                Projection {
                    kind: if is_note { Kind::Note } else { Kind::Board },
                    title,
                    parent: parent.map(skein_model::DocumentId::from_bytes),
                    position: "p".to_owned(),
                    life: Life::Alive,
                    text: is_note.then_some(text),
                    cards,
                    tags,
                    links,
                    files: files
                        .into_iter()
                        .map(file)
                        .map(|file| (file.id(), file))
                        .collect(),
                    conflicts: own_conflicts + of_cards,
                }
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_projection_comes_back_equal_even_over_another(first in any_projection(), second in any_projection()) {
        let ana = Founder::new();
        let mut store = memory();
        ana.put(&mut store, 1, &first);
        let permit = ana.read(first.kind);
        prop_assert_eq!(&store.projection(&permit, id(1)).unwrap(), &first);
        let second = Projection { kind: first.kind, text: first.text.as_ref().map(|_| second.title.clone()), ..second };
        store.write(Durability::Normal, |tx| tx.put_projection(id(1), &second)).unwrap();
        prop_assert_eq!(&store.projection(&permit, id(1)).unwrap(), &second);
        prop_assert!(store.orphans().unwrap().is_empty());
    }
}
