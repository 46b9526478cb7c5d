//! Splices: apply, compose and map agree with one another, with a naive model, and with the editor's own results.

use proptest::prelude::*;
use serde::Deserialize;
use skein_model::text::length_of;
use skein_model::{Splice, SpliceError, Splices};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    text: String,
    a: Splices,
    b: Splices,
    next: Splices,
    a_over_b: Orders,
    b_over_a: Orders,
    composed: Splices,
    a_first: String,
    b_first: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Orders {
    other_first: Splices,
    other_last: Splices,
}

#[test]
fn mapping_and_composing_give_what_the_editor_gives() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../ui/src/editor/ot-vectors.json"
    );
    let vectors: Vec<Vector> =
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(vectors.len() > 50);
    for v in vectors {
        assert_eq!(
            v.a.map_over(&v.b, true),
            v.a_over_b.other_first,
            "{:?} {:?} {:?}",
            v.text,
            v.a,
            v.b
        );
        assert_eq!(
            v.a.map_over(&v.b, false),
            v.a_over_b.other_last,
            "{:?} {:?} {:?}",
            v.text,
            v.a,
            v.b
        );
        assert_eq!(
            v.b.map_over(&v.a, true),
            v.b_over_a.other_first,
            "{:?} {:?} {:?}",
            v.text,
            v.a,
            v.b
        );
        assert_eq!(
            v.b.map_over(&v.a, false),
            v.b_over_a.other_last,
            "{:?} {:?} {:?}",
            v.text,
            v.a,
            v.b
        );
        assert_eq!(
            v.a.compose(&v.next),
            v.composed,
            "{:?} {:?} {:?}",
            v.text,
            v.a,
            v.next
        );
        assert_eq!(
            v.a.compose(&v.b.map_over(&v.a, true))
                .apply(&v.text)
                .unwrap(),
            v.a_first
        );
        assert_eq!(
            v.b.compose(&v.a.map_over(&v.b, true))
                .apply(&v.text)
                .unwrap(),
            v.b_first
        );
    }
}

const LETTERS: &str = "ab \n\u{e9}\u{4e2d}\u{1f600}\u{1d11e}";

fn text() -> impl Strategy<Value = String> {
    proptest::string::string_regex(&format!("[{LETTERS}]{{0,24}}")).unwrap()
}

/// Splices on the borders of characters of a text.
fn splices_for(text: &str, picks: &[(u8, u8, String)]) -> Splices {
    let mut borders = vec![0u32];
    for c in text.chars() {
        borders.push(borders[borders.len() - 1] + c.len_utf16() as u32);
    }
    let mut list = Vec::new();
    let mut from = 0usize;
    for (skip, take, insert) in picks {
        let start = from + usize::from(*skip);
        if start >= borders.len() {
            break;
        }
        let end = (start + usize::from(*take)).min(borders.len() - 1);
        let (at, delete) = (borders[start], borders[end] - borders[start]);
        if delete > 0 || !insert.is_empty() {
            list.push(Splice {
                at,
                delete,
                insert: insert.clone(),
            });
        }
        from = end + 1;
    }
    Splices(list)
}

fn picks() -> impl Strategy<Value = Vec<(u8, u8, String)>> {
    prop::collection::vec(
        (
            0u8..6,
            0u8..5,
            proptest::string::string_regex("[XY\u{1f680}]{0,3}").unwrap(),
        ),
        0..4,
    )
}

