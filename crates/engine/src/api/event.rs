//! What a shell may watch, and the news it then gets.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use skein_model::{
    BoardView, CardId, CardSummary, CardView, ColumnView, DocumentId, Life, NoteView, Register,
    Splice,
};
use ts_rs::TS;

use super::{
    Asking, AttachedFile, Attempt, Authored, Backlink, Caret, Delivery, KeptBackups, Ladder,
    ListedInvite, Member, Notice, Peer, SharedFolder, ShortCode, Status, TreeItem,
};

/// Something that can be watched.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(
    tag = "type",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum View {
    /// The profile's state.
    Status,
    /// All documents in use.
    Tree,
    /// All documents in the trash.
    Trash,
    /// A note's fields (its text is a [`View::Text`]).
    Note {
        /// Which note.
        document: DocumentId,
    },
    /// A board: columns and cards.
    Board {
        /// Which board.
        document: DocumentId,
    },
    /// One card with all its fields.
    Card {
        /// The board.
        document: DocumentId,
        /// The card.
        card: CardId,
    },
    /// A text that can be typed into: a note's, or a card's description.
    Text {
        /// The document.
        document: DocumentId,
        /// The card, on a board.
        #[serde(default)]
        card: Option<CardId>,
    },
    /// The members.
    People,
    /// Those who ask to be let in, for owners; for others nobody.
    Asking,
    /// All invites, and those who came by them.
    Invites,
    /// Connections and known devices.
    Peers,
    /// How far a document, or everything, got.
    Delivery {
        /// Which document; all when absent.
        #[serde(default)]
        document: Option<DocumentId>,
    },
    /// The files of a document.
    Files {
        /// Which document.
        document: DocumentId,
    },
    /// What the app has to say about the safety of the work.
    Notices,
    /// How this person likes the app on this machine.
    Preferences,
    /// The short code that this device shows.
    Code,
    /// The backups of this profile.
    Backups,
    /// The shared folders of this device.
    SharedFolders,
    /// Why a device or relay is not connected.
    Ladder {
        /// Which.
        device: String,
    },
}

/// News for a subscription. The first of each carries everything.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(
    tag = "type",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
// It lives for a moment between two queues; a box would only make it harder to match.
#[allow(clippy::large_enum_variant)]
pub enum Event {
    /// The profile's state.
    Status {
        /// As it is now.
        status: Status,
    },
    /// Documents that came, changed or went.
    Tree {
        /// Forget what was known before.
        reset: bool,
        /// New or changed.
        upserts: Vec<TreeItem>,
        /// No longer in this list.
        removed: Vec<DocumentId>,
    },
    /// A note's fields.
    Note {
        /// As they are now.
        note: NoteView,
        /// What links to it.
        backlinks: Vec<Backlink>,
        /// Who made it, where that is known.
        created: Option<Authored>,
        /// Who changed it last, where that is known.
        edited: Option<Authored>,
    },
    /// A board's columns, and cards that came, changed or went.
    Board {
        /// Forget what was known before.
        reset: bool,
        /// Its title.
        title: Register<String>,
        /// Whether it is in the trash.
        life: Life,
        /// All columns, in order.
        columns: Vec<ColumnView>,
        /// New or changed cards.
        upserts: Vec<CardSummary>,
        /// Cards no longer shown.
        removed: Vec<CardId>,
    },
    /// One card.
    Card {
        /// As it is now.
        card: CardView,
        /// Who made it, where that is known.
        created: Option<Authored>,
        /// Who changed it last, where that is known.
        edited: Option<Authored>,
    },
    /// The whole text; what the view had is to be replaced.
    TextReset {
        /// The version from which edits count.
        version: u32,
        /// The text.
        text: String,
    },
    /// Somebody else typed.
    TextPatch {
        /// The version the splices apply to.
        from_version: u32,
        /// The version after them.
        version: u32,
        /// What changed.
        splices: Vec<Splice>,
    },
    /// Where others are in the text.
    Carets {
        /// All of them; who is not among them is gone.
        carets: Vec<Caret>,
    },
    /// The members.
    People {
        /// All of them.
        members: Vec<Member>,
    },
    /// Those who ask to be let in.
    Asking {
        /// All of them, in the order in which they came.
        asking: Vec<Asking>,
    },
    /// All invites.
    Invites {
        /// The newest first.
        invites: Vec<ListedInvite>,
    },
    /// Connections and known devices.
    Peers {
        /// All of them.
        peers: Vec<Peer>,
        /// Addresses that were typed and not reached (yet).
        attempts: Vec<Attempt>,
    },
    /// How far it got.
    Delivery {
        /// As it is now.
        delivery: Delivery,
    },
    /// The files of a document, by name, when one was added or more of one arrived.
    Files {
        /// All of them.
        files: Vec<AttachedFile>,
    },
    /// What the app has to say.
    Notices {
        /// All that is not dismissed.
        notices: Vec<Notice>,
    },
    /// How this person likes the app on this machine.
    Preferences {
        /// All of them, by key.
        values: BTreeMap<String, String>,
    },
    /// The short code that this device shows.
    Code {
        /// As it stands, or how it ended; none when none is shown.
        code: Option<ShortCode>,
    },
    /// The backups of this profile.
    Backups {
        /// As they are now.
        kept: KeptBackups,
    },
    /// The shared folders of this device.
    SharedFolders {
        /// As they stand.
        folders: Vec<SharedFolder>,
    },
    /// Why a device or relay is not connected.
    Ladder {
        /// The ways to it.
        ladder: Ladder,
    },
    /// What was watched is not here (any more).
    Gone,
}

impl Event {
    /// The first event of a board view.
    #[must_use]
    pub fn whole_board(board: BoardView) -> Self {
        Self::Board {
            reset: true,
            title: board.title,
            life: board.life,
            columns: board.columns,
            upserts: board.cards,
            removed: Vec::new(),
        }
    }
}
