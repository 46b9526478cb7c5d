//! Long texts: they rest in pieces, and nobody can tell.

use proptest::prelude::*;
use proptest::sample::Index;
use skein_model::Kind;
use skein_store::{CutText, Durability, Hit, Store};

use crate::common::{Founder, id, memory};

/// Words of which no one begins another.
const WORDS: [&str; 12] = [
    "goose", "corn", "river", "münchen", "東京", "night", "feather", "south", "mill", "zürich",
    "pond", "egg",
];

fn write(store: &mut Store, number: u32, text: &str) {
    let text = CutText::of(text.to_owned());
    store
        .write(Durability::Normal, |tx| {
            tx.put_text(id(number), &text, &Default::default(), &[])
        })
        .unwrap();
}

fn search(store: &Store, ana: &Founder, query: &str) -> Vec<Hit> {
    store.search(&ana.reads(), query, 50).unwrap()
}

fn titles(store: &Store, ana: &Founder, query: &str) -> Vec<String> {
    let hits = search(store, ana, query);
    hits.into_iter().map(|hit| hit.title).collect()
}

/// In no order of rank: the index weighs words by all that it ever held.
fn by_id(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by_key(|hit| hit.document);
    hits
}

/// Filler in which nothing is looked for, of so many lines.
fn lines(count: usize, seed: usize) -> String {
    (0..count).fold(String::new(), |mut text, line| {
        for word in 0..12 {
            text.push_str(&format!(
                "x{} ",
                (seed + line * 31 + word * 7) * 7919 % 5_003
            ));
        }
        text.push('\n');
        text
    })
}

#[test]
fn a_long_text_is_read_back_as_it_was_and_found_once() {
    let ana = Founder::new();
    let mut store = memory();
    ana.put_note(&mut store, 0, "Journey", "");
    let text = format!(
        "goose {} goose feather {} goose south",
        lines(2_000, 1),
        lines(2_000, 2)
    );
    write(&mut store, 0, &text);
    assert_eq!(store.text(&ana.read(Kind::Note), id(0)).unwrap(), text);
    for query in ["goose", "feather goo", "south", "journey", "journey south"] {
        assert_eq!(titles(&store, &ana, query), ["Journey"], "{query}");
    }
    let hit = &search(&store, &ana, "south")[0];
    assert_eq!(hit.snippet.first().unwrap().0, "…");
    assert!(hit.snippet.contains(&("south".to_owned(), true)));
}

#[test]
fn words_in_different_pieces_and_in_the_title_are_found_together() {
    let ana = Founder::new();
    let mut store = memory();
    ana.put_note(&mut store, 0, "Journey", "");
    ana.put_note(&mut store, 1, "Short", "goose feather");
    write(
        &mut store,
        0,
        &format!("goose {} feather {} egg", lines(2_000, 1), lines(2_000, 2)),
    );
    assert_eq!(
        titles(&store, &ana, "goose feather").len(),
        2,
        "both have both"
    );
    assert_eq!(titles(&store, &ana, "egg goose journ"), ["Journey"]);
    assert!(titles(&store, &ana, "goose mill").is_empty());
}

#[test]
fn a_text_that_grows_long_and_short_again_leaves_nothing_behind() {
    let ana = Founder::new();
    let mut store = memory();
    ana.put_note(&mut store, 0, "T", "corn");
    write(&mut store, 0, &format!("{} river", lines(4_000, 1)));
    assert!(titles(&store, &ana, "corn").is_empty());
    assert_eq!(titles(&store, &ana, "river"), ["T"]);
    write(&mut store, 0, "corn");
    assert!(titles(&store, &ana, "river").is_empty());
    assert_eq!(titles(&store, &ana, "corn"), ["T"]);
    assert_eq!(store.text(&ana.read(Kind::Note), id(0)).unwrap(), "corn");
    assert!(store.check().unwrap().is_empty());
}

#[test]
fn what_follows_one_another_is_found_across_every_border() {
    let ana = Founder::new();
    let mut store = memory();
    ana.put_note(&mut store, 0, "T", "");
    let text: String = (0..20_000)
        .map(|number| format!("a{number}-b{number}. "))
        .collect();
    write(&mut store, 0, &text);
    for number in (0..20_000).step_by(37) {
        let query = format!("a{number}-b{number} ");
        assert_eq!(titles(&store, &ana, &query), ["T"], "{query}");
    }
}

/// Where, how much goes, and what comes.
fn edit() -> impl Strategy<Value = (Index, usize, String)> {
    let word = prop::sample::select(WORDS.to_vec());
    let words =
        prop::collection::vec(word, 0..4).prop_map(|words| format!(" {} ", words.join(" ")));
    let come = prop_oneof![
        6 => words,
        1 => (1..1_500_usize, 0..99_usize).prop_map(|(count, seed)| lines(count, seed)),
    ];
    let go = prop_oneof![4 => 0..40_usize, 1 => 0..60_000_usize];
    (any::<Index>(), go, come)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_edits_leave_what_a_fresh_index_has(
        edits in prop::collection::vec((0..2_u32, edit()), 1..10),
        begun in 200..1_500_usize,
    ) {
        let ana = Founder::new();
        let mut store = memory();
        let mut texts = [lines(begun, 5), "short corn".to_owned()];
        let mut written = vec![0, 1];
        for number in [0, 1] {
            ana.put_note(&mut store, number, ["goose trip", "Other"][number as usize], "");
            write(&mut store, number, &texts[number as usize]);
        }
        for (number, (at, gone, come)) in edits {
            let text = &mut texts[number as usize];
            let before = text.clone();
            let at = text.floor_char_boundary(at.index(text.len() + 1));
            let end = text.ceil_char_boundary((at + gone).min(text.len()));
            text.replace_range(at..end, &come);
            write(&mut store, number, text);
            if *text != before {
                written.retain(|other| *other != number);
                written.push(number);
            }
        }
        let mut fresh = memory();
        for number in [0, 1] {
            ana.put_note(&mut fresh, number, ["goose trip", "Other"][number as usize], "");
        }
        for number in written {
            write(&mut fresh, number, &texts[number as usize]);
        }
        for number in [0, 1] {
            prop_assert_eq!(&store.text(&ana.read(Kind::Note), id(number)).unwrap(), &texts[number as usize]);
        }
        for word in WORDS {
            for query in [word.to_owned(), format!("{word} goose"), format!("x{word}"), format!("{word} x1")] {
                prop_assert_eq!(by_id(search(&store, &ana, &query)), by_id(search(&fresh, &ana, &query)), "{}", query);
            }
            // Where words are written without spaces, one is also found that runs into the next.
            let holds = |number: usize| match word {
                "東京" => texts[number].contains(word),
                _ => texts[number].split_whitespace().any(|other| other == word),
            };
            let found = search(&store, &ana, &format!("{word} "));
            prop_assert_eq!(found.iter().filter(|hit| hit.document == id(0)).count(), usize::from(holds(0) || word == "goose"));
            prop_assert_eq!(found.iter().filter(|hit| hit.document == id(1)).count(), usize::from(holds(1)));
        }
        let all = |store: &Store| WORDS.map(|word| by_id(search(store, &ana, word)));
        let before = all(&store);
        store.write(Durability::Normal, |tx| tx.rebuild_search()).unwrap();
        prop_assert_eq!(before, all(&store));
        prop_assert!(store.check().unwrap().is_empty());
    }
}
