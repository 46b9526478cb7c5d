//! One document: an automerge document behind typed edits, guarded merges and views.

mod apply;
mod board;
mod board_edit;
mod body;
mod card_edit;
mod caret;
mod create;
mod dated;
mod fields;
mod files;
mod glimpse;
pub(crate) mod guard;
mod index;
mod inflate;
mod merge;
mod profile;
mod project;
mod recall;
mod save;
mod sentences;
mod touched;
mod typing;
mod writer;

use std::collections::{BTreeMap, BTreeSet};

use automerge::{Automerge, ChangeHash};

use self::body::Body;
pub use self::dated::Dated;
use self::fields::Fields;
pub use self::glimpse::Glimpse;
use self::index::BoardIndex;
use self::merge::Waiting;
pub use self::project::{Listed, Still};
use self::recall::Recall;
use self::typing::Typing;
use crate::edit::Edit;
use crate::id::{CardId, DocumentId};
use crate::kind::{ActorSeed, ChangeBytes, Heads, Kind};
use crate::text::{SpliceError, Splices, TextField};
use crate::view::{BoardView, CardView, Life, NoteView};

/// The version of the shape inside a document.
const FORMAT: u64 = 1;

/// One note or board with its whole history, and perhaps an open burst of typing that is not yet a change.
pub struct Document {
    id: DocumentId,
    kind: Kind,
    body: Body,
    life: Life,
    typing: Typing,
    waiting: Waiting,
    index: Option<BoardIndex>,
    recall: Recall,
}

/// A document that was read back, and what could not be taken into it.
#[derive(Debug)]
pub struct Loaded {
    /// The document.
    pub document: Document,
    /// Changes that wait for others that are not here.
    pub waiting: Vec<ChangeBytes>,
    /// Changes that were refused, with the reason.
    pub quarantined: Vec<(ChangeBytes, String)>,
    /// How many operations were taken from changes, each of which takes several times as long as one from a snapshot.
    pub operations: usize,
}

/// What an edit did.
#[derive(Debug, Clone, Default)]
pub struct Edited {
    /// New changes in order: the burst of typing that the edit closed first, then the edit. Empty: nothing to change.
    pub changes: Vec<ChangeBytes>,
    /// What takes back this edit, and only this edit, whenever it is applied.
    pub undo: Option<Edit>,
    /// What readers must look at again.
    pub touched: Touched,
    /// How texts changed, against the text before the edit.
    pub text: Vec<(TextField, Splices)>,
}

/// What a merge did.
#[derive(Debug, Clone, Default)]
pub struct Merged {
    /// How texts changed, against the text before the merge.
    pub text: Vec<(TextField, Splices)>,
    /// What readers must look at again.
    pub touched: Touched,
    /// How many changes are new in the document.
    pub applied: usize,
    /// Of the given changes, those that wait for others that are not here. The document keeps them in mind.
    pub waiting: Vec<ChangeBytes>,
    /// Changes that had waited since an earlier call and were taken now.
    pub released: Vec<ChangeBytes>,
    /// Changes that were refused, with the reason. The document is as it was without them.
    pub quarantined: Vec<(ChangeBytes, String)>,
}

/// The parts of a document that differ after an edit or a merge.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// Title, place, life or columns.
    pub header: bool,
    /// Cards.
    pub cards: BTreeSet<CardId>,
    /// The text of a note.
    pub text: bool,
    /// Which files are attached.
    pub files: bool,
}

impl Touched {
    /// Adds what another step touched.
    pub fn extend(&mut self, other: Self) {
        self.header |= other.header;
        self.text |= other.text;
        self.files |= other.files;
        self.cards.extend(other.cards);
    }
}

/// A whole document as one piece of bytes that was read back and compared before it was given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The saved document.
    pub bytes: Vec<u8>,
    /// Its version.
    pub heads: Heads,
}

