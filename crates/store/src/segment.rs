//! Sets text apart into words that can be found: folded, without accents, and scripts without spaces one character at a time.

use std::borrow::Cow;
use std::iter::Peekable;
use std::ops::Range;
use std::str::CharIndices;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};

/// A word counts up to here; what follows in a longer one (encoded data, usually) is left out of the index.
const LONGEST_WORD: usize = 64;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Part of a word written between spaces.
    Word,
    /// A word by itself: a character of a script that puts no spaces between words.
    Alone,
    /// Belongs to the character before it.
    Mark,
    /// Between words.
    Gap,
}

/// The words of a text, as byte ranges of it.
pub(crate) struct Words<'t> {
    characters: Peekable<CharIndices<'t>>,
}

/// Finds the words of a text.
pub(crate) fn words(text: &str) -> Words<'_> {
    Words {
        characters: text.char_indices().peekable(),
    }
}

impl Iterator for Words<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let (start, mut end, first) = loop {
            let (at, character) = self.characters.next()?;
            match class(character) {
                Class::Gap | Class::Mark => {}
                class => break (at, at + character.len_utf8(), class),
            }
        };
        while let Some(&(at, character)) = self.characters.peek() {
            match (first, class(character)) {
                (_, Class::Mark) | (Class::Word, Class::Word) => end = at + character.len_utf8(),
                _ => break,
            }
            self.characters.next();
        }
        Some(start..end)
    }
}

/// Brings a word to the form in which it is compared: lower case, no accents, one form of each character.
pub(crate) fn fold(word: &str) -> Cow<'_, str> {
    if word.is_ascii() {
        let word = word.get(..LONGEST_WORD).unwrap_or(word);
        return if word.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(word.to_ascii_lowercase())
        } else {
            Cow::Borrowed(word)
        };
    }
    let folded = word
        .chars()
        .take(LONGEST_WORD)
        .filter(|character| !is_ignorable(*character))
        .nfkd()
        .flat_map(char::to_lowercase)
        .filter(|character| !is_accent(*character) && !character.is_whitespace())
        .nfc()
        .flat_map(Plain::of);
    Cow::Owned(folded.collect())
}

/// The whole text as the index takes it: folded words with one space between them.
pub(crate) fn segment(text: &str) -> String {
    let mut segmented = String::with_capacity(text.len() + text.len() / 8);
    for range in words(text) {
        let word = text.get(range).map(fold).unwrap_or_default();
        if !word.is_empty() && !segmented.is_empty() {
            segmented.push(' ');
        }
        segmented.push_str(&word);
    }
    segmented
}

/// Whether the word is one character of a script without spaces.
pub(crate) fn stands_alone(word: &str) -> bool {
    word.chars()
        .next()
        .is_some_and(|character| class(character) == Class::Alone)
}

fn class(character: char) -> Class {
    if character.is_ascii() {
        return if character.is_ascii_alphanumeric() {
            Class::Word
        } else {
            Class::Gap
        };
    }
    if is_ignorable(character) || is_combining_mark(character) {
        return Class::Mark;
    }
    match character {
        // The later parts of Korean syllables written in parts, and the narrow sound marks of Japanese.
        '\u{1160}'..='\u{11ff}' | '\u{ff9e}' | '\u{ff9f}' => Class::Mark,
        _ if !character.is_alphanumeric() => Class::Gap,
        _ if is_unspaced(character) => Class::Alone,
        _ => Class::Word,
    }
}

fn is_unspaced(character: char) -> bool {
    matches!(character,
        '\u{0e00}'..='\u{0eff}'         // Thai, Lao
        | '\u{1000}'..='\u{109f}'       // Burmese
        | '\u{1100}'..='\u{115f}'       // first parts of Korean syllables
        | '\u{1780}'..='\u{17ff}'       // Khmer
        | '\u{2e80}'..='\u{31ff}'       // radicals, punctuation, kana, bopomofo, Korean letters
        | '\u{3400}'..='\u{4dbf}'       // ideographs, first extension
        | '\u{4e00}'..='\u{9fff}'       // ideographs
        | '\u{a000}'..='\u{a4cf}'       // Yi
        | '\u{a960}'..='\u{a97f}'
        | '\u{ac00}'..='\u{d7ff}'       // Korean syllables
        | '\u{f900}'..='\u{faff}'       // compatibility ideographs
        | '\u{ff66}'..='\u{ffdc}'       // narrow kana and Korean letters
        | '\u{1aff0}'..='\u{1b16f}'     // kana supplements
        | '\u{20000}'..='\u{3ffff}') // further ideographs
}

fn is_ignorable(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{640}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
}

/// Accents and vowel points are left out; the sound marks of kana and the signs of Indic scripts are letters in all but name.
fn is_accent(character: char) -> bool {
    !character.is_ascii() && matches!(canonical_combining_class(character), 1 | 10..=36 | 200..)
}

/// A letter, written with plain ones where people without it on their keyboard would write it so.
enum Plain {
    One(Option<char>),
    Two(std::str::Chars<'static>),
}

impl Plain {
    fn of(character: char) -> Self {
        match character {
            'ß' => Self::Two("ss".chars()),
            'æ' => Self::Two("ae".chars()),
            'œ' => Self::Two("oe".chars()),
            'ø' => Self::One(Some('o')),
            'ł' => Self::One(Some('l')),
            'đ' => Self::One(Some('d')),
            'ı' => Self::One(Some('i')),
            'ς' => Self::One(Some('σ')),
            other => Self::One(Some(other)),
        }
    }
}

impl Iterator for Plain {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        match self {
            Self::One(character) => character.take(),
            Self::Two(characters) => characters.next(),
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

    #[test]
    fn scripts_without_spaces_are_set_apart_and_others_are_not() {
        assert_eq!(
            segment("Die 日本語 note, Straße no.7"),
            "die 日 本 語 note strasse no 7"
        );
        assert_eq!(segment("한국어 검색"), "한 국 어 검 색");
        assert_eq!(segment("ไทย"), "ไ ท ย");
    }

    #[test]
    fn one_word_has_one_form_however_it_is_written() {
        for (one, other) in [
            ("Café", "cafe\u{301}"),
            ("CAFÉ", "cafe"),
            ("ＡＢＣ１", "abc1"),
            ("ｶﾞ", "ガ"),
            ("が", "か\u{3099}"),
            ("각", "\u{1100}\u{1161}\u{11a8}"),
            ("İstanbul", "istanbul"),
            ("Ørsted", "orsted"),
            ("soft\u{ad}hyphen", "softhyphen"),
            (
                "a sign of nothing but a mark: \u{37a} b",
                "a sign of nothing but a mark b",
            ),
            ("كِتاب", "كتاب"),
        ] {
            assert_eq!(segment(one), segment(other), "{one} and {other}");
        }
        assert_ne!(segment("か"), segment("が"));
    }

    proptest! {
        #[test]
        fn any_text_is_set_apart_by_single_spaces(text in "\\PC{0,200}") {
            for range in words(&text) {
                prop_assert!(text.get(range).is_some());
            }
            let once = segment(&text);
            prop_assert!(!once.contains("  ") && once.trim() == once);
        }

        #[test]
        fn words_follow_one_another(text in any::<String>()) {
            let mut last = 0;
            for range in words(&text) {
                prop_assert!(range.start >= last && range.end > range.start);
                last = range.end;
            }
        }
    }
}
