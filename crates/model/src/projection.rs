//! What lists, search and backlinks need of a document: a pure function of it that can be dropped and made again.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::file::FileManifest;
use crate::id::{CardId, ColumnId, DocumentId, FileId};
use crate::kind::Kind;
use crate::view::{Life, Priority};

/// One document, flattened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Projection {
    /// What it is.
    pub kind: Kind,
    /// Its title.
    pub title: String,
    /// The document it lies in.
    pub parent: Option<DocumentId>,
    /// Its place among its siblings.
    pub position: String,
    /// Whether it lives.
    pub life: Life,
    /// A note's text, or what lists need of a profile; none for other kinds.
    pub text: Option<String>,
    /// A board's cards, ordered by id.
    pub cards: Vec<CardRow>,
    /// `#tags` of the text and of card descriptions, lower case, without the sign.
    pub tags: BTreeSet<String>,
    /// Links of the text and of card descriptions, in order of appearance, without duplicates.
    pub links: Vec<Link>,
    /// The files attached, by id.
    pub files: BTreeMap<FileId, FileManifest>,
    /// How many fields people disagree about, cards included.
    pub conflicts: u32,
}

/// One card, flattened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardRow {
    /// Which card.
    pub id: CardId,
    /// The column it is shown in.
    pub column: ColumnId,
    /// Its place within the column.
    pub position: String,
    /// Its title.
    pub title: String,
    /// Who works on it, sorted.
    pub assignees: Vec<String>,
    /// Its labels, sorted.
    pub labels: Vec<String>,
    /// Due date, `YYYY-MM-DD`.
    pub due: Option<String>,
    /// How urgent it is.
    pub priority: Option<Priority>,
    /// Whether it was put away as done with.
    pub archived: bool,
    /// Whether it lives.
    pub life: Life,
    /// Ticked checklist items.
    pub checklist_done: u32,
    /// All checklist items.
    pub checklist_total: u32,
    /// The whole description, for search.
    pub description: String,
    /// How many of its fields people disagree about.
    pub conflicts: u32,
}

/// A link found in Markdown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Link {
    /// A title or id (`[[target]]`) or a relative path (`[text](target.md)`).
    pub target: String,
    /// The heading pointed at, without the sign.
    pub heading: Option<String>,
    /// The words shown instead of the target.
    pub alias: Option<String>,
}