/// The same over single units, without cleverness.
fn naive(text: &str, splices: &Splices) -> String {
    let mut units: Vec<u16> = text.encode_utf16().collect();
    for splice in splices.0.iter().rev() {
        let at = splice.at as usize;
        units.splice(
            at..at + splice.delete as usize,
            splice.insert.encode_utf16(),
        );
    }
    String::from_utf16(&units).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn applying_is_what_a_naive_model_does(text in text(), a in picks()) {
        let a = splices_for(&text, &a);
        let applied = a.apply(&text).unwrap();
        prop_assert_eq!(&applied, &naive(&text, &a));
        prop_assert_eq!(a.resulting_length(u64::from(length_of(&text))).unwrap(), u64::from(length_of(&applied)));
    }

    #[test]
    fn composing_is_doing_one_after_the_other(text in text(), a in picks(), b in picks(), c in picks()) {
        let a = splices_for(&text, &a);
        let first = a.apply(&text).unwrap();
        let b = splices_for(&first, &b);
        let second = b.apply(&first).unwrap();
        let c = splices_for(&second, &c);
        let third = c.apply(&second).unwrap();
        prop_assert_eq!(a.compose(&b).apply(&text).unwrap(), second);
        prop_assert_eq!(&a.compose(&b).compose(&c).apply(&text).unwrap(), &third);
        prop_assert_eq!(Splices::compose_all(vec![a, b, c]).apply(&text).unwrap(), third);
    }

    #[test]
    fn two_edits_give_one_text_in_either_order(text in text(), a in picks(), b in picks(), a_first: bool) {
        let (a, b) = (splices_for(&text, &a), splices_for(&text, &b));
        let one = b.map_over(&a, a_first).apply(&a.apply(&text).unwrap()).unwrap();
        let two = a.map_over(&b, !a_first).apply(&b.apply(&text).unwrap()).unwrap();
        prop_assert_eq!(one, two);
    }

    #[test]
    fn nothing_inserted_is_lost_and_nothing_deleted_stays(text in text(), a in picks(), b in picks()) {
        let (a, b) = (splices_for(&text, &a), splices_for(&text, &b));
        let both = b.map_over(&a, true).apply(&a.apply(&text).unwrap()).unwrap();
        let mut gone = vec![false; text.encode_utf16().count()];
        for splice in a.0.iter().chain(&b.0) {
            gone[splice.at as usize..(splice.at + splice.delete) as usize].fill(true);
        }
        let kept = gone.iter().filter(|gone| !**gone).count();
        let inserted: u32 = a.0.iter().chain(&b.0).map(|splice| length_of(&splice.insert)).sum();
        prop_assert_eq!(length_of(&both) as usize, kept + inserted as usize);
    }

    #[test]
    fn a_difference_leads_from_one_text_to_the_other(old in text(), new in text()) {
        prop_assert_eq!(Splices::between(&old, &new).apply(&old).unwrap(), new);
    }
}

#[test]
fn a_difference_is_no_larger_than_it_must_be() {
    let splices = Splices::between("one two three four", "one 2 three five four");
    assert_eq!(splices.0.len(), 2);
    let long: String = (0..5_000).map(|n| format!("line {n}\n")).collect();
    let other = long
        .replace("line 17\n", "line seventeen\n")
        .replace("line 4000\n", "");
    let splices = Splices::between(&long, &other);
    assert_eq!(splices.apply(&long).unwrap(), other);
    assert!(splices.0.len() <= 2);
    // Two texts that have nothing in common are replaced in reasonable time.
    let different: String = (0..5_000)
        .map(|n| format!("{} other\n", n * 7919))
        .collect();
    assert_eq!(
        Splices::between(&long, &different).apply(&long).unwrap(),
        different
    );
}

#[test]
fn splices_that_do_not_fit_are_refused() {
    let splice = |at, delete| {
        Splices(vec![Splice {
            at,
            delete,
            insert: String::new(),
        }])
    };
    let text = "a\u{1f600}b";
    assert!(matches!(
        splice(2, 1).apply(text),
        Err(SpliceError::InsideACharacter { .. })
    ));
    assert!(matches!(
        splice(0, 2).apply(text),
        Err(SpliceError::InsideACharacter { .. })
    ));
    assert!(matches!(
        splice(4, 1).apply(text),
        Err(SpliceError::PastTheEnd { .. })
    ));
    assert!(matches!(
        splice(u32::MAX, u32::MAX).apply(text),
        Err(SpliceError::PastTheEnd { .. })
    ));
    let twisted = Splices(vec![splice(3, 1).0[0].clone(), splice(0, 1).0[0].clone()]);
    assert!(matches!(
        twisted.apply(text),
        Err(SpliceError::OutOfOrder { .. })
    ));
}
