//! Cuts a long text into pieces, so that search has to look only at those that changed. Where it is cut depends on the words around
//! the place alone: an edit moves the borders next to it and no others.

use std::ops::Range;

/// A text up to this size (bytes) stays whole.
pub(crate) const LONGEST_WHOLE: usize = 32 * 1024;
/// A piece has at least and at most so many bytes; only the last may be shorter.
const SHORTEST: usize = 8 * 1024;
const LONGEST: usize = 32 * 1024;
/// So much of the next piece is indexed with each (bytes), so that words which belong together are found across a border. No query is
/// longer.
const SHARED: usize = 800;
/// So many bytes before a place decide whether it is a border.
const LOOKED_AT: usize = 12;
/// One of so many line ends is a border; where none is, one of so many blanks; and of so many characters.
const LINES: u64 = 8;
const BLANKS: u64 = 128;
const CHARACTERS: u64 = 512;

/// A text made ready to be kept: whole, or in pieces with their hashes. Needs no store, so it can be made anywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutText {
    text: String,
    pieces: Vec<(Range<usize>, [u8; 32])>,
}

/// One piece of a text.
pub(crate) struct Piece<'t> {
    /// The piece itself; all of them in order are the text.
    pub(crate) body: &'t str,
    /// What search knows of it: the piece, and the first words of the next.
    pub(crate) indexed: &'t str,
    pub(crate) hash: &'t [u8; 32],
}

impl CutText {
    /// Cuts a text, if it is long.
    #[must_use]
    pub fn of(text: String) -> Self {
        let pieces = cut(&text)
            .into_iter()
            .map(|range| {
                let mut hasher = blake3::Hasher::new();
                hasher.update(&(range.len() as u64).to_le_bytes());
                hasher.update(indexed(&text, &range).as_bytes());
                (range, *hasher.finalize().as_bytes())
            })
            .collect();
        Self { text, pieces }
    }

    /// What stays with the title: all of a short text, nothing of a long one.
    pub(crate) fn whole(&self) -> &str {
        if self.pieces.is_empty() {
            &self.text
        } else {
            ""
        }
    }

    pub(crate) fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        self.pieces.iter().map(|(range, hash)| Piece {
            body: self.text.get(range.clone()).unwrap_or_default(),
            indexed: indexed(&self.text, range),
            hash,
        })
    }
}

fn cut(text: &str) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    if text.len() <= LONGEST_WHOLE {
        return pieces;
    }
    let mut start = 0;
    while text.len() - start > LONGEST {
        let end = border(text, start);
        pieces.push(start..end);
        start = end;
    }
    pieces.push(start..text.len());
    pieces
}

/// Where the piece that starts here ends.
fn border(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let places = || start + SHORTEST..start + LONGEST;
    let one_of = |many: u64, place: usize| {
        let before = bytes.get(place.saturating_sub(LOOKED_AT)..place);
        hash(before.unwrap_or_default()).is_multiple_of(many)
    };
    let after = |place: usize, signs: &[u8]| {
        place
            .checked_sub(1)
            .and_then(|before| bytes.get(before))
            .is_some_and(|sign| signs.contains(sign))
    };
    places()
        .find(|place| after(*place, b"\n") && one_of(LINES, *place))
        .or_else(|| places().find(|place| after(*place, b" \t\n") && one_of(BLANKS, *place)))
        .or_else(|| {
            places().find(|place| text.is_char_boundary(*place) && one_of(CHARACTERS, *place))
        })
        .unwrap_or_else(|| text.floor_char_boundary(start + LONGEST))
}

/// The piece with what it shares of the next: whole words, where there are such.
fn indexed<'t>(text: &'t str, piece: &Range<usize>) -> &'t str {
    let end = text.floor_char_boundary(piece.end + SHARED);
    let shared = text.get(piece.end..end).unwrap_or_default();
    let end = match shared.rfind(char::is_whitespace) {
        Some(blank) if end < text.len() => piece.end + blank,
        _ => end,
    };
    text.get(piece.start..end).unwrap_or_default()
}

/// FNV-1a: few bytes, no enemy.
fn hash(bytes: &[u8]) -> u64 {
    let mixed = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    mixed ^ (mixed >> 32)
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

    fn prose(words: usize) -> String {
        (0..words).fold(String::new(), |mut text, number| {
            text.push_str(&format!("w{}", number * 7919 % 10_007));
            text.push(if number % 40 == 39 { '\n' } else { ' ' });
            text
        })
    }

    #[test]
    fn the_pieces_are_the_text_whatever_it_is_written_in() {
        let texts = [
            prose(60_000),
            "字".repeat(50_000),
            "x".repeat(300_000),
            "👩‍🚀".repeat(20_000),
            "\n".repeat(70_000),
        ];
        for text in texts {
            let cut = CutText::of(text.clone());
            let whole: String = cut.pieces().map(|piece| piece.body).collect();
            assert_eq!(whole, text);
            assert!(cut.pieces().count() > 1);
            assert!(
                cut.pieces()
                    .all(|piece| piece.indexed.len() <= LONGEST + SHARED)
            );
        }
    }

    #[test]
    fn an_edit_leaves_pieces_away_from_it_as_they_are() {
        let text = prose(200_000);
        let before = CutText::of(text.clone());
        for at in [0, text.len() / 3, text.len() / 2, text.len()] {
            let mut edited = text.clone();
            edited.insert_str(text.floor_char_boundary(at), "something new ");
            let after = CutText::of(edited);
            let new = after
                .pieces()
                .filter(|piece| before.pieces().all(|old| old.hash != piece.hash))
                .count();
            assert!(
                (1..=3).contains(&new),
                "{new} pieces are new after an edit at {at}"
            );
        }
    }
}
