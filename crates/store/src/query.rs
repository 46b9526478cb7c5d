//! What a person types into the search field: words and the beginning of a last one, never the syntax of the index.

use crate::segment::{fold, stands_alone, words};

/// More of a query than this is left out.
const LONGEST_QUERY: usize = 200;
const MOST_WORDS: usize = 12;

/// A query, taken apart; every phrase must be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) phrases: Vec<Phrase>,
}

/// Words that must follow one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Phrase {
    pub(crate) words: Vec<String>,
    /// The last word may be only the beginning of one.
    pub(crate) open: bool,
}

impl Query {
    /// Takes a query apart; `None` when there is nothing in it to look for.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text: String = text.chars().take(LONGEST_QUERY).collect();
        let ended = text.ends_with(char::is_whitespace);
        let mut phrases: Vec<Phrase> = text
            .split_whitespace()
            .filter_map(Phrase::parse)
            .take(MOST_WORDS)
            .collect();
        if let Some(last) = phrases.last_mut() {
            last.open = !ended && last.words.last().is_some_and(|word| !stands_alone(word));
        }
        if phrases.is_empty() {
            None
        } else {
            Some(Self { phrases })
        }
    }

    /// The query in the index's own language, every word quoted.
    pub(crate) fn expression(&self) -> String {
        self.expressions().join(" ")
    }

    /// The same, each phrase by itself.
    pub(crate) fn expressions(&self) -> Vec<String> {
        self.phrases.iter().map(Phrase::expression).collect()
    }

    /// The same, to be found in titles alone.
    pub(crate) fn title_expression(&self) -> String {
        format!("{{title}} : ({})", self.expression())
    }

    /// Whether all there is to look for is one first letter, which almost every text has.
    pub(crate) fn is_one_letter(&self) -> bool {
        match self.phrases.as_slice() {
            [only] => {
                only.open
                    && only.words.len() == 1
                    && only.words.iter().all(|word| word.chars().nth(1).is_none())
            }
            _ => false,
        }
    }

    /// Whether a folded title is just what was typed.
    pub(crate) fn is_whole(&self, title: &str) -> bool {
        let mut title = title.split(' ').filter(|word| !word.is_empty());
        let mut asked = self.phrases.iter().flat_map(|phrase| phrase.words.iter());
        loop {
            match (title.next(), asked.next()) {
                (None, None) => return true,
                (Some(one), Some(other)) if one == other => {}
                _ => return false,
            }
        }
    }
}

impl Phrase {
    fn parse(text: &str) -> Option<Self> {
        let words: Vec<String> = words(text)
            .filter_map(|range| text.get(range))
            .map(|word| fold(word).into_owned())
            .filter(|word| !word.is_empty())
            .collect();
        if words.is_empty() {
            None
        } else {
            Some(Self { words, open: false })
        }
    }

    fn expression(&self) -> String {
        let words = self.words.join(" ").replace(['"', '\0'], " ");
        format!("\"{words}\"{}", if self.open { " *" } else { "" })
    }

    /// Whether the phrase ends with the last of these words.
    pub(crate) fn ends(&self, words: &[impl AsRef<str>]) -> bool {
        let Some(start) = words.len().checked_sub(self.words.len()) else {
            return false;
        };
        let last = self.words.len() - 1;
        words
            .iter()
            .skip(start)
            .zip(&self.words)
            .enumerate()
            .all(|(index, (word, asked))| {
                if self.open && index == last {
                    word.as_ref().starts_with(asked.as_str())
                } else {
                    word.as_ref() == asked
                }
            })
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

    #[test]
    fn what_is_typed_is_never_syntax() {
        let query = Query::parse("\"a\" OR b* NEAR(c, 2) title:x -y ^z").unwrap();
        assert_eq!(
            query.expression(),
            "\"a\" \"or\" \"b\" \"near c\" \"2\" \"title x\" \"y\" \"z\" *"
        );
    }

    #[test]
    fn nothing_to_look_for_is_no_query() {
        for text in ["", "   ", "*", "\"\"", "—", "\u{301}"] {
            assert_eq!(Query::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_last_word_is_open_until_a_space_ends_it() {
        assert!(Query::parse("hel").unwrap().phrases[0].open);
        assert!(!Query::parse("hel ").unwrap().phrases[0].open);
        assert!(!Query::parse("日").unwrap().phrases[0].open);
    }
}
