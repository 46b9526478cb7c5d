//! The lines of a text around what was looked for, with the found words marked.

use std::borrow::Cow;
use std::ops::Range;

use crate::query::Query;
use crate::segment::{fold, words};

/// How much of a text is looked through for the place to show.
const LOOKED_THROUGH: usize = 128 * 1024;
/// How many characters are shown before the first find, and in all.
const BEFORE: usize = 40;
const SHOWN: usize = 180;
/// Bytes after the first find in which further finds can still be shown.
const REACH: usize = SHOWN * 4;

/// Pieces of text in order; `true` marks what was found.
pub type Snippet = Vec<(String, bool)>;

/// Cuts out the surroundings of the first find, or the beginning of the text when nothing is found in it.
pub(crate) fn snippet(text: &str, query: &Query) -> Snippet {
    let finds = finds(text, query);
    let first = finds.first().map_or(0, |find| find.start);
    let start = back(text, first, BEFORE);
    let end = forward(text, start, SHOWN);
    let mut parts = Parts::default();
    if start > 0 {
        parts.push("…", false);
    }
    let mut at = start;
    for find in finds {
        let find = find.start.max(at)..find.end.min(end);
        if find.is_empty() {
            continue;
        }
        parts.push(text.get(at..find.start).unwrap_or_default(), false);
        parts.push(text.get(find.clone()).unwrap_or_default(), true);
        at = find.end;
    }
    parts.push(text.get(at..end).unwrap_or_default(), false);
    if end < text.len() {
        parts.push("…", false);
    }
    parts.done
}

/// Where in the text the phrases are, from the first find on, as far as can be shown.
fn finds(text: &str, query: &Query) -> Vec<Range<usize>> {
    let longest = query
        .phrases
        .iter()
        .map(|phrase| phrase.words.len())
        .max()
        .unwrap_or(1);
    let mut recent: Vec<(Range<usize>, Cow<'_, str>)> = Vec::with_capacity(longest + 1);
    let mut finds: Vec<Range<usize>> = Vec::new();
    let mut last = text.len().min(LOOKED_THROUGH);
    for range in words(text) {
        if range.start >= last {
            break;
        }
        if recent.len() == longest {
            recent.remove(0);
        }
        let Some(word) = text.get(range.clone()) else {
            continue;
        };
        recent.push((range.clone(), fold(word)));
        let folded: Vec<&str> = recent.iter().map(|(_, word)| word.as_ref()).collect();
        let longest_find = query
            .phrases
            .iter()
            .filter(|phrase| phrase.ends(&folded))
            .map(|phrase| phrase.words.len())
            .max();
        let Some(first) = longest_find
            .and_then(|length| recent.len().checked_sub(length))
            .and_then(|index| recent.get(index))
        else {
            continue;
        };
        if finds.is_empty() {
            last = last.min(first.0.start + REACH);
        }
        finds.push(first.0.start..range.end);
    }
    finds
}

fn back(text: &str, from: usize, characters: usize) -> usize {
    text.get(..from)
        .and_then(|before| before.char_indices().rev().take(characters).last())
        .map_or(from, |(at, _)| at)
}

fn forward(text: &str, from: usize, characters: usize) -> usize {
    text.get(from..)
        .and_then(|after| after.char_indices().nth(characters))
        .map_or(text.len(), |(at, _)| from + at)
}

#[derive(Default)]
struct Parts {
    done: Snippet,
}

impl Parts {
    /// Adds a piece on one line; pieces of one sort become one.
    fn push(&mut self, text: &str, found: bool) {
        if text.is_empty() {
            return;
        }
        let line: String = text
            .chars()
            .map(|character| {
                if character.is_control() {
                    ' '
                } else {
                    character
                }
            })
            .collect();
        match self.done.last_mut() {
            Some((last, sort)) if *sort == found => last.push_str(&line),
            _ => self.done.push((line, found)),
        }
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn marked(text: &str, query: &str) -> Vec<String> {
        let parts = snippet(text, &Query::parse(query).unwrap());
        parts
            .into_iter()
            .filter(|(_, found)| *found)
            .map(|(text, _)| text)
            .collect()
    }

    #[test]
    fn found_words_are_marked_as_they_are_written() {
        assert_eq!(marked("We met at the Café, later.", "cafe"), ["Café"]);
        assert_eq!(marked("我们在上海开会", "上海"), ["上海"]);
        assert_eq!(marked("planning the plan", "pla"), ["planning", "plan"]);
    }

    #[test]
    fn a_find_far_down_is_shown_with_its_surroundings() {
        let text = format!("{} needle {}", "hay ".repeat(5_000), "hay ".repeat(50));
        let parts = snippet(&text, &Query::parse("needle").unwrap());
        assert!(parts.iter().any(|(text, found)| *found && text == "needle"));
        let shown: usize = parts.iter().map(|(text, _)| text.chars().count()).sum();
        assert!(shown <= SHOWN + 2);
    }

    proptest! {
        #[test]
        fn any_text_and_query_give_a_snippet_of_bounded_length(text in any::<String>(), query in any::<String>()) {
            if let Some(query) = Query::parse(&query) {
                let shown: usize = snippet(&text, &query).iter().map(|(text, _)| text.chars().count()).sum();
                prop_assert!(shown <= SHOWN + 2);
            }
        }
    }
}
