//! Edits of text as data: splices in UTF-16 code units, applied, composed and mapped over one another exactly as the
//! editor's change sets are, so that both sides of the bridge agree.

mod difference;
mod sections;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::CardId;

/// Which text of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TextField {
    /// The text of a note.
    NoteText,
    /// The description of a card.
    CardDescription(CardId),
}

/// One replacement: from `at`, `delete` code units give way to `insert`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Splice {
    /// Where, in UTF-16 code units of the text before any splice of its list.
    pub at: u32,
    /// How many UTF-16 code units go.
    pub delete: u32,
    /// What comes.
    pub insert: String,
}

/// Replacements in one text. All positions refer to the text before any of them; they are sorted and do not overlap.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Splices(pub Vec<Splice>);

/// Why splices do not fit a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpliceError {
    /// A splice reaches past the end of the text.
    #[error(
        "the edit reaches to position {reaches}, but the text ends at {length}; nothing was changed, fetch the text and try again"
    )]
    PastTheEnd {
        /// The position it reaches to.
        reaches: u64,
        /// The length of the text.
        length: u64,
    },
    /// The list is not sorted, or its splices overlap.
    #[error(
        "the parts of the edit overlap or are out of order at position {at}; nothing was changed"
    )]
    OutOfOrder {
        /// Where.
        at: u32,
    },
    /// A splice begins or ends inside a character of two code units.
    #[error("the edit would cut a character in half at position {at}; nothing was changed")]
    InsideACharacter {
        /// Where.
        at: u32,
    },
    /// The text would not have the length that the caller expects.
    #[error(
        "the text would become {found} long instead of {expected}; nothing was changed, fetch the text and try again"
    )]
    WrongLength {
        /// The length that the caller expects.
        expected: u32,
        /// The length that would come out.
        found: u64,
    },
}

/// How many UTF-16 code units a text has.
#[must_use]
pub fn length_of(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX)
}

impl Splices {
    /// Whether nothing is replaced.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0
            .iter()
            .all(|splice| splice.delete == 0 && splice.insert.is_empty())
    }

    /// These splices, made for one text, as they apply to that text after `other` (made for the same text) was
    /// applied. Where both insert at one place, `other_first` says whose insertion stands first.
    #[must_use]
    pub fn map_over(&self, other: &Self, other_first: bool) -> Self {
        sections::map(self, other, !other_first)
    }

    /// Where a place of the text before these splices is after them. What is inserted right at it stands before it.
    #[must_use]
    pub fn place(&self, at: u32) -> u32 {
        let mut place = i64::from(at);
        for splice in self.0.iter().take_while(|splice| splice.at <= at) {
            let gone = splice.delete.min(at - splice.at);
            place += i64::from(length_of(&splice.insert)) - i64::from(gone);
        }
        u32::try_from(place).unwrap_or_default()
    }

    /// One list that does what these splices and then `next` do.
    #[must_use]
    pub fn compose(&self, next: &Self) -> Self {
        sections::compose(self, next)
    }

    /// One list that does what all of these do, one after the other.
    #[must_use]
    pub fn compose_all(mut lists: Vec<Self>) -> Self {
        while lists.len() > 1 {
            lists = lists
                .chunks(2)
                .map(|pair| match pair {
                    [first, second] => first.compose(second),
                    [only] => only.clone(),
                    _ => Self::default(),
                })
                .collect();
        }
        lists.pop().unwrap_or_default()
    }

    /// The length a text of `length` code units has afterwards.
    ///
    /// # Errors
    /// When the splices are not sorted, overlap, or reach past the end.
    pub fn resulting_length(&self, length: u64) -> Result<u64, SpliceError> {
        let mut end = 0u64;
        let mut result = length;
        for splice in &self.0 {
            let at = u64::from(splice.at);
            if at < end {
                return Err(SpliceError::OutOfOrder { at: splice.at });
            }
            end = at + u64::from(splice.delete);
            if end > length {
                return Err(SpliceError::PastTheEnd {
                    reaches: end,
                    length,
                });
            }
            result = result - u64::from(splice.delete) + u64::from(length_of(&splice.insert));
        }
        Ok(result)
    }

    /// Applies the splices.
    ///
    /// # Errors
    /// When they do not fit the text.
    pub fn apply(&self, text: &str) -> Result<String, SpliceError> {
        self.resulting_length(u64::from(length_of(text)))?;
        let mut result = String::with_capacity(text.len());
        let mut rest = Walk { text, at: 0 };
        for splice in &self.0 {
            result.push_str(rest.take_to(splice.at)?);
            rest.take_to(splice.at.saturating_add(splice.delete))?;
            result.push_str(&splice.insert);
        }
        result.push_str(rest.text);
        Ok(result)
    }

    /// A small list that turns `old` into `new`, in whole words where it can.
    #[must_use]
    pub fn between(old: &str, new: &str) -> Self {
        difference::between(old, new)
    }
}

/// A walk through a text by UTF-16 positions.
struct Walk<'a> {
    text: &'a str,
    at: u32,
}

impl<'a> Walk<'a> {
    fn take_to(&mut self, to: u32) -> Result<&'a str, SpliceError> {
        let mut bytes = 0;
        for c in self.text.chars() {
            if self.at >= to {
                break;
            }
            bytes += c.len_utf8();
            self.at += c.len_utf16() as u32;
        }
        if self.at != to {
            return Err(SpliceError::InsideACharacter { at: to });
        }
        let (taken, rest) = self.text.split_at_checked(bytes).unwrap_or((self.text, ""));
        self.text = rest;
        Ok(taken)
    }
}
