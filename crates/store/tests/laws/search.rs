//! Search: what was written is found.

use proptest::prelude::*;
use skein_model::{CardRow, Kind, Life, Projection};
use skein_store::{CutText, Durability, Hit, Store};

use crate::common::{Founder, board, card, id, memory, note};

fn filled(ana: &Founder, texts: &[(&str, &str)]) -> Store {
    let mut store = memory();
    for (number, (title, text)) in (0..).zip(texts) {
        ana.put_note(&mut store, number, title, text);
    }
    store
}

fn found(store: &Store, ana: &Founder, query: &str) -> Vec<String> {
    store
        .search(&ana.reads(), query, 50)
        .unwrap()
        .into_iter()
        .map(|hit| hit.title)
        .collect()
}

fn marked(hit: &Hit) -> Vec<&str> {
    hit.snippet
        .iter()
        .filter(|(_, found)| *found)
        .map(|(text, _)| text.as_str())
        .collect()
}

#[test]
fn words_of_scripts_without_spaces_are_found_at_any_length() {
    let ana = Founder::new();
    let store = filled(
        &ana,
        &[
            ("日", "来週の東京出張について話し合った。"),
            ("中", "我们明天在上海开会，讨论项目。"),
            ("한", "내일회의에서 프로젝트를 논의합니다"),
        ],
    );
    for (query, title) in [
        ("東京", "日"),
        ("出張", "日"),
        ("来週", "日"),
        ("東京出張", "日"),
        ("について", "日"),
        ("話", "日"),
        ("上海", "中"),
        ("开会", "中"),
        ("项目", "中"),
        ("明天在上海", "中"),
        ("회의", "한"),
        ("프로젝트", "한"),
    ] {
        assert_eq!(found(&store, &ana, query), [title], "{query}");
    }
    assert!(found(&store, &ana, "京東").is_empty(), "order counts");
    assert!(found(&store, &ana, "上会").is_empty());
}

#[test]
fn the_beginning_of_a_last_word_finds_while_it_is_typed() {
    let ana = Founder::new();
    let store = filled(&ana, &[("Autumn", "The geese fly southwards.")]);
    for query in [
        "s",
        "so",
        "sou",
        "south",
        "southwards",
        "geese f",
        "GEESE SOUTH",
        "southwards geese",
    ] {
        assert_eq!(found(&store, &ana, query), ["Autumn"], "{query}");
    }
    for query in ["south ", "wards", "geese x", "south geese"] {
        assert!(found(&store, &ana, query).is_empty(), "{query}");
    }
}

#[test]
fn accents_and_case_do_not_hide_a_word() {
    let ana = Founder::new();
    let store = filled(
        &ana,
        &[(
            "Menu",
            "Crème brûlée, Smørrebrød, Straße, Łódź, Ωμέγα, cafe\u{301}",
        )],
    );
    for query in [
        "creme brulee",
        "CRÈME",
        "smorrebrod",
        "strasse",
        "straße",
        "lodz",
        "ωμεγα",
        "café",
        "cafe",
    ] {
        assert_eq!(found(&store, &ana, query), ["Menu"], "{query}");
    }
}

#[test]
fn a_query_is_never_syntax() {
    let ana = Founder::new();
    let store = filled(
        &ana,
        &[(
            "Code",
            "NOT a \"quoted\" thing: x OR y, a*b, col:umn, {curly} ^caret -minus NEAR",
        )],
    );
    for query in [
        "\"",
        "\"\"",
        "*",
        "(",
        ")",
        "AND",
        "OR OR",
        "NOT",
        "NEAR(",
        "title:",
        "{title} : x",
        "^a",
        "-a",
        "a -b",
        "\0",
        "'",
        ";--",
        "a\"b",
        "\\",
        "%",
        "_",
    ] {
        store
            .search(&ana.reads(), query, 10)
            .unwrap_or_else(|error| panic!("{query:?}: {error}"));
    }
    for query in [
        "NOT",
        "\"quoted\"",
        "x OR y",
        "a*b",
        "col:umn",
        "{curly}",
        "-minus",
    ] {
        assert_eq!(found(&store, &ana, query), ["Code"], "{query}");
    }
}

#[test]
fn a_find_in_the_title_comes_first_and_the_whole_title_before_all() {
    let ana = Founder::new();
    let store = filled(
        &ana,
        &[
            ("Shopping", "goose goose goose goose goose"),
            ("Goose feathers and other things", "soft"),
            ("Goose", "a bird"),
            (
                "Zoo",
                "one goose among very many other animals that are kept there",
            ),
        ],
    );
    assert_eq!(
        found(&store, &ana, "goose"),
        [
            "Goose",
            "Goose feathers and other things",
            "Shopping",
            "Zoo"
        ]
    );
}

#[test]
fn of_equal_finds_the_later_written_comes_first() {
    let ana = Founder::new();
    let mut store = filled(
        &ana,
        &[
            ("One", "same words"),
            ("Two", "same words"),
            ("Three", "same words"),
        ],
    );
    assert_eq!(found(&store, &ana, "same"), ["Three", "Two", "One"]);
    for text in ["other", "same words"] {
        store
            .write(Durability::Normal, |tx| {
                tx.put_text(
                    id(0),
                    &CutText::of(text.to_owned()),
                    &Default::default(),
                    &[],
                )
            })
            .unwrap();
    }
    assert_eq!(found(&store, &ana, "same"), ["One", "Three", "Two"]);
}

