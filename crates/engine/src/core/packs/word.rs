//! What a relay and a member's device say to each other of a pack.

use serde::{Deserialize, Serialize};
use skein_access::MAX_PACKED_COUNT;

/// One word, in postcard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum PackWord {
    /// The relay asks for which envelopes a pack stands.
    Question {
        /// The pack.
        pack: [u8; 32],
    },
    /// The device answers.
    Answer {
        /// The pack.
        pack: [u8; 32],
        /// All envelopes that come out of it, in ascending order, each of which the device holds; none if it cannot say so.
        stands_for: Vec<[u8; 32]>,
    },
}

impl PackWord {
    /// Reads what a peer said; none if it is no word, or one with too much in it.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let (word, rest) = postcard::take_from_bytes::<Self>(bytes).ok()?;
        let fits = match &word {
            Self::Question { .. } => true,
            Self::Answer { stands_for, .. } => {
                let mut pairs = stands_for.windows(2);
                stands_for.len() <= MAX_PACKED_COUNT
                    && pairs.all(|pair| matches!(pair, [a, b] if a < b))
            }
        };
        (rest.is_empty() && fits).then_some(word)
    }

    /// What travels. A word has no way to fail here; an empty one would not be read.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        postcard::to_stdvec(self).unwrap_or_default()
    }
}
