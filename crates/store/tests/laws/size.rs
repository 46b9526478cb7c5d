//! A large workspace: everything that a start needs is there without opening a document.

use skein_model::Kind;
use skein_store::{Durability, NewChanges};

use crate::common::{Founder, change, heads, id, note, ready};

#[test]
fn ten_thousand_documents_open_with_their_projections() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("geese.skein");
    let mut ana = Founder::new();
    let mut store = ready(&path);
    for batch in 0..20_u32 {
        let envelopes: Vec<_> = (0..500)
            .map(|number| ana.seal(id(batch * 500 + number), &[change(number)]))
            .collect();
        let permit = ana.write(Kind::Note);
        store
            .write(Durability::Normal, |tx| {
                for (number, envelope) in (batch * 500..).zip(&envelopes) {
                    let new = NewChanges {
                        changes: &[change(number)],
                        heads: &heads(number),
                        sealed: false,
                        at_ms: i64::from(number),
                    };
                    let text = format!(
                        "Number {number} flies with {} others. 第{number}羽",
                        number % 7
                    );
                    let rows = tx.create_document(
                        &permit,
                        id(number),
                        &new,
                        &note(&format!("Goose {number}"), &text),
                    )?;
                    if number % 100 != 0 {
                        tx.seal(id(number), &rows, envelope)?;
                    }
                }
                Ok(())
            })
            .unwrap();
    }
    store.close().unwrap();
    let store = ready(&path);
    assert_eq!(store.tree().unwrap().len(), 10_000);
    assert_eq!(store.unsealed().unwrap().len(), 100);
    assert_eq!(store.envelope_refs().unwrap().len(), 9_900);
    assert!(store.to_recover().unwrap().is_empty());
    assert_eq!(
        store.search(&ana.reads(), "goose 4321", 10).unwrap()[0].document,
        id(4_321)
    );
    assert_eq!(
        store.search(&ana.reads(), "第4321羽", 10).unwrap()[0].document,
        id(4_321)
    );
    assert_eq!(store.search(&ana.reads(), "goo", 50).unwrap().len(), 50);
    assert_eq!(store.audit_documents().unwrap().len(), 10_000);
}
