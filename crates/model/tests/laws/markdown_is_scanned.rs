//! Tags, links and tasks are found where a reader would see them, and nowhere else.

use proptest::prelude::*;
use skein_model::Link;
use skein_model::markdown::{scan, task_box};

fn link(target: &str, heading: Option<&str>, alias: Option<&str>) -> Link {
    Link {
        target: target.into(),
        heading: heading.map(Into::into),
        alias: alias.map(Into::into),
    }
}

#[test]
fn links_of_both_forms_are_found() {
    let found = scan(
        "See [[Plan#Goals|the goals]], [[Other]] and [more](sub/file%20one.md#part) or [web](https://x.md).",
    );
    let expected = [
        link("Plan", Some("Goals"), Some("the goals")),
        link("Other", None, None),
        link("sub/file one.md", Some("part"), Some("more")),
    ];
    assert_eq!(found.links, expected);
}

#[test]
fn every_link_in_double_brackets_is_found_where_it_stands() {
    let text = "\u{e9} [[Plan]]\r\n`[[no]]`\n- [[Plan|it]] and [[Plan]]\n";
    let found = scan(text);
    let written: Vec<_> = found
        .wiki_links
        .iter()
        .map(|(place, link)| (&text[place.clone()], link.alias.as_deref()))
        .collect();
    assert_eq!(
        written,
        [
            ("[[Plan]]", None),
            ("[[Plan|it]]", Some("it")),
            ("[[Plan]]", None)
        ]
    );
    assert_eq!(found.links.len(), 2);
}

#[test]
fn code_is_not_looked_into() {
    let text = "```\n#no [[no]]\n- [x] no\n```\n`#no` and ``[[no]] ` `` \\#no\n\n    #no indented\n\n#yes ~~~\n~~~rust\n[[no]]\n~~~\n[[yes]]";
    let found = scan(text);
    assert_eq!(found.tags.iter().collect::<Vec<_>>(), ["yes"]);
    assert_eq!(found.links, [link("yes", None, None)]);
    assert_eq!(found.tasks_total, 0);
}

#[test]
fn tags_are_words_and_headings_are_not() {
    let found = scan("# Heading\n#Ana/b-c, (#x_1) a#b #12 ##two &#35; #\u{65e5}\u{672c}.");
    assert_eq!(
        found.tags.iter().collect::<Vec<_>>(),
        ["ana/b-c", "x_1", "\u{65e5}\u{672c}"]
    );
}

#[test]
fn a_task_is_ticked_by_one_or_more_crosses() {
    for (line, expected) in [
        ("- [ ] a", Some(false)),
        ("  * [x] a", Some(true)),
        ("1. [X] a", Some(true)),
        ("> - [xx] a", Some(true)),
        ("- [xxx]", Some(true)),
        ("- [x](link)", None),
        ("- [] a", None),
        ("[x] a", None),
    ] {
        assert_eq!(task_box(line), expected, "{line}");
    }
}

proptest! {
    #[test]
    fn any_text_can_be_scanned(text in "[\\[\\]()#`~|x\\n\\\\ -.a\u{65e5}]{0,80}") {
        let _ = scan(&text);
        let _ = task_box(&text);
    }
}
