//! The words around a link, as a person reads them: without marks, cut to a line, the link itself set off.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::api::HitPart;

/// How many characters are shown before the link, and in all.
const BEFORE: usize = 60;
const SHOWN: usize = 180;

/// The line of a text that holds a link to `target` as it is written there; empty when none does.
pub(super) fn context(text: &str, target: &str) -> Vec<HitPart> {
    let may_hold = |line: &&str| line.contains('[') && line.len() < 100_000;
    let mut lines = text.lines().map(str::trim_start).filter(may_hold);
    lines
        .find_map(|line| read(line, target))
        .map(|(before, link, after)| cut(&before, &link, &after))
        .unwrap_or_default()
}

/// A line's words before the link, those of the link, and those after it; nothing when the link is not in it.
fn read(line: &str, target: &str) -> Option<(String, String, String)> {
    let options = Options::ENABLE_WIKILINKS
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_TABLES;
    let (mut before, mut link, mut after) = (String::new(), String::new(), None::<String>);
    let mut inside = false;
    for event in Parser::new_ext(line, options) {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) if after.is_none() => {
                inside = points_at(&dest_url, target);
            }
            Event::End(TagEnd::Link) if inside => {
                inside = false;
                after = Some(String::new());
            }
            Event::Text(words) | Event::Code(words) => match &mut after {
                Some(after) => after.push_str(&words),
                None if inside => link.push_str(&words),
                None => before.push_str(&words),
            },
            _ => {}
        }
    }
    Some((before, link, after?))
}

fn points_at(destination: &str, target: &str) -> bool {
    let path = destination.split('#').next().unwrap_or_default();
    path.replace("%20", " ").trim() == target
}

fn cut(before: &str, link: &str, after: &str) -> Vec<HitPart> {
    let mut parts = Vec::new();
    let mut push = |text: String, hit: bool| {
        if !text.is_empty() {
            parts.push(HitPart { text, hit });
        }
    };
    let leading = before.chars().count().saturating_sub(BEFORE);
    let kept: String = before.chars().skip(leading).collect();
    let mark = if leading > 0 { "…" } else { "" };
    push(format!("{mark}{}", kept.trim_start()), false);
    push(link.chars().take(SHOWN).collect(), true);
    let room = SHOWN.saturating_sub(kept.chars().count() + link.chars().count());
    let mark = if after.chars().count() > room {
        "…"
    } else {
        ""
    };
    let kept: String = after.chars().take(room).collect();
    push(format!("{}{mark}", kept.trim_end()), false);
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str, target: &str) -> String {
        let part = |part: HitPart| match part.hit {
            true => format!("<{}>", part.text),
            false => part.text,
        };
        context(text, target).into_iter().map(part).collect()
    }

    #[test]
    fn the_words_around_a_link_are_shown_without_marks() {
        let text = "# Start\n\n- [ ] see **the** [[Plan|big plan]] *before* `lunch`\n";
        assert_eq!(shown(text, "Plan"), "see the <big plan> before lunch");
        assert_eq!(shown("> by [[Plan#Costs]].", "Plan"), "by <Plan#Costs>.");
        assert_eq!(
            shown("    read [this](My%20Plan.md) too", "My Plan.md"),
            "read <this> too"
        );
        assert_eq!(shown("[[Other]] and [[Plan]]", "Plan"), "Other and <Plan>");
        assert_eq!(shown("no link at all", "Plan"), "");
    }

    #[test]
    fn a_long_line_is_cut_on_both_sides_of_the_link() {
        let text = format!("{} [[Plan]] {}", "a ".repeat(400), "b ".repeat(400));
        let words = shown(&text, "Plan");
        assert!(words.starts_with('…') && words.ends_with('…') && words.contains("<Plan>"));
        assert!(words.chars().count() < SHOWN + 6, "{words}");
    }

    proptest! {
        #[test]
        fn any_text_gives_a_context_of_bounded_length(text in "[\\[\\]a|# *`\\n\\p{L}]{0,200}", target in "[a-c]{1,3}") {
            let all: usize = context(&text, &target).iter().map(|part| part.text.chars().count()).sum();
            prop_assert!(all <= SHOWN + 2 + SHOWN);
        }
    }
}
