//! Whatever bytes come from others: no panic leaves the crate, and what was refused leaves no trace.

use crate::support::*;
use automerge::transaction::Transactable;
use automerge::{Automerge, Change, ObjType, ROOT, ReadDoc, ScalarValue, TextEncoding};
use proptest::prelude::*;
use skein_model::*;

/// The plain form of a change with a right checksum around whatever its data says.
fn repaired(data: &[u8]) -> Vec<u8> {
    let mut length = Vec::new();
    let mut rest = data.len();
    loop {
        let more = rest >= 0x80;
        length.push((rest & 0x7f) as u8 | if more { 0x80 } else { 0 });
        rest >>= 7;
        if !more {
            break;
        }
    }
    let mut hashed = vec![1u8];
    hashed.extend(&length);
    hashed.extend(data);
    let mut bytes = vec![0x85, 0x6f, 0x4a, 0x83];
    bytes.extend(&sha256(&hashed)[..4]);
    bytes.extend(&hashed);
    bytes
}

/// SHA-256 (FIPS 180-4), only to forge checksums.
fn sha256(message: &[u8]) -> [u8; 32] {
    let primes: Vec<u64> = (2u64..312)
        .filter(|n| (2..*n).all(|d| n % d != 0))
        .collect();
    // The first 32 bits of the fractional parts of roots of primes, by integer search.
    let fraction = |p: u64, power: u32| {
        let target = u128::from(p) << (32 * power);
        let (mut low, mut high) = (0u128, 1u128 << 37);
        while high - low > 1 {
            let mid = (low + high) / 2;
            if mid.pow(power) <= target {
                low = mid
            } else {
                high = mid
            }
        }
        low as u32
    };
    let k: Vec<u32> = primes.iter().take(64).map(|p| fraction(*p, 3)).collect();
    let mut h: Vec<u32> = primes.iter().take(8).map(|p| fraction(*p, 2)).collect();
    let mut padded = message.to_vec();
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    padded.extend((message.len() as u64 * 8).to_be_bytes());
    for block in padded.chunks(64) {
        let mut w: Vec<u32> = block
            .chunks(4)
            .map(|b| u32::from_be_bytes(b.try_into().unwrap()))
            .collect();
        for i in 16..64 {
            let (a, b) = (w[i - 15], w[i - 2]);
            let s0 = a.rotate_right(7) ^ a.rotate_right(18) ^ (a >> 3);
            let s1 = b.rotate_right(17) ^ b.rotate_right(19) ^ (b >> 10);
            w.push(
                w[i - 16]
                    .wrapping_add(s0)
                    .wrapping_add(w[i - 7])
                    .wrapping_add(s1),
            );
        }
        let mut v = h.clone();
        for i in 0..64 {
            let s1 = v[4].rotate_right(6) ^ v[4].rotate_right(11) ^ v[4].rotate_right(25);
            let ch = (v[4] & v[5]) ^ (!v[4] & v[6]);
            let t1 = v[7]
                .wrapping_add(s1)
                .wrapping_add(ch)
                .wrapping_add(k[i])
                .wrapping_add(w[i]);
            let s0 = v[0].rotate_right(2) ^ v[0].rotate_right(13) ^ v[0].rotate_right(22);
            let t2 = s0.wrapping_add((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
            v.rotate_right(1);
            v[4] = v[4].wrapping_add(t1);
            v[0] = t1.wrapping_add(t2);
        }
        for (h, v) in h.iter_mut().zip(v) {
            *h = h.wrapping_add(v);
        }
    }
    let bytes: Vec<u8> = h.iter().flat_map(|word| word.to_be_bytes()).collect();
    bytes.try_into().unwrap()
}

#[test]
fn the_forged_checksum_is_a_right_one() {
    let digest: String = sha256(b"abc")
        .iter()
        .take(4)
        .map(|b| format!("{b:02x}"))
        .collect();
    assert_eq!(digest, "ba7816bf");
}

/// A document, the next changes of a colleague in plain form, and those changes' data parts.
fn scene() -> (Document, Vec<Vec<u8>>) {
    let mut a = board(4);
    board_edit(
        &mut a,
        BoardEdit::ReplaceDescription {
            card: card(0),
            base: String::new(),
            text: "Hello there".into(),
        },
    );
    let mut b = replica(&a, 1);
    let mut changes = Vec::new();
    let edits = [
        BoardEdit::MoveCard {
            card: card(1),
            column: column(2),
            after: None,
        },
        BoardEdit::ReplaceDescription {
            card: card(0),
            base: "Hello there".into(),
            text: "Hello \u{1f600} you".into(),
        },
        BoardEdit::SetLabels {
            card: card(2),
            labels: vec!["red".into(), "blue".into()],
        },
        BoardEdit::AddChecklistItem {
            card: card(2),
            id: item(0),
            title: "x".into(),
            after: None,
        },
    ];
    for edit in edits {
        changes.extend(board_edit(&mut b, edit).changes);
    }
    let plain = changes.iter().map(|change| {
        Change::from_bytes(change.0.clone())
            .unwrap()
            .raw_bytes()
            .to_vec()
    });
    (a, plain.collect())
}

/// Reads everything there is to read.
fn read_all(document: &Document) {
    let _ = document.projection();
    let _ = document.note();
    if let Ok(board) = document.board() {
        for card in board.cards {
            let _ = (
                document.card(card.id),
                document.card_row(card.id),
                document.text(TextField::CardDescription(card.id)),
            );
        }
    }
    let _ = (
        document.text(TextField::NoteText),
        document.sentences(&Heads::default()),
        document.heads(),
    );
}

/// What must hold after any merge: equal to before when nothing was taken, readable, snapshots that load.
fn check_after(document: &mut Document, before: &Heads, bytes: Vec<u8>) {
    let projection = document.projection().unwrap();
    let Ok(merged) = document.merge(&[ChangeBytes(bytes)]) else {
        return;
    };
    if merged.applied == 0 {
        assert_eq!(&document.heads(), before);
        assert_eq!(document.projection().unwrap(), projection);
    }
    read_all(document);
    if let Ok(snapshot) = document.snapshot() {
        let loaded = Document::load(actor(9), Some(&snapshot.bytes), &[]).unwrap();
        assert_eq!(loaded.document.heads(), document.heads());
    }
    let _ = document.edit(
        &Edit::Board(BoardEdit::SetCardTitle {
            card: card(1),
            title: "still here".into(),
        }),
        0,
    );
    let _ = document.edit(
        &Edit::Board(BoardEdit::MoveCard {
            card: card(1),
            column: column(0),
            after: None,
        }),
        0,
    );
    let _ = document.splice_text(
        TextField::CardDescription(card(0)),
        &Splices(vec![Splice {
            at: 0,
            delete: 0,
            insert: "x".into(),
        }]),
        None,
    );
    let _ = document.close_burst(0);
    read_all(document);
}

fn mutate(bytes: &mut Vec<u8>, mutations: &[(u16, u8, u8)]) {
    for (at, how, value) in mutations {
        if bytes.is_empty() {
            return;
        }
        let at = usize::from(*at) % bytes.len();
        match how % 4 {
            0 => bytes[at] = *value,
            1 => bytes[at] ^= 1 << (value % 8),
            2 => bytes.insert(at, *value),
            _ => {
                bytes.remove(at);
            }
        }
    }
}

/// Where the data of a plain change begins.
fn data_of(plain: &[u8]) -> &[u8] {
    let mut at = 9;
    while plain[at] & 0x80 != 0 {
        at += 1;
    }
    &plain[at + 1..]
}

fn quiet() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    // The panics below are caught on purpose; their reports would only hide real ones.
    ONCE.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let inside = info
                .location()
                .is_some_and(|at| at.file().contains("automerge") || at.file().contains("hexane"));
            if !inside
                && !info
                    .location()
                    .is_some_and(|at| at.file().contains("/rustc/"))
            {
                loud(info);
            }
        }));
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn damaged_changes_are_refused(pick in 0usize..4, mutations in prop::collection::vec(any::<(u16, u8, u8)>(), 1..4)) {
        quiet();
        let (mut document, changes) = scene();
        let before = document.heads();
        for change in &changes[..pick] {
            document.merge(&[ChangeBytes(change.clone())]).unwrap();
        }
        let mut bytes = changes[pick].clone();
        mutate(&mut bytes, &mutations);
        let before = if pick == 0 { before } else { document.heads() };
        check_after(&mut document, &before, bytes);
    }

    #[test]
    fn forged_changes_with_right_checksums_never_panic_us(
        pick in 0usize..4,
        mutations in prop::collection::vec(any::<(u16, u8, u8)>(), 1..4),
    ) {
        quiet();
        let (mut document, changes) = scene();
        for change in &changes[..pick] {
            document.merge(&[ChangeBytes(change.clone())]).unwrap();
        }
        let mut data = data_of(&changes[pick]).to_vec();
        mutate(&mut data, &mutations);
        let before = document.heads();
        check_after(&mut document, &before, repaired(&data));
    }

    #[test]
    fn random_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let (mut document, _) = scene();
        let before = document.heads();
        check_after(&mut document, &before, bytes.clone());
        prop_assert!(Document::load(actor(3), Some(&bytes), &[]).is_err());
        prop_assert!(ChangeBytes(bytes).hash().is_none());
    }

    #[test]
    fn damaged_snapshots_are_an_error(mutations in prop::collection::vec(any::<(u16, u8, u8)>(), 1..4)) {
        quiet();
        let (document, _) = scene();
        let mut bytes = document.snapshot().unwrap().bytes;
        mutate(&mut bytes, &mutations);
        if let Ok(loaded) = Document::load(actor(3), Some(&bytes), &[]) {
            read_all(&loaded.document);
        }
    }
}