/// Why a document cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// The saved bytes are damaged.
    #[error(
        "the saved document could not be read ({0}); it was left as it is, use the previous snapshot or fetch it from a colleague"
    )]
    Damaged(String),
    /// The first changes of the document are not here yet.
    #[error(
        "the beginning of this document has not arrived yet; it opens when a colleague who has it connects"
    )]
    NotWhole,
    /// A newer version of the program wrote it.
    #[error("this document was written by a newer version of Skein; it is kept, update to open it")]
    Newer,
    /// It is another kind of document than the question is about.
    #[error("this document is a {}, not a {}", name_of(.found), name_of(.wanted))]
    WrongKind {
        /// What was asked for.
        wanted: Kind,
        /// What it is.
        found: Kind,
    },
    /// There is no such card.
    #[error("there is no card {0} on this board")]
    NoSuchCard(CardId),
    /// Typing has to become a change first.
    #[error("typing is still being gathered; nothing was read, close the burst and try again")]
    BurstOpen,
    /// An inconsistency stopped the library below; this instance must not be used further.
    #[error("the document failed inside and was closed; everything stored is kept, open it again")]
    Broken,
}

/// Why an edit was refused. The document is as it was, except after [`EditError::Document`] with `Broken`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The document cannot be read.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The splices do not fit.
    #[error(transparent)]
    Splice(#[from] SpliceError),
    /// Something the edit names is not there.
    #[error("there is no {what} {id} on this board; nothing was changed")]
    Missing {
        /// What: "card", "column", "checklist item".
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// Something the edit wants to make is there already.
    #[error("there is already a {what} {id} on this board; nothing was changed")]
    Exists {
        /// What: "card", "column", "checklist item".
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// A value is not acceptable.
    #[error("{0}; nothing was changed")]
    Refused(String),
    /// More than fits into one change.
    #[error(
        "this edit is too large for one step ({found} bytes, at most {most}); nothing was changed, split it"
    )]
    TooLarge {
        /// Its size.
        found: usize,
        /// The largest allowed.
        most: usize,
    },
    /// automerge refused a step.
    #[error("the edit could not be applied ({0}); nothing was changed")]
    Inner(String),
}

/// Why nothing was merged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// The document cannot be used.
    #[error(transparent)]
    Document(#[from] DocumentError),
}

/// Why no snapshot was made. What is stored stays valid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// The document cannot be used.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// What was saved does not read back as the document it was made from.
    #[error(
        "the snapshot differs from the document ({0}); it was thrown away, the changes are kept"
    )]
    Differs(String),
}

fn name_of(kind: &Kind) -> &'static str {
    match kind {
        Kind::Note => "note",
        Kind::Board => "board",
        Kind::Profile => "profile",
    }
}

impl From<automerge::AutomergeError> for EditError {
    fn from(error: automerge::AutomergeError) -> Self {
        Self::Inner(error.to_string())
    }
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Document({:?} {})", self.kind, self.id)
    }
}

