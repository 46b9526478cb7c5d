//! Everything a person can do to a document, as data. These are also the edit types of the API.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::{CardId, ChecklistItemId, ColumnId, DocumentId};
use crate::profile::ProfileEdit;
use crate::view::{CardPlace, Priority};

/// A stored value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum Scalar {
    /// The field does not exist.
    Absent,
    /// The field says: nothing chosen.
    Nothing,
    /// Yes or no.
    Flag(bool),
    /// A number.
    Number(u32),
    /// Words.
    Text(String),
}

/// What an edit did to one part of a document: enough to take exactly that back, as long as nobody changed it since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(
    tag = "type",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum Step {
    /// It set a field.
    Field {
        /// Which field, from the root.
        path: Vec<String>,
        /// What it said before.
        was: Scalar,
        /// What the edit made it say.
        became: Scalar,
    },
    /// It threw something away, or brought it back.
    Life {
        /// What; empty: the document.
        path: Vec<String>,
        /// Thrown away.
        trashed: bool,
    },
    /// It made something.
    Made {
        /// What.
        path: Vec<String>,
        /// Its fields as they were made.
        fields: BTreeMap<String, Scalar>,
    },
}

/// An edit of some document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", content = "edit", rename_all = "snake_case")]
pub enum Edit {
    /// Of a note.
    Note(NoteEdit),
    /// Of a board.
    Board(BoardEdit),
    /// Of a profile.
    Profile(ProfileEdit),
}

/// An edit of a note. Typing in an editor is not here: it arrives as splices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(
    tag = "type",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum NoteEdit {
    /// Gives a title; also settles a dispute about it.
    Rename {
        /// The new title.
        title: String,
    },
    /// Hangs the note elsewhere in the tree; also settles a dispute about its place.
    Move {
        /// The document to lie in; none: the top.
        parent: Option<DocumentId>,
        /// The place among its siblings there.
        position: String,
    },
    /// Throws the note away. It stays alive if somebody edited it without knowing.
    Trash,
    /// Takes the note out of the trash; also confirms one that was kept despite the trash.
    Restore,
    /// Replaces the text as somebody saw it; what others changed since is kept (three-way).
    ReplaceText {
        /// The text that was seen.
        base: String,
        /// The text that it shall become.
        text: String,
    },
    /// Adds a paragraph of its own at the end.
    AppendText {
        /// The paragraph.
        text: String,
    },
    /// Takes back what one edit did, as far as nobody changed it since. Made by the core for undo.
    TakeBack {
        /// What the edit did, in order.
        steps: Vec<Step>,
    },
}

/// A card to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NewCard {
    /// Its id, freshly drawn.
    pub id: CardId,
    /// Its title.
    pub title: String,
}

