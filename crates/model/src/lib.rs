//! What a document is: kinds, typed edits, views, differences as sentences. No I/O, no clock, no randomness.

pub mod document;
pub mod edit;
pub mod file;
pub mod id;
pub mod kind;
pub mod markdown;
pub mod position;
pub mod profile;
pub mod projection;
pub mod sentence;
pub mod text;
pub mod view;

pub use document::{
    Dated, Document, DocumentError, EditError, Edited, Glimpse, Listed, Loaded, MergeError, Merged,
    Snapshot, SnapshotError, Still, Touched,
};
pub use edit::{BoardEdit, Edit, NewCard, NoteEdit, Scalar, Step};
pub use file::{FileError, FileKey, FileManifest};
pub use id::{CardId, ChecklistItemId, ChunkName, ColumnId, DocumentId, FileId};
pub use kind::{ActorSeed, ChangeBytes, Heads, Kind};
pub use profile::{Hours, Profile, ProfileEdit};
pub use projection::{CardRow, Link, Projection};
pub use sentence::{Sentence, Verb};
pub use text::{Splice, SpliceError, Splices, TextField};
pub use view::{
    BoardView, CardPlace, CardSummary, CardView, ChecklistItemView, ColumnView, Life, NoteView,
    Place, Priority, Register,
};