impl Document {
    /// Which document.
    #[must_use]
    pub fn id(&self) -> DocumentId {
        self.id
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Its version; an open burst is not part of it.
    #[must_use]
    pub fn heads(&self) -> Heads {
        Heads::from(
            self.body
                .heads()
                .into_iter()
                .map(|hash| hash.0)
                .collect::<Vec<_>>(),
        )
    }

    /// Whether it lives.
    #[must_use]
    pub fn life(&self) -> Life {
        self.life
    }

    /// Whether typing is gathered that is not yet a change.
    #[must_use]
    pub fn has_open_burst(&self) -> bool {
        self.body.is_typing() || !self.typing.made.is_empty()
    }

    /// The changes after a version. Hashes that are not in this document are passed over.
    ///
    /// # Errors
    /// When a burst is open, or the instance is broken.
    pub fn changes_since(&self, heads: &Heads) -> Result<Vec<ChangeBytes>, DocumentError> {
        let doc = self.body.settled()?;
        body::guarded(|| {
            let known = known_heads(doc, heads);
            doc.get_changes(&known)
                .into_iter()
                .map(|mut change| ChangeBytes(change.bytes().into_owned()))
                .collect()
        })
    }

    /// Every change, in an order in which each comes after those it rests on.
    ///
    /// # Errors
    /// When a burst is open, or the instance is broken.
    pub fn all_changes(&self) -> Result<Vec<ChangeBytes>, DocumentError> {
        self.changes_since(&Heads::default())
    }

    /// The length of a text in UTF-16 code units.
    ///
    /// # Errors
    /// When there is no such text here.
    pub fn text_length(&self, field: TextField) -> Result<u32, DocumentError> {
        self.body
            .read(|f| Ok(fields::text_length(f, &self.text_object(f, field)?)))?
    }

    /// The note without its text.
    ///
    /// # Errors
    /// When it is not a note.
    pub fn note(&self) -> Result<NoteView, DocumentError> {
        self.expect(Kind::Note)?;
        self.body.read(|f| {
            let place = fields::document_place(f);
            NoteView {
                id: self.id,
                title: fields::title(f, &automerge::ROOT),
                parent: place.value.parent,
                position: place.value.position,
                other_places: place.others,
                life: self.life,
                text_length: fields::note_text(f).map_or(0, |text| fields::text_length(f, &text)),
            }
        })
    }

    /// The board with its columns and cards. Costs a walk over all cards.
    ///
    /// # Errors
    /// When it is not a board.
    pub fn board(&self) -> Result<BoardView, DocumentError> {
        self.expect(Kind::Board)?;
        self.body.read(|f| board::board(f, self.id, self.life))
    }

    /// One card, opened.
    ///
    /// # Errors
    /// When it is not a board or has no such card.
    pub fn card(&self, card: CardId) -> Result<CardView, DocumentError> {
        self.expect(Kind::Board)?;
        self.body
            .read(|f| board::card(f, card))?
            .ok_or(DocumentError::NoSuchCard(card))
    }

    fn expect(&self, wanted: Kind) -> Result<(), DocumentError> {
        if self.kind == wanted {
            Ok(())
        } else {
            Err(DocumentError::WrongKind {
                wanted,
                found: self.kind,
            })
        }
    }

    fn text_object(
        &self,
        f: &dyn Fields,
        field: TextField,
    ) -> Result<automerge::ObjId, DocumentError> {
        match field {
            TextField::NoteText => {
                self.expect(Kind::Note)?;
                fields::note_text(f).ok_or(DocumentError::Damaged("the text is missing".into()))
            }
            TextField::CardDescription(card) => {
                self.expect(Kind::Board)?;
                fields::description(f, card).ok_or(DocumentError::NoSuchCard(card))
            }
        }
    }
}

/// Those of the heads that are in the document.
fn known_heads(doc: &Automerge, heads: &Heads) -> Vec<ChangeHash> {
    let hashes = heads.as_slice().iter().map(|hash| ChangeHash(*hash));
    hashes
        .filter(|hash| doc.get_change_meta_by_hash(hash).is_some())
        .collect()
}

/// Text splices gathered per field, in the order in which they happened.
#[derive(Debug, Clone, Default)]
struct TextLog(BTreeMap<TextField, Vec<Splices>>);

impl TextLog {
    fn push(&mut self, field: TextField, splices: Splices) {
        self.0.entry(field).or_default().push(splices);
    }

    fn into_list(self) -> Vec<(TextField, Splices)> {
        let composed = self
            .0
            .into_iter()
            .map(|(field, lists)| (field, Splices::compose_all(lists)));
        composed
            .filter(|(_, splices)| !splices.is_empty())
            .collect()
    }
}

/// A fresh automerge document that counts text as the editor does.
fn empty(actor: ActorSeed) -> Automerge {
    Automerge::new_with_encoding(automerge::TextEncoding::Utf16CodeUnit)
        .with_actor(automerge::ActorId::from(actor.0.as_slice()))
}