#[test]
fn there_are_never_more_hits_than_asked_for() {
    let ana = Founder::new();
    let store = filled(&ana, &[("a1", "x"), ("a2", "x"), ("a3", "x")]);
    for limit in 0..5 {
        assert_eq!(
            store.search(&ana.reads(), "x", limit).unwrap().len(),
            limit.min(3)
        );
        assert_eq!(
            store.search(&ana.reads(), "a", limit).unwrap().len(),
            limit.min(3)
        );
    }
    assert_eq!(
        store.search(&ana.reads(), "x", usize::MAX).unwrap().len(),
        3
    );
}

#[test]
fn what_is_in_the_trash_is_not_found() {
    let ana = Founder::new();
    let mut store = memory();
    let trashed = CardRow {
        life: Life::Trashed,
        ..card(2, "Old corn", "")
    };
    ana.put(
        &mut store,
        1,
        &board("Flight", vec![card(1, "Buy corn", "at the mill"), trashed]),
    );
    ana.put(
        &mut store,
        2,
        &Projection {
            life: Life::Trashed,
            ..note("Corn", "corn")
        },
    );
    let hits = store.search(&ana.reads(), "corn", 10).unwrap();
    assert_eq!(hits.len(), 1);
    assert_eq!(
        (hits[0].document, hits[0].card, hits[0].kind),
        (id(1), Some(card(1, "", "").id), Kind::Board)
    );
    assert_eq!(found(&store, &ana, "mill"), ["Buy corn"]);
}

#[test]
fn a_snippet_marks_what_was_found_as_it_is_written() {
    let ana = Founder::new();
    let store = filled(
        &ana,
        &[
            ("Menu", "First line\nA Crème brûlée, please.\nLast"),
            ("旅", "来週の東京出張について"),
        ],
    );
    let hits = store.search(&ana.reads(), "creme bru", 10).unwrap();
    assert_eq!(marked(&hits[0]), ["Crème", "brûlée"]);
    let whole: String = hits[0]
        .snippet
        .iter()
        .map(|(text, _)| text.as_str())
        .collect();
    assert_eq!(whole, "First line A Crème brûlée, please. Last");
    assert_eq!(
        marked(&store.search(&ana.reads(), "東京", 10).unwrap()[0]),
        ["東京"]
    );
}

#[test]
fn what_is_rewritten_or_removed_is_no_longer_found() {
    let ana = Founder::new();
    let mut store = filled(&ana, &[("Title", "oldword")]);
    store
        .write(Durability::Normal, |tx| {
            tx.put_text(
                id(0),
                &CutText::of("newword".to_owned()),
                &Default::default(),
                &[],
            )
        })
        .unwrap();
    assert!(found(&store, &ana, "oldword").is_empty());
    assert_eq!(found(&store, &ana, "newword"), ["Title"]);
}

#[test]
fn an_index_made_again_finds_the_same() {
    let ana = Founder::new();
    let mut store = filled(
        &ana,
        &[
            ("One", "geese fly"),
            ("飛ぶ", "南へ飛ぶ"),
            ("Three", "geese rest"),
        ],
    );
    let before: Vec<_> = ["geese", "飛ぶ", "res"]
        .map(|query| store.search(&ana.reads(), query, 10).unwrap())
        .into();
    store
        .write(Durability::Normal, |tx| tx.rebuild_search())
        .unwrap();
    let after: Vec<_> = ["geese", "飛ぶ", "res"]
        .map(|query| store.search(&ana.reads(), query, 10).unwrap())
        .into();
    assert_eq!(before, after);
    assert!(store.check().unwrap().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_text_can_be_kept_and_any_query_asked(title in any::<String>(), text in any::<String>(), queries in prop::collection::vec(any::<String>(), 4)) {
        let ana = Founder::new();
        let store = filled(&ana, &[(&title, &text)]);
        for query in queries.iter().chain([&title, &text]) {
            let hits = store.search(&ana.reads(), query, 5);
            prop_assert!(hits.is_ok(), "{query:?}: {hits:?}");
        }
    }

    #[test]
    fn every_word_is_found_by_each_of_its_beginnings(words in prop::collection::vec("[a-zA-Zäöüéñçß0-9]{1,12}", 1..8), signs in "[ ,.;:!?*\"()-]{1,2}", chosen in any::<prop::sample::Index>()) {
        let ana = Founder::new();
        let store = filled(&ana, &[("T", &words.join(&format!("{signs} ")))]);
        let word: Vec<char> = words[chosen.index(words.len())].chars().collect();
        for length in 1..=word.len() {
            let beginning: String = word[..length].iter().collect();
            prop_assert_eq!(found(&store, &ana, &beginning), ["T"], "{}", beginning);
        }
    }

    #[test]
    fn every_piece_of_a_text_without_spaces_is_found(text in "[ぁ-ゖァ-ヺ一-龥가-힣]{2,30}", from in any::<prop::sample::Index>(), length in 1..6_usize) {
        let ana = Founder::new();
        let store = filled(&ana, &[("T", &text)]);
        let characters: Vec<char> = text.chars().collect();
        let from = from.index(characters.len());
        let piece: String = characters[from..(from + length).min(characters.len())].iter().collect();
        let hits = store.search(&ana.reads(), &piece, 5).unwrap();
        prop_assert_eq!(hits.len(), 1, "{}", piece);
        prop_assert!(marked(&hits[0]).concat().contains(&piece), "{} in {:?}", piece, hits[0].snippet);
    }
}