/// An edit of a board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(
    tag = "type",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum BoardEdit {
    /// Gives the board a title.
    Rename {
        /// The new title.
        title: String,
    },
    /// Hangs the board elsewhere in the tree.
    Move {
        /// The document to lie in; none: the top.
        parent: Option<DocumentId>,
        /// The place among its siblings there.
        position: String,
    },
    /// Throws the board away. It stays alive if somebody edited it without knowing.
    Trash,
    /// Takes the board out of the trash.
    Restore,
    /// Makes a column.
    AddColumn {
        /// Its id, freshly drawn.
        id: ColumnId,
        /// Its title.
        title: String,
        /// The column it follows; none: the first place.
        after: Option<ColumnId>,
    },
    /// Gives a column a title.
    RenameColumn {
        /// Which column.
        id: ColumnId,
        /// The new title.
        title: String,
    },
    /// Moves a column.
    MoveColumn {
        /// Which column.
        id: ColumnId,
        /// The column it shall follow; none: the first place.
        after: Option<ColumnId>,
    },
    /// Says how many cards a column should hold.
    SetColumnLimit {
        /// Which column.
        id: ColumnId,
        /// At most so many; none: no limit.
        limit: Option<u32>,
    },
    /// Deletes a column and moves its cards.
    DeleteColumn {
        /// Which column.
        id: ColumnId,
        /// Where its cards go; none: the first other column.
        move_cards_to: Option<ColumnId>,
    },
    /// Brings a deleted column back, empty.
    RestoreColumn {
        /// Which column.
        id: ColumnId,
    },
    /// Makes cards, in this order.
    AddCards {
        /// The column.
        column: ColumnId,
        /// The card they follow; none: the top.
        after: Option<CardId>,
        /// The cards.
        cards: Vec<NewCard>,
    },
    /// Moves a card.
    MoveCard {
        /// Which card.
        card: CardId,
        /// To which column.
        column: ColumnId,
        /// The card it shall follow; none: the top. A card that is not in this column: the bottom.
        after: Option<CardId>,
    },
    /// Puts a card exactly there; settles a dispute about its place.
    ChoosePlace {
        /// Which card.
        card: CardId,
        /// One of the places that its view shows.
        place: CardPlace,
    },
    /// Gives a card a title.
    SetCardTitle {
        /// Which card.
        card: CardId,
        /// The new title.
        title: String,
    },
    /// Says who works on a card. What others add at the same time stays.
    SetAssignees {
        /// Which card.
        card: CardId,
        /// All assignees.
        assignees: Vec<String>,
    },
    /// Says who answers for a card; that person is among its assignees then.
    SetOwner {
        /// Which card.
        card: CardId,
        /// Who; none: nobody.
        member: Option<String>,
    },
    /// Labels a card. What others add at the same time stays.
    SetLabels {
        /// Which card.
        card: CardId,
        /// All labels.
        labels: Vec<String>,
    },
    /// Adds and removes assignees.
    ChangeAssignees {
        /// Which card.
        card: CardId,
        /// Who comes.
        add: Vec<String>,
        /// Who goes.
        remove: Vec<String>,
    },
    /// Adds and removes labels.
    ChangeLabels {
        /// Which card.
        card: CardId,
        /// Which come.
        add: Vec<String>,
        /// Which go.
        remove: Vec<String>,
    },
    /// Gives a card a due date.
    SetDue {
        /// Which card.
        card: CardId,
        /// `YYYY-MM-DD`; none: no date.
        due: Option<String>,
    },
    /// Says how urgent a card is.
    SetPriority {
        /// Which card.
        card: CardId,
        /// None: not said.
        priority: Option<Priority>,
    },
    /// Adds an item to a card's checklist.
    AddChecklistItem {
        /// Which card.
        card: CardId,
        /// The item's id, freshly drawn.
        id: ChecklistItemId,
        /// What is to be done.
        title: String,
        /// The item it follows; none: the first place.
        after: Option<ChecklistItemId>,
    },
    /// Changes an item of a checklist.
    SetChecklistItem {
        /// Which card.
        card: CardId,
        /// Which item.
        item: ChecklistItemId,
        /// The new words; none: as they are.
        title: Option<String>,
        /// Ticked or not; none: as it is.
        done: Option<bool>,
    },
    /// Moves an item within its checklist.
    MoveChecklistItem {
        /// Which card.
        card: CardId,
        /// Which item.
        item: ChecklistItemId,
        /// The item it shall follow; none: the first place.
        after: Option<ChecklistItemId>,
    },
    /// Removes an item from a checklist.
    RemoveChecklistItem {
        /// Which card.
        card: CardId,
        /// Which item.
        item: ChecklistItemId,
    },
    /// Brings a removed item back.
    RestoreChecklistItem {
        /// Which card.
        card: CardId,
        /// Which item.
        item: ChecklistItemId,
    },
    /// Puts a card away, or takes it out again.
    ArchiveCard {
        /// Which card.
        card: CardId,
        /// Away or not.
        archived: bool,
    },
    /// Throws a card away. It stays alive if somebody edited it without knowing.
    TrashCard {
        /// Which card.
        card: CardId,
    },
    /// Takes a card out of the trash; also confirms one that was kept despite the trash.
    RestoreCard {
        /// Which card.
        card: CardId,
    },
    /// Replaces a description as somebody saw it; what others changed since is kept (three-way).
    ReplaceDescription {
        /// Which card.
        card: CardId,
        /// The description that was seen.
        base: String,
        /// What it shall become.
        text: String,
    },
    /// Several edits as one change and one undo.
    Many {
        /// The edits, in this order.
        edits: Vec<BoardEdit>,
    },
    /// Takes back what one edit did, as far as nobody changed it since. Made by the core for undo.
    TakeBack {
        /// What the edit did, in order.
        steps: Vec<Step>,
    },
}

impl NoteEdit {
    /// The word that the history keeps for this edit.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Rename { .. } => "rename",
            Self::Move { .. } => "move",
            Self::Trash => "trash",
            Self::Restore => "restore",
            Self::ReplaceText { .. } => "replace_text",
            Self::AppendText { .. } => "append_text",
            Self::TakeBack { .. } => "take_back",
        }
    }
}

impl BoardEdit {
    /// The word that the history keeps for this edit.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Rename { .. } => "rename",
            Self::Move { .. } => "move",
            Self::Trash => "trash",
            Self::Restore => "restore",
            Self::AddColumn { .. } => "add_column",
            Self::RenameColumn { .. } => "rename_column",
            Self::MoveColumn { .. } => "move_column",
            Self::SetColumnLimit { .. } => "set_column_limit",
            Self::DeleteColumn { .. } => "delete_column",
            Self::RestoreColumn { .. } => "restore_column",
            Self::AddCards { .. } => "add_cards",
            Self::MoveCard { .. } => "move_card",
            Self::ChoosePlace { .. } => "choose_place",
            Self::SetCardTitle { .. } => "set_card_title",
            Self::SetAssignees { .. } => "set_assignees",
            Self::SetOwner { .. } => "set_owner",
            Self::SetLabels { .. } => "set_labels",
            Self::ChangeAssignees { .. } => "change_assignees",
            Self::ChangeLabels { .. } => "change_labels",
            Self::SetDue { .. } => "set_due",
            Self::SetPriority { .. } => "set_priority",
            Self::AddChecklistItem { .. } => "add_checklist_item",
            Self::SetChecklistItem { .. } => "set_checklist_item",
            Self::MoveChecklistItem { .. } => "move_checklist_item",
            Self::RemoveChecklistItem { .. } => "remove_checklist_item",
            Self::RestoreChecklistItem { .. } => "restore_checklist_item",
            Self::ArchiveCard { .. } => "archive_card",
            Self::TrashCard { .. } => "trash_card",
            Self::RestoreCard { .. } => "restore_card",
            Self::ReplaceDescription { .. } => "replace_description",
            Self::Many { .. } => "many",
            Self::TakeBack { .. } => "take_back",
        }
    }
}
