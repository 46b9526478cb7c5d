//! Where things rest: one SQLite file per workspace, one source file per table, full-text search; a folder for the chunks of files, and one for backups; and
//! the folders that carry envelopes to others; and the shelves of a relay, in files or in a database that several share.
//!
//! [`Store::open`] gives a [`Store`] or, when the file must not be written to, a [`ReadOnlyStore`] with the reason. Both read through
//! [`Reader`]; all writing happens in [`Store::write`], one transaction at a time, through [`Tx`].

mod anew;
mod audit;
mod backup;
mod chunks;
mod column;
mod cut;
mod damage;
mod error;
mod freeing;
mod open;
mod permit;
mod query;
mod read_only;
mod reader;
mod room;
mod schema;
mod segment;
mod shared;
mod shared_folder;
mod shelf;
mod snippet;
mod store;
mod table;
mod torn;
mod tx;

pub use audit::{AuditedDocument, AuditedTable};
pub use backup::{Backup, BackupError, BackupFolder, BackupSource, Plan, Restored};
pub use chunks::{ChunkError, ChunkFolder};
pub use cut::CutText;
pub use damage::{Damage, DamageReport};
pub use error::{OpenError, StoreError};
pub use open::Opened;
pub use permit::MayWrite;
pub use read_only::{ReadOnlyStore, Salvaged};
pub use reader::{Reader, StoredDocument};
pub use room::{DocumentRoom, FileRoom, Room};
pub use shared::{
    DatabaseAddress, SharedDatabase, SharedError, SharedOpenError, SharedShelf, Word,
};
pub use shared_folder::{FolderEntry, FolderError, FolderReader, SharedFolder};
pub use shelf::{A_LOOK, Arrival, FileShelf, Inventory, Shelf, ShelfError, Vouch, Vouched};
pub use snippet::Snippet;
pub use store::{Durability, Store};
pub use table::changes::{ChangeRow, Unsealed};
pub use table::documents::{ListedAs, TreeRow};
pub use table::envelopes::{
    End, EnvelopeCounts, EnvelopeRef, EnvelopeState, Mark, StoredEnvelope, Written,
};
pub use table::files::StoredFile;
pub use table::folders::{FolderFile, FolderFileId, FolderId, Found, StoredFolder};
pub use table::holders::StoredHolder;
pub use table::links::Backlink;
pub use table::notices::StoredNotice;
pub use table::peers::Peer;
pub use table::search::Hit;
pub use table::settings::WORKSPACE;
pub use table::snapshots::StoredSnapshot;
pub use tx::{NewChanges, Tx};
