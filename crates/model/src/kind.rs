//! The small vocabulary every document shares: its kind, its version (heads), its changes, its writer.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::document::guard;

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Markdown text with a title.
    Note,
    /// Columns of cards.
    Board,
    /// What a member says of himself. It is in no tree and no search.
    // In no list, so that no view meets it.
    #[ts(skip)]
    Profile,
}

impl Kind {
    /// The stored form; it never changes for a kind that was released.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Note => 1,
            Self::Board => 2,
            Self::Profile => 3,
        }
    }

    /// Reads the stored form. `None`: a kind that a newer version knows.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Note),
            2 => Some(Self::Board),
            3 => Some(Self::Profile),
            _ => None,
        }
    }
}

/// A version of a document: the hashes of its latest changes, sorted. Equal heads mean equal documents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<[u8; 32]>", into = "Vec<[u8; 32]>")]
pub struct Heads(Vec<[u8; 32]>);

impl Heads {
    /// The hashes, sorted.
    #[must_use]
    pub fn as_slice(&self) -> &[[u8; 32]] {
        &self.0
    }

    /// Whether this is the version before the first change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The hashes one after the other, 32 bytes each.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.concat()
    }

    /// Reads what [`Heads::to_bytes`] wrote. `None` when the length is not whole hashes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (hashes, rest) = bytes.as_chunks::<32>();
        rest.is_empty().then(|| Self::from(hashes.to_vec()))
    }
}

impl From<Vec<[u8; 32]>> for Heads {
    fn from(mut hashes: Vec<[u8; 32]>) -> Self {
        hashes.sort_unstable();
        hashes.dedup();
        Self(hashes)
    }
}

impl From<Heads> for Vec<[u8; 32]> {
    fn from(heads: Heads) -> Self {
        heads.0
    }
}

/// The bytes of one change, as stored and sent. They are not trusted before a document has taken them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ChangeBytes(pub Vec<u8>);

impl ChangeBytes {
    /// The hash that names this change. `None` when the bytes are not a well-formed change.
    #[must_use]
    pub fn hash(&self) -> Option<[u8; 32]> {
        guard::decode(self).ok().map(|change| change.hash().0)
    }

    /// The hashes of the changes that this one rests on. `None` when the bytes are not a well-formed change.
    #[must_use]
    pub fn rests_on(&self) -> Option<Vec<[u8; 32]>> {
        let change = guard::decode(self).ok()?;
        Some(change.deps().iter().map(|dep| dep.0).collect())
    }

    /// Whether this is the change of that hash.
    #[must_use]
    pub fn is(&self, hash: &[u8; 32]) -> bool {
        // A change shows the beginning of its hash behind the four bytes that say what it is: most are told apart without decoding.
        self.0.get(4..8) == hash.get(..4) && self.hash().as_ref() == Some(hash)
    }
}

impl std::fmt::Debug for ChangeBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ChangeBytes({} bytes)", self.0.len())
    }
}

/// Names the writer of changes. Drawn freshly at every opening of a document and never stored or copied: two writers
/// with one seed would write different changes under one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActorSeed(pub [u8; 16]);