#[test]
fn a_harmful_change_is_left_out_and_the_good_ones_beside_it_are_taken() {
    quiet();
    let (mut document, changes) = scene();
    let mut good = changes.clone();
    good.insert(2, b"rubbish".to_vec());
    let list: Vec<_> = good.into_iter().map(ChangeBytes).collect();
    let merged = document.merge(&list).unwrap();
    assert_eq!((merged.applied, merged.quarantined.len()), (4, 1));
    assert_eq!(
        document.card(card(1)).unwrap().place.value.column,
        column(2)
    );
}

#[test]
fn a_change_that_unpacks_without_end_is_refused() {
    use std::io::Write;
    let mut packer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(&vec![0u8; 40 * 1024 * 1024]).unwrap();
    let packed = packer.finish().unwrap();
    assert!(packed.len() < 256 * 1024);
    let mut bytes = vec![0x85, 0x6f, 0x4a, 0x83, 0, 0, 0, 0, 2];
    let mut rest = packed.len();
    while rest >= 0x80 {
        bytes.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
    bytes.extend(packed);
    let mut document = board(1);
    let merged = document.merge(&[ChangeBytes(bytes)]).unwrap();
    assert!(
        merged.quarantined[0].1.contains("too large"),
        "{:?}",
        merged.quarantined
    );
}

/// Changes that a peer made with the library itself, on top of a document.
fn peer(
    document: &Document,
    act: impl FnOnce(&mut automerge::transaction::Transaction<'_>),
) -> Vec<ChangeBytes> {
    let mut doc = Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit);
    let changes: Vec<_> = document.all_changes().unwrap();
    doc.apply_changes(
        changes
            .into_iter()
            .map(|c| Change::from_bytes(c.0).unwrap())
            .collect::<Vec<_>>(),
    )
    .unwrap();
    let heads = doc.get_heads();
    let mut tx = doc.transaction();
    act(&mut tx);
    tx.commit();
    doc.get_changes(&heads)
        .into_iter()
        .map(|c| ChangeBytes(c.raw_bytes().to_vec()))
        .collect()
}

#[test]
fn fields_of_the_wrong_type_read_as_defaults_and_can_be_set_right() {
    let mut document = board(3);
    let changes = peer(&document, |tx| {
        tx.put(ROOT, "title", 7).unwrap();
        tx.put(ROOT, "place", ScalarValue::Null).unwrap();
        tx.put(ROOT, "life", "dead").unwrap();
        let cards = tx.get(ROOT, "cards").unwrap().unwrap().1;
        let id = card(0).to_string();
        let first = tx.get(&cards, id.as_str()).unwrap().unwrap().1;
        for key in ["title", "due", "priority", "archived"] {
            tx.put_object(&first, key, ObjType::List).unwrap();
        }
        tx.put(&first, "place", "nowhere").unwrap();
        tx.put(&first, "life", i64::MIN).unwrap();
        tx.put(&first, "a:", true).unwrap();
        tx.put(&first, "c:nonsense", true).unwrap();
        tx.put(&first, "description", 5).unwrap();
        tx.put(&cards, card(1).to_string(), "not a card").unwrap();
        tx.put_object(&cards, "nonsense", ObjType::Map).unwrap();
        let columns = tx.get(ROOT, "columns").unwrap().unwrap().1;
        tx.put(&columns, column(1).to_string(), 1.5).unwrap();
        let first = tx.get(&columns, column(0).to_string()).unwrap().unwrap().1;
        tx.put(&first, "position", "~~~").unwrap();
        tx.put(&first, "limit", -3).unwrap();
    });
    let merged = document.merge(&changes).unwrap();
    assert!(merged.quarantined.is_empty());
    read_all(&document);
    let view = document.board().unwrap();
    assert_eq!(view.title.value, "");
    assert_eq!(view.cards.len(), 2);
    assert_eq!(view.columns.len(), 2);
    for edit in [
        BoardEdit::Rename {
            title: "Again".into(),
        },
        BoardEdit::SetCardTitle {
            card: card(0),
            title: "Again".into(),
        },
        BoardEdit::RestoreCard { card: card(0) },
        BoardEdit::MoveCard {
            card: card(0),
            column: column(2),
            after: None,
        },
        BoardEdit::MoveColumn {
            id: column(2),
            after: None,
        },
    ] {
        board_edit(&mut document, edit);
    }
    assert_eq!(document.card(card(0)).unwrap().title.value, "Again");
    document.snapshot().unwrap();
}

#[test]
fn containers_of_the_wrong_type_leave_an_empty_board_that_does_not_fall_over() {
    for key in ["cards", "columns"] {
        let mut document = board(3);
        let changes = peer(&document, |tx| tx.put(ROOT, key, "gone").unwrap());
        document.merge(&changes).unwrap();
        read_all(&document);
        let _ = document.edit(
            &Edit::Board(BoardEdit::SetCardTitle {
                card: card(0),
                title: "x".into(),
            }),
            0,
        );
        document.snapshot().unwrap();
    }
    let mut document = note("text");
    let changes = peer(&document, |tx| {
        tx.put(ROOT, "text", "a plain string").unwrap()
    });
    document.merge(&changes).unwrap();
    read_all(&document);
    assert!(document.text(TextField::NoteText).is_err());
    assert!(
        document
            .splice_text(TextField::NoteText, &Splices::default(), None)
            .is_err()
    );
}

#[test]
fn a_text_with_marks_and_blocks_in_it_is_still_a_text() {
    let mut document = note("plain text");
    let changes = peer(&document, |tx| {
        let text = tx.get(ROOT, "text").unwrap().unwrap().1;
        tx.split_block(&text, 5).unwrap();
        tx.insert(&text, 2, 42).unwrap();
        tx.insert(&text, 3, "several letters at once").unwrap();
    });
    let merged = document.merge(&changes).unwrap();
    let told = merged.text[0].1.apply("plain text").unwrap();
    assert_eq!(told, document.text(TextField::NoteText).unwrap());
    read_all(&document);
}

#[test]
fn a_change_that_says_the_document_is_another_is_refused() {
    let mut document = board(1);
    let changes = peer(&document, |tx| {
        tx.put(ROOT, "id", ScalarValue::Bytes(vec![1; 16])).unwrap()
    });
    let merged = document.merge(&changes).unwrap();
    assert_eq!((merged.applied, merged.quarantined.len()), (0, 1));
    assert_eq!(
        document.projection().unwrap(),
        board(1).projection().unwrap()
    );
}

#[test]
fn the_wrong_kind_and_a_missing_beginning_are_errors() {
    let document = board(1);
    assert!(matches!(
        document.note(),
        Err(DocumentError::WrongKind { .. })
    ));
    let changes = document.all_changes().unwrap();
    assert_eq!(
        Document::load(actor(1), None, &changes[1..]).unwrap_err(),
        DocumentError::NotWhole
    );
    assert_eq!(
        Document::load(actor(1), None, &[]).unwrap_err(),
        DocumentError::NotWhole
    );
}

#[test]
fn a_change_that_numbers_its_operations_out_of_line_is_refused() {
    for start in [1u64, 500, 2_000_000_000, u64::from(u32::MAX)] {
        let (mut document, changes) = scene();
        let mut forged = Change::from_bytes(changes[0].clone()).unwrap().decode();
        forged.start_op = start.try_into().unwrap();
        forged.hash = None;
        let forged = Change::from(forged).raw_bytes().to_vec();
        let merged = document.merge(&[ChangeBytes(forged)]).unwrap();
        assert_eq!(
            (merged.applied, merged.quarantined.len()),
            (0, 1),
            "{start}"
        );
        assert_eq!(
            document
                .merge(&[ChangeBytes(changes[0].clone())])
                .unwrap()
                .applied,
            1
        );
    }
}
