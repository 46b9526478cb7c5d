//! Roles and what each may do, by kind of document: one table.

use serde::{Deserialize, Serialize};
use skein_model::Kind;
use ts_rs::TS;

/// What a member may do. Ordered by right: an owner is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Reads and comments.
    Commenter,
    /// Reads and writes.
    Editor,
    /// Reads, writes, and decides who else may.
    Owner,
}

impl Role {
    /// Whether this role reads documents of a kind.
    #[must_use]
    pub const fn reads(self, kind: Kind) -> bool {
        match kind {
            Kind::Note | Kind::Board | Kind::Profile => true,
        }
    }

    /// Whether this role writes documents of a kind.
    #[must_use]
    pub const fn writes(self, kind: Kind) -> bool {
        match kind {
            Kind::Note | Kind::Board => matches!(self, Self::Editor | Self::Owner),
            // Everybody his own and nobody another's: see `AcceptPermit::writes_in`.
            Kind::Profile => true,
        }
    }

    /// Whether this role changes who is a member and what they may do.
    #[must_use]
    pub const fn administers(self) -> bool {
        matches!(self, Self::Owner)
    }
}
