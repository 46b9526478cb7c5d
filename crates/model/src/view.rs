//! What a reader sees of a document: notes, boards and cards, with values that people set apart shown side by side.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::{CardId, ChecklistItemId, ColumnId, DocumentId};

/// One field: the value that everybody sees, and the values that others set at the same time, apart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Register<T> {
    /// The value in force, the same on every replica.
    pub value: T,
    /// Other values set concurrently, without duplicates. Empty: no disagreement.
    pub others: Vec<T>,
}

impl<T> Register<T> {
    /// Whether people disagree about this field.
    #[must_use]
    pub fn is_disputed(&self) -> bool {
        !self.others.is_empty()
    }
}

/// Whether something lives or was thrown away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Life {
    /// Not deleted.
    #[default]
    Alive,
    /// In the trash.
    Trashed,
    /// One person threw it away while another, who did not know, went on working on it: it stays, marked.
    KeptDespiteTrash,
}

impl Life {
    /// Whether it is shown outside the trash.
    #[must_use]
    pub const fn is_live(self) -> bool {
        !matches!(self, Self::Trashed)
    }
}

/// How urgent a card is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Whenever there is time.
    Low,
    /// As usual.
    Medium,
    /// Before others.
    High,
    /// Now.
    Urgent,
}

impl Priority {
    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Low, Self::Medium, Self::High, Self::Urgent]
            .into_iter()
            .find(|p| p.as_str() == word)
    }
}

/// Where a document hangs in the tree.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// The document it lies in; none: at the top.
    pub parent: Option<DocumentId>,
    /// Its place among its siblings: compares as text, ties go by id.
    pub position: String,
}

/// Where a card lies on its board.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CardPlace {
    /// The column.
    pub column: ColumnId,
    /// The place within it: compares as text, ties go by id.
    pub position: String,
}

/// A note without its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NoteView {
    /// Which note.
    pub id: DocumentId,
    /// Its title.
    pub title: Register<String>,
    /// The document it lies in.
    pub parent: Option<DocumentId>,
    /// Its place among its siblings.
    pub position: String,
    /// Other places that people gave it at the same time.
    pub other_places: Vec<Place>,
    /// Whether it lives.
    pub life: Life,
    /// Length of the text in UTF-16 code units.
    pub text_length: u32,
}

/// A board with its columns and cards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BoardView {
    /// Which board.
    pub id: DocumentId,
    /// Its title.
    pub title: Register<String>,
    /// The document it lies in.
    pub parent: Option<DocumentId>,
    /// Its place among its siblings.
    pub position: String,
    /// Other places that people gave it at the same time.
    pub other_places: Vec<Place>,
    /// Whether it lives.
    pub life: Life,
    /// Visible columns in their order.
    pub columns: Vec<ColumnView>,
    /// All cards, archived and trashed ones included, ordered by (position, id) within their column.
    pub cards: Vec<CardSummary>,
}

/// A column of a board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ColumnView {
    /// Which column.
    pub id: ColumnId,
    /// Its title.
    pub title: Register<String>,
    /// How many cards it should hold at most.
    pub limit: Register<Option<u32>>,
    /// Its place among the columns.
    pub position: String,
    /// `KeptDespiteTrash`: it was deleted, but somebody changed it meanwhile or it holds live cards.
    pub life: Life,
}

/// A card as the board shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CardSummary {
    /// Which card.
    pub id: CardId,
    /// Where it lies; `others` holds the wishes of people who moved it at the same time.
    pub place: Register<CardPlace>,
    /// Its title.
    pub title: String,
    /// Who works on it, sorted.
    pub assignees: Vec<String>,
    /// The one who answers for it.
    pub owner: Option<String>,
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
    /// Whether it has a description.
    pub has_description: bool,
    /// How many of the board's files its description shows or links to.
    pub files: u32,
    /// How many of its fields people disagree about.
    pub conflicts: u32,
}

/// A card opened, without its description's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CardView {
    /// Which card.
    pub id: CardId,
    /// Where it lies.
    pub place: Register<CardPlace>,
    /// Its title.
    pub title: Register<String>,
    /// Who works on it, sorted.
    pub assignees: Vec<String>,
    /// The one who answers for it.
    pub owner: Register<Option<String>>,
    /// Its labels, sorted.
    pub labels: Vec<String>,
    /// Due date, `YYYY-MM-DD`.
    pub due: Register<Option<String>>,
    /// How urgent it is.
    pub priority: Register<Option<Priority>>,
    /// Whether it was put away as done with.
    pub archived: Register<bool>,
    /// Whether it lives.
    pub life: Life,
    /// Its checklist in order, without removed items.
    pub checklist: Vec<ChecklistItemView>,
    /// Length of the description in UTF-16 code units.
    pub description_length: u32,
    /// How many of its fields people disagree about.
    pub conflicts: u32,
}

/// One item of a card's checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChecklistItemView {
    /// Which item.
    pub id: ChecklistItemId,
    /// What is to be done.
    pub title: Register<String>,
    /// Whether it is done.
    pub done: Register<bool>,
    /// Its place within the checklist.
    pub position: String,
    /// Whether it lives.
    pub life: Life,
}
